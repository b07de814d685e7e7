/** A subgraph of area `federation` in a process of its own, by the name of what it is made of. */

import { reportTo } from '../api/report.ts';
import { PLAIN_PRODUCTS_SDL } from '../federation/products.ts';
import {
  LOADING_RESOLVERS,
  type LoaderClass,
  loadersOver,
  plainResolvers,
  type SubgraphData,
  type SubgraphRequest,
  subgraphData,
} from './federation-data.ts';
import { type Answers, reportFailure, serveAnswers, serveYoga } from './http-server.ts';

/** Names of packages that are installed here alone, so that they are no import of the project. */
const PACKAGES = {
  graphql: 'graphql',
  subgraph: '@apollo/subgraph',
  loader: 'dataloader',
} as const;

const [, , wanted] = process.argv;
process.once('message', (request: SubgraphRequest | Answers) => {
  serve(request).then((address) => reportTo(process, address), reportFailure);
});

async function serve(request: SubgraphRequest | Answers): Promise<string> {
  return 'products' in request
    ? await serveSubgraph(subgraphData(request))
    : await serveAnswers(request);
}

async function serveSubgraph(data: SubgraphData): Promise<string> {
  switch (wanted) {
    case 'yoga with dataloader': {
      const { default: Loader } = (await import(PACKAGES.loader)) as { default: LoaderClass };
      const schema = await schemaOf(LOADING_RESOLVERS);
      return await serveYoga({ schema, context: () => loadersOver(data, Loader) });
    }
    case 'yoga':
      return await serveYoga({ schema: await schemaOf(plainResolvers(data)) });
    default:
      throw new Error(`a peer expected a known name, got ${wanted}`);
  }
}

async function schemaOf(resolvers: object): Promise<unknown> {
  const { parse } = (await import(PACKAGES.graphql)) as { parse: (text: string) => unknown };
  const { buildSubgraphSchema } = (await import(PACKAGES.subgraph)) as {
    buildSubgraphSchema: (module: object) => unknown;
  };
  return buildSubgraphSchema({ typeDefs: parse(PLAIN_PRODUCTS_SDL), resolvers });
}
