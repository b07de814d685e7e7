/**
 * One random history, delivered in many orders. What cannot be taken yet is sent again later.
 * Replicas that hold the same items come to one state, which is that of the reference; what they
 * mask at each arrival is what the chain so far says; and what is left over waits for a reason.
 */

import { toHex } from '../../src/base/bytes.ts';
import { systemClock } from '../../src/base/clock.ts';
import { readMasked } from '../../src/space/masked.ts';
import { AuthorityReplica, type ReplicaImage } from '../fixture/authority-replica.ts';
import { Seeded } from '../seeded.ts';
import { type CommitItem, type History, HistoryWriter, type Item } from './authority-history.ts';
import { AuthorityOracle } from './authority-oracle.ts';
import { stateDifference } from './authority-state.ts';
import type { AuthorityTally } from './authority-tally.ts';

/** Histories of up to so many items are delivered in every order. */
export const EVERY_ORDER_ITEMS_MAX = 7;
const LARGE_ORDERS = 4;
const GROUP_COMMITS_MAX = 6;

export interface HistoryOptions {
  readonly seed: number;
  readonly tally: AuthorityTally;
  /** Chosen by the seed where absent. */
  readonly itemCount?: number;
}

/** Returns what is wrong; undefined when nothing is. */
export async function runHistory(options: HistoryOptions): Promise<string | undefined> {
  const { seed, tally } = options;
  const random = new Seeded(seed);
  const itemCount = options.itemCount ?? randomCount(random);
  const history = new HistoryWriter(random).history(itemCount);
  const run = new HistoryRun(history, random, tally);
  const isSmall = itemCount <= EVERY_ORDER_ITEMS_MAX;
  try {
    if (isSmall) await run.everyOrder();
    else for (let order = 0; order < LARGE_ORDERS; order++) await run.randomOrder();
  } catch (error) {
    if (!(error instanceof Difference)) throw error;
    return `${error.message}\n${describe(history)}`;
  }
  tally.history(itemCount, run.orders);
  return undefined;
}

function randomCount(random: Seeded): number {
  const choice = random.below(100);
  if (choice < 3) return 200;
  if (choice < 20) return random.between(40, 100);
  return random.between(EVERY_ORDER_ITEMS_MAX + 1, 40);
}

class Difference extends Error {}

class HistoryRun {
  readonly #history: History;
  readonly #random: Seeded;
  readonly #tally: AuthorityTally;
  /** By the items that were taken, what replicas came to. */
  readonly #states = new Map<string, string>();
  orders = 0;

  constructor(history: History, random: Seeded, tally: AuthorityTally) {
    this.#history = history;
    this.#random = random;
    this.#tally = tally;
  }

  async everyOrder(): Promise<void> {
    await this.#everyOrderFrom(await this.#begin());
  }

  /** One order, in groups; what waits is sent again in the next round. */
  async randomOrder(): Promise<void> {
    const random = this.#random;
    let delivery = await this.#begin();
    let waiting = shuffled(this.#history.items, random);
    for (;;) {
      const left: Item[] = [];
      for (let at = 0; at < waiting.length; ) {
        const group = groupAt(waiting, at, random.between(1, GROUP_COMMITS_MAX));
        left.push(...(await delivery.takeGroup(group)));
        at += group.length;
      }
      if (left.length === waiting.length) break;
      waiting = left;
      if (random.chance(0.2)) delivery = await delivery.restarted();
    }
    await this.#finish(delivery);
  }

  async #begin(): Promise<Delivery> {
    const { founding } = this.#history;
    const replica = await AuthorityReplica.open(founding, this.#random);
    return new Delivery(this.#history, replica, this.#tally);
  }

  /** Every order in which what is left can be taken; what waits here is tried again further on. */
  async #everyOrderFrom(delivery: Delivery): Promise<void> {
    const image = delivery.replica.image();
    const from = [...delivery.taken];
    let isEnd = true;
    let next: Delivery | undefined = delivery;
    for (const item of this.#history.items) {
      if (from.includes(item)) continue;
      next ??= await delivery.fork(image, from);
      if (!(await next.take(item))) continue;
      isEnd = false;
      await this.#everyOrderFrom(next);
      next = undefined;
    }
    if (isEnd) await this.#finish(delivery);
  }

  async #finish(delivery: Delivery): Promise<void> {
    this.orders += 1;
    const { taken } = delivery;
    const name = this.#history.items.map((item) => (taken.includes(item) ? 1 : 0)).join('');
    const state = delivery.replica.hashes();
    const known = this.#states.get(name);
    if (known === state) return;
    if (known !== undefined) throw new Difference(`${state} expected ${known}, after ${name}`);
    delivery.expectLeftWaits();
    await delivery.expectState();
    this.#states.set(name, state);
    if (taken.length < this.#history.items.length) this.#tally.hit('outcomes with items left');
    if (this.#states.size === 2) this.#tally.hit('histories with several outcomes');
    this.#tally.outcome(new AuthorityOracle(this.#history, taken), taken);
  }
}

/** A replica, and what it has taken so far. */
class Delivery {
  readonly #history: History;
  readonly #tally: AuthorityTally;
  readonly replica: AuthorityReplica;
  readonly taken: Item[];

  constructor(
    history: History,
    replica: AuthorityReplica,
    tally: AuthorityTally,
    taken: readonly Item[] = [],
  ) {
    this.#history = history;
    this.replica = replica;
    this.#tally = tally;
    this.taken = [...taken];
  }

  async take(item: Item): Promise<boolean> {
    return (await this.takeGroup([item])).length === 0;
  }

  /** One record, or some commits; answers what is left. */
  async takeGroup(group: readonly Item[]): Promise<Item[]> {
    const [record] = group;
    if (record?.kind === 'record') {
      const before = new AuthorityOracle(this.#history, this.taken);
      const rebuilds = this.replica.rebuilds;
      const error = await this.replica.receiveRecord(record.record);
      const expected = before.whyRecordNot(this.#history, this.taken, record);
      const actual = error?.facts.reason ?? (error?.code === 'REFUSED' ? 'another height' : error);
      if (actual !== expected) {
        throw new Difference(`record ${record.height} expected ${expected}, got ${error?.stack}`);
      }
      if (error !== undefined) {
        if (expected === 'node.unknown') this.#tally.hit('records that wait for a node');
        return [record];
      }
      this.taken.push(record);
      const after = new AuthorityOracle(this.#history, this.taken);
      if (this.replica.rebuilds > rebuilds) this.#tally.rebuilt(before, after, this.taken);
      return [];
    }
    const items = group.filter((item) => item.kind === 'commit');
    const verdicts = await this.replica.receive(items.map(({ commit }) => commit));
    return items.filter((item, index) => {
      const verdict = verdicts[index];
      if (verdict?.kind === 'refused') {
        const isNode = verdict.error.facts.reason === 'node.unknown';
        if (isNode) this.#tally.hit('commits that wait for a node');
        return true;
      }
      this.taken.push(item);
      this.#expectMasked(item, verdict?.kind === 'applied' ? (verdict.masked ?? []) : []);
      return false;
    });
  }

  /** Another that goes on from where this one was. */
  async fork(image: ReplicaImage, taken: readonly Item[]): Promise<Delivery> {
    const replica = await this.replica.fork(image);
    return new Delivery(this.#history, replica, this.#tally, taken);
  }

  async restarted(): Promise<Delivery> {
    const image = this.taken.length % 2 === 0 ? this.replica.image() : undefined;
    const again = await this.replica.restarted(image);
    if (again.hashes() !== this.replica.hashes()) {
      throw new Difference(`a start expected ${this.replica.hashes()}, got ${again.hashes()}`);
    }
    this.#tally.hit(image === undefined ? 'starts from the log' : 'starts from an image');
    return new Delivery(this.#history, again, this.#tally, this.taken);
  }

  expectLeftWaits(): void {
    const oracle = new AuthorityOracle(this.#history, this.taken);
    for (const item of this.#history.items) {
      if (this.taken.includes(item)) continue;
      const why =
        item.kind === 'commit'
          ? oracle.whyNot(item)
          : oracle.whyRecordNot(this.#history, this.taken, item);
      if (why === undefined) throw new Difference(`left without a reason: ${describeItem(item)}`);
    }
  }

  async expectState(): Promise<void> {
    const reference = new AuthorityOracle(this.#history, this.taken).graph();
    const difference = stateDifference(this.replica.view, reference);
    if (difference !== undefined) throw new Difference(difference);
    await this.#expectReasons();
    const again = await this.replica.restarted();
    if (again.hashes() === this.replica.hashes()) return;
    throw new Difference(`a start expected ${this.replica.hashes()}, got ${again.hashes()}`);
  }

  /** What the log tells of what is masked is all of it, and names a right that is lacking. */
  async #expectReasons(): Promise<void> {
    const oracle = new AuthorityOracle(this.#history, this.taken);
    const expected = this.taken.flatMap((item) =>
      item.kind === 'commit' ? oracle.masked(item).map((index) => `${hashOf(item)} ${index}`) : [],
    );
    const { log } = this.replica;
    const found: string[] = [];
    await readMasked(log, { clock: systemClock, random: new Seeded(1) }, ({ position, index }) => {
      found.push(`${toHex(log.hashOf(position) ?? new Uint8Array())} ${index}`);
    });
    this.#tally.hit('reasons of masked transactions', found.length);
    if (String(found.sort()) === String(expected.sort())) return;
    throw new Difference(`masked in the log expected [${expected}], got [${found}]`);
  }

  #expectMasked(item: CommitItem, masked: readonly number[]): void {
    const expected = new AuthorityOracle(this.#history, this.taken).masked(item);
    this.#tally.hit('transactions masked at arrival', masked.length);
    if (String(masked) === String(expected)) return;
    throw new Difference(`masked expected [${expected}], got [${masked}] of ${describeItem(item)}`);
  }
}

function hashOf({ commit }: CommitItem): string {
  return toHex(commit.hash);
}

/** A record alone; commits up to the next record. */
function groupAt(items: readonly Item[], at: number, most: number): Item[] {
  const group: Item[] = [];
  for (const item of items.slice(at, at + most)) {
    if (item.kind === 'record') return group.length === 0 ? [item] : group;
    group.push(item);
  }
  return group;
}

function shuffled(items: readonly Item[], random: Seeded): Item[] {
  const left = [...items];
  // A whole shuffle makes all wait for the first; mostly, items come near their place.
  const reach = random.pick([2, 5, left.length]);
  return items.map(() => {
    const [item] = left.splice(random.below(Math.min(reach, left.length)), 1);
    if (item === undefined) throw new Error('expected an item for each place, got none');
    return item;
  });
}

function describe({ founding, items }: History): string {
  const records = founding.map(({ body }) => JSON.stringify(body, plain));
  return [...records, ...items.map(describeItem)].join('\n');
}

function describeItem(item: Item): string {
  if (item.kind === 'record') return JSON.stringify(item.record.body, plain);
  const { commit, cited, transactions } = item;
  const { author, sequence, clock } = commit.header;
  const head = { author, sequence, clock, cited, hash: commit.hash };
  return `${JSON.stringify(head, plain)}\n    ${transactions
    .map((transaction) => JSON.stringify(transaction, plain))
    .join('\n    ')}`;
}

function plain(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex').slice(0, 8) : value;
}
