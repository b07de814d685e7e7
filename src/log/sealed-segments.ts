/**
 * The full segments of a log. Of each, three numbers are kept in memory; its index is loaded, and
 * its file opened, when an entry of it is read, and a few stay so.
 */

import { join } from 'node:path';
import { type Disk, systemDisk } from '../base/disk.ts';
import { DatabaseError } from '../base/errors.ts';
import { LOG_SEGMENTS_LOADED_MAX } from '../base/limits.ts';
import { corrupt } from './damage.ts';
import { SEGMENT_HEAD_BYTES } from './segment-format.ts';
import { readIndex, SegmentIndex } from './segment-index.ts';
import { segmentName } from './segment-name.ts';
import { walkRecords } from './segment-walk.ts';

export interface SealedSegment {
  readonly first: number;
  readonly count: number;
  /** Where its last record ends. */
  readonly end: number;
}

export interface LoadedSegment {
  readonly descriptor: number;
  readonly index: SegmentIndex;
}

export class SealedSegments {
  readonly #directory: string;
  readonly #disk: Disk;
  readonly #segments: SealedSegment[];
  /** By first position, the one used last at the end. */
  readonly #loaded = new Map<number, LoadedSegment>();

  constructor(directory: string, segments: readonly SealedSegment[], disk: Disk = systemDisk) {
    this.#directory = directory;
    this.#disk = disk;
    this.#segments = [...segments];
  }

  add(index: SegmentIndex): void {
    this.#segments.push({ first: index.first, count: index.count, end: index.end });
  }

  /** The segment that holds a position; undefined for one after the last. */
  find(position: number): SealedSegment | undefined {
    let [low, high] = [0, this.#segments.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { first, count } = this.#segments[middle] as SealedSegment;
      if (first + count <= position) low = middle + 1;
      else high = middle;
    }
    return this.#segments[low];
  }

  load(segment: SealedSegment): LoadedSegment {
    const { first } = segment;
    const loaded = this.#loaded.get(first) ?? this.#open(segment);
    this.#loaded.delete(first);
    this.#loaded.set(first, loaded);
    for (const [oldest, { descriptor }] of this.#loaded) {
      if (this.#loaded.size <= LOG_SEGMENTS_LOADED_MAX) break;
      this.#loaded.delete(oldest);
      this.#disk.closeSync(descriptor);
    }
    return loaded;
  }

  close(): void {
    for (const { descriptor } of this.#loaded.values()) this.#disk.closeSync(descriptor);
    this.#loaded.clear();
  }

  #open(segment: SealedSegment): LoadedSegment {
    const file = segmentName(segment.first);
    const disk = this.#disk;
    const descriptor = this.#disk.openSync(join(this.#directory, file));
    try {
      const found = readIndex(this.#directory, segment.first, disk);
      const isUsable = !(found instanceof DatabaseError) && found.count === segment.count;
      const index = isUsable ? found : indexOf({ descriptor, file, disk, ...segment });
      return { descriptor, index };
    } catch (error) {
      this.#disk.closeSync(descriptor);
      throw error;
    }
  }
}

/** Makes the index of a full segment from its records; throws CORRUPT where one is damaged. */
export function indexOf(segment: {
  readonly descriptor: number;
  readonly file: string;
  readonly first: number;
  readonly count: number;
  /** No record ends after it. */
  readonly end: number;
  readonly disk?: Disk;
}): SegmentIndex {
  const { descriptor, file, first, count, end, disk } = segment;
  const index = new SegmentIndex(first, SEGMENT_HEAD_BYTES);
  const range = { descriptor, file, offset: index.end, position: first, end, disk };
  const walk = walkRecords(range);
  let step = walk.next();
  for (; index.count < count && step.done !== true; step = walk.next()) {
    index.add(step.value, step.value.end);
  }
  if (index.count === count) return index;
  const position = first + index.count;
  const isFileLost = index.end === end;
  const place = { file: isFileLost ? segmentName(position) : file, position };
  const missing = { ...place, offset: isFileLost ? 0 : index.end, expected: 'a record' };
  const damage = step.done === true ? step.value.damage : undefined;
  throw corrupt(damage ?? { ...missing, actual: isFileLost ? 'no such file' : 'none' });
}
