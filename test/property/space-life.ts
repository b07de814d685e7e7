/**
 * The life of a space on a disk: many writers, another author whose commits come late, questions,
 * seals, restarts from snapshots and from the log alone, for so many seconds. Every answer is that
 * of the reference graph, which hears the log and nothing else; and the memory stays what it was
 * once the space had its size. Choices come from the seed; how commits meet is up to the machine.
 */

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeRecord } from '../../src/authority/record.ts';
import { assert } from '../../src/base/assert.ts';
import { sameBytes, toHex } from '../../src/base/bytes.ts';
import { systemClock } from '../../src/base/clock.ts';
import { DatabaseError, ErrorCode } from '../../src/base/errors.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { decodeCommit, signCommit } from '../../src/delta/commit.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import { EntryKind } from '../../src/log/log.ts';
import { openLogToRead } from '../../src/log/open-log.ts';
import { transactionOf } from '../../src/proof/make.ts';
import type { CommitOutcome } from '../../src/space/commit-intake.ts';
import { openSpace } from '../../src/space/open.ts';
import type { Space } from '../../src/space/space.ts';
import { ReferenceGraph } from '../reference/reference-graph.ts';
import { Seeded } from '../seeded.ts';
import { referenceTransactions } from './graph-commits.ts';
import { compareAll, compareSome } from './life-comparison.ts';
import {
  type ClientSet,
  clientDeltas,
  draftFirst,
  draftSome,
  LIFE_SDL,
  LIVE_NODES,
  type Live,
} from './life-world.ts';

const CLIENT_SEED = new Uint8Array(32).fill(0x2c);
const CLIENT = publicKeyOf(CLIENT_SEED);
const FIRST_CITIES_TOGETHER = 500;
const WRITES_MAX = 60;
/** What is asked about after each round, and how often all of it. */
const QUESTIONS = 20;
const ROUNDS_PER_COMPARISON = 40;
const ROUNDS_PER_SEAL = 8;
const ROUNDS_PER_RESTART = 250;
/** Beside the seals of the rounds, the space takes its own, and snapshots while writing goes on. */
const OPTIONS = { sealEvery: 50, snapshotLogBytes: 500_000 };
/** How much more than in the first part of its life a space may take; shorter ones do not tell. */
const GROWTH_MAX = 1.1;
const EARLY_SHARE = 1 / 3;
const MEASURED_SECONDS_LEAST = 60;
/** How many of the two snapshots are gone, from start to start. */
const LOST = [2, 0, 0, 1, 0, 0, 0, 1, 0, 0] as const;
const KNOWN_SETS = 60;
/** Refusals that a writer meets who has seen an earlier graph. */
const EXPECTED: ReadonlySet<ErrorCode> = new Set([ErrorCode.NOT_FOUND, ErrorCode.ALREADY_EXISTS]);

export interface LifeTally {
  rounds: number;
  commits: number;
  transactions: number;
  /** Writes that were refused, and commits of the other author. */
  refused: number;
  received: number;
  seals: number;
  /** That were taken while writing went on. */
  snapshots: number;
  /** From the newest snapshot, from the one before it, and from the log alone. */
  restarts: [newest: number, older: number, none: number];
  /** Of these, after a seal that was under way while the space closed. */
  sealedLast: number;
  questions: number;
  /** The most bytes of the image but for commits, in the first part, and at all. */
  bytesBefore: number;
  bytesMost: number;
}

export interface LifeOptions {
  readonly directory: string;
  readonly seed: number;
  readonly seconds: number;
}

/** Throws at the first answer that differs, and where the memory grows. */
export async function liveOn(options: LifeOptions): Promise<LifeTally> {
  const life = await Life.begin(options);
  const end = performance.now() + options.seconds * 1000;
  try {
    while (performance.now() < end) await life.round();
    await life.end();
  } finally {
    await life.close();
  }
  return life.tally;
}

class Life {
  readonly tally: LifeTally = {
    rounds: 0,
    commits: 0,
    transactions: 0,
    refused: 0,
    received: 0,
    seals: 0,
    snapshots: 0,
    restarts: [0, 0, 0],
    sealedLast: 0,
    questions: 0,
    bytesBefore: 0,
    bytesMost: 0,
  };
  readonly #directory: string;
  readonly #random: Seeded;
  readonly #reference = new ReferenceGraph();
  #space: Space;
  #position = 0;
  #sealedClock = 0n;
  /** The last record in the log. */
  #authority: Uint8Array = new Uint8Array();
  readonly #seconds: number;
  readonly #begun = performance.now();
  #newestSnapshot: string | undefined;
  /** Of the other author. */
  #last:
    | { readonly sequence: number; readonly hash: Uint8Array; readonly clock: bigint }
    | undefined;
  #sets: ClientSet[] = [];

  private constructor({ directory, seed, seconds }: LifeOptions, space: Space) {
    this.#directory = directory;
    this.#seconds = seconds;
    this.#random = new Seeded(seed);
    this.#space = space;
  }

  static async begin(options: LifeOptions): Promise<Life> {
    const { directory } = options;
    const definition = { source: LIFE_SDL };
    const space = await openSpace({ ...OPTIONS, directory, definition });
    const life = new Life(options, space);
    await space.certifyAuthor(CLIENT, 'client');
    for (let first = 0; first < LIVE_NODES / 2; first += FIRST_CITIES_TOGETHER) {
      await space.write({ actor: 'user:a' }, (draft) => {
        draftFirst(draft, first, FIRST_CITIES_TOGETHER);
      });
    }
    await life.#catchUp();
    return life;
  }

  async round(): Promise<void> {
    const { tally } = this;
    tally.rounds += 1;
    const live = this.#live();
    const writes = Array.from({ length: this.#random.between(1, WRITES_MAX) }, () =>
      this.#write(live),
    );
    const received = this.#random.chance(0.5) ? [] : [this.#receive(live)];
    await Promise.all([...writes, ...received]);
    await this.#catchUp();
    tally.questions += compareSome(this.#compared, QUESTIONS);
    if (tally.rounds % ROUNDS_PER_SEAL === 0) await this.#seal();
    if (tally.rounds % ROUNDS_PER_COMPARISON === 0) compareAll(this.#compared);
    if (tally.rounds % ROUNDS_PER_RESTART !== 0) return;
    await this.#restart(LOST[(tally.rounds / ROUNDS_PER_RESTART - 1) % LOST.length] ?? 0);
  }

  /** The last answers, and the whole log once more. */
  async end(): Promise<void> {
    await this.#seal();
    compareAll(this.#compared);
    await this.#restart(0);
    await this.#restart(2);
  }

  async close(): Promise<void> {
    await this.#space[Symbol.asyncDispose]();
  }

  get #compared() {
    return { graph: this.#space.graph, reference: this.#reference, random: this.#random };
  }

  #live(): Live {
    const ids = (type: string) => this.#reference.nodes(type).map(({ id }) => id);
    return { cities: ids('City'), notes: ids('Note') };
  }

  async #write(live: Live): Promise<void> {
    try {
      await this.#space.write({ actor: 'user:a' }, (draft) => draftSome(draft, live, this.#random));
    } catch (error) {
      if (!(error instanceof DatabaseError) || !EXPECTED.has(error.code)) throw error;
      this.tally.refused += 1;
    }
  }

  /** A commit that has seen nothing but those of its author, and often is an old one. */
  async #receive(live: Live): Promise<void> {
    const random = this.#random;
    const names = { space: Buffer.from(this.#space.id, 'hex'), author: CLIENT };
    const payload = new PayloadWriter();
    const deltas = clientDeltas(names, live, random, this.#sets);
    payload.add({ id: random.bytes(16), actor: 'user:client', deltas });
    const last = this.#last;
    const least = max(last?.clock ?? 0n, this.#sealedClock) + 1n;
    const now = BigInt(systemClock.now()) << 16n;
    const clock = random.chance(0.5) ? least : max(least, now);
    const sequence = (last?.sequence ?? 0) + 1;
    const commit = signCommit(
      {
        space: names.space,
        epoch: 0,
        author: CLIENT,
        sequence,
        previous: last?.hash,
        parents: [],
        authority: this.#space.authority,
        clock,
      },
      payload.finish(),
      CLIENT_SEED,
    );
    const verdict = await this.#submit(commit.bytes);
    assert(!(verdict instanceof DatabaseError), 'writing goes on');
    if (verdict.kind === 'refused') {
      // A seal of the space's own came between: signed again in the next round.
      const { reason } = verdict.error.facts;
      assert(reason === 'authority.behind' || reason === 'clock.behind', verdict.error.message);
      this.tally.refused += 1;
      return;
    }
    this.#last = { sequence, hash: commit.hash, clock };
    const base = { kind: 'commit', hash: commit.hash, position: 0 } as const;
    for (const { subject, delta } of deltas) {
      if (delta.operation === 'set') this.#sets.push({ subject, path: delta.path, base });
    }
    this.#sets = this.#sets.slice(-KNOWN_SETS);
  }

  #submit(bytes: Uint8Array): Promise<CommitOutcome> {
    const { intake } = this.#space;
    const place = intake.room(bytes.length);
    assert(place !== undefined, 'a commit finds room when no other waits');
    place.set(bytes);
    return new Promise((resolve) => intake.submit(place, resolve));
  }

  /** Tells the reference what stands in the log since the last time. */
  async #catchUp(): Promise<void> {
    await using log = await openLogToRead(this.#directory);
    for (const { kind, bytes, position } of log.entries(this.#position + 1)) {
      this.#position = position;
      if (kind === EntryKind.AUTHORITY) {
        const { body, hash } = decodeRecord(bytes);
        this.#authority = hash;
        if (body.kind !== 'seal') continue;
        this.#reference.seal();
        this.#sealedClock = body.clock;
        this.tally.seals += 1;
        continue;
      }
      const commit = decodeCommit(bytes);
      const { author, clock, transactionCount } = commit.header;
      const transactions = Array.from({ length: transactionCount }, (_, index) =>
        transactionOf(commit, index),
      );
      const stamped = { author, clock, hash: commit.hash, transactions };
      for (const transaction of referenceTransactions(stamped)) this.#reference.apply(transaction);
      this.tally.commits += 1;
      this.tally.transactions += transactionCount;
      if (sameBytes(author, CLIENT)) this.tally.received += 1;
    }
  }

  async #seal(): Promise<void> {
    const content = this.#space.stateHash({ content: true });
    await this.#space.seal();
    await this.#catchUp();
    const after = this.#space.stateHash({ content: true });
    assert(after === content, `a seal expected to leave what shows at ${content}, got ${after}`);
    const newest = (await this.#snapshotNames()).at(-1);
    if (newest !== this.#newestSnapshot) this.tally.snapshots += 1;
    this.#newestSnapshot = newest;
    this.#measure();
  }

  /** A third of the time shows what the space takes, starts of all kinds included. */
  #measure(): void {
    const { tally } = this;
    const bytes = this.#bytes();
    const isEarly = performance.now() - this.#begun < this.#seconds * 1000 * EARLY_SHARE;
    if (isEarly) tally.bytesBefore = Math.max(tally.bytesBefore, bytes);
    tally.bytesMost = Math.max(tally.bytesMost, bytes);
    if (isEarly || this.#seconds < MEASURED_SECONDS_LEAST) return;
    const limit = tally.bytesBefore * GROWTH_MAX;
    assert(bytes <= limit, `the image expected at most ${limit} bytes, got ${bytes}`);
  }

  /** Of the image but for commits, which stay by design. */
  #bytes(): number {
    const { imageBytes, memory } = this.#space.usage();
    const { commits, commitIndex } = memory.purposes;
    return imageBytes - commits.bytes - commitIndex.bytes;
  }

  async #snapshotNames(): Promise<string[]> {
    const names = await readdir(this.#directory);
    return names.filter((name) => name.endsWith('.image')).sort();
  }

  async #restart(lost: 0 | 1 | 2): Promise<void> {
    const [state, content] = [this.#space.stateHash(), this.#space.stateHash({ content: true })];
    const authority = this.#space.authority;
    await this.#space[Symbol.asyncDispose]();
    await this.#catchUp();
    const newestFirst = (await this.#snapshotNames()).reverse();
    for (const name of newestFirst.slice(0, lost)) await rm(join(this.#directory, name));
    this.#newestSnapshot = newestFirst[lost];
    this.#space = await openSpace({ ...OPTIONS, directory: this.#directory });
    // A seal of the space's own may have been under way: it leaves what shows, and no more.
    if (!sameBytes(authority, this.#authority)) {
      this.tally.sealedLast += 1;
      const again = this.#space.stateHash({ content: true });
      assert(again === content, `a restart expected what shows at ${content}, got ${again}`);
    } else {
      const again = this.#space.stateHash();
      assert(again === state, `a restart expected state ${state}, got ${again}`);
    }
    this.tally.restarts[lost] += 1;
    compareAll(this.#compared);
    assert(toHex(this.#space.author) !== toHex(CLIENT), 'the space has an author of its own');
  }
}

function max(left: bigint, right: bigint): bigint {
  return left > right ? left : right;
}
