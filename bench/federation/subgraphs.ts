/** The servers of area `federation`, each in a process of its own, and what is asked of them. */

import { Contender, type Question } from '../api/contender.ts';
import type { Entrant } from '../api/rates.ts';
import { type Asked, type Case, entitiesOf } from './cases.ts';

export const GRAPH = 'massive-graph';
export const GUARDED = 'with permissions';
const FLOOR = 'node:http with bytes';

/** Relative to the folder of the contender. */
const GRAPH_SERVER = '../federation/graph-server.ts';
const PEER = '../peers/federation-peer.ts';

/** By the natural keys of nodes that are asked for by id. */
type Ids = ReadonlyMap<string, string>;

interface Subgraph {
  readonly name: string;
  readonly contender: Contender;
  readonly ids: Ids;
}

export class Subgraphs implements Disposable {
  readonly #cases: readonly Case[];
  readonly #all: Subgraph[] = [];

  private constructor(cases: readonly Case[]) {
    this.#cases = cases;
  }

  static async start(request: {
    readonly products: number;
    readonly cases: readonly Case[];
    /** Names of those of bench/peers. */
    readonly peers: readonly string[];
  }): Promise<Subgraphs> {
    const { products, cases, peers } = request;
    const subgraphs = new Subgraphs(cases);
    const ids = await subgraphs.#addGraph(GRAPH, [String(products)]);
    await subgraphs.#addGraph(GUARDED, [String(products), 'guarded']);
    const codes = [...ids].map(([code, id]) => [id, code]);
    for (const name of peers) await subgraphs.#addPeer(name, { products, ids: codes }, ids);
    const questions = cases.flatMap((each) => questionsOf(each, ids));
    const ready = questions.map(({ body, expected }) => [JSON.stringify(body), expected]);
    await subgraphs.#addPeer(FLOOR, ready, ids);
    return subgraphs;
  }

  entrants(each: Case): Entrant[] {
    return this.#all.map(({ name, contender, ids }) => {
      return { name, contender, questions: questionsOf(each, ids) };
    });
  }

  [Symbol.dispose](): void {
    for (const { contender } of this.#all) contender[Symbol.dispose]();
  }

  async #addGraph(name: string, args: readonly string[]): Promise<Ids> {
    const contender = await Contender.start({ file: GRAPH_SERVER, args });
    const ids = new Map<string, string>();
    this.#all.push({ name, contender, ids });
    for (const { isById, requests } of this.#cases) {
      if (!isById) continue;
      for (const asked of requests) {
        const found = await idsOf(contender, asked);
        for (const [at, each] of asked.entries()) ids.set(keyOf(each), found[at]?.id ?? '');
      }
    }
    return ids;
  }

  /** It answers to the ids of another one. */
  async #addPeer(name: string, message: object, ids: Ids): Promise<void> {
    const contender = await Contender.start({ file: PEER, args: [name], message });
    this.#all.push({ name, contender, ids });
  }
}

function questionsOf({ query, requests, isById }: Case, ids: Ids): Question[] {
  return requests.map((asked) => {
    const representations = asked.map((each) => {
      const key = isById ? { id: ids.get(keyOf(each)) } : each.key;
      return { __typename: each.type, ...key };
    });
    const _entities = asked.map(({ values }) => values);
    return {
      body: { query, variables: { representations } },
      expected: JSON.stringify({ data: { _entities } }),
    };
  });
}

async function idsOf(
  contender: Contender,
  asked: readonly Asked[],
): Promise<readonly { readonly id: string }[]> {
  const representations = asked.map(({ type, key }) => ({ __typename: type, ...key }));
  const body = { query: entitiesOf('...on Product{id}'), variables: { representations } };
  const { data } = JSON.parse(await contender.send(body)) as {
    readonly data: { readonly _entities: readonly { readonly id: string }[] };
  };
  return data._entities;
}

function keyOf({ type, key }: Asked): string {
  return type === 'Product' ? key.code : key.slug;
}
