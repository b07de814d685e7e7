/**
 * One engine instance: loads the module, feeds it groups of commits, and reports its failures as
 * typed errors. Reading goes through view.ts.
 */

import * as abi from '../../assembly/abi.ts';
import { PERMISSION_VERSION_OFFSET } from '../../assembly/abi-access.ts';
import { assert } from '../base/assert.ts';
import { toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { READERS_MEMORY_SHARE, SPACE_MEMORY_BYTES_MAX } from '../base/limits.ts';
import type { Random } from '../base/random.ts';
import type { EngineExports } from './exports.ts';
import { prepareError } from './failure.ts';
import { EngineMemory } from './memory.ts';
import { engineMemory, instantiateEngine, PAGE_BYTES } from './module.ts';
import { type EngineStats, readStats } from './stats.ts';

/** What the engine needs to know of a verified commit. */
export interface GroupCommit {
  readonly payloadBytes: Uint8Array;
  /** Where the payload stands in the linear memory, until apply; copied there when absent. */
  readonly address?: number;
  readonly clock: bigint;
  readonly author: Uint8Array;
  readonly hash: Uint8Array;
  readonly transactionCount: number;
  /** Address of the check that a thread made of the payload; none when absent. */
  readonly check?: number | undefined;
}

/** An image that is stored elsewhere. */
export interface StoredImage {
  readonly bytes: number;
  /** Fills a target of as many bytes. */
  readonly read: (target: Uint8Array) => Promise<void>;
}

export class Engine {
  readonly exports: EngineExports;
  readonly memory: EngineMemory;
  /** Names the caller that the engine reads for (sight.ts); undefined for everybody. */
  sight: object | undefined;
  /** What the memory may grow to. */
  readonly #bytesMax: number;
  /** What the space may fill of it. */
  #writeBytesMax: number;
  #generation = 0;
  #keepsUndo = false;

  private constructor(exports: EngineExports, memory: WebAssembly.Memory, bytesMax: number) {
    this.exports = exports;
    this.memory = new EngineMemory(memory);
    this.#bytesMax = bytesMax;
    this.#writeBytesMax = bytesMax;
  }

  /** Grows when the image is another one: rows and symbols of one generation mean nothing later. */
  get generation(): number {
    return this.#generation;
  }

  /** An empty engine for a space, in so much memory at most; its index secret is its own. */
  static async create(
    space: Uint8Array,
    random: Random,
    bytesMax: number = SPACE_MEMORY_BYTES_MAX,
  ): Promise<Engine> {
    const engine = await Engine.#instantiate(bytesMax);
    engine.#limitWrites(bytesMax);
    const secret = new DataView(random.bytes(16).buffer);
    const made = engine.exports.format(0, secret.getBigUint64(0), secret.getBigUint64(8));
    assert(made === 1, 'an empty engine fits in memory');
    engine.memory.bytes.set(space, engine.exports.spaceAddress());
    return engine;
  }

  /** An engine from an image that `image` gave; throws CORRUPT when it is none. */
  static fromImage(image: Uint8Array, space: Uint8Array): Promise<Engine> {
    const read = async (target: Uint8Array) => target.set(image);
    return Engine.load({ bytes: image.length, read }, space);
  }

  /**
   * An engine from an image that is read straight into its memory. Throws CORRUPT when it is none,
   * LIMIT_EXCEEDED when it is larger than the memory may be.
   */
  static async load(
    image: StoredImage,
    space: Uint8Array,
    bytesMax: number = SPACE_MEMORY_BYTES_MAX,
  ): Promise<Engine> {
    const engine = await Engine.#instantiate(bytesMax);
    const end = abi.IMAGE_START + image.bytes;
    if (end > bytesMax) {
      throw new DatabaseError(
        ErrorCode.LIMIT_EXCEEDED,
        `a space expected ${end} bytes of memory, got a limit of ${bytesMax}`,
        { facts: { limit: bytesMax } },
      );
    }
    engine.memory.ensure(end);
    await image.read(engine.memory.bytes.subarray(abi.IMAGE_START, end));
    const address = engine.exports.isImage() === 1 ? engine.exports.spaceAddress() : 0;
    const held = address === 0 ? 'none' : toHex(engine.memory.copy(address, 32));
    if (held === toHex(space)) {
      engine.#limitWrites(bytesMax);
      engine.exports.beginImage();
      return engine;
    }
    throw new DatabaseError(
      ErrorCode.CORRUPT,
      `an image expected version ${abi.IMAGE_VERSION} of space ${toHex(space)}, got ${held}`,
    );
  }

  static async #instantiate(bytesMax: number): Promise<Engine> {
    const memory = engineMemory(bytesMax);
    return new Engine(await instantiateEngine(memory, abi.WRITER_WORK), memory, bytesMax);
  }

  /**
   * From now on writes leave a share of the memory to readers. Until then they may fill it: what
   * was accepted once fits again, though calls of other sizes bring it back.
   */
  leaveRoomForReaders(): void {
    this.#limitWrites(this.#bytesMax * (1 - READERS_MEMORY_SHARE));
  }

  #limitWrites(bytes: number): void {
    this.#writeBytesMax = bytes;
    this.exports.limitWrites(Math.floor(bytes / PAGE_BYTES));
  }

  /**
   * Takes over the image of another engine of this space. No group is prepared, no snapshot runs.
   */
  adopt(other: Engine): void {
    const end = other.exports.imageEnd() >>> 0;
    const endBefore = this.exports.imageEnd() >>> 0;
    this.memory.ensure(end);
    const { bytes, view } = this.memory;
    const versionAt = abi.IMAGE_START + PERMISSION_VERSION_OFFSET;
    const version = view.getUint32(versionAt, true);
    other.memory.bytes.copy(bytes, abi.IMAGE_START, abi.IMAGE_START, end);
    // What the arena has not taken yet is zero.
    if (endBefore > end) bytes.fill(0, end, endBefore);
    // What was found out about permissions under one version does not count under the next.
    const next = Math.max(version, view.getUint32(versionAt, true)) + 1;
    view.setUint32(versionAt, next, true);
    this.sight = undefined;
    this.#limitWrites(this.#writeBytesMax);
    this.keepUndo(this.#keepsUndo);
    this.#generation += 1;
  }

  /** What the memory is used for. */
  stats(): EngineStats {
    return readStats(this.exports);
  }

  /** Bytes that hold the space. */
  get imageBytes(): number {
    return (this.exports.imageEnd() >>> 0) - abi.IMAGE_START;
  }

  /** The bytes that hold the space, as a copy. */
  image(): Uint8Array {
    return this.memory.copy(abi.IMAGE_START, this.imageBytes);
  }

  /**
   * Begins a snapshot of the image as it is now; an ImageCopier copies it from the buffer while
   * groups are applied. One at a time. The ring has a power of two pieces.
   */
  beginSnapshot(ringPieces: number = abi.RING_PIECES): ArrayBufferLike {
    const begun = this.exports.beginSnapshot(ringPieces);
    assert(begun === 1, 'one snapshot runs at a time');
    return this.memory.bytes.buffer;
  }

  /** Ends a snapshot, whether it was copied or not. */
  endSnapshot(): void {
    this.exports.endSnapshot();
  }

  /**
   * Checks a group and reserves what it can need; the graph stays as it is, and can be read until
   * `apply`. Throws MALFORMED, CONFLICT or LIMIT_EXCEEDED with the place of the first failure.
   */
  prepare(commits: readonly GroupCommit[]): void {
    const heads = abi.GROUP_HEADER_BYTES + commits.length * abi.DESCRIPTOR_BYTES;
    const copied = (commit: GroupCommit) =>
      commit.address === undefined ? commit.payloadBytes.length : 0;
    const total = commits.reduce((sum, commit) => sum + copied(commit), heads);
    const input = this.exports.ensureGroup(total) >>> 0;
    if (input === 0) throw spaceFull();
    const { bytes, view } = this.memory;
    view.setUint32(input, commits.length, true);
    let end = input + heads;
    for (const [index, commit] of commits.entries()) {
      const at = input + abi.GROUP_HEADER_BYTES + index * abi.DESCRIPTOR_BYTES;
      const { payloadBytes, address = end } = commit;
      view.setUint32(at + abi.DESCRIPTOR_PAYLOAD_ADDRESS, address, true);
      view.setUint32(at + abi.DESCRIPTOR_PAYLOAD_BYTES, payloadBytes.length, true);
      view.setBigUint64(at + abi.DESCRIPTOR_CLOCK, commit.clock, true);
      bytes.set(commit.author, at + abi.DESCRIPTOR_AUTHOR);
      bytes.set(commit.hash, at + abi.DESCRIPTOR_HASH);
      view.setUint32(at + abi.DESCRIPTOR_TRANSACTIONS, commit.transactionCount, true);
      view.setUint32(at + abi.DESCRIPTOR_CHECK, commit.check ?? 0, true);
      if (commit.address !== undefined) continue;
      bytes.set(payloadBytes, end);
      end += payloadBytes.length;
    }
    const status = this.exports.prepare();
    if (status !== abi.STATUS_OK) throw prepareError(status, this.exports);
  }

  /** Applies what `prepare` accepted last; returns the number of changes. */
  apply(): number {
    return this.exports.apply();
  }

  /** Whether what a group replaces is kept from now on, for `walkBack` (undo.ts). */
  keepUndo(isKept: boolean): void {
    this.#keepsUndo = isKept;
    this.exports.keepUndo(isKept ? 1 : 0);
  }

  /** Makes room for `compact`, so that it cannot fail later; throws LIMIT_EXCEEDED. */
  ensureCompaction(): void {
    if (this.exports.ensureCompaction() !== 1) throw spaceFull();
  }

  /**
   * Takes away for good what does not show: every commit that is here is sealed. Rows that were
   * read before may stand for others after it. No snapshot may run.
   */
  compact(): void {
    this.ensureCompaction();
    this.exports.compact();
  }

  /** The changes of the last apply in words: transaction row, element row, path, kind; a copy. */
  changeWords(count: number): Uint32Array {
    return this.memory.words(this.exports.changesAddress() >>> 0, (count * abi.CHANGE_BYTES) / 4);
  }

  /** Indexes a field of a type, or up to INDEX_PATHS_MAX together, with what is there already. */
  declareIndex(type: string, ...paths: readonly string[]): void {
    const typeSymbol = this.name(abi.SYMBOL_NODE_TYPE, type);
    const pathSymbols = paths.map((path) => this.name(abi.SYMBOL_PATH, path));
    const input = this.#input(paths.length * 4);
    const { view } = this.memory;
    for (const [index, symbol] of pathSymbols.entries()) {
      view.setUint32(input + index * 4, symbol, true);
    }
    if (this.exports.declareIndex(typeSymbol, paths.length) !== 1) throw spaceFull();
  }

  /** Hex of the hash over the canonical walk. */
  stateHash(content: boolean): string {
    const address = this.exports.hashState(content ? 1 : 0) >>> 0;
    if (address === 0) throw spaceFull();
    return toHex(this.memory.copy(address, abi.HASH_BYTES));
  }

  /** Clock of an applied commit, or undefined when it is not here. */
  clockOf(hash: Uint8Array): bigint | undefined {
    this.putInput(hash);
    const clock = this.exports.clockOfCommit();
    return clock === 0n ? undefined : clock;
  }

  /**
   * The number of an applied commit, from 1, in the order in which they were applied; undefined
   * when it is not here.
   */
  ordinalOf(hash: Uint8Array): number | undefined {
    this.putInput(hash);
    return this.exports.ordinalOfCommit() >>> 0 || undefined;
  }

  /** Applied commits. */
  get commitCount(): number {
    return this.exports.commitCount() >>> 0;
  }

  /** Of so many commits, from the one of a number on: those whose clock is at most so much. */
  commitsUpTo(clock: bigint, first: number, count: number): number {
    return this.exports.commitsUpTo(clock, first, count) >>> 0;
  }

  /** The symbol of a name, new or known, while no group is prepared. */
  name(kind: number, text: string): number {
    const bytes = Buffer.from(text);
    this.putInput(bytes);
    const symbol = this.exports.nameSymbol(kind, bytes.length);
    if (symbol === 0) throw spaceFull();
    return symbol;
  }

  /** Puts an argument where a call reads it. */
  putInput(bytes: Uint8Array): void {
    const address = this.#input(bytes.length);
    // Asked for behind it: the memory may have grown.
    this.memory.bytes.set(bytes, address);
  }

  /** Where so many bytes of an argument go. */
  #input(bytes: number): number {
    const address = this.exports.ensureInput(bytes) >>> 0;
    if (address === 0) throw spaceFull();
    return address;
  }
}

export function spaceFull(): DatabaseError {
  return new DatabaseError(
    ErrorCode.LIMIT_EXCEEDED,
    'the space expected room in its linear memory, got none',
  );
}
