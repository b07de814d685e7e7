/** A data directory whose log begins with a base, as the walk of a new replica leaves it. */

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareBytes } from '../../src/base/bytes.ts';
import { makeDirectory } from '../../src/base/durable-file.ts';
import { decodeCommit } from '../../src/delta/commit.ts';
import { writeCar } from '../../src/io/car-export.ts';
import { copyDataDirectory } from '../../src/log/backup.ts';
import { writeBase } from '../../src/log/base-file.ts';
import { BasedLog } from '../../src/log/based-log.ts';
import { readCheckpointFile } from '../../src/log/checkpoint-file.ts';
import { EntryKind, type LogEntry } from '../../src/log/log.ts';
import { openLog, openLogToRead } from '../../src/log/open-log.ts';
import { encodeOutline, Outline } from '../../src/log/outline.ts';
import { snapshotName, snapshotPositions } from '../../src/log/snapshot-file.ts';
import { verifyLog } from '../../src/log/verify.ts';
import { auditLog } from '../../src/space/audit-log.ts';
import { openSpace } from '../../src/space/open.ts';
import type { OpenSpace } from '../../src/space/open-space.ts';
import type { Space } from '../../src/space/space.ts';
import { CITIES } from '../fixture/door.ts';
import { changeFile } from '../fixture/log-files.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { runCommand } from './run-command.ts';

const WRITES = 6;
/** Genesis, definition and author, then commits, then the seal. */
const RECORDS = 3;
const SEAL = RECORDS + WRITES + 1;
const LATER = 3;

describe('a data directory whose log begins with a base', () => {
  test('[L25] is opened from the snapshot at its seal, written, and opened again', async () => {
    const { directory, hash } = await basedDirectory();
    {
      await using space = await openSpace({ directory, create: false });
      expect(space.stateHash()).toBe(hash);
      await write(space, LATER);
      expect(await space.seal()).toBe(true);
    }
    expect(await snapshotPositions(directory)).toEqual([SEAL + LATER + 1, SEAL]);
    await using log = await openLogToRead(directory);
    expect([log.first, log.length]).toEqual([SEAL + 1, SEAL + LATER + 1]);
    await using space = await openSpace({ directory, create: false });
    expect(space.graph.counts().nodes).toBe(WRITES + LATER);
  });

  test('[L25] is not opened where no snapshot stands for what has not come', async () => {
    const { directory } = await basedDirectory();
    await rm(join(directory, snapshotName(SEAL)));
    await extend(directory, RECORDS + 1);
    await expect(openSpace({ directory, create: false })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      facts: { reason: 'history', position: RECORDS + 2 },
    });
  });

  test('[L30] [L31] is backed up with what a start needs, and restored', async () => {
    const { directory } = await basedDirectory();
    const hash = await writeLater(directory);
    await extend(directory, 5);
    const [backup, restored] = [`${directory}-backup`, `${directory}-restored`];
    const length = SEAL + LATER;
    const copied = { position: length, length, snapshot: length };
    expect(await copyDataDirectory(directory, backup)).toEqual(copied);
    expect(await copyDataDirectory(backup, restored)).toEqual(copied);
    const names = ['base', 'history', 'log-0000000001.segment', 'log.acknowledged'];
    const images = [SEAL, length].map(snapshotName);
    expect((await readdir(restored)).sort()).toEqual([...names, 'organisation.key', ...images]);
    for await (const error of verifyLog(restored)) throw error;
    await rm(join(restored, snapshotName(length)));
    await using space = await openSpace({ directory: restored, isReadOnly: true });
    expect(space.stateHash()).toBe(hash);
    await using log = await openLogToRead(restored);
    expect([log.read(5)?.position, log.first]).toEqual([5, SEAL + 1]);
    expect(() => log.read(6)).toThrow('history that has not come yet');
    expect([...log.entries(SEAL)].length).toBe(1 + LATER);
  });

  test('[L31] is not backed up where no snapshot stands for missing history', async () => {
    const { directory } = await basedDirectory();
    await changeFile(join(directory, snapshotName(SEAL)), (bytes) => void bytes.fill(1, 70, 71));
    await expect(copyDataDirectory(directory, `${directory}-backup`)).rejects.toMatchObject({
      code: 'CORRUPT',
      message: expect.stringContaining(`a whole snapshot from entry ${SEAL} on`),
    });
    await extend(directory, SEAL);
    const complete = await copyDataDirectory(directory, `${directory}-complete`);
    expect(complete).toEqual({ position: SEAL, length: SEAL, snapshot: undefined });
    await using space = await openSpace({ directory: `${directory}-complete`, isReadOnly: true });
    expect(space.graph.counts().nodes).toBe(WRITES);
  });
});

describe('the log commands on such a directory', () => {
  test('check what is here, and say how much is not', async () => {
    const { directory } = await basedDirectory();
    await writeLater(directory);
    const length = SEAL + LATER;
    for (const [here, missing] of [
      [0, WRITES],
      [RECORDS + 2, WRITES - 2],
      [SEAL, 0],
    ] as const) {
      await extend(directory, here);
      await using log = await openLogToRead(directory);
      const checkpoint = await readCheckpointFile(directory);
      const audit = await auditLog(log, checkpoint);
      const commits = WRITES + LATER - missing;
      expect(audit).toMatchObject({ entries: length, commits, missing, problemCount: 0 });
      expect(audit.checkpoint?.size).toBe(length);
    }
  });

  test('show what is here, and name what is not', async () => {
    const { directory } = await basedDirectory();
    await writeLater(directory);
    await extend(directory, RECORDS + 1);
    const log = async (...words: string[]) =>
      await runCommand('log', ...words, '--data', directory);
    const verified = await log('verify');
    expect([verified.code, verified.stderr]).toEqual([0, '']);
    expect(verified.stdout).toContain(`, ${WRITES - 1} commits not here yet, as signed up to`);
    const tail = (await log('tail', '-n', '20')).stdout.split('\n');
    const missing = tail.filter((line) => / commit b[a-z2-7]+ {2}not here yet$/.test(line));
    expect([tail.length, missing.length]).toEqual([SEAL + LATER + 1, WRITES - 1]);
    expect(tail[SEAL - 1]).toMatch(/^10 {2}authority b[a-z2-7]+ {2}seal at height 3/);
    const shown = await log('show', `${SEAL + 1}`);
    expect(shown.stdout).toMatch(/ {2}masks +not known before entry 10 is here\n/);
    const absent = await log('show', `${SEAL - 1}`);
    expect([absent.code, absent.stdout]).toEqual([1, '']);
    expect(absent.stderr).toContain('entry 9 of the log expected to be here, got history that has');
    await using read = await openLogToRead(directory);
    const file = join(directory, 'entries.car');
    await expect(writeCar(read, { file, from: 1, to: SEAL })).rejects.toMatchObject({
      facts: { reason: 'history', position: RECORDS + 2 },
    });
    expect(await writeCar(read, { file, from: SEAL, to: SEAL + LATER })).toMatchObject({
      entries: 1 + LATER,
    });
  });

  test('[L21] [L29] name damage of the history, and of the base', async () => {
    const { directory, entries } = await basedDirectory();
    await extend(directory, SEAL);
    const { bytes } = entries[RECORDS] as LogEntry;
    await changeFile(join(directory, 'history', 'log-0000000001.segment'), (content) => {
      const at = Buffer.from(content).indexOf(bytes);
      return content.fill(7, at, at + 8);
    });
    const damaged = await runCommand('log', 'verify', '--data', directory);
    expect(damaged.code).toBe(3);
    expect(damaged.stdout).toContain('✗ in the directory history, the log log-0000000001.segment');
    await changeFile(join(directory, 'base'), (content) => content.fill(0, 300, 301));
    const files: unknown[] = [];
    for await (const { facts } of verifyLog(directory)) files.push(facts.file);
    expect(files).toEqual(['base', 'history/log-0000000001.segment']);
  });

  test('[L29] name entries of a history that are not those of the base', async () => {
    const { directory, entries } = await basedDirectory();
    const folder = join(directory, 'history');
    await makeDirectory(folder);
    {
      await using history = await openLog(folder);
      const other = { ...(entries[4] as LogEntry), hash: new Uint8Array(32) };
      await history.append([...entries.slice(0, 4), other, ...entries.slice(5, 7)]);
    }
    const found: unknown[] = [];
    for await (const { code, facts } of verifyLog(directory)) found.push([code, facts.position]);
    expect(found).toEqual([['CORRUPT', 5]]);
  });
});

/** The directory of a sealed space, whose log has become a base without history. */
async function basedDirectory() {
  const directory = join(await temporaryDirectory(), 'data');
  let [hash, checkpoint] = ['', ''];
  {
    await using space = await openSpace({ directory, definition: { source: CITIES } });
    await write(space, WRITES);
    expect(await space.seal()).toBe(true);
    hash = space.stateHash();
    // With one author its log has the order of what is sealed, but for the begin.
    checkpoint = (await (space as OpenSpace).replicated.bases.offer())?.checkpoint ?? '';
  }
  const entries = await readEntries(directory);
  expect(entries.length).toBe(SEAL);
  for (const name of await readdir(directory)) {
    if (name.startsWith('log')) await rm(join(directory, name));
  }
  const outline = Outline.decode(outlineOf(entries));
  await writeBase(directory, { outline, checkpoint });
  histories.set(directory, entries);
  return { directory, hash, entries };
}

/** What is missing in each directory. */
const histories = new Map<string, readonly LogEntry[]>();

/** Lets the history come up to a position. */
async function extend(directory: string, position: number): Promise<void> {
  await using log = await openLog(directory);
  if (!(log instanceof BasedLog)) throw new Error('a base expected to be found');
  const entries = histories.get(directory) ?? [];
  await log.extendHistory(entries.slice(log.historyLength, position));
}

async function readEntries(directory: string): Promise<LogEntry[]> {
  await using log = await openLogToRead(directory);
  return [...log.entries(1)];
}

function outlineOf(entries: readonly LogEntry[]): Uint8Array {
  const known = entries.map(({ kind, hash, bytes }) => {
    if (kind === EntryKind.AUTHORITY) return { kind, hash, bytes };
    const { author, sequence, clock } = decodeCommit(bytes).header;
    return { kind: EntryKind.COMMIT, hash, author, sequence, clock };
  });
  const keys = known.flatMap((entry) => ('author' in entry ? [entry.author] : []));
  const authors = keys.sort(compareBytes).filter((key, index) => {
    return index === 0 || compareBytes(keys[index - 1] as Uint8Array, key) !== 0;
  });
  return encodeOutline({ authors, length: known.length, entries: known });
}

async function writeLater(directory: string): Promise<string> {
  await using space = await openSpace({ directory, create: false });
  await write(space, LATER);
  return space.stateHash();
}

async function write(space: Space, count: number): Promise<void> {
  const from = space.graph.counts().nodes;
  for (let index = from; index < from + count; index++) {
    await space.write({ actor: `user:${index}` }, (draft) => {
      draft.setNodeValue(draft.createNode('City', { key: `C${index}` }), 'name', `City ${index}`);
    });
  }
}
