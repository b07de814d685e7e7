/**
 * Writers that read a counter, add to what they read and write it back, with `ifVersion` and all at
 * once, over HTTP. Whoever is refused reads again. What the counters come to is how many updates
 * were acknowledged, or one was lost.
 */

import { setImmediate } from 'node:timers/promises';
import { assert } from '../../src/base/assert.ts';
import type { NewEntry } from '../../src/log/log.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import { type RunningServer, serveSpace } from '../../src/server/serve.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import type { Draft, Space } from '../../src/space/space.ts';
import { Seeded } from '../seeded.ts';

const DEFINITION = `
  type Counter @node {
    name: ID! @id
    count: Int!
    note: String
    shelves: [Shelf!]! @relationship(type: "ON", direction: OUT)
  }
  type Shelf @node { name: ID! @id counters: [Counter!]! @relationship(type: "ON", direction: IN) }
`;
const COUNTERS = ['a', 'b'] as const;
export const WRITERS = 6;
/** A writer that is refused more often than all others together can write is stuck. */
const ATTEMPTS_MAX = 200;
/** Turns of the event loop that an append takes, in which others come to wait. */
const APPEND_TURNS = 4;

/** How a draft is altered to see that the loss is found out. */
export type Plant = (draft: Draft) => Draft;

export interface LostUpdatesOptions {
  readonly seed: number;
  readonly rounds: number;
  readonly plant?: Plant;
  /** Whether writers say what they read. */
  readonly isBlind?: boolean;
}

export interface LostUpdates {
  readonly acknowledged: number;
  readonly conflicts: number;
  /** Transactions beyond the first of a commit. */
  readonly shared: number;
  /** By the form of the mutation. */
  readonly forms: ReadonlyMap<string, number>;
  /** What was lost; undefined where nothing was. */
  readonly difference: string | undefined;
}

/** Others wait while it appends, and then share a commit. */
class SlowLog extends MemoryLog {
  override async append(entries: readonly NewEntry[]): Promise<void> {
    for (let turn = 0; turn < APPEND_TURNS; turn++) await setImmediate();
    await super.append(entries);
  }
}

export async function runLostUpdates(options: LostUpdatesOptions): Promise<LostUpdates> {
  const { plant } = options;
  const space = await openMemorySpace({
    definition: { source: DEFINITION },
    log: new SlowLog(),
    random: new Seeded(options.seed),
  });
  const server = await serveSpace(plant === undefined ? space : planted(space, plant), {
    port: 0,
    metricsPort: 0,
    syncPort: 0,
  });
  try {
    return await new Rounds(server, space, options).run();
  } finally {
    await server[Symbol.asyncDispose]();
    await space[Symbol.asyncDispose]();
  }
}

class Rounds {
  readonly #server: RunningServer;
  readonly #space: Space;
  readonly #options: LostUpdatesOptions;
  readonly #random: Seeded;
  readonly #forms = new Map<string, number>();
  #acknowledged = 0;
  #conflicts = 0;
  #shared = 0;

  constructor(server: RunningServer, space: Space, options: LostUpdatesOptions) {
    this.#server = server;
    this.#space = space;
    this.#options = options;
    this.#random = new Seeded(options.seed);
  }

  async run(): Promise<LostUpdates> {
    this.#space.watchGroups(({ commits, transactions }) => {
      this.#shared += transactions - commits;
    });
    await this.#send(
      `mutation { createShelves(input: { name: "s", counters: { create: [${COUNTERS.map(
        (name) => `{ node: { name: "${name}", count: 0 } }`,
      )}] } }) { info { nodesCreated } } }`,
    );
    let difference: string | undefined;
    for (let round = 0; round < this.#options.rounds && difference === undefined; round++) {
      await Promise.all(Array.from({ length: WRITERS }, () => this.#addOne()));
      difference = await this.#difference(round);
    }
    const [acknowledged, conflicts] = [this.#acknowledged, this.#conflicts];
    return { acknowledged, conflicts, shared: this.#shared, forms: this.#forms, difference };
  }

  async #addOne(): Promise<void> {
    const random = this.#random;
    const name = random.pick(COUNTERS);
    // Another field changes what others have read, too.
    const note = random.chance(0.1) ? `, note: { set: "${random.below(1000)}" }` : '';
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const read = await this.#send(`{ counter(where: { name: { eq: "${name}" } }) {
        count version } }`);
      const { count, version } = read.data.counter as { count: number; version: string };
      const form = random.pick(FORMS);
      const asked = this.#options.isBlind === true ? '' : `, ifVersion: "${version}"`;
      const update = `update: { count: { set: ${count + 1} }${note} }`;
      const answer = await this.#send(`mutation { ${form.text({ name, asked, update })} }`);
      const code = form.code(answer);
      if (code === undefined) {
        this.#acknowledged += 1;
        this.#forms.set(form.name, (this.#forms.get(form.name) ?? 0) + 1);
        return;
      }
      assert(code === 'CONFLICT', `a writer is refused for a conflict alone, not for ${code}`);
      this.#conflicts += 1;
    }
    throw new Error(`a writer expected at most ${ATTEMPTS_MAX} attempts`);
  }

  async #difference(round: number): Promise<string | undefined> {
    const { data } = await this.#send('{ counters { count } }');
    const counts = (data.counters as { count: number }[]).map(({ count }) => count);
    const sum = counts.reduce((total, count) => total + count, 0);
    if (sum === this.#acknowledged) return undefined;
    return `round ${round}: ${this.#acknowledged} updates were acknowledged, counted are ${sum}`;
  }

  async #send(query: string): Promise<Answer> {
    const response = await fetch(this.#server.graphql, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    return (await response.json()) as Answer;
  }
}

interface Answer {
  readonly data: Readonly<Record<string, unknown>>;
  readonly errors?: readonly { readonly message: string; readonly extensions: { code: string } }[];
}

interface Form {
  readonly name: string;
  readonly text: (parts: {
    readonly name: string;
    readonly asked: string;
    readonly update: string;
  }) => string;
  /** Of the refusal, if it was one. */
  readonly code: (answer: Answer) => string | undefined;
}

const where = (name: string) => `where: { name: { eq: "${name}" } }`;
const plainCode = ({ errors }: Answer) => errors?.[0]?.extensions.code;
const codeIn = (result: unknown) => (result as { readonly code?: string }).code;

/** Every way to update a node of a version. */
const FORMS: readonly Form[] = [
  {
    name: 'update',
    text: ({ name, asked, update }) =>
      `updateCounters(${where(name)}, ${update}${asked}) { info { nodesCreated } }`,
    code: plainCode,
  },
  {
    name: 'try',
    text: ({ name, asked, update }) => `tryUpdateCounters(${where(name)}, ${update}${asked}) {
      ... on MutationError { code } }`,
    code: ({ data }) => codeIn(data.tryUpdateCounters),
  },
  {
    name: 'batch',
    text: ({ name, asked, update }) => `batchCounters(operations: [
      { update: { ${where(name)}, ${update}${asked} } }]) { ... on MutationError { code } }`,
    code: ({ data }) => codeIn((data.batchCounters as unknown[])[0]),
  },
  {
    name: 'nested',
    text: ({ name, asked, update }) => `updateShelves(update: { counters: [{ update: [
      { where: { node: { name: { eq: "${name}" } } }, node: ${update.slice(8)}${asked} }] }] }) {
      info { nodesCreated } }`,
    code: plainCode,
  },
];

function planted(space: Space, plant: Plant): Space {
  return replacing(space, {
    write: ((options, build) =>
      space.write(options, (draft) => build(plant(draft)))) satisfies Space['write'],
  });
}

/** An object with some of its members replaced; its private ones stay where they are. */
export function replacing<T extends object>(object: T, members: Partial<T>): T {
  return new Proxy(object, {
    get: (target, key) => {
      if (Object.hasOwn(members, key)) return Reflect.get(members, key);
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  });
}
