/**
 * What a directory holds of a log, at a start: the indexes of the full segments, the last segment
 * whole. Segments follow one another without a gap, each naming the space and the entry before its
 * first. An index that cannot be used is made again from its segment.
 */

import { join } from 'node:path';
import { sameBytes, toHex } from '../base/bytes.ts';
import { type Disk, systemDisk } from '../base/disk.ts';
import { DatabaseError } from '../base/errors.ts';
import { MARK_NONE, noMark, type ReadMark, readMark } from './acknowledgement.ts';
import { AuthorityPositions } from './authority-positions.ts';
import { corrupt, describeDamage } from './damage.ts';
import { type RecoveredTail, recoverTail } from './recover-tail.ts';
import { indexOf } from './sealed-segments.ts';
import { decodeSegmentHead, SEGMENT_HEAD_BYTES, type SegmentHead } from './segment-format.ts';
import { readIndex, type SegmentIndex, writeIndex } from './segment-index.ts';
import { segmentName, segmentPositions } from './segment-name.ts';
import { readAll } from './transfer.ts';

/** Of a process that was killed while it made a file. */
const UNFINISHED_NAME = /^log[-.].*\.new$/;

export interface RecoveredLog {
  readonly sealed: readonly SealedIndex[];
  /** Undefined for an empty log. */
  readonly tail: RecoveredTail | undefined;
  readonly authority: AuthorityPositions;
  readonly mark: ReadMark;
  /** Hash of the first entry; undefined for an empty log. */
  readonly space: Uint8Array | undefined;
}

export type SealedIndex = Pick<SegmentIndex, 'first' | 'count' | 'end'>;

export async function recoverLog(
  directory: string,
  note: (text: string) => void,
  disk: Disk = systemDisk,
): Promise<RecoveredLog> {
  await removeUnfinished(directory, disk);
  const firsts = await segmentPositions(directory, disk);
  const mark = await readMark(directory, disk);
  for (const problem of mark?.problems ?? []) note(`${describeDamage(problem)}: written anew`);
  const authority = new AuthorityPositions();
  const empty = { sealed: [], tail: undefined, authority, space: undefined };
  const none = { mark: MARK_NONE, number: 0n, problems: [] };
  if (firsts.length === 0 && (mark === undefined || mark.mark.length === 0)) {
    return { ...empty, mark: mark ?? none };
  }
  if (mark === undefined) throw noMark('a file', 'none');
  const chain = new SegmentChain(directory, mark.mark.length, disk);
  for (const [at, first] of firsts.slice(0, -1).entries()) {
    const next = firsts[at + 1] as number;
    chain.add(await chain.readSealed({ first, next, note }));
  }
  const first = firsts.at(-1) ?? 0;
  const head = chain.expectNext(first);
  const tail = await recoverTail({ directory, first, mark: mark.mark, note, disk });
  if (tail.index.count === 0 && first === 1) {
    // The log's first append did not end: the next one may be of another space.
    await disk.remove(join(directory, segmentName(first)));
    return { ...empty, mark };
  }
  chain.expectSpace(head, tail.index);
  const { sealed } = chain;
  return { sealed, tail, authority: chain.authorityWith(tail.index), mark, space: head.space };
}

/** Checks that segments follow one another. */
class SegmentChain {
  readonly sealed: SealedIndex[] = [];
  readonly #directory: string;
  readonly #length: number;
  readonly #disk: Disk;
  readonly #authority = new AuthorityPositions();
  #next = 1;
  #space: Uint8Array | undefined;
  #previous: Uint8Array = new Uint8Array(32);

  constructor(directory: string, length: number, disk: Disk) {
    this.#directory = directory;
    this.#disk = disk;
    this.#length = length;
  }

  /** Reads the head of the segment that must come next. */
  expectNext(first: number): SegmentHead {
    const file = segmentName(this.#next);
    if (first !== this.#next) {
      const expected = `a file of the log's ${this.#length} entries`;
      throw corrupt({ file, offset: 0, expected, actual: 'none' });
    }
    const head = readHead(this.#directory, first, this.#disk);
    const place = { file, offset: 0 };
    const space = this.#space ?? head.space;
    if (head.first !== first) {
      throw corrupt({ ...place, expected: `position ${first}`, actual: `${head.first}` });
    }
    if (!sameBytes(head.space, space) || !sameBytes(head.previous, this.#previous)) {
      const expected = `space ${toHex(space)} after entry ${toHex(this.#previous)}`;
      const actual = `${toHex(head.space)} after ${toHex(head.previous)}`;
      throw corrupt({ ...place, expected, actual });
    }
    return head;
  }

  /** Reads the index of the next segment, or makes it; the segment is whole and synced. */
  async readSealed(place: {
    readonly first: number;
    readonly next: number;
    readonly note: (text: string) => void;
  }): Promise<SegmentIndex> {
    const { first, next, note } = place;
    this.expectNext(first);
    const file = segmentName(first);
    const disk = this.#disk;
    const found = readIndex(this.#directory, first, disk);
    const descriptor = disk.openSync(join(this.#directory, file));
    try {
      const size = disk.sizeSync(descriptor);
      const isIndex = !(found instanceof DatabaseError);
      if (isIndex && found.count === next - first && found.end <= size) return found;
      const count = next - first;
      const index = indexOf({ descriptor, file, first, count, end: size, disk });
      const why = isIndex ? 'it belongs to other entries' : found.message;
      note(`the index of ${file} is made again: ${why}`);
      await writeIndex(this.#directory, index, disk);
      return index;
    } finally {
      disk.closeSync(descriptor);
    }
  }

  add(index: SegmentIndex): void {
    this.#space ??= readHead(this.#directory, index.first, this.#disk).space;
    if (index.first === 1) this.expectSpace({ space: this.#space }, index);
    this.#next = index.first + index.count;
    this.#previous = index.hashOf(this.#next - 1);
    for (const position of index.authority) this.#authority.add(position);
    this.sealed.push({ first: index.first, count: index.count, end: index.end });
  }

  /** The first entry of a log names its space. */
  expectSpace(head: Pick<SegmentHead, 'space'>, index: SegmentIndex): void {
    if (index.first !== 1 || sameBytes(head.space, index.hashOf(1))) return;
    const [expected, actual] = [`space ${toHex(index.hashOf(1))}`, toHex(head.space)];
    throw corrupt({ file: segmentName(1), offset: 16, expected, actual });
  }

  authorityWith(tail: SegmentIndex): AuthorityPositions {
    for (const position of tail.authority) this.#authority.add(position);
    return this.#authority;
  }
}

export function readHead(directory: string, first: number, disk: Disk = systemDisk): SegmentHead {
  const file = segmentName(first);
  const descriptor = disk.openSync(join(directory, file));
  try {
    const bytes = new Uint8Array(SEGMENT_HEAD_BYTES);
    const count = readAll(descriptor, bytes, 0, disk);
    return decodeSegmentHead(bytes.subarray(0, count), file);
  } finally {
    disk.closeSync(descriptor);
  }
}

async function removeUnfinished(directory: string, disk: Disk): Promise<void> {
  for (const name of await disk.list(directory)) {
    if (UNFINISHED_NAME.test(name)) await disk.remove(join(directory, name));
  }
}
