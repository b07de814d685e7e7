/**
 * A replica with a log in memory that begins with the founding records of signed sets, and answers
 * what it is sent as a connection between replicas does. Each answer is held against the causes of
 * what was sent: what builds on nothing that is missing is taken, and all else waits.
 */

import { AuthorityChain } from '../../src/authority/chain.ts';
import { PermissionChain } from '../../src/authority/permission-chain.ts';
import type { AuthorityRecord } from '../../src/authority/record.ts';
import { sameBytes } from '../../src/base/bytes.ts';
import { DatabaseError, ErrorCode } from '../../src/base/errors.ts';
import { noFaults } from '../../src/base/fault.ts';
import { SPACE_MEMORY_BYTES_LEAST } from '../../src/base/limits.ts';
import { Reason } from '../../src/delta/reason.ts';
import { Engine } from '../../src/engine/engine.ts';
import { EntryKind } from '../../src/log/log.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import type { Verdict } from '../../src/space/commit-intake.ts';
import { CommitPlaces } from '../../src/space/commit-places.ts';
import { Forks } from '../../src/space/forks.ts';
import { Frontier } from '../../src/space/frontier.ts';
import { GivenUp } from '../../src/space/given-up.ts';
import { rebuildWith } from '../../src/space/rebuild.ts';
import { Replica, type Verdicts } from '../../src/space/replica.ts';
import { hashesOf } from '../property/arrival.ts';
import { INDEXABLE } from '../property/graph-names.ts';
import { Seeded } from '../seeded.ts';
import { FOUNDING_RECORDS, type SignedCommit, SPACE } from './signed-set.ts';

/** Later than every clock of the sets. */
const CLOCK = { now: () => 1_800_000_000_000 };
const memoryBytesMax = SPACE_MEMORY_BYTES_LEAST;

/** How often an engine is made, where the one before could go on from an empty state. */
const FRESH_CHANCE = 0.01;
const EMPTY = await emptyEngine(new Seeded(1));
let engine = await emptyEngine(new Seeded(2));

/** What the door does that the causes do not let it do. */
export class Difference extends Error {}

export interface DoorTally {
  /** Times that a commit was to be sent again, and that a record was. */
  commitsWaited: number;
  recordsWaited: number;
  /** Times that a state was made again, by a second commit of a number or a late revocation. */
  rebuilds: number;
}

export class KeptDoor {
  readonly engine: Engine;
  readonly #tally: DoorTally;
  readonly #chain: AuthorityChain;
  readonly #replica: Replica;
  readonly #taken = new Set<SignedCommit>();

  private constructor(engine: Engine, random: Seeded, tally: DoorTally) {
    this.engine = engine;
    this.#tally = tally;
    const log = new MemoryLog();
    void log.append(FOUNDING_RECORDS.map(newEntry));
    const permissions = new PermissionChain(engine, FOUNDING_RECORDS.length);
    const ahead = foundingChain(permissions);
    this.#chain = foundingChain();
    const [givenUp, forks, frontier] = [new GivenUp(), new Forks(), new Frontier()];
    const places = new CommitPlaces(engine, givenUp, log);
    const { models } = permissions;
    const parts = { log, models, forks, clock: CLOCK, random, memoryBytesMax };
    this.#replica = new Replica({
      ...{ engine, log, chain: this.#chain, ahead, permissions, clock: CLOCK },
      ...{ frontier, givenUp, forks, faults: noFaults },
      numberOf: (hash) => places.numberOf(hash),
      publish: () => undefined,
      publishRecord: () => undefined,
      rebuild: (coming) => {
        tally.rebuilds += 1;
        return rebuildWith(parts, coming);
      },
    });
  }

  /** An empty one; indexes are declared at its begin or at its end. */
  static async open(random: Seeded, tally: DoorTally): Promise<KeptDoor> {
    if (random.chance(FRESH_CHANCE)) engine = await emptyEngine(random);
    // As where a state was made again: to make one takes longer than all that comes to it.
    else engine.adopt(EMPTY);
    const door = new KeptDoor(engine, random, tally);
    if (random.chance(0.5)) door.declareIndexes();
    return door;
  }

  /** Commits that were taken. */
  get count(): number {
    return this.#taken.size;
  }

  declareIndexes(): void {
    for (const [type, path] of INDEXABLE) this.engine.declareIndex(type, path);
  }

  hashes(): string {
    return hashesOf(this.engine);
  }

  /**
   * Takes commits that come together; answers for each whether it was taken, or is to be sent
   * again. `all` are those of the set.
   */
  async receive(
    commits: readonly SignedCommit[],
    all: readonly SignedCommit[],
  ): Promise<readonly boolean[]> {
    const verdicts: Verdicts = new Map();
    await this.#replica.receive(
      commits.map(({ commit }) => commit),
      verdicts,
      () => true,
    );
    return commits.map((signed) => {
      const expected = this.#reasonOf(signed, all);
      const actual = reasonIn(verdicts.get(signed.commit));
      if (actual !== expected) {
        const place = all.indexOf(signed);
        throw new Difference(`commit ${place} expected ${wait(expected)}, got ${wait(actual)}`);
      }
      if (actual === undefined) this.#taken.add(signed);
      else this.#tally.commitsWaited += 1;
      return actual === undefined;
    });
  }

  /** Why a commit waits; undefined where all is here that it builds on, and its record. */
  #reasonOf({ commit, causes }: SignedCommit, all: readonly SignedCommit[]): string | undefined {
    const { authority, previous } = commit.header;
    if (this.#chain.heightOf(authority) === undefined) return Reason.AUTHORITY_UNKNOWN;
    const missing = causes.flatMap((cause) => all[cause] ?? []).filter(this.#isMissing);
    if (missing.length === 0) return undefined;
    const isPrevious = (other: SignedCommit) =>
      previous !== undefined && sameBytes(other.commit.hash, previous);
    return missing.some(isPrevious) ? Reason.SEQUENCE_GAP : Reason.PARENT_UNKNOWN;
  }

  readonly #isMissing = (signed: SignedCommit) => !this.#taken.has(signed);

  /** The same of a record. `sealed` are the commits that it covers, where it is a seal. */
  async receiveRecord(record: AuthorityRecord, sealed: readonly SignedCommit[]): Promise<boolean> {
    const height = record.body.kind === 'genesis' ? 0 : record.body.height;
    // As a connection answers it: it waits for the one before.
    const isNext = height === this.#chain.length;
    const isDue = isNext && !sealed.some(this.#isMissing);
    const isTaken = isNext && (await this.#write(record));
    if (isTaken !== isDue) {
      const expected = isDue ? 'to be taken' : 'to wait';
      throw new Difference(`the record at ${height} expected ${expected}, got the other`);
    }
    if (!isTaken) this.#tally.recordsWaited += 1;
    return isTaken;
  }

  async #write(record: AuthorityRecord): Promise<boolean> {
    try {
      await this.#replica.writeRecord(record);
      return true;
    } catch (error) {
      if (error instanceof DatabaseError && error.code === ErrorCode.CONFLICT) return false;
      throw error instanceof DatabaseError ? new Difference(error.message) : error;
    }
  }
}

/** Why a commit waits; undefined where it was taken. Throws where it is refused for good. */
function reasonIn(verdict: Verdict | undefined): string | undefined {
  if (verdict?.kind === 'applied') return undefined;
  if (verdict?.kind !== 'refused') throw new Difference(`a verdict expected, got ${verdict?.kind}`);
  const { code, facts, message } = verdict.error;
  if (code === ErrorCode.CONFLICT) return String(facts.reason);
  throw new Difference(`a commit expected to be taken or to wait, got ${code}: ${message}`);
}

function wait(reason: string | undefined): string {
  return reason === undefined ? 'to be taken' : `to wait (${reason})`;
}

function emptyEngine(random: Seeded): Promise<Engine> {
  return Engine.create(SPACE, random, memoryBytesMax);
}

export function foundingChain(permissions?: PermissionChain): AuthorityChain {
  const chain = new AuthorityChain(permissions);
  for (const record of FOUNDING_RECORDS) chain.accept(record);
  return chain;
}

export function newEntry({ hash, bytes }: Pick<AuthorityRecord, 'hash' | 'bytes'>) {
  return { kind: EntryKind.AUTHORITY, hash, bytes };
}
