import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { copyDataDirectory } from '../../src/log/backup.ts';
import { FileLog } from '../../src/log/file-log.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import { verifyLog } from '../../src/log/verify.ts';
import { openMemorySpace, openSpace } from '../../src/space/open.ts';
import type { Space } from '../../src/space/space.ts';
import { changeFile, fillLog, numbered } from '../fixture/log-files.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { runCommand } from './run-command.ts';

const definition = { source: 'type City @node { code: ID! @id  name: String  people: BigInt }' };
const WRITERS = 8;
const BACKUPS = 5;

describe('a backup', () => {
  test('[L22] under load holds a prefix whose state is that of its replay', async () => {
    const parent = await temporaryDirectory();
    const data = join(parent, 'data');
    const backups: { directory: string; position: number; length: number }[] = [];
    {
      await using space = await openSpace({ directory: data, definition });
      await writeWhile(space, async () => {
        for (let index = 0; index < BACKUPS; index++) {
          const before = space.graph.counts().nodes;
          const directory = join(parent, `backup${index}`);
          backups.push({ directory, ...(await copyDataDirectory(data, directory)) });
          while (space.graph.counts().nodes < before + 50) await nextTurn();
        }
      });
    }
    const positions = backups.map(({ position }) => position);
    expect(new Set(positions).size).toBe(BACKUPS);
    expect(backups.some(({ position, length }) => length > position)).toBe(true);
    for (const { directory, position } of backups) {
      expect((await readdir(directory)).filter((name) => name.startsWith('author'))).toEqual([]);
      const restored = `${directory}-restored`;
      expect((await copyDataDirectory(directory, restored)).position).toBe(position);
      await using space = await openSpace({ directory: restored });
      expect(space.stateHash()).toBe(await replayedHash(data, position));
    }
  }, 60_000);

  test('[L22] takes the newest snapshot that is whole and not ahead', async () => {
    const parent = await temporaryDirectory();
    const data = join(parent, 'data');
    for (const nodes of [10, 20]) {
      await using space = await openSpace({ directory: data, definition });
      for (let index = space.graph.counts().nodes; index < nodes; index++) {
        await create(space, `c${index}`);
      }
    }
    const taken = await copyDataDirectory(data, join(parent, 'one'));
    expect(taken).toMatchObject({ position: 23, length: 23, snapshot: 23 });
    const newest = 'snapshot-0000000023.image';
    await changeFile(join(data, newest), (bytes) => void bytes.fill(1, 5_000, 5_001));
    const older = await copyDataDirectory(data, join(parent, 'two'));
    expect(older.snapshot).toBe(13);
    expect(await readdir(join(parent, 'two'))).not.toContain(newest);
    await using space = await openSpace({ directory: join(parent, 'two') });
    expect(space.graph.counts().nodes).toBe(20);
  });

  test('[L23] holds the files of the organisation and nothing of the author', async () => {
    const parent = await temporaryDirectory();
    const data = join(parent, 'data');
    {
      await using space = await openSpace({ directory: data, definition });
      await create(space, 'a');
    }
    for (const name of ['organisation.key', 'author.key.new', 'another']) {
      await writeFile(join(data, name), name);
    }
    await copyDataDirectory(data, join(parent, 'copy'));
    expect((await readdir(join(parent, 'copy'))).sort()).toEqual([
      'log-0000000001.segment',
      'log.acknowledged',
      'organisation.key',
      'snapshot-0000000004.image',
    ]);
  });

  test('[L22] of many segments has their indexes, and no damage', async () => {
    const parent = await temporaryDirectory();
    const [data, copy] = [join(parent, 'data'), join(parent, 'copy')];
    const appends = Array.from({ length: 20 }, (_, index) => [index + 1]);
    const fresh = await openLogIn(data);
    for (const [number = 0] of appends) await fresh.append([numbered(number, 300)]);
    expect(await copyDataDirectory(data, copy)).toEqual({
      position: 20,
      length: 20,
      snapshot: undefined,
    });
    expect((await readdir(copy)).filter((name) => name.endsWith('.index'))).toHaveLength(9);
    for await (const error of verifyLog(copy)) throw error;
    const notes: string[] = [];
    await using log = await FileLog.open(copy, { note: (text) => notes.push(text) });
    expect([...log.entries(1)]).toEqual([...fresh.entries(1)]);
    expect(notes).toEqual([]);
  });

  test('[L22] of a damaged log is refused, with the place', async () => {
    const parent = await temporaryDirectory();
    const [data, copy] = [join(parent, 'data'), join(parent, 'copy')];
    await (await openLogIn(data))[Symbol.asyncDispose]();
    await fillLog(data, { appends: [[1], [2], [3]] });
    await changeFile(join(data, 'log-0000000001.segment'), (bytes) => void bytes.fill(7, 250, 252));
    await expect(copyDataDirectory(data, copy)).rejects.toMatchObject({
      code: 'CORRUPT',
      facts: { file: 'log-0000000001.segment', position: 3 },
    });
  });

  test('into a directory that holds something is refused', async () => {
    const data = await temporaryDirectory();
    await fillLog(data, { appends: [[1]] });
    const target = await temporaryDirectory();
    await writeFile(join(target, 'mine'), '');
    await expect(copyDataDirectory(data, target)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await readdir(target)).toEqual(['mine']);
  });
});

test('the commands back up and restore, and say how far', async () => {
  const parent = await temporaryDirectory();
  const [data, backup, restored] = ['data', 'backup', 'restored'].map((name) => join(parent, name));
  if (data === undefined || backup === undefined || restored === undefined) return;
  await using space = await openSpace({ directory: data, definition });
  await create(space, 'a');
  expect(await runCommand('backup', backup, '--data', data)).toEqual({
    code: 0,
    stdout: `${backup} holds the log up to entry 4; the log has 4 entries now\n`,
    stderr: '',
  });
  const again = await runCommand('backup', backup, '--data', data);
  expect([again.code, again.stderr]).toEqual([1, expect.stringMatching(/to be empty or absent/)]);
  const empty = await runCommand('backup', join(parent, 'x'), '--data', await temporaryDirectory());
  expect([empty.code, empty.stderr]).toEqual([1, expect.stringMatching(/expected the log of a/)]);
  const said = await runCommand('restore', backup, '--data', restored, '--json');
  expect(JSON.parse(said.stdout)).toEqual({ position: 4, snapshot: null });
  const hash = await runCommand('state-hash', '--data', restored);
  expect(hash.stdout).toBe(`${space.stateHash()}\n`);
}, 60_000);

/** Writes from many callers until `act` has ended. */
async function writeWhile(space: Space, act: () => Promise<void>): Promise<void> {
  let isOver = false;
  const writer = async (name: number): Promise<void> => {
    for (let number = 0; !isOver; number++) await create(space, `w${name}-${number}`);
  };
  const writers = Array.from({ length: WRITERS }, (_, name) => writer(name));
  await act();
  isOver = true;
  await Promise.all(writers);
}

async function create(space: Space, key: string): Promise<void> {
  await space.write({ actor: 'tester' }, (draft) => {
    const id = draft.createNode('City', { key });
    draft.setNodeValue(id, 'name', `city ${key}`);
    draft.incrementNodeValue(id, 'people', 3n);
  });
}

/** The state of the first entries of a log, replayed from empty. */
async function replayedHash(directory: string, length: number): Promise<string> {
  await using log = await FileLog.open(directory);
  const prefix = new MemoryLog();
  for (const entry of log.entries(1)) {
    if (entry.position <= length) await prefix.append([entry]);
  }
  const space = await openMemorySpace({ definition, log: prefix, isReadOnly: true });
  return space.stateHash();
}

async function openLogIn(directory: string): Promise<FileLog> {
  await mkdir(directory);
  const log = await FileLog.open(directory, { segmentBytes: 900 });
  onTestFinished(() => log[Symbol.asyncDispose]());
  return log;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
