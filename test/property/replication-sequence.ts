/**
 * A few replicas of one space, connections between them that come and go, writes on all of them,
 * and records of the chain, seals too: once all are connected again, they hold the same, and each
 * holds every transaction that any of them has acknowledged, once.
 */

import { DatabaseError, ErrorCode } from '../../src/base/errors.ts';
import { cidText } from '../../src/crypto/identifier.ts';
import { decodeCommit } from '../../src/delta/commit.ts';
import { readPayload, transactionId } from '../../src/delta/payload-reader.ts';
import { ListValue } from '../../src/delta/value.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import type { OpenSpace } from '../../src/space/open-space.ts';
import type { SequenceChange } from '../../src/space/sequence-change.ts';
import type { Draft } from '../../src/space/space.ts';
import { joinSpace, PeerLink } from '../fixture/peer-network.ts';
import { Seeded } from '../seeded.ts';

const SDL = `type Place @node { code: ID! @id name: String visits: Int tags: [String!] @set
  steps: [Int!] @sequence }
type Total @node { code: ID! @id counted: Int added: Int }`;
const ACTOR = { actor: 'user:*' };
const STEPS = 60;
const PLACES = 5;
const TOTAL = 'total';
const SETTLE_MILLISECONDS = 20_000;

export interface ReplicationTally {
  commits: number;
  /** Connections that were cut before both sides held the same. */
  cuts: number;
  /** Commits that were written while their replica had no connection. */
  alone: number;
  revocations: number;
  seals: number;
  /** Transactions that were signed again, since a seal had left them out. */
  again: number;
  /** Commits that a seal has left out on a replica that held them. */
  givenUp: number;
  /** Values that were added to sets, and removed from them. */
  added: number;
  removed: number;
  /** Values that were inserted into sequences, and moved there. */
  inserted: number;
  moved: number;
  /** Replicas that began with what was sealed, and commits that these did not take. */
  based: number;
  past: number;
  /** Entries that could not be taken when they came, and were sent again. */
  framesSent: number;
}

export function emptyTally(): ReplicationTally {
  return {
    commits: 0,
    cuts: 0,
    alone: 0,
    revocations: 0,
    seals: 0,
    again: 0,
    givenUp: 0,
    added: 0,
    removed: 0,
    inserted: 0,
    moved: 0,
    based: 0,
    past: 0,
    framesSent: 0,
  };
}

export interface ReplicationOptions {
  readonly seed: number;
  readonly tally: ReplicationTally;
  /** Plants a bug in what connects two replicas. */
  readonly plant?: (link: PeerLink) => void;
  readonly settleMilliseconds?: number;
}

/** Returns what is wrong at the end; undefined where nothing is. */
export async function runReplication(options: ReplicationOptions): Promise<string | undefined> {
  await using world = await World.open(options);
  for (let step = 0; step < STEPS; step++) await world.step();
  return await world.settle();
}

class World implements AsyncDisposable {
  readonly #options: ReplicationOptions;
  readonly #random: Seeded;
  /** Sequences are changed by draws of their own. */
  readonly #sequenceRandom: Seeded;
  readonly #spaces: OpenSpace[];
  readonly #links = new Map<string, PeerLink>();
  /** What was acknowledged: by the id of the transaction, the CID of its commit. */
  readonly #acknowledged = new Map<string, string>();
  /** Of the two totals, what was acknowledged. */
  #added = 0n;
  #hasRevoked = false;
  #hasSealed = false;
  #hasJoined = false;
  readonly #errors: (DatabaseError | undefined)[] = [];

  private constructor(options: ReplicationOptions, random: Seeded, spaces: OpenSpace[]) {
    this.#options = options;
    this.#random = random;
    this.#sequenceRandom = new Seeded(options.seed + 1);
    this.#spaces = spaces;
  }

  static async open(options: ReplicationOptions): Promise<World> {
    const random = new Seeded(options.seed);
    const host = await openMemorySpace({ definition: { source: SDL } });
    await host.write(ACTOR, (draft) => {
      draft.setNodeValue(draft.createNode('Total', { key: TOTAL }), 'added', 0n);
    });
    const spaces = [host];
    const others = random.between(1, 3);
    for (let index = 0; index < others; index++) {
      const space = await joinSpace(host);
      spaces.push(space);
      await host.certifyAuthor(space.author, `replica ${index}`);
    }
    return new World(options, random, spaces);
  }

  async step(): Promise<void> {
    const random = this.#random;
    const draw = random.below(100);
    if (draw < 50) await this.#write(random.pick(this.#spaces));
    else if (draw < 70) this.#connect(...this.#pair());
    else if (draw < 82) this.#cut();
    else if (draw < 84) await this.#revoke();
    else if (draw < 88) await this.#seal();
    else if (draw < 94) await this.#join();
    else for (let turn = random.below(20); turn > 0; turn--) await nextTurn();
  }

  /** Connects all of them, some by way of others alone, and waits. */
  async settle(): Promise<string | undefined> {
    const isMesh = this.#random.chance(0.5);
    const until = performance.now() + (this.#options.settleMilliseconds ?? SETTLE_MILLISECONDS);
    for (let at = 1; at < this.#spaces.length; at++) {
      for (let to = isMesh ? 0 : at - 1; to < at; to++) this.#connect(to, at);
    }
    while (!this.#isSettled) {
      this.#renew();
      if (performance.now() > until) return this.#describe();
      await new Promise((next) => setTimeout(next, 2));
    }
    for (const link of this.#links.values()) this.#leave(link);
    return this.#errors.some((error) => error !== undefined) ? this.#describe() : this.#missing();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const link of this.#links.values()) link[Symbol.dispose]();
    for (const space of this.#spaces) await space[Symbol.asyncDispose]();
  }

  get #isSettled(): boolean {
    const [first, ...others] = this.#spaces;
    if (first === undefined) return true;
    const isEven = [...this.#links.values()].every((link) => link.isEven);
    if (this.#spaces.some(({ replicated }) => replicated.past?.isWhole === false)) return false;
    const lengthOf = ({ position, replicated }: OpenSpace) => position - replicated.givenUp;
    const isLong = (space: OpenSpace) => lengthOf(space) === lengthOf(first);
    return isEven && others.every(isLong) && others.every((space) => isAlike(space, first));
  }

  /** What was acknowledged is everywhere, once, and nothing else is. */
  #missing(): string | undefined {
    const { tally } = this.#options;
    tally.commits += this.#acknowledged.size;
    for (const [index, space] of this.#spaces.entries()) {
      const counted = countedTransactions(space);
      const ids = new Map(counted);
      const lost = [...this.#acknowledged.keys()].filter((id) => !ids.has(id));
      if (lost.length > 0) return `replica ${index} lacks ${lost.length} transactions: ${lost[0]}`;
      if (ids.size < counted.length) return `replica ${index} holds a transaction twice`;
      // The total is made by one that nobody has counted.
      if (ids.size !== this.#acknowledged.size + 1) return `replica ${index} holds others`;
      tally.givenUp += space.replicated.givenUp;
      if (index > 0) continue;
      for (const [id, commit] of this.#acknowledged) if (ids.get(id) !== commit) tally.again += 1;
    }
    return this.#hasRevoked ? undefined : this.#miscounted();
  }

  /** Each acknowledged increment counts once. */
  #miscounted(): string | undefined {
    for (const { graph } of this.#spaces) {
      const total = graph.nodeByKey('Total', TOTAL);
      if (total === undefined) return 'the total is gone';
      for (const [path, start] of [
        ['counted', null],
        ['added', 0n],
      ] as const) {
        const sum = graph.nodeValue(total, path);
        const expected = this.#added === 0n ? start : this.#added;
        if (sum !== expected) return `${path} is ${sum}, not ${expected}`;
      }
    }
    return undefined;
  }

  #describe(): string {
    const spaces = this.#spaces.map((space) => {
      const { position, replicated } = space;
      return `${position} entries, height ${replicated.height}, state ${space.stateHash()}`;
    });
    const errors = this.#errors.map((error) => error && `${error.code}: ${error.message}`);
    return [...spaces, ...errors.filter((error) => error !== undefined)].join('\n');
  }

  async #write(space: OpenSpace): Promise<void> {
    const isAlone = this.#linksOf(space) === 0;
    for (let count = this.#random.between(1, 4); count > 0; count--) {
      try {
        const amount = BigInt(this.#random.between(1, 9));
        // One that has not heard of the total would name no set.
        const knows = space.graph.nodeByKey('Total', TOTAL) !== undefined;
        const isCount = knows && this.#random.chance(0.2);
        const { commit, transaction } = await space.write(ACTOR, (draft) =>
          isCount ? addToTotal(draft, amount) : this.#change(draft),
        );
        if (commit !== undefined) this.#acknowledged.set(transaction, commit);
        if (isCount) this.#added += amount;
        if (isAlone) this.#options.tally.alone += 1;
      } catch (error) {
        // It has not heard of its certification yet, or has of its end.
        if (space !== this.#spaces[0] && isCode(error, ErrorCode.REFUSED)) return;
        throw error;
      }
    }
  }

  #change(draft: Draft): void {
    const random = this.#random;
    const key = `place ${random.below(PLACES)}`;
    const known = draft.nodeByKey('Place', key);
    if (known === undefined) {
      draft.createNode('Place', { key });
      return;
    }
    if (this.#sequenceRandom.chance(0.4)) this.#changeSteps(draft, known);
    const draw = random.below(16);
    if (draw === 0) draft.deleteNode(known);
    else if (draw >= 10) this.#changeTags(draft, known, draw < 12 ? 'add' : 'remove');
    else if (draw < 5) draft.setNodeValue(known, 'name', `name ${random.below(1_000)}`);
    else draft.incrementNodeValue(known, 'visits', BigInt(random.between(1, 9)));
  }

  /** Of few values, so that what one replica removes another one adds. */
  #changeTags(draft: Draft, id: string, verb: 'add' | 'remove'): void {
    const random = this.#random;
    const { tally } = this.#options;
    const tags = () => {
      const value = draft.nodeValue(id, 'tags');
      return value instanceof ListValue ? value.items : [];
    };
    const before = tags().length;
    const some = [`tag ${random.below(4)}`, `tag ${random.below(4)}`];
    if (verb === 'add') draft.addToNodeSet(id, 'tags', some);
    else draft.removeFromNodeSet(id, 'tags', tags().slice(random.below(2)));
    tally.added += Math.max(0, tags().length - before);
    tally.removed += Math.max(0, before - tags().length);
  }

  /** At few positions, so that replicas write in one place. */
  #changeSteps(draft: Draft, id: string): void {
    const random = this.#sequenceRandom;
    const { tally } = this.#options;
    const value = draft.nodeValue(id, 'steps');
    const length = value instanceof ListValue ? value.items.length : 0;
    const at = random.below(Math.min(length, 3) + 1);
    const change = (made: SequenceChange) => draft.changeNodeSequence(id, 'steps', made);
    if (at < length && random.chance(0.3)) {
      change({ operation: 'move', from: length - 1, to: at });
      tally.moved += 1;
    } else if (at < length && random.chance(0.2)) change({ operation: 'remove', at, count: 1 });
    else {
      const values = [BigInt(random.below(100)), BigInt(random.below(100))];
      change(
        random.chance(0.3) ? { operation: 'append', values } : { operation: 'insert', at, values },
      );
      tally.inserted += values.length;
    }
  }

  async #revoke(): Promise<void> {
    const [host, ...others] = this.#spaces;
    const space = this.#random.pick(others);
    if (host === undefined || others.length < 2 || this.#hasRevoked || this.#hasSealed) return;
    this.#hasRevoked = true;
    this.#options.tally.revocations += 1;
    await host.access.revoke({ authors: [space.author] });
  }

  /** One comes later than the others, to what is sealed. */
  async #join(): Promise<void> {
    const [host] = this.#spaces;
    const { tally } = this.#options;
    if (host === undefined || !this.#hasSealed || this.#hasJoined) return;
    this.#hasJoined = true;
    const from = this.#random.pick(
      this.#spaces.filter(({ replicated }) => replicated.past === undefined),
    );
    const space = await joinSpace(from);
    this.#spaces.push(space);
    await host.certifyAuthor(space.author, 'late');
    const { past } = space.replicated;
    if (past === undefined) return;
    tally.based += 1;
    tally.past += past.progress.entries;
  }

  /** What a revoked author has written and a seal leaves out comes back as little as it shows. */
  async #seal(): Promise<void> {
    const [host] = this.#spaces;
    if (host === undefined || this.#hasRevoked) return;
    this.#hasSealed = true;
    if (await host.seal()) this.#options.tally.seals += 1;
  }

  /** Those that a seal has ended begin anew. */
  #renew(): void {
    for (const [name, link] of this.#links) {
      if (!link.errors.some(isBegunAnew)) continue;
      this.#links.delete(name);
      link[Symbol.dispose]();
      const [from, to] = name.split(' ').map(Number);
      this.#connect(from ?? 0, to ?? 0);
    }
  }

  #pair(): [number, number] {
    const to = this.#random.between(1, this.#spaces.length - 1);
    return [this.#random.below(to), to];
  }

  #connect(from: number, to: number): void {
    const name = `${from} ${to}`;
    const [one, other] = [this.#spaces[from], this.#spaces[to]];
    if (one === undefined || other === undefined || this.#links.has(name)) return;
    const pair = this.#random.chance(0.5) ? ([one, other] as const) : ([other, one] as const);
    const link = new PeerLink(pair, { random: this.#random, mayJoin: () => true });
    this.#options.plant?.(link);
    this.#links.set(name, link);
  }

  #cut(): void {
    if (this.#links.size === 0) return;
    const [name, link] = this.#random.pick([...this.#links]);
    if (!link.isEven) this.#options.tally.cuts += 1;
    this.#links.delete(name);
    this.#leave(link);
  }

  #leave(link: PeerLink): void {
    if (!link.errors.some(isBegunAnew)) this.#errors.push(...link.errors);
    this.#options.tally.framesSent += link.there.frames + link.back.frames;
    link[Symbol.dispose]();
  }

  #linksOf(space: OpenSpace): number {
    const at = this.#spaces.indexOf(space);
    return [...this.#links.keys()].filter((name) => name.split(' ').includes(`${at}`)).length;
  }
}

function addToTotal(draft: Draft, amount: bigint): void {
  const total = draft.nodeByKey('Total', TOTAL);
  if (total === undefined) throw new Error('the total is never deleted');
  for (const path of ['counted', 'added']) draft.incrementNodeValue(total, path, amount);
}

/** Ids of the transactions that count, in the order of the log, with the CIDs of their commits. */
function countedTransactions({ replicated }: OpenSpace): [string, string][] {
  const ids: [string, string][] = [];
  for (let position = 1; position <= replicated.position; position++) {
    const commit = replicated.commitAt(position);
    if (commit?.bytes === undefined) continue;
    const { payloadBytes, layout, hash } = decodeCommit(commit.bytes);
    const cid = cidText(hash);
    for (const transaction of readPayload(payloadBytes, layout).transactions) {
      ids.push([transactionId(transaction), cid]);
    }
  }
  return ids;
}

function isBegunAnew(error: DatabaseError | undefined): boolean {
  return error?.message.includes('some that have no effect any more') === true;
}

function isAlike(space: OpenSpace, other: OpenSpace): boolean {
  return space.stateHash() === other.stateHash();
}

function isCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof DatabaseError && error.code === code;
}

function nextTurn(): Promise<void> {
  return new Promise((next) => setImmediate(next));
}
