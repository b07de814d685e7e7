/** `massive-graph log import`: entries that another replica has exported, through the one door. */

import { stat } from 'node:fs/promises';
import { decodeRecord } from '../authority/record.ts';
import type { CarEntry } from '../io/car-import.ts';
import { EntryKind } from '../log/log.ts';
import { checkFiles, expectExisting } from './arguments.ts';
import type { LogOptions } from './log-reading.ts';
import { formatCount, type Terminal } from './terminal.ts';

export async function importLog(
  terminal: Terminal,
  file: string,
  { data, json }: LogOptions,
): Promise<void> {
  await checkFiles([file], 'log import');
  const [{ entriesOfCar }, { takeEntries }] = await Promise.all([
    import('../io/car-import.ts'),
    import('../io/take-entries.ts'),
  ]);
  if (!(await isThere(data))) await beginWith(data, entriesOfCar(file));
  await using space = await expectExisting(data, {});
  const { taken, known } = await takeEntries(space, entriesOfCar(file));
  const facts = { taken, known, space: space.id };
  if (json === true) terminal.output(`${JSON.stringify(facts)}\n`);
  else {
    const counts = `${formatCount(taken)} entries taken, ${formatCount(known)} known`;
    terminal.output(`${counts}, space ${space.id}\n`);
  }
}

async function isThere(data: string): Promise<boolean> {
  const { FileLog } = await import('../log/file-log.ts');
  const found = await stat(data).catch(() => undefined);
  return found !== undefined && (await FileLog.isIn(data));
}

/** A directory without a log follows the space of the file. */
async function beginWith(data: string, entries: AsyncIterable<CarEntry>): Promise<void> {
  const [{ authorKeyIn, joinDirectory }, { writeKnownPeers }] = await Promise.all([
    import('../space/join-directory.ts'),
    import('../replication/known-peers.ts'),
  ]);
  const records: Uint8Array[] = [];
  for await (const { kind, bytes } of entries) {
    if (kind !== EntryKind.AUTHORITY) break;
    records.push(bytes);
    if (decodeRecord(bytes).body.kind === 'definition') break;
  }
  await authorKeyIn(data);
  await writeKnownPeers(data, []);
  await joinDirectory(data, records);
}
