import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DatabaseError } from '../../src/base/errors.ts';
import { copyDataDirectory } from '../../src/log/backup.ts';
import type { LogEntry } from '../../src/log/log.ts';
import { verifyLog } from '../../src/log/verify.ts';
import { filesOf } from '../fixture/log-files.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { Seeded } from '../seeded.ts';
import { fill, putBack, readAll } from './flipped-bits.ts';

const SEED = 20_260_305;
const COUNT = 300;
const RANGE_BYTES_MAX = 200;

test('[L20] other bytes, zeros or a cut serve nothing wrong and end in no fault', async () => {
  const directory = await temporaryDirectory();
  const seeded = new Seeded(SEED);
  const entries = await fill(directory, seeded);
  const files = await filesOf(directory);
  const outcomes = new Map<string, number>();
  for (let index = 0; index < COUNT; index++) {
    const name = seeded.pick([...files.keys()]);
    await writeFile(join(directory, name), damaged(files.get(name) as Uint8Array, seeded));
    const copy = `${directory}-copy`;
    await expectTyped(() => copyDataDirectory(directory, copy));
    await rm(copy, { recursive: true, force: true });
    const found = await countDamage(directory);
    const outcome = await readOutcome(directory, entries);
    if (outcome === 'named')
      expect(found, `${name}: the full check names it too`).toBeGreaterThan(0);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    await putBack(directory, files);
  }
  expect(outcomes.get('named')).toBeGreaterThan(COUNT / 5);
  expect(outcomes.get('whole')).toBeGreaterThan(COUNT / 5);
}, 120_000);

function damaged(whole: Uint8Array, seeded: Seeded): Uint8Array {
  const bytes = Uint8Array.from(whole);
  const from = seeded.below(bytes.length);
  const range = bytes.subarray(from, from + seeded.between(1, RANGE_BYTES_MAX));
  const kind = seeded.pick(['other bytes', 'zeros', 'cut']);
  if (kind === 'cut') return bytes.subarray(0, from);
  range.set(kind === 'zeros' ? new Uint8Array(range.length) : seeded.bytes(range.length));
  return bytes;
}

async function countDamage(directory: string): Promise<number> {
  let count = 0;
  for await (const { code } of verifyLog(directory)) {
    expect(code).toBe('CORRUPT');
    count += 1;
  }
  return count;
}

/** `whole` when every entry is served as it was; `named` when some or all are refused. */
async function readOutcome(
  directory: string,
  entries: readonly LogEntry[],
): Promise<'named' | 'whole'> {
  const read = await expectTyped(() => readAll(directory));
  if (read === undefined) return 'named';
  expect(read.entries).toHaveLength(entries.length);
  const served = read.entries.filter((entry) => !(entry instanceof DatabaseError));
  const expected = entries.filter((_, index) => !(read.entries[index] instanceof DatabaseError));
  expect(served).toEqual(expected);
  return served.length === entries.length ? 'whole' : 'named';
}

/** What an act gives; undefined when it ends with an error that callers expect. */
async function expectTyped<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof DatabaseError) return undefined;
    throw error;
  }
}
