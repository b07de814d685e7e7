/** A space that is open: reading, writing, watching, lineage, snapshots, closing. */

import type { EpochVoter } from '../authority/epoch-body.ts';
import { type AuthorityRecord, decodeRecord } from '../authority/record.ts';
import { toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Author } from '../crypto/author.ts';
import type { Definition } from '../definition/definition.ts';
import type { CallerView } from '../engine/caller-view.ts';
import type { GraphView } from '../engine/graph-view.ts';
import { EngineView } from '../engine/view.ts';
import type { DefinitionSource } from './authority-change.ts';
import { DIRECTORY_LABEL } from './authority-writer.ts';
import type { CommitIntake, Verdict } from './commit-intake.ts';
import { CommitPlaces } from './commit-places.ts';
import { readingLogAsync } from './corrupt-log.ts';
import type { CouncilSeat } from './council-seat.ts';
import { History } from './history.ts';
import { Intake } from './intake.ts';
import { IntakeRoom } from './intake-room.ts';
import { expectAgreement, goesWith, type NextVersions } from './next-versions.ts';
import type { OpenSpaceParts } from './open-space-parts.ts';
import { PastChanges } from './past-changes.ts';
import { ReadableGraph } from './readable-graph.ts';
import type { Reader } from './reader.ts';
import { rebuildWith } from './rebuild.ts';
import { receiveCommit } from './receive-commit.ts';
import { writeBetweenSnapshots } from './record-turn.ts';
import { Replay } from './replay.ts';
import { Replica } from './replica.ts';
import type { AppliedGroup } from './replica-parts.ts';
import type { ReplicatedSpace } from './replicated-space.ts';
import { Snapshots } from './snapshots.ts';
import type {
  CertifiedAuthor,
  ChangeGroupListener,
  ChangeListener,
  Draft,
  Lineage,
  OrganisationFacts,
  PastPoint,
  PastSpace,
  ReplicaFrontier,
  SinceEnd,
  SinceListener,
  SincePoint,
  Space,
  SpaceUsage,
  WriteOptions,
  Written,
} from './space.ts';
import { type AsOfHeight, SpaceAccess } from './space-access.ts';
import { Turns } from './turns.ts';
import { readOnly, uncertified } from './unwritten.ts';
import { Watchers } from './watchers.ts';
import { createWriting, type Writing } from './writing.ts';
import { WrittenValues } from './written-values.ts';

export class OpenSpace implements Space {
  readonly graph: GraphView;
  readonly intake: CommitIntake;
  readonly access: SpaceAccess;
  readonly #parts: OpenSpaceParts;
  readonly #view: EngineView;
  readonly #readable: ReadableGraph;
  readonly #history: History;
  readonly #pastChanges: PastChanges;
  readonly #replica: Replica;
  readonly #turns: Turns;
  readonly #watchers: Watchers;
  readonly #snapshots: Snapshots;
  readonly #places: CommitPlaces;
  /** Undefined while the space is only read. */
  #writing: Writing | undefined;
  #owned: AsyncDisposableStack | undefined;

  constructor(parts: OpenSpaceParts) {
    const { engine, chain, ahead, verifier, staging } = parts;
    this.#parts = parts;
    this.#turns = new Turns(parts.turn);
    this.#view = new EngineView(engine);
    this.#watchers = new Watchers(engine, this.#view);
    this.graph = this.#view;
    const writing = () => ({ authority: this.#open.authority, key: this.#open.author.key });
    this.access = new SpaceAccess({ ...parts, writing });
    const places = new CommitPlaces(engine, parts.givenUp, parts.log);
    this.#places = places;
    const { access } = this;
    const writes = new WrittenValues({ ...parts, view: this.#view, places });
    const height = () => ahead.length - 1;
    this.#readable = new ReadableGraph({ ...parts, view: this.#view, height, access, writes });
    const { models } = parts.permissions;
    const definition = () => chain.definition;
    const past = { ...parts.history, models, definition, places, access };
    this.#history = new History({ ...parts, ...past });
    const position = () => this.position;
    this.#pastChanges = new PastChanges({ ...parts, ...past, position, height });
    const publish = (group: AppliedGroup) => this.#publish(group);
    // While the log is replayed nobody watches yet.
    const publishRecord = (record: AuthorityRecord, withdraws: () => boolean) => {
      this.#history.accept(record);
      this.#pastChanges.accept(record, withdraws);
      this.access.publish(record.body);
      this.#watchers.tellOfRecord();
      this.#writing?.replicated.recordAccepted();
      this.#writing?.again.recordAccepted(record);
      this.#writing?.seat.changed();
    };
    this.#replica = new Replica({
      ...parts,
      publish,
      publishRecord,
      publishForks: () => this.#publishForks(),
      rebuild: (coming) => rebuildWith({ ...parts, models }, coming),
      numberOf: (hash) => places.numberOf(hash),
      quiet: () => this.#snapshots.idle(),
    });
    const onTaken = () => this.#keepCheckpoint();
    this.#snapshots = new Snapshots({ ...parts, onTaken });
    if (chain.hasDefinition) this.#replica.declareIndexes();
    const [replica, turns] = [this.#replica, this.#turns];
    this.intake = new IntakeRoom(new Intake({ turns, replica, verifier }), engine.memory, staging);
  }

  get id(): string {
    return toHex(this.#parts.chain.space);
  }

  get authority(): Uint8Array {
    return this.#parts.chain.head;
  }

  get replicated(): ReplicatedSpace {
    return this.#open.replicated;
  }

  get author(): Uint8Array {
    return this.#open.author.key.publicKey;
  }

  get definition(): Definition {
    return this.#parts.chain.definition;
  }

  get position(): number {
    const { chain, engine, givenUp } = this.#parts;
    return chain.length + engine.commitCount + givenUp.count;
  }

  get organisation(): OrganisationFacts {
    const { chain } = this.#parts;
    return { name: chain.organisation, owner: toHex(chain.owner) };
  }

  get authors(): readonly CertifiedAuthor[] {
    const { authors } = this.#parts.chain;
    return authors.map(({ key, label, height }) => ({ key: toHex(key), label, height }));
  }

  get frontier(): ReplicaFrontier {
    const { chain, frontier } = this.#parts;
    return { height: chain.length - 1, authors: frontier.tips };
  }

  graphOf(actor: string, asOf?: AsOfHeight): CallerView {
    return this.#readable.graphOf(actor, asOf);
  }

  readerOf(actor: string): Reader {
    return this.#readable.readerOf(actor);
  }

  async at(point: PastPoint): Promise<PastSpace> {
    return await this.#history.at(point);
  }

  /** The last sequence number of an author here; 0 for none. */
  sequenceOf(author: Uint8Array): number {
    return this.#replica.frontier.lastOf(author)?.sequence ?? 0;
  }

  /** How many commits of an author the log has, with those that seals have left out. */
  commitsOf(author: Uint8Array): number {
    return this.sequenceOf(author) + this.#parts.givenUp.countOf(author);
  }

  /** From here on the space is only read. */
  refuseWrites(): void {
    this.#turns.stop(readOnly());
  }

  /**
   * From here on the space is written, as an author that the organisation certifies if need be. One
   * that follows others writes nothing until its author is certified elsewhere.
   */
  async beginWriting(author: Author, { follows = false } = {}): Promise<void> {
    const { chain, organisation } = this.#parts;
    const { key } = author;
    const writing = createWriting({
      ...this.#parts,
      author,
      replica: this.#replica,
      turns: this.#turns,
      view: this.#view,
      seenBy: (actor) => this.graphOf(actor),
      snapshots: this.#snapshots,
      places: this.#places,
      intake: this.intake,
      position: () => this.position,
      receiveRecord: (bytes) => this.receiveRecord(bytes),
    });
    this.#writing = writing;
    await organisation.settle(chain.owner);
    await this.certifyAuthor(key.publicKey, DIRECTORY_LABEL).catch((error: unknown) => {
      if (!(error instanceof DatabaseError)) throw error;
      if (!follows || error.code !== ErrorCode.UNAVAILABLE) throw uncertified(error);
    });
    writing.again.begin();
    writing.seat.changed();
  }

  /** Hands over what must be released after the space is closed. */
  owning(resources: AsyncDisposableStack): this {
    this.#owned = resources;
    return this;
  }

  /** Replays the log after a snapshot's position; nobody watches yet. */
  async recover(snapshotPosition: number): Promise<void> {
    const { log, verifier, staging, engine } = this.#parts;
    const replay = new Replay({
      replica: this.#replica,
      verifier,
      staging,
      memory: engine.memory,
    });
    const first = snapshotPosition + 1;
    const tailBytes = await readingLogAsync(first, log.length, () => replay.run(log, first));
    this.#parts.forks.noneMet();
    engine.leaveRoomForReaders();
    this.#snapshots.startFrom(snapshotPosition, tailBytes);
  }

  async proposeDefinition(next: DefinitionSource): Promise<void> {
    if (next.source !== this.definition.source) await this.#open.authority.define(next);
  }

  /** Puts next versions in force; where neither goes with what is there, nothing is. */
  async propose(next: NextVersions): Promise<void> {
    expectAgreement(next);
    const { definition, model } = next;
    const define = async () => {
      if (definition !== undefined) await this.proposeDefinition(definition);
    };
    const install = async () => {
      const isNew = model !== undefined && model.source !== this.access.version()?.text;
      if (isNew) await this.#open.authority.installModel(model);
    };
    const isModelFirst = model !== undefined && goesWith(this.definition, model);
    for (const step of isModelFirst ? [install, define] : [define, install]) await step();
  }

  async certifyAuthor(key: Uint8Array, label: string, organisation?: string): Promise<boolean> {
    return await this.#open.authority.certify(key, label, organisation);
  }

  async addMember(name: string, key: Uint8Array): Promise<void> {
    await this.#open.authority.addMember(name, key);
  }

  /** This organisation's seat among the members that vote. */
  get seat(): CouncilSeat {
    return this.#open.seat;
  }

  async beginEpoch(voters: readonly EpochVoter[]): Promise<void> {
    await this.#open.authority.beginEpoch(voters);
  }

  async rotateOrganisation(): Promise<void> {
    await this.#open.authority.rotate();
  }

  async seal(): Promise<boolean> {
    return await this.#open.authority.seal();
  }

  async write<T>(options: WriteOptions, build: (draft: Draft) => T): Promise<Written<T>> {
    return await this.#open.writer.write(options, build);
  }

  /** Takes a signed commit from outside through the same door; the bytes are copied. */
  async receive(bytes: Uint8Array): Promise<Verdict> {
    return await receiveCommit(this.intake, bytes);
  }

  /** Takes a record of the authority chain from outside; throws where it may not follow yet. */
  async receiveRecord(bytes: Uint8Array): Promise<void> {
    const record = decodeRecord(bytes);
    const [replica, turns, snapshots] = [this.#replica, this.#turns, this.#snapshots];
    await writeBetweenSnapshots({ replica, turns, snapshots }, () => record);
  }

  watch(listener: ChangeListener): () => void {
    return this.#watchers.watch(listener);
  }

  watchGroups(listener: ChangeGroupListener): () => void {
    return this.#watchers.watchGroups(listener);
  }

  keepImages(): () => void {
    return this.#watchers.keepImages();
  }

  watchRecords(listener: () => void): () => void {
    return this.#watchers.watchRecords(listener);
  }

  async changesSince(point: SincePoint, listener: SinceListener): Promise<SinceEnd> {
    return await this.#pastChanges.since(point, listener);
  }

  nodeLineage(...asked: Parameters<Space['nodeLineage']>): Promise<Lineage | undefined> {
    return this.#readable.nodeLineage(...asked);
  }

  edgeLineage(...asked: Parameters<Space['edgeLineage']>): Promise<Lineage | undefined> {
    return this.#readable.edgeLineage(...asked);
  }

  nodeProof(...asked: Parameters<Space['nodeProof']>): Promise<string | undefined> {
    return this.#readable.nodeProof(...asked);
  }

  edgeProof(...asked: Parameters<Space['edgeProof']>): Promise<string | undefined> {
    return this.#readable.edgeProof(...asked);
  }

  async checkpoint(): Promise<string> {
    return await this.#open.checkpoints.sign();
  }

  usage(): SpaceUsage {
    const { engine, log } = this.#parts;
    const { length: logLength, first, historyLength = 0 } = log;
    const lackingEntries = Math.max(0, first - 1 - historyLength);
    const { imageBytes } = engine;
    return { imageBytes, logLength, lackingEntries, memory: engine.stats() };
  }

  stateHash(options: { readonly content?: boolean } = {}): string {
    return this.#parts.engine.stateHash(options.content ?? false);
  }

  /** Ends what runs for a space whose opening has failed; nothing is written. */
  async abandon(): Promise<void> {
    await this.#turns.close();
    await this.#parts.verifier[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing?.seat.close();
    const sealed = this.#writing?.sealer.close();
    await this.#writing?.replicated.bases[Symbol.asyncDispose]();
    await this.#history.close();
    await this.#pastChanges.close();
    await this.#turns.close();
    await sealed;
    const isSound = this.#writing !== undefined && !this.#turns.hasFailed;
    try {
      // The snapshot last: it is what a full disk refuses first, and all it saves is time.
      if (isSound) await this.#settleAuthor();
      if (isSound) await this.#keepCheckpoint();
      await this.#snapshots.close(isSound ? this.#parts.log.length : undefined);
    } finally {
      await this.#end();
    }
  }

  async #end(): Promise<void> {
    this.#watchers.clear();
    await this.#snapshots.close(undefined);
    await this.#parts.verifier[Symbol.asyncDispose]();
    await this.#owned?.disposeAsync();
  }

  get #open(): Writing {
    if (this.#writing !== undefined) return this.#writing;
    throw readOnly();
  }

  async #keepCheckpoint(): Promise<void> {
    if (this.#parts.directory !== undefined) await this.#writing?.checkpoints.sign();
  }

  /** Writes down how far this directory's author has come, so that a log that lost it is seen. */
  async #settleAuthor(): Promise<void> {
    const author = this.#writing?.author;
    await author?.settle(this.commitsOf(author.key.publicKey));
  }

  #publish(group: AppliedGroup): void {
    this.#advanceAuthor();
    this.#writing?.sealer.groupApplied(group.commits.length);
    this.#watchers.tell(group, this.#parts.chain.definition);
    this.#snapshots.groupApplied(group);
    this.#writing?.replicated.commitsApplied();
    this.#writing?.again.changed();
    this.#writing?.seat.changed();
  }

  /** Rows have changed under whoever reads, and nothing of the past is as it was told. */
  #publishForks(): void {
    this.#history.void();
    this.#pastChanges.withdraw();
    this.#watchers.tellOfRecord();
    this.#writing?.replicated.forksFound();
    for (const note of this.#parts.forks.notes) this.#parts.note(note);
  }

  #advanceAuthor(): void {
    const author = this.#writing?.author;
    void author?.advance(this.commitsOf(author.key.publicKey), this.#parts.clock.now());
  }
}
