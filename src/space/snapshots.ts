/**
 * When a space takes snapshots: after enough of the log, while writing goes on, and at its end. A
 * snapshot that fails costs a longer start only: the next is tried after as many bytes again.
 */

import { assert } from '../base/assert.ts';
import { toHex } from '../base/bytes.ts';
import type { Faults } from '../base/fault.ts';
import { SNAPSHOT_LOG_SHARE } from '../base/limits.ts';
import type { Engine } from '../engine/engine.ts';
import type { Log } from '../log/log.ts';
import { type SnapshotRequest, SnapshotThread, takeSnapshotHere } from '../log/snapshot.ts';
import type { Fork, Forks } from './forks.ts';
import type { Frontier, FrontierFacts } from './frontier.ts';
import type { GivenUp, GivenUpFacts } from './given-up.ts';
import type { AppliedGroup } from './replica-parts.ts';

/** What a start needs beside the image. */
export interface SnapshotFacts extends FrontierFacts {
  /** Absent where nothing was given up. */
  readonly givenUp?: GivenUpFacts;
  /** Absent where no author has signed a number twice. */
  readonly forks?: readonly Fork[];
  /** Hex of the hash of the entry at the position: a snapshot is of one log alone. */
  readonly entry: string;
}

export interface SnapshotsParts {
  readonly engine: Engine;
  readonly log: Pick<Log, 'hashOf'>;
  readonly frontier: Frontier;
  readonly givenUp: GivenUp;
  readonly forks: Forks;
  readonly directory: string | undefined;
  /** Log bytes after which one is taken while writing goes on. */
  readonly snapshotLogBytes: number;
  readonly faults?: Faults;
  /** Called after a snapshot that was taken while writing goes on. */
  readonly onTaken: () => Promise<unknown>;
}

export class Snapshots {
  readonly #parts: SnapshotsParts;
  /** Log position of the newest snapshot. */
  #position = 0;
  #bytesSince = 0;
  /** A thread that loads, or the snapshot that one writes. */
  #work: Promise<void> | undefined;
  /** Waits for the next group: it begins right after one is applied. */
  #ready: SnapshotThread | undefined;

  constructor(parts: SnapshotsParts) {
    this.#parts = parts;
  }

  /** The position of the snapshot that was started from, and the bytes of the log behind it. */
  startFrom(position: number, tailBytes: number): void {
    this.#position = position;
    this.#bytesSince = tailBytes;
  }

  /** Whether a snapshot is being taken, or prepared for. */
  get isBusy(): boolean {
    return this.#work !== undefined;
  }

  /** Waits for what is under way. */
  async idle(): Promise<void> {
    await this.#work;
  }

  /** Called after each group, at a state that the log knows. */
  groupApplied({ commits, firstPosition }: AppliedGroup): void {
    for (const { bytes } of commits) this.#bytesSince += bytes.length;
    const thread = this.#ready;
    if (thread !== undefined) {
      this.#ready = undefined;
      this.#run(this.#take(thread, firstPosition + commits.length - 1));
    } else if (this.#isDue && this.#work === undefined) this.#run(this.#load());
  }

  /** A large image is written less often: it would keep the disk from the log. */
  get #isDue(): boolean {
    const { directory, engine, snapshotLogBytes } = this.#parts;
    if (directory === undefined || this.#bytesSince < snapshotLogBytes) return false;
    return this.#bytesSince >= engine.imageBytes * SNAPSHOT_LOG_SHARE;
  }

  /** Takes a last snapshot where the log has a tail; none where its length is not to be trusted. */
  async close(length: number | undefined): Promise<void> {
    await this.#work;
    await this.#ready?.[Symbol.asyncDispose]();
    this.#ready = undefined;
    if (length === undefined || length <= this.#position) return;
    const request = this.#request(length);
    if (request === undefined) return;
    await takeSnapshotHere(request);
    this.#position = length;
  }

  async #load(): Promise<void> {
    this.#ready = await SnapshotThread.start(this.#parts.engine);
  }

  /** Begins before it waits for anything. */
  async #take(thread: SnapshotThread, position: number): Promise<void> {
    await using ending = thread;
    const request = this.#request(position);
    if (request === undefined) return;
    this.#bytesSince = 0;
    await ending.take(request);
    this.#position = position;
    await this.#parts.onTaken();
  }

  #request(position: number): SnapshotRequest<SnapshotFacts> | undefined {
    const { engine, frontier, givenUp, forks, log, directory, faults } = this.#parts;
    if (directory === undefined) return undefined;
    const hash = log.hashOf(position);
    assert(hash !== undefined, 'a snapshot follows an entry of the log');
    const given = givenUp.count > 0 && { givenUp: givenUp.facts() };
    const forked = !forks.isEmpty && { forks: forks.facts };
    const facts = { ...frontier.facts(), ...given, ...forked, entry: toHex(hash) };
    return { engine, directory, position, facts, ...(faults === undefined ? {} : { faults }) };
  }

  #run(work: Promise<void>): void {
    this.#work = work
      .catch(() => {
        this.#bytesSince = 0;
      })
      .finally(() => {
        this.#work = undefined;
      });
  }
}
