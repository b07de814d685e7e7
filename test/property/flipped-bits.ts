/**
 * Single flipped bits in the files of a closed log. Each is found and named, by a start, by a read
 * of the entry it is in, and by the full check; or a start says it and makes it good, with every
 * entry as it was. No wrong byte is ever given out.
 */

import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseError, ErrorCode } from '../../src/base/errors.ts';
import { FileLog } from '../../src/log/file-log.ts';
import type { LogEntry } from '../../src/log/log.ts';
import { verifyLog } from '../../src/log/verify.ts';
import { filesOf, numbered, RECORD_HEAD, SEGMENT_HEAD } from '../fixture/log-files.ts';
import type { Seeded } from '../seeded.ts';

const SEGMENT_BYTES = 3_000;
const APPENDS = 30;
const SLOT_BYTES = 64;

/** What a read of the whole log gives: by position, the entry or why it is not served. */
export interface ReadAll {
  readonly notes: readonly string[];
  readonly entries: readonly (LogEntry | DatabaseError)[];
}

export type Reader = (directory: string) => Promise<ReadAll>;

export interface FlipOptions {
  readonly directory: string;
  readonly count: number;
  readonly seeded: Seeded;
  /** Another reader than the log's, to prove that the check finds out. */
  readonly reader?: Reader;
}

/** How many bits were flipped in each area, by what came of it. */
export type FlipTally = ReadonlyMap<string, { readonly named: number; readonly madeGood: number }>;

/** Flips so many bits, one at a time; throws at the first that is missed or served. */
export async function flipBits(options: FlipOptions): Promise<FlipTally> {
  const { directory, count, seeded, reader = readAll } = options;
  const entries = await fill(directory, seeded);
  const files = await filesOf(directory);
  const areas = areasOf(files);
  const tally = new Map<string, { named: number; madeGood: number }>();
  for (let index = 0; index < count; index++) {
    // Areas take turns, so that small ones are hit as often as large ones.
    const area = areas[index % areas.length] as Area;
    const place = seeded.below(area.bytes);
    const { file, offset } = area.at(place);
    const bit = seeded.below(8);
    await flip(directory, files, { file, offset, bit });
    const what = `bit ${bit} of byte ${offset} of ${file} (${area.name})`;
    const outcome = await judge({ directory, file, entries, reader, what });
    const counts = tally.get(area.name) ?? { named: 0, madeGood: 0 };
    counts[outcome] += 1;
    tally.set(area.name, counts);
    await putBack(directory, files);
  }
  return tally;
}

/** Reads each entry on its own, and all of them in a walk as far as that goes. */
export async function readAll(directory: string): Promise<ReadAll> {
  const notes: string[] = [];
  const note = (text: string) => notes.push(text);
  await using log = await FileLog.open(directory, { segmentBytes: SEGMENT_BYTES, note });
  const entries: (LogEntry | DatabaseError)[] = [];
  for (let position = 1; position <= log.length; position++) {
    entries.push(attempt(() => log.read(position) as LogEntry));
  }
  const walk = attempt(() => {
    for (const entry of log.entries(1)) expectSame(entry, entries[entry.position - 1], 'a walk');
    return undefined;
  });
  const firstBad = entries.findIndex((entry) => entry instanceof DatabaseError);
  if (walk === undefined ? firstBad < 0 : firstBad >= 0) return { notes, entries };
  throw new Error('a walk and single reads expected the same damage, got different');
}

/** A closed log of some segments, and its entries. */
export async function fill(directory: string, seeded: Seeded): Promise<LogEntry[]> {
  await using log = await FileLog.open(directory, { segmentBytes: SEGMENT_BYTES });
  for (let append = 0; append < APPENDS; append++) {
    const entries = Array.from({ length: seeded.between(1, 3) }, (_, index) =>
      numbered(log.length + 1 + index, seeded.between(0, 200)),
    );
    await log.append(entries);
  }
  return [...log.entries(1)];
}

interface Judged {
  readonly directory: string;
  readonly file: string;
  readonly entries: readonly LogEntry[];
  readonly reader: Reader;
  readonly what: string;
}

async function judge({ directory, file, entries, reader, what }: Judged) {
  const found: DatabaseError[] = [];
  for await (const error of verifyLog(directory)) found.push(error);
  if (!found.some((error) => error.facts.file === file)) {
    throw new Error(`${what}: the full check expected to name ${file}, got ${found.length} others`);
  }
  let read: ReadAll;
  try {
    read = await reader(directory);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return expectNamed(error, file, what);
  }
  if (read.entries.length !== entries.length) {
    throw new Error(`${what}: expected ${entries.length} entries, got ${read.entries.length}`);
  }
  let outcome: 'named' | 'madeGood' | undefined;
  for (const [index, entry] of read.entries.entries()) {
    if (!(entry instanceof DatabaseError)) expectSame(entry, entries[index], what);
    else if (entry.facts.position !== index + 1) throw new Error(`${what}: another is named`);
    else outcome = expectNamed(entry, file, what);
  }
  if (read.notes.some((note) => note.includes(file))) outcome ??= 'madeGood';
  if (outcome === undefined) throw new Error(`${what}: expected to be found, got unnoticed`);
  return outcome;
}

function expectNamed(error: DatabaseError, file: string, what: string): 'named' {
  if (error.code === ErrorCode.CORRUPT && error.facts.file === file) return 'named';
  throw new Error(`${what}: expected ${file} to be named, got: ${error.message}`);
}

function expectSame(got: LogEntry, expected: LogEntry | DatabaseError | undefined, what: string) {
  if (expected !== undefined && !(expected instanceof DatabaseError)) {
    const isSame =
      got.position === expected.position &&
      got.kind === expected.kind &&
      Buffer.compare(got.hash, expected.hash) === 0 &&
      Buffer.compare(got.bytes, expected.bytes) === 0;
    if (isSame) return;
  }
  throw new Error(`${what}: entry ${got.position} was served, and is not what was appended`);
}

function attempt<T>(act: () => T): T | DatabaseError {
  try {
    return act();
  } catch (error) {
    if (error instanceof DatabaseError) return error;
    throw error;
  }
}

interface Place {
  readonly file: string;
  readonly offset: number;
}

interface Area {
  readonly name: string;
  readonly bytes: number;
  /** The n-th byte of the area. */
  readonly at: (index: number) => Place;
}

/** The parts of all files, by what they are. */
function areasOf(files: ReadonlyMap<string, Uint8Array>): Area[] {
  const places = new Map<string, Place[]>();
  for (const [file, bytes] of files) {
    let offset = 0;
    for (const { name, end } of partsOf(file, bytes)) {
      const part = places.get(name) ?? [];
      for (; offset < end; offset++) part.push({ file, offset });
      places.set(name, part);
    }
  }
  return [...places].map(([name, part]) => ({
    name,
    bytes: part.length,
    at: (index) => part[index] as Place,
  }));
}

interface Part {
  readonly name: string;
  readonly end: number;
}

function* partsOf(file: string, bytes: Uint8Array): Generator<Part> {
  if (file.endsWith('.index')) yield { name: 'index', end: bytes.length };
  else if (file === 'log.acknowledged') {
    yield { name: 'mark', end: SLOT_BYTES };
    yield { name: 'between the marks', end: bytes.length - SLOT_BYTES };
    yield { name: 'mark', end: bytes.length };
  } else {
    yield { name: 'segment head', end: SEGMENT_HEAD };
    const view = new DataView(bytes.buffer);
    for (let offset = SEGMENT_HEAD; offset + 4 <= bytes.length; ) {
      const length = view.getUint32(offset, true);
      if (length === 0) break;
      yield { name: 'record head', end: offset + RECORD_HEAD };
      offset += length;
      yield { name: 'entry', end: offset };
    }
    yield { name: 'zeros', end: bytes.length };
  }
}

async function flip(
  directory: string,
  files: ReadonlyMap<string, Uint8Array>,
  { file, offset, bit }: { file: string; offset: number; bit: number },
): Promise<void> {
  const bytes = Uint8Array.from(files.get(file) as Uint8Array);
  bytes[offset] = (bytes[offset] as number) ^ (1 << bit);
  await writeFile(join(directory, file), bytes);
}

export async function putBack(
  directory: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  for (const name of (await filesOf(directory)).keys()) await rm(join(directory, name));
  for (const [name, bytes] of files) await writeFile(join(directory, name), bytes);
}

/** A reader that believes the lengths and compares nothing: what the check must find out. */
export async function believeAll(directory: string): Promise<ReadAll> {
  const entries: LogEntry[] = [];
  for (const [name, bytes] of await filesOf(directory)) {
    if (!name.endsWith('.segment')) continue;
    const view = new DataView(bytes.buffer);
    for (let offset = SEGMENT_HEAD; offset + 4 <= bytes.length; ) {
      const length = view.getUint32(offset, true);
      if (length === 0 || offset + length > bytes.length) break;
      const hash = bytes.subarray(offset + 16, offset + RECORD_HEAD);
      const content = bytes.subarray(offset + RECORD_HEAD, offset + length);
      const kind = bytes[offset + 12] as LogEntry['kind'];
      entries.push({ position: entries.length + 1, kind, hash, bytes: content });
      offset += length;
    }
  }
  return { notes: [], entries };
}
