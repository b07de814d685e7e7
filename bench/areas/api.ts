/**
 * GraphQL over HTTP: requests per second of the server's processor time, beside other servers over
 * JavaScript objects that hold the same, and beside node:http with answers that are ready. All
 * answer byte for byte alike.
 */

import { Contender, type Question } from '../api/contender.ts';
import { OPERATIONS, type Operation, PRODUCTS } from '../api/items.ts';
import { API_PEERS, installPeers } from '../api/peers.ts';
import { type BenchRow, benchRow, medianOf } from '../measure.ts';

const WINDOWS = 5;
const WINDOW_SECONDS = { full: 1.5, quick: 0.3 } as const;
/** Until the compilers have done their last: a server needs tens of thousands of small requests. */
const WARM_UP_WINDOWS = 4;
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
const GRAPH = 'massive-graph';
const TRUSTED = 'trusted documents';
const GUARDED = 'with permissions';
const FLOOR = 'node:http with bytes';

export async function rows({ quick }: { readonly quick: boolean }): Promise<BenchRow[]> {
  const scale = quick ? 'quick' : 'full';
  return await rowsOf(WINDOW_SECONDS[scale], PRODUCTS[scale]);
}

/** Each window of a row takes about this many seconds of processor time. */
export async function rowsOf(windowSeconds: number, products: number): Promise<BenchRow[]> {
  using contenders = await Contenders.start(products);
  const measured: BenchRow[] = [];
  for (const operation of OPERATIONS) {
    measured.push(...judge(operation, await contenders.measure(operation, windowSeconds)));
  }
  return measured;
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

  /** The rate of each contender, which take turns. */
  async measure(operation: Operation, windowSeconds: number): Promise<ReadonlyMap<string, number>> {
    const questions = await this.#questions(operation, YOGA);
    // Its nodes have other ids, by which lists are in order.
    const guarded = await this.#questions(operation, GUARDED);
    const trusted = questions.map(({ body, expected }) => {
      const { variables } = body as { readonly variables: object };
      return { body: { documentId: operation.name, variables }, expected };
    });
    const entrants = [
      ...this.#byName,
      [TRUSTED, this.#graph] as const,
      [FLOOR, this.#floor] as const,
    ];
    const asks = new Map([
      [TRUSTED, trusted],
      [GUARDED, guarded],
    ]);
    const rates = new Map<string, number[]>();
    const counts = new Map<string, number>();
    for (let window = -WARM_UP_WINDOWS; window < WINDOWS; window++) {
      for (const [name, contender] of entrants) {
        const asked = asks.get(name) ?? questions;
        const count = Math.ceil(counts.get(name) ?? FIRST_REQUESTS);
        const rate = await contender.rate(asked, count);
        counts.set(name, rate * windowSeconds);
        if (window >= 0) rates.set(name, [...(rates.get(name) ?? []), rate]);
      }
    }
    return new Map([...rates].map(([name, each]) => [name, medianOf(each)]));
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

function judge({ name }: Operation, rates: ReadonlyMap<string, number>): BenchRow[] {
  const unit = 'requests/CPU s';
  const value = rates.get(GRAPH) ?? 0;
  const beside = [...rates].filter(([other]) => other !== GRAPH);
  const ratioTo = (other: string) => {
    const rate = rates.get(other);
    return rate === undefined ? undefined : { value: value / rate, rate };
  };
  const yoga = ratioTo(YOGA);
  const jit = name === NESTED ? ratioTo(YOGA_JIT) : undefined;
  const floor = rates.get(FLOOR) ?? 0;
  const trusted = (rates.get(TRUSTED) ?? 0) / floor;
  const cost = value / (rates.get(GUARDED) ?? 0);
  return [
    benchRow({ name, value, unit }),
    ...beside.map(([other, rate]) => benchRow({ name: `${name}: ${other}`, value: rate, unit })),
    ...(yoga === undefined
      ? []
      : [
          benchRow({
            name: `${name}: over yoga`,
            value: yoga.value,
            unit: 'x',
            target: OVER_YOGA.get(name),
          }),
        ]),
    ...(jit === undefined
      ? []
      : [
          benchRow({
            name: `${name}: over graphql-jit`,
            value: jit.value,
            unit: 'x',
            target: NESTED_OVER_JIT,
          }),
        ]),
    benchRow({
      name: `${name}: trusted, of node:http`,
      value: trusted,
      unit: 'x',
      target: TRUSTED_SHARE,
    }),
    benchRow({
      name: `${name}: cost with permissions`,
      value: cost,
      unit: 'x',
      target: GUARDED_COST,
      better: 'LOWER',
    }),
  ];
}
