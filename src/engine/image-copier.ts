/**
 * Copies an image out of shared memory while its engine goes on writing (assembly/memory/guard.ts
 * says why that is exact). A chunk is copied, then counts as copied; what the engine put aside
 * until then is collected: pieces of this chunk are put over the copy, those of later chunks are
 * kept until it is their turn. So chunks come out in order, whole and final, each once.
 *
 * Pieces are kept outside the shared memory, up to a limit; then they stay in the ring, and the
 * engine waits for the copy when that is full.
 */

import * as abi from '../../assembly/abi.ts';
import { assert } from '../base/assert.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { SNAPSHOT_ASIDE_BYTES_MAX } from '../base/limits.ts';

const PIECE_WORDS = abi.PIECE_BYTES / 4;
/** Kept pieces come in segments, so that memory follows their number. */
const SEGMENT_PIECES = 16_384;
const NONE = -1;
const SYSTEM_PAGE_BYTES = 4_096;

export interface ImageCopierOptions {
  /** Bytes of a chunk, a multiple of a piece's; all chunks but the last have them. */
  readonly chunkBytes: number;
  /** Pieces that are kept outside the ring at most. */
  readonly keptPieces?: number;
}

export class ImageCopier {
  readonly imageBytes: number;
  /** The most pieces that were kept at once. */
  keptMost = 0;
  /** How often a piece stayed in the ring for want of room. */
  heldCount = 0;
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array;
  readonly #chunkBytes: number;
  readonly #kept: KeptPieces;
  /** Bytes that are copied. */
  #at = 0;
  #ringTail = 0;
  /** A chunk is copied, and not whole yet. */
  #isOpen = false;

  /** Of a snapshot that was begun in this memory. */
  constructor(buffer: ArrayBufferLike, { chunkBytes, keptPieces }: ImageCopierOptions) {
    assert(chunkBytes % abi.PIECE_BYTES === 0, 'a chunk holds whole pieces');
    this.#bytes = new Uint8Array(buffer);
    this.#words = new Int32Array(buffer);
    this.imageBytes = this.#control(abi.SNAPSHOT_IMAGE_BYTES);
    this.#chunkBytes = chunkBytes;
    this.#kept = new KeptPieces({
      chunks: Math.ceil(this.imageBytes / chunkBytes),
      chunkPieces: chunkBytes / abi.PIECE_BYTES,
      limit: keptPieces ?? SNAPSHOT_ASIDE_BYTES_MAX / abi.PIECE_BYTES,
    });
  }

  get isDone(): boolean {
    return this.#at === this.imageBytes;
  }

  /** How often the engine has waited for room in the ring. */
  get waits(): number {
    return this.#control(abi.SNAPSHOT_WAITS);
  }

  /** Pieces that were taken from the ring. */
  get piecesTaken(): number {
    return this.#ringTail;
  }

  /** Pieces that the engine has put aside until now. */
  get piecesAside(): number {
    return this.#control(abi.SNAPSHOT_RING_HEAD);
  }

  /** Copies the next chunk into `target` and answers its bytes. */
  copyNext(target: Uint8Array): number {
    const steps = this.steps(target);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  }

  /** The same in steps, between which the engine may write whatever it likes. */
  *steps(target: Uint8Array): Generator<void, number> {
    this.#expectRunning();
    this.#isOpen = true;
    const start = this.#at;
    const bytes = Math.min(this.#chunkBytes, this.imageBytes - start);
    const half = bytes >>> 1;
    this.#copy(target, { start, from: 0, to: half });
    yield;
    this.#copy(target, { start, from: half, to: bytes });
    yield;
    this.#at = start + bytes;
    const copied = Math.ceil(Math.max(this.#at, abi.IMAGE_HEAD_BYTES) / abi.PIECE_BYTES);
    Atomics.store(this.#words, place(abi.SNAPSHOT_PROGRESS), copied);
    yield;
    const view = new Int32Array(target.buffer, target.byteOffset, target.length >>> 2);
    const chunk = { start, words: view };
    this.#collect(chunk);
    // A snapshot that was given up until here lacks pieces.
    this.#expectRunning();
    this.#kept.release(start / this.#chunkBytes, (piece) => this.#lay(chunk, piece));
    this.#clearRanges(target, start, bytes);
    this.#isOpen = false;
    return bytes;
  }

  /** Takes pieces from the ring while there is room for them: between two chunks. */
  collect(): void {
    assert(!this.#isOpen, 'pieces of an open chunk are taken with it');
    this.#collect(undefined);
  }

  /** Those of the chunk that was just copied go into it; later ones are kept. */
  #collect(chunk: OpenChunk | undefined): void {
    const head = this.#control(abi.SNAPSHOT_RING_HEAD);
    const mask = this.#control(abi.SNAPSHOT_RING_PIECES) - 1;
    const copied = Math.ceil(this.#at / abi.PIECE_BYTES);
    const words = this.#words;
    let isHeld = false;
    for (let position = this.#ringTail; position < head; position++) {
      const slot = position & mask;
      const piece = words[(abi.SNAPSHOT_NUMBERS >>> 2) + slot] as number;
      const offset = (abi.SNAPSHOT_RING >>> 2) + slot * PIECE_WORDS;
      if (piece < copied) {
        // A piece of an earlier chunk was copied before it was written, and put aside for nothing.
        const isOpen = chunk !== undefined && piece * abi.PIECE_BYTES >= chunk.start;
        if (isOpen) this.#lay(chunk, { piece, words, offset });
      } else if (!isHeld) isHeld = !this.#kept.keep({ piece, words, offset });
      if (!isHeld) this.#ringTail = position + 1;
      else if (chunk === undefined) break;
    }
    if (isHeld) this.heldCount += 1;
    this.keptMost = Math.max(this.keptMost, this.#kept.count);
    Atomics.store(words, place(abi.SNAPSHOT_RING_TAIL), this.#ringTail);
    Atomics.notify(words, place(abi.SNAPSHOT_RING_TAIL));
  }

  /** Throws UNAVAILABLE when the engine gave the snapshot up. */
  #expectRunning(): void {
    if (this.#control(abi.SNAPSHOT_STATE) === abi.SNAPSHOT_RUNNING) return;
    throw new DatabaseError(
      ErrorCode.UNAVAILABLE,
      'a snapshot expected to keep up with the writes, got given up',
    );
  }

  #control(offset: number): number {
    return Atomics.load(this.#words, place(offset)) >>> 0;
  }

  /** The head of the image stands apart, as it was at the begin. */
  #copy(
    target: Uint8Array,
    { start, from, to }: Readonly<Record<'start' | 'from' | 'to', number>>,
  ): void {
    const headEnd = Math.min(Math.max(abi.IMAGE_HEAD_BYTES - start, from), to);
    const head = abi.SNAPSHOT_HEAD + start;
    target.set(this.#bytes.subarray(head + from, head + headEnd), from);
    const image = abi.IMAGE_START + start;
    target.set(this.#bytes.subarray(image + headEnd, image + to), headEnd);
  }

  /** Puts a piece over its place in a chunk; the image may end within it. */
  #lay(chunk: OpenChunk, { piece, words, offset }: Place): void {
    const at = (piece * abi.PIECE_BYTES - chunk.start) >>> 2;
    const count = Math.min(PIECE_WORDS, (this.imageBytes - piece * abi.PIECE_BYTES) >>> 2);
    for (let word = 0; word < count; word++) {
      chunk.words[at + word] = words[offset + word] as number;
    }
  }

  /** Regions and free ranges hold nothing that outlives a call: in an image they are zero. */
  #clearRanges(target: Uint8Array, start: number, bytes: number): void {
    const count = this.#control(abi.SNAPSHOT_RANGE_COUNT);
    for (let index = 0; index < count; index++) {
      const range = place(abi.SNAPSHOT_RANGES) + index * 2;
      const from = ((this.#words[range] as number) >>> 0) - abi.IMAGE_START - start;
      const to = from + ((this.#words[range + 1] as number) >>> 0);
      if (to > 0 && from < bytes) target.fill(0, Math.max(from, 0), Math.min(to, bytes));
    }
  }
}

/**
 * Has the system map what a running snapshot needs, so that the engine does not wait for each page
 * when it first puts pieces aside. A word stays as it is, whoever writes it at the same time; an
 * addition of 0 would do too, but maps each page twice: first to read it.
 */
export function mapSnapshotArea(buffer: ArrayBufferLike): void {
  const words = new Int32Array(buffer);
  for (let at = abi.SNAPSHOT_START; at < abi.IMAGE_START; at += SYSTEM_PAGE_BYTES) {
    Atomics.compareExchange(words, at >>> 2, 0, 0);
  }
}

/** A chunk under way: where it begins in the image, and its words. */
interface OpenChunk {
  readonly start: number;
  readonly words: Int32Array;
}

/** Where the words of a piece stand. */
interface Place {
  readonly piece: number;
  readonly words: Int32Array;
  readonly offset: number;
}

/** Pieces that wait for their chunk: slots in segments, and a list of slots for each chunk. */
class KeptPieces {
  count = 0;
  readonly #chunkPieces: number;
  readonly #limit: number;
  readonly #segments: Int32Array[] = [];
  readonly #pieces: Uint32Array;
  readonly #next: Int32Array;
  /** First slot of each chunk's list. */
  readonly #firsts: Int32Array;
  #free = NONE;
  #used = 0;

  constructor(sizes: Readonly<Record<'chunks' | 'chunkPieces' | 'limit', number>>) {
    const { chunks, chunkPieces, limit } = sizes;
    this.#chunkPieces = chunkPieces;
    this.#limit = limit;
    this.#pieces = new Uint32Array(limit);
    this.#next = new Int32Array(limit);
    this.#firsts = new Int32Array(chunks).fill(NONE);
  }

  /** Copies a piece; false when there is no room. */
  keep({ piece, words, offset }: Place): boolean {
    const chunk = Math.floor(piece / this.#chunkPieces);
    const slot = this.#take();
    if (slot === NONE) return false;
    const segment = this.#segmentOf(slot);
    const at = (slot % SEGMENT_PIECES) * PIECE_WORDS;
    for (let word = 0; word < PIECE_WORDS; word++) {
      segment[at + word] = words[offset + word] as number;
    }
    this.#pieces[slot] = piece;
    this.#next[slot] = this.#firsts[chunk] as number;
    this.#firsts[chunk] = slot;
    this.count += 1;
    return true;
  }

  /** Gives the pieces of a chunk out and forgets them. */
  release(chunk: number, give: (place: Place) => void): void {
    let slot = this.#firsts[chunk] as number;
    this.#firsts[chunk] = NONE;
    while (slot !== NONE) {
      const offset = (slot % SEGMENT_PIECES) * PIECE_WORDS;
      give({ piece: this.#pieces[slot] as number, words: this.#segmentOf(slot), offset });
      const next = this.#next[slot] as number;
      this.#next[slot] = this.#free;
      this.#free = slot;
      this.count -= 1;
      slot = next;
    }
  }

  #take(): number {
    const slot = this.#free;
    if (slot !== NONE) {
      this.#free = this.#next[slot] as number;
      return slot;
    }
    if (this.#used === this.#limit) return NONE;
    this.#used += 1;
    return this.#used - 1;
  }

  #segmentOf(slot: number): Int32Array {
    const index = Math.floor(slot / SEGMENT_PIECES);
    const held = this.#segments[index];
    if (held !== undefined) return held;
    const made = new Int32Array(SEGMENT_PIECES * PIECE_WORDS);
    this.#segments[index] = made;
    return made;
  }
}

/** Index of a word of the control page. */
function place(offset: number): number {
  return (abi.SNAPSHOT_START + offset) >>> 2;
}
