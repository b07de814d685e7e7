/** Records that members have decided, written as CAR and read again. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeCar } from '../../src/io/car-export.ts';
import { entriesOfCar } from '../../src/io/car-import.ts';
import { EntryKind } from '../../src/log/log.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import { decide, epochBody, votingChain } from '../fixture/voting-chain.ts';

test('[X2] a record that is certified comes back as it was', async () => {
  const { chain, records } = votingChain();
  const decided = decide(chain, epochBody(chain, 2));
  const all = [...records, decided];
  const log = new MemoryLog();
  await log.append(all.map(({ hash, bytes }) => ({ kind: EntryKind.AUTHORITY, hash, bytes })));
  const directory = await mkdtemp(join(tmpdir(), 'massive-graph-certified-'));
  try {
    const file = join(directory, 'log.car');
    await writeCar(log, { file, from: 1, to: log.length });
    const read: Uint8Array[] = [];
    for await (const { bytes } of entriesOfCar(file)) read.push(bytes);
    expect(read).toEqual(all.map(({ bytes }) => bytes));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
