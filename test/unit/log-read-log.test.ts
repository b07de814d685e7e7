/** The log as another process reads it: beside its writer, without a trace, damage named. */

import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { toHex } from '../../src/base/bytes.ts';
import { ErrorCode } from '../../src/base/errors.ts';
import { FileLog } from '../../src/log/file-log.ts';
import type { LogEntry } from '../../src/log/log.ts';
import { openLogToRead } from '../../src/log/open-log.ts';
import type { ReadableLog } from '../../src/log/read-log.ts';
import {
  changeFile,
  filesOf,
  fillLog,
  numbered,
  RECORD_HEAD,
  SEGMENT_HEAD,
} from '../fixture/log-files.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

const RECORD = RECORD_HEAD + 20;
/** Segments of three entries each. */
const SMALL = SEGMENT_HEAD + 3 * RECORD + 1;
const LENGTH = 10;

let directory: string;

beforeEach(async () => {
  directory = await temporaryDirectory();
});

const at = (name: string) => join(directory, name);

async function fill(count = LENGTH): Promise<void> {
  const appends = Array.from({ length: count }, (_, index) => [index + 1]);
  await fillLog(directory, { appends, segmentBytes: SMALL });
}

function shown(log: ReadableLog): string[] {
  return [...log.entries(1)].map((entry: LogEntry) =>
    JSON.stringify({
      ...entry,
      hash: toHex(entry.hash),
      bytes: toHex(entry.bytes),
    }),
  );
}

describe('a log that is read', () => {
  test('[L1] is that of its writer, in every segment, and is left as it was', async () => {
    await fill();
    await using log = await FileLog.open(directory, { segmentBytes: SMALL });
    const before = await filesOf(directory);
    await using read = await openLogToRead(directory);
    expect((await readdir(directory)).filter((name) => name.endsWith('.segment'))).toHaveLength(4);
    expect(read.length).toBe(LENGTH);
    expect(shown(read)).toEqual(shown(log));
    expect([...read.entries(LENGTH)]).toHaveLength(1);
    for (let position = 0; position <= LENGTH + 1; position++) {
      expect(read.hashOf(position)).toEqual(log.hashOf(position));
      expect(read.read(position)?.position).toEqual(log.read(position)?.position);
      expect(read.commitPosition(position)).toBe(log.commitPosition(position));
    }
    expect([...read.authority()].map(({ position }) => position)).toEqual(
      [...log.authority()].map(({ position }) => position),
    );
    expect(await filesOf(directory)).toEqual(before);
  });

  test('grows for those who open it again, while its writer appends', async () => {
    await fill();
    await using log = await FileLog.open(directory, { segmentBytes: SMALL });
    await using before = await openLogToRead(directory);
    for (let count = 0; count < 5; count++) {
      await log.append([numbered(LENGTH + 1 + count)]);
      await using after = await openLogToRead(directory);
      expect(after.length).toBe(LENGTH + 1 + count);
      expect(shown(after)).toEqual(shown(log));
    }
    expect([before.length, shown(before).length]).toEqual([LENGTH, LENGTH]);
  });

  test('[L8] needs no index, and makes none', async () => {
    await fill();
    const indexes = (await readdir(directory)).filter((name) => name.endsWith('.index'));
    expect(indexes).toHaveLength(3);
    for (const name of indexes) await rm(at(name));
    await using read = await openLogToRead(directory);
    expect([read.length, shown(read).length]).toEqual([LENGTH, LENGTH]);
    expect((await readdir(directory)).filter((name) => name.endsWith('.index'))).toEqual([]);
  });

  test('[L4] ends before an append that goes on', async () => {
    await fill();
    await changeFile(at('log-0000000010.segment'), (bytes) => {
      // A record whose bytes are on their way: its length stands, the rest does not.
      bytes[SEGMENT_HEAD + RECORD] = RECORD;
      return undefined;
    });
    await using read = await openLogToRead(directory);
    expect(read.length).toBe(LENGTH);
  });
});

describe('a log that is damaged is named, never served:', () => {
  test('an entry of a full segment, when it is read', async () => {
    await fill();
    await changeFile(at('log-0000000004.segment'), (bytes) => {
      const place = SEGMENT_HEAD + RECORD + RECORD - 1;
      bytes[place] = (bytes[place] as number) ^ 1;
      return undefined;
    });
    await using read = await openLogToRead(directory);
    expect(read.read(4)?.position).toBe(4);
    expect(() => read.read(5)).toThrow(
      expect.objectContaining({
        code: ErrorCode.CORRUPT,
        message: expect.stringContaining('entry 5'),
      }),
    );
  });

  test('an acknowledged entry of the last segment', async () => {
    await fill();
    await changeFile(at('log-0000000010.segment'), (bytes) => {
      const place = SEGMENT_HEAD + RECORD - 1;
      bytes[place] = (bytes[place] as number) ^ 1;
      return undefined;
    });
    await expect(openLogToRead(directory)).rejects.toThrow('entry 10');
  });

  test('a segment that is missing, or of another log', async () => {
    await fill();
    const second = await readFile(at('log-0000000004.segment'));
    await rm(at('log-0000000004.segment'));
    await expect(openLogToRead(directory)).rejects.toMatchObject({ code: ErrorCode.CORRUPT });
    const other = await temporaryDirectory();
    const appends = [[90], [91], [92], [93], [94], [95], [96]];
    await fillLog(other, { appends, segmentBytes: SMALL });
    const foreign = await readFile(join(other, 'log-0000000004.segment'));
    expect(foreign.length).toBe(second.length);
    await writeFile(at('log-0000000004.segment'), foreign);
    await expect(openLogToRead(directory)).rejects.toMatchObject({ code: ErrorCode.CORRUPT });
    await writeFile(at('log-0000000004.segment'), second);
    await using read = await openLogToRead(directory);
    expect(read.length).toBe(LENGTH);
  });

  test('no log at all', async () => {
    await expect(openLogToRead(directory)).rejects.toMatchObject({ code: ErrorCode.NOT_FOUND });
    const absent = openLogToRead(at('none'));
    await expect(absent).rejects.toMatchObject({ code: ErrorCode.NOT_FOUND });
  });
});
