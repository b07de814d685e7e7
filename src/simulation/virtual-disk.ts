/**
 * A disk of which a crash takes what was not synced: of each write since then any sectors and not
 * others, of the names of a directory all changes from some point on. What a sync has ended with
 * stays. Directories are there without being made.
 */

import { basename, dirname } from 'node:path';
import type { Disk, DiskFile, ReadPlace } from '../base/disk.ts';
import type { Seeded } from '../base/seeded.ts';
import type { Schedule } from './schedule.ts';
import type { Tally } from './tally.ts';

const SECTOR_BYTES = 512;
const SYNC_MILLISECONDS_LEAST = 0.1;
export const SYNC_MILLISECONDS_MAX = 12;
/** No descriptor of the system is as large: one that goes astray is found at once. */
const FIRST_DESCRIPTOR = 1_000_000_000;

/** A change of a file: bytes at a place, or its end. */
interface Change {
  readonly offset: number;
  /** Undefined where the file is cut at the offset. */
  readonly bytes: Uint8Array | undefined;
}

/** The bytes of a file, with room to grow. */
class Content {
  #buffer = new Uint8Array(4_096);
  #size = 0;

  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#size);
  }

  apply({ offset, bytes }: Change): void {
    const end = offset + (bytes?.length ?? 0);
    if (end > this.#buffer.length) {
      const grown = new Uint8Array(2 * end);
      grown.set(this.bytes);
      this.#buffer = grown;
    }
    // What is beyond the end reads as zeros once the file has grown over it.
    if (bytes === undefined) this.#buffer.fill(0, offset, this.#size);
    else this.#buffer.set(bytes, offset);
    this.#size = bytes === undefined ? offset : Math.max(this.#size, end);
  }

  become(other: Content): void {
    this.#buffer = other.#buffer.slice();
    this.#size = other.#size;
  }
}

interface Inode {
  /** What is on the disk, and what readers see. */
  readonly durable: Content;
  readonly shown: Content;
  /** In the order in which they were made. */
  changes: Change[];
}

/** A change of a directory. */
interface Naming {
  /** With the directory that it is in. */
  readonly name: string;
  /** Undefined where the name goes. */
  readonly inode: Inode | undefined;
  /** Of a rename, the name that goes with it. */
  readonly from?: string;
}

export interface VirtualDiskParts {
  readonly schedule: Schedule;
  readonly random: Seeded;
  readonly tally: Tally;
  readonly label: string;
}

export class VirtualDisk {
  readonly #parts: VirtualDiskParts;
  readonly #durableNames = new Map<string, Inode>();
  #names = new Map<string, Inode>();
  /** By directory. */
  readonly #namings = new Map<string, Naming[]>();
  readonly #open = new Map<number, Inode>();
  #descriptor = FIRST_DESCRIPTOR;
  /** Counts crashes: what was under way in an earlier one never ends. */
  #number = 0;

  constructor(parts: VirtualDiskParts) {
    this.#parts = parts;
  }

  /** The disk as a process sees it, until the next crash. */
  mount(): Disk {
    const alive = this.#whileAlive();
    return {
      open: (path, flags) => alive(() => this.#openFile(path, flags)),
      readFile: (path) => alive(() => this.#shown(path).slice()),
      list: (path) => alive(() => this.#list(path)),
      rename: (from, to) => alive(() => this.#rename(from, to)),
      remove: (path) => alive(() => this.#remove(path)),
      makeDirectory: () => alive(() => undefined),
      syncDirectory: (path) => alive(() => this.#syncNames(path)),
      openSync: (path) => this.#descriptorOf(this.#inode(path)),
      sizeSync: (descriptor) => this.#opened(descriptor).shown.bytes.length,
      readSync: (descriptor, place) => read(this.#opened(descriptor).shown.bytes, place),
      closeSync: (descriptor) => void this.#open.delete(descriptor),
      readFileSync: (path) => this.#shown(path).slice(),
    };
  }

  /** A process that is gone does nothing any more, and hears of nothing. */
  #whileAlive(): <T>(act: () => T | Promise<T>) => Promise<T> {
    const number = this.#number;
    return (act) =>
      this.#number === number
        ? Promise.resolve().then(() => (this.#number === number ? act() : never()))
        : never();
  }

  /** The power goes, and comes again. */
  crash(): void {
    const { random, tally } = this.#parts;
    this.#number += 1;
    this.#open.clear();
    for (const namings of this.#namings.values()) {
      const kept = random.below(namings.length + 1);
      if (kept < namings.length) tally.add('names lost', namings.length - kept);
      for (const naming of namings.splice(0).slice(0, kept)) rename(this.#durableNames, naming);
    }
    this.#names = new Map(this.#durableNames);
    for (const inode of new Set(this.#names.values())) this.#tear(inode);
  }

  #tear(inode: Inode): void {
    const { random, tally } = this.#parts;
    for (const change of inode.changes) {
      const draw = random.below(3);
      if (draw === 0) tally.add('unsynced writes lost');
      else if (draw === 1 || change.bytes === undefined) inode.durable.apply(change);
      else {
        tally.add('unsynced writes torn');
        for (const sector of sectorsOf(change)) {
          if (random.chance(0.5)) inode.durable.apply(sector);
        }
      }
    }
    inode.changes = [];
    inode.shown.become(inode.durable);
  }

  #openFile(name: string, flags: 'r+' | 'w' | 'wx'): DiskFile {
    const there = this.#names.get(name);
    if (flags === 'wx' && there !== undefined) throw systemError('EEXIST', 'open', name);
    let inode = there;
    if (flags !== 'r+') {
      inode = { durable: new Content(), shown: new Content(), changes: [] };
      this.#name({ name, inode });
    }
    if (inode === undefined) throw systemError('ENOENT', 'open', name);
    return this.#fileOf(inode);
  }

  #fileOf(inode: Inode): DiskFile {
    const fd = this.#descriptorOf(inode);
    const alive = this.#whileAlive();
    const change = (made: Change) => {
      inode.shown.apply(made);
      inode.changes.push(made);
    };
    return {
      fd,
      writev: (buffers, position) =>
        alive(() => {
          let at = position;
          for (const buffer of buffers) {
            change({ offset: at, bytes: Uint8Array.from(buffer) });
            at += buffer.length;
          }
          return { bytesWritten: at - position };
        }),
      writeFile: (bytes) => alive(() => change({ offset: 0, bytes: Uint8Array.from(bytes) })),
      truncate: (length) => alive(() => change({ offset: length, bytes: undefined })),
      sync: () => alive(() => this.#sync(inode)),
      datasync: () => alive(() => this.#sync(inode)),
      stat: () => alive(() => ({ size: inode.shown.bytes.length })),
      close: () => alive(() => void this.#open.delete(fd)),
    };
  }

  /** What was written before it begins is durable when it ends. */
  #sync(inode: Inode): Promise<void> {
    const last = inode.changes.at(-1);
    return this.#later('sync', () => {
      for (const change of takeUpTo(inode.changes, last)) inode.durable.apply(change);
    });
  }

  #syncNames(path: string): Promise<void> {
    const namings = this.#namings.get(path) ?? [];
    const last = namings.at(-1);
    return this.#later('sync of names', () => {
      for (const naming of takeUpTo(namings, last)) rename(this.#durableNames, naming);
    });
  }

  #list(path: string): string[] {
    const names = [...this.#names.keys()].filter((name) => dirname(name) === path);
    return names.map((name) => basename(name)).sort();
  }

  #later(what: string, done: () => void): Promise<void> {
    const { schedule, random, label, tally } = this.#parts;
    const number = this.#number;
    const most = SYNC_MILLISECONDS_MAX - SYNC_MILLISECONDS_LEAST;
    const takes = SYNC_MILLISECONDS_LEAST + (random.below(1_000) / 1_000) * most;
    tally.add('syncs');
    return new Promise((resolve) => {
      schedule.after(takes, `${label} ${what}`, () => {
        if (this.#number !== number) return tally.add('syncs that a crash cut short');
        done();
        resolve();
      });
    });
  }

  #rename(from: string, to: string): void {
    this.#name({ name: to, inode: this.#inode(from), from });
  }

  #remove(name: string): void {
    if (this.#names.has(name)) this.#name({ name, inode: undefined });
  }

  #name(naming: Naming): void {
    rename(this.#names, naming);
    const directory = dirname(naming.name);
    const namings = this.#namings.get(directory);
    if (namings === undefined) this.#namings.set(directory, [naming]);
    else namings.push(naming);
  }

  #descriptorOf(inode: Inode): number {
    this.#descriptor += 1;
    this.#open.set(this.#descriptor, inode);
    return this.#descriptor;
  }

  #opened(descriptor: number): Inode {
    const inode = this.#open.get(descriptor);
    if (inode === undefined) throw systemError('EBADF', 'read', `${descriptor}`);
    return inode;
  }

  #inode(name: string): Inode {
    const inode = this.#names.get(name);
    if (inode === undefined) throw systemError('ENOENT', 'open', name);
    return inode;
  }

  #shown(name: string): Uint8Array {
    return this.#inode(name).shown.bytes;
  }
}

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}

/** Takes out what stands up to one, which another sync may have taken before. */
function takeUpTo<T>(all: T[], last: T | undefined): readonly T[] {
  return last === undefined ? [] : all.splice(0, all.indexOf(last) + 1);
}

function rename(names: Map<string, Inode>, { name, inode, from }: Naming): void {
  if (from !== undefined) names.delete(from);
  if (inode === undefined) names.delete(name);
  else names.set(name, inode);
}

/** The parts of a write that come to the disk together. */
function* sectorsOf({ offset, bytes }: Change): Generator<Change> {
  if (bytes === undefined) return;
  const end = offset + bytes.length;
  for (let at = offset; at < end; ) {
    const next = Math.min(end, (Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES);
    yield { offset: at, bytes: bytes.subarray(at - offset, next - offset) };
    at = next;
  }
}

function read(shown: Uint8Array, { buffer, from, position }: ReadPlace): number {
  const bytes = shown.subarray(position, position + buffer.length - from);
  buffer.set(bytes, from);
  return bytes.length;
}

function systemError(code: string, syscall: string, name: string): Error {
  return Object.assign(new Error(`${code}: ${syscall} '${name}'`), { code, syscall });
}
