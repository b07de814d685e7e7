/**
 * The graph as it was: an engine beside the one that is written, with the commits of one cut of
 * history, and no other. It goes on to later cuts, and follows the authority chain as that grows:
 * its commits are judged, and its callers read, by the permissions of now.
 *
 * The log's entries are trusted as a start trusts those that a snapshot stands for: this replica
 * verified each before it appended it, and the log compares their checksums (schema/log.md, L20).
 * Signatures are not verified again; who may write, and what was masked since, is judged anew.
 */

import type { AuthorityChain } from '../authority/chain.ts';
import type { ParsedModels } from '../authority/parsed-models.ts';
import type { PermissionChain } from '../authority/permission-chain.ts';
import type { AuthorityRecord } from '../authority/record.ts';
import { assert } from '../base/assert.ts';
import type { Clock } from '../base/clock.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { noFaults } from '../base/fault.ts';
import { firstIndex } from '../base/first-index.ts';
import { HISTORY_TURN_BYTES, HISTORY_TURN_ENTRIES } from '../base/limits.ts';
import type { Random } from '../base/random.ts';
import type { Definition } from '../definition/definition.ts';
import { decodeCommit, type VerifiedCommit } from '../delta/commit.ts';
import { Engine } from '../engine/engine.ts';
import { useNone } from '../engine/sight.ts';
import { Staging } from '../engine/staging.ts';
import { EngineView } from '../engine/view.ts';
import { EntryKind, type Log, type LogEntry } from '../log/log.ts';
import { AppliedChanges } from './changes.ts';
import { CommitPlaces } from './commit-places.ts';
import { type Cut, holds } from './cut.ts';
import { declareIndexes } from './declare-indexes.ts';
import type { Forks } from './forks.ts';
import { Frontier } from './frontier.ts';
import { GivenUp } from './given-up.ts';
import {
  type Authority,
  readAuthority,
  readRecords,
  spaceOf,
  type Turn,
} from './placed-records.ts';
import { Replay } from './replay.ts';
import { Replica } from './replica.ts';
import { type FoundSnapshot, type HeldImage, newestSnapshot } from './stored-snapshot.ts';

export interface PastGraphParts {
  readonly log: Log;
  /** Of the space: with all commits of the log. */
  readonly engine: Engine;
  /** Of the space; the models that it has read are not read again. */
  readonly models: ParsedModels;
  readonly definition: () => Definition;
  readonly clock: Clock;
  readonly random: Random;
  readonly directory: string | undefined;
  /** In the place of a snapshot, where there is no directory. */
  readonly held: HeldImage | undefined;
  /** Of the space, as the next. */
  readonly givenUp: GivenUp;
  readonly forks: Forks;
  /** What one such graph may take in memory. */
  readonly memoryBytesMax: number;
  readonly turn: Turn;
}

/** Hears of what a graph goes on to, in the order of the log. */
export interface PastFollower {
  /** Commits were applied, whose changes can be read during the call. */
  applied(changes: AppliedChanges): void;
  /** A record follows by which commits before it have no effect: they had, until it came. */
  withdrawn(): void;
  /** All up to the graph's position was heard; what comes behind it waits for the answer. */
  reached(): Promise<void>;
}

/** A commit of the log by where it stands and when it was made. */
interface PlacedCommit {
  readonly position: number;
  readonly clock: bigint;
}

interface Begun extends Authority {
  readonly engine: Engine;
  readonly found: FoundSnapshot | undefined;
  /** Of the records that the log has, in order. */
  readonly recordPositions: number[];
}

export class PastGraph {
  readonly view: EngineView;
  readonly permissions: PermissionChain;
  readonly #ahead: AuthorityChain;
  readonly #engine: Engine;
  readonly #parts: PastGraphParts;
  readonly #replica: Replica;
  readonly #replay: Replay;
  readonly #places: CommitPlaces;
  readonly #recordPositions: number[];
  readonly #givenUp: GivenUp;
  #follower: PastFollower | undefined;
  /** The next entry of the log that was not looked at. */
  #next: number;
  /** Commits before it that were left out. */
  #leftOut: PlacedCommit[] = [];
  /** Commits that are here, the last one's position, and the greatest clock of them. */
  #commits: number;
  #last: number;
  #clock: bigint;
  #isVoid = false;
  #isOver = false;

  private constructor(parts: PastGraphParts, begun: Begun) {
    const { engine, found, recordPositions, ...authority } = begun;
    const { log, clock } = parts;
    const { chain } = authority;
    const givenUp = new GivenUp(found?.facts.givenUp);
    this.#givenUp = givenUp;
    this.#parts = parts;
    this.view = new EngineView(engine);
    this.#engine = engine;
    this.#ahead = authority.ahead;
    this.permissions = authority.permissions;
    this.#replica = new Replica({
      ...authority,
      engine,
      log: { length: log.length, append: notWritten },
      clock,
      frontier: new Frontier(found?.facts),
      givenUp,
      faults: noFaults,
      publish: () => undefined,
      publishRecord: (_record, withdraws) => this.#publishRecord(withdraws),
      publishReplayed: (commits, changeCount) => this.#publish(commits, changeCount),
      forks: parts.forks,
      numberOf: (hash) => this.#places.numberOf(hash),
      rebuild: notWritten,
    });
    const { memory } = engine;
    const staging = new Staging();
    this.#replay = new Replay({ replica: this.#replica, verifier: undefined, staging, memory });
    this.#places = new CommitPlaces(engine, givenUp, log);
    this.#recordPositions = recordPositions;
    const position = found?.position ?? 0;
    this.#next = position + 1;
    this.#last = position;
    this.#commits = position - chain.length - givenUp.count;
    this.#clock = BigInt(found?.facts.clock ?? 0);
  }

  /** One without commits that a cut does not hold, and perhaps with some that it does. */
  static async begin(parts: PastGraphParts, cut: Cut): Promise<PastGraph> {
    const { log, random, directory, held, memoryBytesMax, models, definition } = parts;
    const { forks, turn } = parts;
    const records = await readRecords(log, turn);
    const takes = (position: number, clock: bigint) => holds(cut, { position, clock });
    const search = { directory, held, log, records, memoryBytesMax, forks, takes, turn };
    const found = await newestSnapshot(search);
    const engine = found?.engine ?? (await Engine.create(spaceOf(records), random, memoryBytesMax));
    engine.leaveRoomForReaders();
    const place = { engine, position: found?.position ?? 0, models };
    const authority = await readAuthority(records, place, turn);
    declareIndexes(engine, definition());
    const recordPositions = records.map(({ position }) => position);
    return new PastGraph(parts, { ...authority, engine, found, recordPositions });
  }

  /** Whether it shows what no graph may show any more: it is to be made again. */
  get isVoid(): boolean {
    return this.#isVoid;
  }

  get commits(): number {
    return this.#commits;
  }

  /** Of the last entry that was looked at. */
  get position(): number {
    return this.#next - 1;
  }

  /** Of the authority chain, as it was at a position that was looked at. */
  heightAt(position: number): number {
    const records = this.#recordPositions;
    const later = firstIndex(records.length, (at) => (records[at] as number) > position);
    return Math.max(0, later - 1);
  }

  /** From now on somebody hears of what it goes on to. */
  follow(follower: PastFollower): void {
    this.#follower = follower;
    this.#engine.keepUndo(true);
  }

  /** Of the authority chain, as of which callers read; UNAVAILABLE once nothing may be read. */
  get height(): number {
    if (!this.#isOver) return this.#ahead.length - 1;
    throw new DatabaseError(
      ErrorCode.UNAVAILABLE,
      'a graph as it was expected the permissions of now, got a memory without room for them',
    );
  }

  /** Whether all that is here is of a cut: it can go on to it. */
  leadsTo(cut: Cut): boolean {
    return !this.#isVoid && holds(cut, { position: this.#last, clock: this.#clock });
  }

  /** Whether it is of just this cut, with commits that came late since it was asked about. */
  isAt(cut: Cut): boolean {
    if (!this.leadsTo(cut)) return false;
    if (cut.kind === 'clock') return this.#commits >= cut.commits;
    return this.#next > cut.position && !this.#leftOut.some((commit) => holds(cut, commit));
  }

  /**
   * Goes on to a cut, in many turns; ends before, void, where a record says so. What it throws
   * leaves it void.
   */
  async advance(cut: Cut): Promise<void> {
    try {
      await this.#takeAll(this.#lackingOf(cut));
      if (!this.#isVoid) this.#replay.settle(this.#parts.log);
    } catch (error) {
      this.#isVoid = true;
      throw error;
    }
  }

  /** It is not gone on with. */
  abandon(): void {
    this.#isVoid = true;
  }

  /**
   * Takes a record that has come into force. Where the record withdraws commits that are here, or
   * changes the definition, the graph is void from then on; whoever still reads it reads by the
   * rights that the record leaves.
   */
  accept(record: AuthorityRecord): void {
    const { body } = record;
    if (body.kind === 'definition' || this.#replica.leavesOut(record)) this.#isVoid = true;
    // It stood in the log already when that was read.
    if (body.kind === 'genesis' || body.height < this.#ahead.length) return;
    try {
      this.#ahead.ensure(record);
      this.#ahead.accept(record);
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== ErrorCode.LIMIT_EXCEEDED) throw error;
      this.#isVoid = true;
      this.#isOver = true;
      useNone(this.#engine);
    }
  }

  /** Entries up to a cut, those that were left out before first; none for one that is left out. */
  *#lackingOf(cut: Cut): Generator<LogEntry | undefined> {
    const { log } = this.#parts;
    const lacking = this.#leftOut.filter((commit) => holds(cut, commit));
    this.#leftOut = this.#leftOut.filter((commit) => !holds(cut, commit));
    for (const commit of lacking) {
      const entry = log.read(commit.position);
      if (entry !== undefined) yield this.#counted(entry, commit);
    }
    if (this.#isWholeFrom(cut)) return;
    for (const entry of log.entries(this.#next)) {
      this.#next = entry.position + 1;
      this.#notePlace(entry);
      yield entry.kind === EntryKind.AUTHORITY ? entry : this.#sorted(entry, cut);
      if (this.#isWholeFrom(cut)) return;
    }
  }

  /** Whether no entry from the next one on is of a cut. */
  #isWholeFrom(cut: Cut): boolean {
    return cut.kind === 'clock' ? this.#commits >= cut.commits : this.#next > cut.position;
  }

  #sorted(entry: LogEntry, cut: Cut): LogEntry | undefined {
    const { position } = entry;
    const clock = this.#clockOf(entry);
    if (clock === undefined) return undefined;
    const commit = { position, clock };
    if (holds(cut, commit)) return this.#counted(entry, commit);
    this.#leftOut.push(commit);
    return undefined;
  }

  #counted(entry: LogEntry, { position, clock }: PlacedCommit): LogEntry {
    this.#commits += 1;
    this.#last = Math.max(this.#last, position);
    if (clock > this.#clock) this.#clock = clock;
    return entry;
  }

  /** Undefined of one that a seal has left out. */
  #clockOf({ hash, bytes, position }: LogEntry): bigint | undefined {
    const clock = this.#parts.engine.clockOf(hash);
    if (clock !== undefined) return clock;
    // One that was just appended is not applied yet.
    const { header } = decodeCommit(bytes);
    const isLeftOut = this.#ahead.leavesOut(header) || this.#parts.givenUp.has(position);
    if (!isLeftOut) return header.clock;
    this.#givenUp.add(position, header.author);
    return undefined;
  }

  /** In groups, each in a turn of the event loop. */
  async #takeAll(entries: Iterable<LogEntry | undefined>): Promise<void> {
    const { turn } = this.#parts;
    let group: LogEntry[] = [];
    let [looks, bytes] = [0, 0];
    for (const entry of entries) {
      looks += 1;
      bytes += entry?.bytes.length ?? 0;
      if (entry !== undefined) group.push(entry);
      const isFull = looks === HISTORY_TURN_ENTRIES || bytes >= HISTORY_TURN_BYTES;
      if (!isFull && entry?.kind !== EntryKind.AUTHORITY) continue;
      await this.#take(group);
      await turn();
      if (this.#isVoid) return;
      group = [];
      [looks, bytes] = [0, 0];
    }
    await this.#take(group);
  }

  async #take(group: readonly LogEntry[]): Promise<void> {
    await this.#replay.take(this.#parts.log, group);
    // A commit waits where a later record does not keep it.
    if (this.#replay.isWaiting) this.#follower?.withdrawn();
    await this.#follower?.reached();
  }

  /** Records that the log did not have yet when the graph was begun. */
  #notePlace({ kind, position }: LogEntry): void {
    if (kind !== EntryKind.AUTHORITY || position <= (this.#recordPositions.at(-1) ?? 0)) return;
    this.#recordPositions.push(position);
  }

  #publish(commits: readonly VerifiedCommit[], changeCount: number): void {
    const [first] = commits;
    if (this.#follower === undefined || first === undefined) return;
    const firstPosition = this.#places.positionOf(first.hash);
    assert(firstPosition !== undefined, 'what was replayed stands in the log');
    const group = { commits, firstPosition, changeCount };
    this.#follower.applied(
      new AppliedChanges(
        { engine: this.#engine, view: this.view, definition: this.#parts.definition() },
        group,
      ),
    );
  }

  #publishRecord(withdraws: () => boolean): void {
    if (this.#follower !== undefined && withdraws()) this.#follower.withdrawn();
  }
}

function notWritten(): never {
  throw new Error('assertion failed: a graph as it was is not written');
}
