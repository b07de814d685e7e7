/**
 * A signed set on its way to a replica, in any order of its commits: the sender of replication
 * sends them from a log that holds them so, and again what the replica was not to take yet.
 */

import type { AuthorityChain } from '../../src/authority/chain.ts';
import type { AuthorityRecord } from '../../src/authority/record.ts';
import { assert } from '../../src/base/assert.ts';
import { PEER_WINDOW_BYTES } from '../../src/base/connection-limits.ts';
import { makeAuthorKey } from '../../src/crypto/author-key.ts';
import { Engine } from '../../src/engine/engine.ts';
import { EntryKind, type NewEntry } from '../../src/log/log.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import { FRAME_HEAD_BYTES, readFrameHead } from '../../src/replication/frame.ts';
import { PeerFrame } from '../../src/replication/peer-frame.ts';
import { PeerSender } from '../../src/replication/peer-sender.ts';
import type { CommitIntake } from '../../src/space/commit-intake.ts';
import { CommitPlaces } from '../../src/space/commit-places.ts';
import { surveyForks } from '../../src/space/fork-survey.ts';
import type { Forks } from '../../src/space/forks.ts';
import { Frontier } from '../../src/space/frontier.ts';
import { GivenUp } from '../../src/space/given-up.ts';
import { ReplicatedSpace } from '../../src/space/replicated-space.ts';
import { Seeded } from '../seeded.ts';
import { Difference, foundingChain, type KeptDoor, newEntry } from './kept-door.ts';
import { FOUNDING_RECORDS, type SignedCommit, type SignedSet, SPACE } from './signed-set.ts';

/** More than any order needs in which all is taken at last, for each of what is sent. */
const ROUNDS_MAX = 4;
/** What only a side that takes commits is asked. */
const NOTHING_TAKEN: CommitIntake = {
  room: unasked,
  submit: unasked,
  give: unasked,
  whenRoom: unasked,
};
const EMPTY = await Engine.create(SPACE, new Seeded(1));
const KEY = makeAuthorKey(new Seeded(2));

export interface SentOptions {
  readonly random: Seeded;
  /** Whether the last record is heard of when all else has come. */
  readonly isRecordLate?: boolean;
  /** Whether what waits is taken for refused, to see that this is found out. */
  readonly forgets?: boolean;
}

interface Frame {
  readonly request: number;
  readonly sent: SignedCommit | AuthorityRecord;
}

export class KeptSender {
  readonly #set: SignedSet;
  readonly #commits: readonly SignedCommit[];
  readonly #chain: AuthorityChain;
  readonly #forks: Forks;
  /** By the bytes of their envelopes. */
  readonly #sent = new Map<string, SignedCommit | AuthorityRecord>();

  private constructor(set: SignedSet, chain: AuthorityChain, forks: Forks) {
    this.#set = set;
    this.#commits = set.commits;
    this.#chain = chain;
    this.#forks = forks;
    for (const record of set.records) this.#sent.set(latin1(record.bytes), record);
    for (const signed of set.commits) this.#sent.set(latin1(signed.commit.bytes), signed);
  }

  static async of(set: SignedSet): Promise<KeptSender> {
    const chain = foundingChain();
    for (const record of set.records) chain.accept(record);
    const log = await logOf(set, set.commits);
    return new KeptSender(set, chain, await surveyForks({ log, ahead: chain }));
  }

  /**
   * Sends all of the set, its commits in an order, and answers how often the sender began anew.
   * Throws a Difference where an answer is another one than the causes give, or some never goes.
   */
  async send(
    order: readonly SignedCommit[],
    door: KeptDoor,
    { random, isRecordLate = false, forgets = false }: SentOptions,
  ): Promise<number> {
    const late = isRecordLate ? this.#set.records.at(-1) : undefined;
    const chain = late === undefined ? this.#chain : this.#chainWithout(late);
    const space = this.#space(await logOf(this.#set, order), chain);
    const frames: Frame[] = [];
    const sender = this.#sender(space, frames);
    const roundsMax = ROUNDS_MAX * (order.length + this.#set.records.length + 1);
    let now = 0;
    let rounds = 0;
    for (; rounds <= roundsMax; rounds++) {
      sender.pump(now);
      if (frames.length === 0 && sender.isIdle) {
        if (late === undefined || chain.length === this.#chain.length) break;
        chain.accept(late);
        continue;
      }
      if (frames.length === 0) now = Math.max(now, sender.wakeAt ?? now);
      while (frames.length > 0) {
        const group = groupOf(frames, random);
        for (const [at, isTaken] of (await this.#handIn(group, door)).entries()) {
          const request = group[at]?.request ?? 0;
          if (isTaken) sender.taken(request);
          else if (forgets) sender.refused(request);
          else sender.postponed(request, now);
        }
        if (random.chance(0.5)) sender.pump(now);
      }
    }
    if (door.count === order.length) return rounds;
    throw new Difference(`${order.length} commits expected to be taken, got ${door.count}`);
  }

  async #handIn(group: readonly Frame[], door: KeptDoor): Promise<readonly boolean[]> {
    const commits: SignedCommit[] = [];
    for (const { sent } of group) {
      if ('commit' in sent) commits.push(sent);
      else return [await door.receiveRecord(sent, this.#sealedBy(sent))];
    }
    return await door.receive(commits, this.#commits);
  }

  /** Commits that must be here before a record: those that a seal covers. */
  #sealedBy(record: AuthorityRecord): SignedCommit[] {
    if (record.body.kind !== 'seal') return [];
    const number = this.#set.records.indexOf(record) + 1;
    return this.#commits.filter(({ planned }) => planned.seals < number);
  }

  #sender(space: ReplicatedSpace, frames: Frame[]): PeerSender {
    const first = FOUNDING_RECORDS.length + this.#set.records.length;
    const send = (frame: Uint8Array) => {
      const head = readFrameHead(frame);
      const sent = this.#sent.get(latin1(frame.subarray(FRAME_HEAD_BYTES)));
      assert(head !== undefined && sent !== undefined, 'what is sent is of the set');
      const isCommit = head.type === PeerFrame.COMMIT;
      assert(isCommit === 'commit' in sent, 'commits and records are sent as what they are');
      frames.push({ request: head.request, sent });
    };
    return new PeerSender({
      space,
      carrier: { send, isTaken: true },
      known: { height: FOUNDING_RECORDS.length, reaches: new Map() },
      windowBytes: PEER_WINDOW_BYTES,
      packed: undefined,
      start: { position: first, reaches: new Map(), even: new Set(), others: [] },
    });
  }

  #space(log: MemoryLog, chain: AuthorityChain): ReplicatedSpace {
    const givenUp = new GivenUp();
    return new ReplicatedSpace({
      ...{ log, chain, givenUp, forks: this.#forks, key: KEY, intake: NOTHING_TAKEN },
      frontier: new Frontier(),
      places: new CommitPlaces(EMPTY, givenUp, log),
      bases: { offer: unasked, [Symbol.asyncDispose]: unasked },
      past: undefined,
      get seat() {
        return unasked();
      },
      position: () => log.length,
      receiveRecord: unasked,
    });
  }

  #chainWithout(record: AuthorityRecord): AuthorityChain {
    const chain = foundingChain();
    for (const other of this.#set.records) if (other !== record) chain.accept(other);
    return chain;
  }
}

/** A record alone; commits up to the next record, in groups as they happen to come. */
function groupOf(frames: Frame[], random: Seeded): Frame[] {
  const record = frames.findIndex(({ sent }) => !('commit' in sent));
  if (record === 0) return frames.splice(0, 1);
  const most = record < 0 ? frames.length : record;
  return frames.splice(0, random.chance(0.3) ? 1 : random.between(1, most));
}

/** Records first, then commits in an order. */
async function logOf({ records }: SignedSet, order: readonly SignedCommit[]): Promise<MemoryLog> {
  const log = new MemoryLog();
  await log.append([
    ...[...FOUNDING_RECORDS, ...records].map(newEntry),
    ...order.map(({ commit: { hash, bytes } }): NewEntry => {
      return { kind: EntryKind.COMMIT, hash, bytes };
    }),
  ]);
  return log;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

function unasked(): never {
  throw new Error('assertion failed: a side that only sends is asked for nothing else');
}
