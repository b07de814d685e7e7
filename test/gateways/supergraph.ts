/** Composition of subgraphs by Apollo's rules, without a network. */

import { type DocumentNode, parse } from 'graphql';
import { ask } from './ask.ts';

export interface Subgraph {
  readonly name: string;
  readonly url: string;
  readonly sdl: string;
}

/** The name of a package that is installed here alone, so that it is no import of the project. */
const COMPOSITION: string = '@apollo/composition';

interface Composed {
  readonly supergraphSdl?: string;
  readonly errors?: readonly { readonly message: string }[];
}

interface Service {
  readonly name: string;
  readonly url: string;
  readonly typeDefs: DocumentNode;
}

/** The supergraph, for a gateway. */
export async function compose(subgraphs: readonly Subgraph[]): Promise<string> {
  const { composeServices } = (await import(COMPOSITION)) as {
    composeServices: (services: readonly Service[]) => Composed;
  };
  const services = subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) }));
  const { supergraphSdl, errors = [] } = composeServices(services);
  if (supergraphSdl !== undefined) return supergraphSdl;
  const told = errors.map(({ message }) => message).join('\n');
  throw new Error(`the subgraphs expected to compose, got ${told}`);
}

/** As a subgraph that runs tells it. */
export async function readSubgraph(name: string, url: string): Promise<Subgraph> {
  const { data, errors } = await ask(url, '{ _service { sdl } }');
  const { sdl } = (data?._service ?? {}) as { readonly sdl?: string };
  if (sdl === undefined)
    throw new Error(`${name} expected to tell its SDL, got ${JSON.stringify(errors)}`);
  return { name, url, sdl };
}
