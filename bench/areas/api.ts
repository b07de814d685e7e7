/**
 * GraphQL over HTTP: requests per second of the server's processor time, beside other servers over
 * JavaScript objects that hold the same, and beside node:http with answers that are ready. All
 * answer byte for byte alike.
 */

import { Contender, type Question } from '../api/contender.ts';
import { OPERATIONS, type Operation, PRODUCTS } from '../api/items.ts';
import { joined, measureInTurns, type Rates, ratesOf, ratio } from '../api/rates.ts';
import { type BenchRow, benchRow, medianOf } from '../measure.ts';
import { installPeers } from '../peer-packages.ts';

/** Short ones and many. */
const WINDOWS = { full: 15, quick: 5 } as const;
const WINDOW_SECONDS = 0.25;
/** Until the compilers have done their last: a server needs tens of thousands of small requests. */
const WARM_UP_WINDOWS = { full: 12, quick: 1 } as const;
/** A process may be slower than another one of the same program as long as it runs: so several. */
const GENERATIONS = { full: 3, quick: 1 } as const;
const FIRST_REQUESTS = 400;
/** At least so many times the requests of plain Yoga, by the name of the operation. */
const OVER_YOGA: ReadonlyMap<string, number> = new Map([
  ['one node, 5 fields', 3],
  ['100 nodes, 5 fields', 5],
  ['10 x 10 x 10 nodes', 15],
]);
const NESTED = '10 x 10 x 10 nodes';
const NESTED_OVER_JIT = 3;
/** Of the requests that node:http answers with bytes that are ready. */
const TRUSTED_SHARE = 1 / 2.5;
/** What a request costs with permissions, by what it costs without. */
const GUARDED_COST = 1.1;

const YOGA = 'yoga';
const YOGA_JIT = 'yoga with graphql-jit';
/** The servers of bench/peers. */
const API_PEERS = [YOGA, YOGA_JIT, 'mercurius with jit', 'apollo-server'];
const GRAPH = 'massive-graph';
const TRUSTED = 'trusted documents';
const GUARDED = 'with permissions';
const FLOOR = 'node:http with bytes';

export async function rows({ quick }: { readonly quick: boolean }): Promise<BenchRow[]> {
  const scale = quick ? 'quick' : 'full';
  const measured = new Map<Operation, Rates[]>();
  for (let generation = 0; generation < GENERATIONS[scale]; generation++) {
    using contenders = await Contenders.start(PRODUCTS[scale]);
    for (const operation of OPERATIONS) {
      const before = measured.get(operation) ?? [];
      measured.set(operation, [...before, await contenders.measure(operation, scale)]);
    }
  }
  return [...measured].flatMap(([operation, each]) => judge(operation, joined(each)));
}

class Contenders implements Disposable {
  readonly #byName: Map<string, Contender>;
  readonly #floor: Contender;

  private constructor(byName: Map<string, Contender>, floor: Contender) {
    this.#byName = byName;
    this.#floor = floor;
  }

  static async start(products: number): Promise<Contenders> {
    await installPeers();
    const server = (...args: string[]) =>
      Contender.start({ file: './graph-server.ts', args: [String(products), ...args] });
    const graph = await server();
    const byName = new Map([[GRAPH, graph]]);
    byName.set(GUARDED, await server('guarded'));
    const order = await orderOf(graph);
    for (const name of API_PEERS) {
      const message = { products, order };
      byName.set(name, await Contender.start({ file: PEER, args: [name], message }));
    }
    return new Contenders(byName, await floorOf(graph));
  }

  async measure(operation: Operation, scale: keyof typeof WINDOWS): Promise<Rates> {
    const questions = await this.#questions(operation, YOGA);
    // Its nodes have other ids, by which lists are in order.
    const guarded = await this.#questions(operation, GUARDED);
    const trusted = questions.map(({ body, expected }) => {
      const { variables } = body as { readonly variables: object };
      return { body: { documentId: operation.name, variables }, expected };
    });
    const asks = new Map([
      [TRUSTED, trusted],
      [GUARDED, guarded],
    ]);
    const entrants = [
      ...this.#byName,
      [TRUSTED, this.#graph] as const,
      [FLOOR, this.#floor] as const,
    ].map(([name, contender]) => ({ name, contender, questions: asks.get(name) ?? questions }));
    return await measureInTurns(entrants, {
      count: WINDOWS[scale],
      warmUp: WARM_UP_WINDOWS[scale],
      seconds: WINDOW_SECONDS,
      firstRequests: FIRST_REQUESTS,
    });
  }

  [Symbol.dispose](): void {
    for (const contender of this.#byName.values()) contender[Symbol.dispose]();
    this.#floor[Symbol.dispose]();
  }

  get #graph(): Contender {
    const graph = this.#byName.get(GRAPH);
    if (graph === undefined) throw new Error('the server under test was expected');
    return graph;
  }

  /** With the answers of one of them, which are expected. */
  async #questions({ query, variables }: Operation, answerer: string): Promise<Question[]> {
    const contender = this.#byName.get(answerer) ?? this.#graph;
    const questions: Question[] = [];
    for (const each of variables) {
      const body = { query, variables: each };
      questions.push({ body, expected: await contender.send(body) });
    }
    return questions;
  }
}

const PEER = '../peers/api-peer.ts';

/** Answers to all that will be asked of it. */
async function floorOf(graph: Contender): Promise<Contender> {
  const message: [string, string][] = [];
  for (const { query, variables } of OPERATIONS) {
    for (const each of variables) {
      const body = { query, variables: each };
      message.push([JSON.stringify(body), await graph.send(body)]);
    }
  }
  return await Contender.start({ file: PEER, args: [FLOOR], message });
}

/** The keys of all items, in the order in which they are answered. */
async function orderOf(graph: Contender): Promise<string[]> {
  const answer = await graph.send({ query: '{ items { key } }' });
  const { data } = JSON.parse(answer) as { data: { items: { key: string }[] } };
  return data.items.map(({ key }) => key);
}

function judge({ name }: Operation, rates: Rates): BenchRow[] {
  const unit = 'requests/CPU s';
  const row = (what: string, value: number, target?: number) =>
    benchRow({ name: `${name}: ${what}`, value, unit: 'x', target });
  const rateRow = (label: string, each: readonly number[]) =>
    benchRow({ name: label, value: medianOf(each), unit });
  return [
    rateRow(name, ratesOf(rates, GRAPH)),
    ...[...rates]
      .filter(([other]) => other !== GRAPH)
      .map(([other, each]) => rateRow(`${name}: ${other}`, each)),
    row('over yoga', ratio(rates, GRAPH, YOGA), OVER_YOGA.get(name)),
    ...(name === NESTED
      ? [row('over graphql-jit', ratio(rates, GRAPH, YOGA_JIT), NESTED_OVER_JIT)]
      : []),
    row('trusted, of node:http', ratio(rates, TRUSTED, FLOOR), TRUSTED_SHARE),
    benchRow({
      name: `${name}: cost with permissions`,
      value: ratio(rates, GRAPH, GUARDED),
      unit: 'x',
      target: GUARDED_COST,
      better: 'LOWER',
    }),
  ];
}
