/** A space that is open: reading, writing, watching, lineage, snapshots, closing. */

import * as abi from '../../assembly/abi.ts';
import type { AuthorityChain } from '../authority/chain.ts';
import { signRecord } from '../authority/record.ts';
import { toHex } from '../base/bytes.ts';
import type { Clock } from '../base/clock.ts';
import { DatabaseError } from '../base/errors.ts';
import { SNAPSHOT_LOG_BYTES } from '../base/limits.ts';
import type { Random } from '../base/random.ts';
import type { AuthorKey } from '../crypto/author-key.ts';
import type { Definition } from '../definition/definition.ts';
import type { Engine } from '../engine/engine.ts';
import type { EdgeRow, GraphView, NodeRow } from '../engine/graph-view.ts';
import type { Staging } from '../engine/staging.ts';
import type { Verifier } from '../engine/verifier.ts';
import { EngineView } from '../engine/view.ts';
import type { Log } from '../log/log.ts';
import { writeSnapshot } from '../log/snapshot.ts';
import { AppliedChanges } from './changes.ts';
import { CheckpointKeeper } from './checkpoint-keeper.ts';
import type { Frontier } from './frontier.ts';
import { Intake } from './intake.ts';
import { IntakeRoom } from './intake-room.ts';
import { Replay } from './replay.ts';
import { type AppliedGroup, Replica } from './replica.ts';
import type {
  ChangeGroupListener,
  ChangeListener,
  CommitIntake,
  CommitOutcome,
  Draft,
  Lineage,
  Space,
  SpaceUsage,
  Verdict,
  WriteOptions,
  Written,
} from './space.ts';
import { Turns } from './turns.ts';
import { Writer } from './writer.ts';
import { WrittenValues } from './written-values.ts';

export interface OpenSpaceParts {
  readonly engine: Engine;
  readonly log: Log;
  readonly chain: AuthorityChain;
  readonly clock: Clock;
  readonly random: Random;
  readonly key: AuthorKey;
  readonly frontier: Frontier;
  readonly staging: Staging;
  readonly verifier: Verifier;
  /** Where snapshots go; none are taken without it. */
  readonly directory: string | undefined;
}

export class OpenSpace implements Space {
  readonly graph: GraphView;
  readonly intake: CommitIntake;
  readonly #parts: OpenSpaceParts;
  readonly #view: EngineView;
  readonly #writes: WrittenValues;
  readonly #checkpoints: CheckpointKeeper;
  readonly #replica: Replica;
  readonly #turns = new Turns();
  readonly #writer: Writer;
  readonly #listeners = new Set<ChangeGroupListener>();
  #owned: AsyncDisposableStack | undefined;
  #snapshotPosition = 0;
  #bytesSinceSnapshot = 0;
  #isReplaying = false;
  #snapshot: Promise<unknown> | undefined;

  constructor(parts: OpenSpaceParts) {
    const { engine, chain, clock, random, key } = parts;
    this.#parts = parts;
    this.#view = new EngineView(engine);
    this.graph = this.#view;
    this.#writes = new WrittenValues(this.#view, parts.log);
    this.#checkpoints = new CheckpointKeeper(parts);
    const publish = (group: AppliedGroup) => this.#publish(group);
    this.#replica = new Replica({ ...parts, publish });
    if (chain.hasDefinition) this.#replica.declareIndexes();
    const replica = this.#replica;
    const turns = this.#turns;
    this.#writer = new Writer({ turns, replica, view: this.#view, key, clock, random });
    const { verifier, staging } = parts;
    this.intake = new IntakeRoom(new Intake({ turns, replica, verifier }), engine.memory, staging);
  }

  get id(): string {
    return toHex(this.#parts.chain.space);
  }

  get authority(): Uint8Array {
    return this.#parts.chain.head;
  }

  get author(): Uint8Array {
    return this.#parts.key.publicKey;
  }

  get definition(): Definition {
    return this.#parts.chain.definition;
  }

  /** Hands over what must be released after the space is closed. */
  owning(resources: AsyncDisposableStack): this {
    this.#owned = resources;
    return this;
  }

  /** Replays the log after a snapshot's position; nobody watches yet. */
  async recover(snapshotPosition: number): Promise<void> {
    const { log, verifier, staging, engine } = this.#parts;
    this.#snapshotPosition = snapshotPosition;
    const replay = new Replay({
      replica: this.#replica,
      verifier,
      staging,
      memory: engine.memory,
    });
    this.#isReplaying = true;
    this.#bytesSinceSnapshot = await replay.run(log.entries(snapshotPosition + 1));
    this.#isReplaying = false;
  }

  /** Makes a definition the next version, unless it is the current one word for word. */
  async proposeDefinition(next: {
    readonly source: string;
    readonly file?: string;
  }): Promise<void> {
    const { chain, key } = this.#parts;
    await this.#turns.exclusive(async () => {
      if (next.source === chain.definition.source) return;
      const body = {
        kind: 'definition',
        space: chain.space,
        height: chain.length,
        previous: chain.head,
        sdl: next.source,
      } as const;
      await this.#replica.writeRecord(signRecord(body, key.seed)).catch((error: unknown) => {
        throw inFile(error, next.file);
      });
    });
  }

  write<T>(options: WriteOptions, build: (draft: Draft) => T): Promise<Written<T>> {
    return this.#writer.write(options, build);
  }

  /** Takes a signed commit from outside through the same door; the bytes are copied. */
  async receive(bytes: Uint8Array): Promise<Verdict> {
    const commit = Uint8Array.from(bytes);
    let place = this.intake.room(commit.length);
    while (place === undefined) {
      await new Promise<void>((resolve) => this.intake.whenRoom(resolve));
      place = this.intake.room(commit.length);
    }
    place.set(commit);
    const outcome = await new Promise<CommitOutcome>((resolve) => {
      this.intake.submit(place, resolve);
    });
    if (outcome instanceof DatabaseError) throw outcome;
    return outcome;
  }

  watch(listener: ChangeListener): () => void {
    return this.watchGroups((group) => {
      for (const transaction of group.read()) listener(transaction);
    });
  }

  watchGroups(listener: ChangeGroupListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async nodeLineage(node: NodeRow, path?: string): Promise<Lineage | undefined> {
    return this.#writes.lineage({ element: abi.ELEMENT_NODE, row: node, path });
  }

  async edgeLineage(edge: EdgeRow, path?: string): Promise<Lineage | undefined> {
    return this.#writes.lineage({ element: abi.ELEMENT_EDGE, row: edge, path });
  }

  async nodeProof(node: NodeRow, path?: string): Promise<string | undefined> {
    return this.#writes.proof({ element: abi.ELEMENT_NODE, row: node, path });
  }

  async edgeProof(edge: EdgeRow, path?: string): Promise<string | undefined> {
    return this.#writes.proof({ element: abi.ELEMENT_EDGE, row: edge, path });
  }

  checkpoint(): Promise<string> {
    return this.#checkpoints.sign();
  }

  usage(): SpaceUsage {
    const { engine, log } = this.#parts;
    return { imageBytes: engine.imageBytes, logLength: log.length };
  }

  stateHash(options: { readonly content?: boolean } = {}): string {
    return this.#parts.engine.stateHash(options.content ?? false);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#turns.close();
    try {
      await this.#snapshot;
      const hasTail = this.#parts.log.length > this.#snapshotPosition;
      if (hasTail && !this.#turns.hasFailed) {
        await this.#takeSnapshot();
        await this.#checkpoints.sign();
      }
    } finally {
      this.#listeners.clear();
      await this.#parts.verifier[Symbol.asyncDispose]();
      await this.#owned?.disposeAsync();
    }
  }

  #publish(group: AppliedGroup): void {
    if (this.#isReplaying) return;
    this.#countForSnapshot(group);
    if (this.#listeners.size === 0) return;
    const changes = new AppliedChanges(this.#parts.engine, this.#view, group);
    for (const listener of this.#listeners) listener(changes);
  }

  #countForSnapshot({ commits }: AppliedGroup): void {
    for (const { bytes } of commits) this.#bytesSinceSnapshot += bytes.length;
    if (this.#bytesSinceSnapshot < SNAPSHOT_LOG_BYTES || this.#snapshot !== undefined) return;
    // A failure costs a longer start only: it is tried again after as many bytes, and at the end.
    this.#snapshot = this.#takeSnapshot()
      .then(() => this.#checkpoints.sign())
      .catch(() => undefined)
      .finally(() => {
        this.#snapshot = undefined;
      });
  }

  /** Copies the image at once, between two groups; writing the copy goes on beside them. */
  async #takeSnapshot(): Promise<void> {
    const { directory, engine, log } = this.#parts;
    if (directory === undefined) return;
    const position = log.length;
    this.#bytesSinceSnapshot = 0;
    const facts = this.#replica.frontier.facts();
    await writeSnapshot(directory, { position, facts, image: engine.image() });
    this.#snapshotPosition = position;
  }
}

/** The same error with the name of the file that its position is in. */
function inFile(error: unknown, file: string | undefined): unknown {
  if (!(error instanceof DatabaseError) || error.position === undefined || file === undefined) {
    return error;
  }
  const position = { ...error.position, file };
  return new DatabaseError(error.code, error.message, { ...error, position, cause: error.cause });
}
