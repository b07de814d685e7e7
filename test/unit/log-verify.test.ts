import { rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verifyLog } from '../../src/log/verify.ts';
import { changeFile, fillLog, RECORD_HEAD, SEGMENT_HEAD } from '../fixture/log-files.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

const RECORD = RECORD_HEAD + 20;
const SEGMENT_BYTES = SEGMENT_HEAD + 3 * RECORD + 1;
const ONE_BY_ONE = Array.from({ length: 8 }, (_, index) => [index + 1]);

async function filled(): Promise<string> {
  const directory = await temporaryDirectory();
  await fillLog(directory, { appends: ONE_BY_ONE, segmentBytes: SEGMENT_BYTES });
  return directory;
}

async function damageOf(directory: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { code, facts } of verifyLog(directory)) {
    expect(code).toBe('CORRUPT');
    found.push(`${facts.file} ${facts.position ?? 'at'} ${facts.offset}`);
  }
  return found;
}

/** Changes an entry's bytes; segments hold three. */
async function damage(directory: string, position: number): Promise<string> {
  const first = position - ((position - 1) % 3);
  const name = `log-${String(first).padStart(10, '0')}.segment`;
  const offset = SEGMENT_HEAD + (position - first) * RECORD;
  await changeFile(
    join(directory, name),
    (bytes) => void bytes.fill(0xee, offset + 50, offset + 60),
  );
  return `${name} ${position} ${offset}`;
}

test('[L21] a whole log has no damage, and neither has an empty one', async () => {
  expect(await damageOf(await filled())).toEqual([]);
  expect(await damageOf(await temporaryDirectory())).toEqual([]);
});

test('[L21] every damaged entry is named, not the first alone', async () => {
  const directory = await filled();
  const expected: string[] = [];
  for (const position of [1, 2, 3, 5, 7, 8]) expected.push(await damage(directory, position));
  // After the last entry nothing says where another would begin.
  expect(await damageOf(directory)).toEqual(expected);
});

test('[L21] entries after a damaged one are checked where the index is lost too', async () => {
  const directory = await filled();
  const expected = [await damage(directory, 1), await damage(directory, 3)];
  await rm(join(directory, 'log-0000000001.index'));
  expect(await damageOf(directory)).toEqual(['log-0000000001.index at 0', ...expected]);
});

test('[L21] entries that a full segment has lost are named, each', async () => {
  const directory = await filled();
  await truncate(join(directory, 'log-0000000001.segment'), SEGMENT_HEAD + RECORD + 30);
  expect(await damageOf(directory)).toEqual([
    `log-0000000001.segment 2 ${SEGMENT_HEAD + RECORD}`,
    `log-0000000001.segment 3 ${SEGMENT_HEAD + 2 * RECORD}`,
  ]);
});

test('[L21] a lost segment is named, and the others are checked', async () => {
  const directory = await filled();
  const expected = await damage(directory, 8);
  await rm(join(directory, 'log-0000000004.segment'));
  expect(await damageOf(directory)).toEqual(['log-0000000004.segment at 0', expected]);
});
