import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeDirectory } from '../../src/base/durable-file.ts';
import { type Base, writeBase } from '../../src/log/base-file.ts';
import { BasedLog } from '../../src/log/based-log.ts';
import { EntryKind, type LogEntry } from '../../src/log/log.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import { openLog, openLogToRead } from '../../src/log/open-log.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { Seeded } from '../seeded.ts';
import { type BasedUnderTest, emptyTally, tryBased } from './based-log.ts';

const SEED = 20_261_128;

describe('[L25] [L26] [L27] a log that begins with a base is the one that holds everything', () => {
  test('in memory', async () => {
    const tally = emptyTally();
    const seeded = new Seeded(SEED);
    for (let round = 0; round < 60; round++) await tryBased({ seeded, tally, open: inMemory });
    expect(tally).toMatchObject({ complete: 60 });
    for (const count of [tally.stages, tally.refused]) expect(count).toBeGreaterThan(600);
    for (const count of [tally.missing, tally.recordsAhead]) expect(count).toBeGreaterThan(1_000);
  });

  test('in files, opened again and read by another process', async () => {
    const tally = emptyTally();
    const parent = await temporaryDirectory();
    for (let round = 0; round < 8; round++) {
      const seeded = new Seeded(SEED + round);
      const open = (base: Base) => inFiles(join(parent, `${round}`), base);
      await tryBased({ seeded, tally, open });
    }
    expect(tally).toMatchObject({ complete: 8 });
    expect(tally.missing).toBeGreaterThan(200);
  });

  test('and the check finds one that leaves out what has not come', async () => {
    const open = async (base: Base) => ({ log: new Skipping(partsOf(base)) });
    const run = async () => {
      const seeded = new Seeded(SEED);
      for (let round = 0; round < 60; round++) {
        await tryBased({ seeded, tally: emptyTally(), open });
      }
    };
    await expect(run()).rejects.toThrow(/expected to be missing/);
  });
});

/** Planted: its walk is silent about the commits that have not come. */
class Skipping extends BasedLog {
  override *entries(from: number): Iterable<LogEntry> {
    for (let position = Math.max(1, from); position <= this.length; position++) {
      const isCommit = this.base.outline.kindOf(position) === EntryKind.COMMIT;
      if (isCommit && position > this.historyLength) continue;
      yield this.read(position) as LogEntry;
    }
  }
}

function partsOf(base: Base) {
  return { base, history: new MemoryLog(), tail: new MemoryLog() };
}

async function inMemory(base: Base): Promise<BasedUnderTest> {
  return { log: new BasedLog(partsOf(base)) };
}

async function inFiles(directory: string, base: Base): Promise<BasedUnderTest> {
  await makeDirectory(directory);
  await writeBase(directory, base);
  const open = async () => {
    const log = await openLog(directory, { segmentBytes: 600 });
    if (!(log instanceof BasedLog)) throw new Error('a base expected to be found');
    return log;
  };
  let log = await open();
  onTestFinished(() => log[Symbol.asyncDispose]());
  const reopen = async () => {
    await log[Symbol.asyncDispose]();
    log = await open();
    return log;
  };
  return { log, reopen, read: () => openLogToRead(directory) };
}
