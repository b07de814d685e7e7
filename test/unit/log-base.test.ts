import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Seeded } from '../../src/base/seeded.ts';
import { readBase, writeBase } from '../../src/log/base-file.ts';
import { BasedLog } from '../../src/log/based-log.ts';
import { FileLog } from '../../src/log/file-log.ts';
import type { NewEntry } from '../../src/log/log.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import { openLog, openLogToRead } from '../../src/log/open-log.ts';
import { removeOldSnapshots, snapshotPositions } from '../../src/log/snapshot-file.ts';
import { baseOf, someContent } from '../fixture/based-content.ts';
import { changeFile, fillLog } from '../fixture/log-files.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

const SEGMENT = 'log-0000000001.segment';
const LENGTH = 12;
const { entries, ...known } = someContent(new Seeded(8), LENGTH + 5, { records: 0.2 });
const base = baseOf({ entries, ...known }, LENGTH);

describe('[L28] the base of a log', () => {
  test('is read as it was written, and makes a directory one that holds a log', async () => {
    const directory = await temporaryDirectory();
    expect(await FileLog.isIn(directory)).toBe(false);
    expect(await readBase(directory)).toBeUndefined();
    await writeBase(directory, base);
    expect(await readBase(directory)).toEqual(base);
    expect(await readdir(directory)).toEqual(['base']);
    expect(await FileLog.isIn(directory)).toBe(true);
    await using read = await openLogToRead(directory);
    expect([read.length, read.first]).toEqual([LENGTH, LENGTH + 1]);
  });

  test('that is not whole is none', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'base.new'), 'half');
    await using log = await openLog(directory);
    expect(log).toBeInstanceOf(FileLog);
    expect(await readdir(directory)).toEqual([]);
  });

  test('with any byte changed, cut off or added is CORRUPT', async () => {
    const directory = await temporaryDirectory();
    await writeBase(directory, base);
    const whole = await readFile(join(directory, 'base'));
    const place = async (bytes: Uint8Array) => {
      await writeFile(join(directory, 'base'), bytes);
      const wrong = { code: 'CORRUPT', facts: { file: 'base' } };
      await expect(readBase(directory)).rejects.toMatchObject(wrong);
    };
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      await place(changed);
    }
    for (const length of [0, 63, 64, whole.length - 1]) await place(whole.subarray(0, length));
    await place(Buffer.concat([whole, Buffer.alloc(1)]));
    await expect(openLog(directory)).rejects.toMatchObject({ code: 'CORRUPT' });
    await expect(openLogToRead(directory)).rejects.toMatchObject({ code: 'CORRUPT' });
  });

  test('of a later version is UNSUPPORTED', async () => {
    const directory = await temporaryDirectory();
    await writeBase(directory, base);
    await changeFile(join(directory, 'base'), (bytes) => {
      const view = new DataView(bytes.buffer);
      view.setUint32(8, 2, true);
      view.setUint32(60, crc32(bytes.subarray(0, 60)), true);
      return bytes;
    });
    await expect(openLog(directory)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  test('is not written into a directory that holds entries', async () => {
    const directory = await temporaryDirectory();
    await writeBase(directory, base);
    await writeBase(directory, base);
    {
      await using log = (await openLog(directory)) as BasedLog;
      await log.extendHistory(entries.slice(0, 1));
    }
    await expect(writeBase(directory, base)).rejects.toMatchObject({ code: 'CONFLICT' });
    const whole = await temporaryDirectory();
    await fillLog(whole, { appends: [[1]] });
    await expect(writeBase(whole, base)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await readBase(whole)).toBeUndefined();
  });
});

test('[L30] the snapshot at a base is kept until its history is complete', async () => {
  const { directory, log } = await openBased();
  const take = async (position: number) => {
    await writeFile(join(directory, `snapshot-${`${position}`.padStart(10, '0')}.image`), '');
    await removeOldSnapshots(directory, position);
    return await snapshotPositions(directory);
  };
  for (const position of [LENGTH, LENGTH + 1, LENGTH + 2]) await take(position);
  expect(await take(LENGTH + 3)).toEqual([LENGTH + 3, LENGTH + 2, LENGTH]);
  await log.extendHistory(entries.slice(0, LENGTH - 1));
  expect(await take(LENGTH + 4)).toEqual([LENGTH + 4, LENGTH + 3, LENGTH]);
  await log.extendHistory(entries.slice(LENGTH - 1, LENGTH));
  await log[Symbol.asyncDispose]();
  expect(await take(LENGTH + 5)).toEqual([LENGTH + 5, LENGTH + 4]);
});

describe('the logs behind a base', () => {
  test('[L27] damage is named with its file, and its place in the whole log', async () => {
    const { directory, log } = await openBased();
    await log.extendHistory(entries.slice(0, LENGTH));
    await log.append(entries.slice(LENGTH));
    const commit = entries.findIndex(({ kind, bytes }) => kind === 2 && bytes.length > 9) + 1;
    await flipIn(join(directory, 'history', SEGMENT), entries[commit - 1] as NewEntry);
    await flipIn(join(directory, SEGMENT), entries[LENGTH + 2] as NewEntry);
    const inHistory = { file: `history/${SEGMENT}`, position: commit };
    const inTail = { file: SEGMENT, position: LENGTH + 3 };
    expect(errorOf(() => log.read(commit))).toMatchObject({ code: 'CORRUPT', facts: inHistory });
    expect(errorOf(() => [...log.entries(1)])).toMatchObject({ facts: inHistory });
    expect(errorOf(() => log.read(LENGTH + 3))).toMatchObject({ code: 'CORRUPT', facts: inTail });
    expect(errorOf(() => [...log.entries(LENGTH)])).toMatchObject({ facts: inTail });
    expect(log.read(LENGTH + 2)?.bytes).toEqual(entries[LENGTH + 1]?.bytes);
    await log[Symbol.asyncDispose]();
    await expect(openLogToRead(directory)).rejects.toMatchObject({ facts: inHistory });
    await expect(openLog(directory)).rejects.toMatchObject({ facts: inHistory });
  });

  test('[L29] a history of another order, or longer than its base, is CORRUPT', async () => {
    const tail = new MemoryLog();
    for (const [given, why] of [
      [[...entries.slice(0, 4), entries[6]], 'as entry 5'],
      [entries.slice(0, LENGTH + 1), `at most ${LENGTH} entries`],
    ] as const) {
      const history = new MemoryLog();
      await history.append(given as NewEntry[]);
      const error = errorOf(() => new BasedLog({ base, history, tail }));
      expect(error).toMatchObject({ code: 'CORRUPT', message: expect.stringContaining(why) });
    }
  });

  test('[L26] a history is extended by one caller at a time', async () => {
    const { log } = await openBased();
    const first = log.extendHistory(entries.slice(0, 2));
    await expect(log.extendHistory(entries.slice(0, 2))).rejects.toThrow('one caller at a time');
    await first;
    expect(log.historyLength).toBe(2);
  });

  test('[L27] both grow at the same time', async () => {
    const { log } = await openBased();
    const extend = async () => {
      for (const entry of entries.slice(0, LENGTH)) await log.extendHistory([entry]);
    };
    const append = async () => {
      for (const entry of entries.slice(LENGTH)) await log.append([entry]);
    };
    await Promise.all([extend(), append()]);
    expect([...log.entries(1)].map(({ hash }) => hash)).toEqual(entries.map(({ hash }) => hash));
  });
});

async function openBased(): Promise<{ readonly directory: string; readonly log: BasedLog }> {
  const directory = join(await temporaryDirectory(), 'data');
  await mkdir(directory);
  await writeBase(directory, base);
  const log = await openLog(directory);
  if (!(log instanceof BasedLog)) throw new Error('a base expected to be found');
  onTestFinished(() => log[Symbol.asyncDispose]());
  return { directory, log };
}

/** Changes a byte of an entry where it stands in a file. */
async function flipIn(file: string, { bytes }: NewEntry): Promise<void> {
  await changeFile(file, (content) => {
    const at = Buffer.from(content).indexOf(bytes);
    content[at] = (content[at] as number) ^ 1;
    return content;
  });
}

function errorOf(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}
