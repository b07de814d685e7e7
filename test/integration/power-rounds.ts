/**
 * Power loss on a real file system. Each round mounts a fresh ext4, starts a process of eight
 * writers on it, and cuts the power while they write: what is not on the disk then is lost, the
 * journal's open transaction as well. What the process said of its acknowledgements came through a
 * pipe and is kept outside. After the mount every acknowledged write is there, and the state is
 * that which the process had at the same position.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { FileLog } from '../../src/log/file-log.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import { segmentPositions } from '../../src/log/segment-name.ts';
import { verifyLog } from '../../src/log/verify.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import { mountDisk } from '../fixture/mounted.ts';
import type { Seeded } from '../seeded.ts';

export const POWER_DEFINITION = {
  source: 'type City @node { code: ID! @id  name: String  people: BigInt }',
};
/** The log is another organisation's, as far as its reader knows. */
const READER = { definition: POWER_DEFINITION, isReadOnly: true } as const;
const SCRIPT = fileURLToPath(new URL('power-writer.ts', import.meta.url));
const DISK_BYTES = 100_000_000;
/** Small, so that rounds end between, before and after segments. */
const SEGMENT_BYTES = 200_000;
const ACKNOWLEDGED = { least: 40, most: 1_500 };
const STATES_COMPARED = 2;
/** Makes every sync of the log's data succeed without doing anything. */
const LYING_SYNC = ['-f', '-o', '/dev/null', '-e', 'trace=fdatasync'].concat([
  '-e',
  'inject=fdatasync:retval=0',
]);

export interface PowerOptions {
  readonly rounds: number;
  readonly seeded: Seeded;
  /** Plants the bug that the rounds are there to find. */
  readonly isSyncLying?: boolean;
}

export interface PowerTally {
  readonly rounds: number;
  readonly acknowledged: number;
  /** Entries that were there and that nobody had been told of. */
  readonly unacknowledged: number;
  /** Starts that had to cut what an append had left. */
  readonly cut: number;
  readonly segments: number;
  readonly statesCompared: number;
}

/** Throws at the first round that lost something, or whose state is another. */
export async function powerRounds(options: PowerOptions): Promise<PowerTally> {
  const tally = {
    rounds: 0,
    acknowledged: 0,
    unacknowledged: 0,
    cut: 0,
    segments: 0,
    statesCompared: 0,
  };
  for (; tally.rounds < options.rounds; tally.rounds++) {
    const round = await runRound(options);
    tally.acknowledged += round.acknowledged;
    tally.unacknowledged += round.unacknowledged;
    tally.cut += round.cut;
    tally.segments += round.segments;
    tally.statesCompared += round.statesCompared;
  }
  return tally;
}

async function runRound({ seeded, isSyncLying = false }: PowerOptions) {
  await using disk = await mountDisk(DISK_BYTES);
  const directory = join(disk.directory, 'data');
  await mkdir(directory);
  const least = seeded.between(ACKNOWLEDGED.least, ACKNOWLEDGED.most);
  const said = await writeUntil({ directory, least, isSyncLying }, async () => {
    await writeFile(join(disk.directory, 'probe'), 'not synced');
    disk.cutPower();
  });
  disk.remount();
  const probe = await readFile(join(disk.directory, 'probe'), 'utf8').catch(() => '');
  if (probe !== '') throw new Error('the power was cut: expected the probe to be lost, got it');
  return await checkRound(directory, said);
}

interface Said {
  readonly acknowledged: readonly string[];
  readonly states: readonly { readonly position: number; readonly hash: string }[];
}

/** Runs the writers, cuts the power when enough is acknowledged, and waits for their end. */
async function writeUntil(
  options: { readonly directory: string; readonly least: number; readonly isSyncLying: boolean },
  cut: () => Promise<void>,
): Promise<Said> {
  const words = [process.execPath, SCRIPT, options.directory, String(SEGMENT_BYTES)];
  const [command = '', ...rest] = options.isSyncLying ? ['strace', ...LYING_SYNC, ...words] : words;
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'ignore'] });
  const closed = once(child, 'close');
  const acknowledged: string[] = [];
  const states: { position: number; hash: string }[] = [];
  let cutting: Promise<void> | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const [what, word = '', hash = ''] = line.split(' ');
    if (what === 'acknowledged') acknowledged.push(word);
    if (what === 'state') states.push({ position: Number(word), hash });
    if (acknowledged.length >= options.least) cutting ??= cut();
  }
  await closed;
  await cutting;
  if (cutting === undefined) throw new Error('the writers expected to outlive the cut, got an end');
  return { acknowledged, states };
}

async function checkRound(directory: string, { acknowledged, states }: Said) {
  const notes: string[] = [];
  const note = (text: string) => notes.push(text);
  await using log = await FileLog.open(directory, { segmentBytes: SEGMENT_BYTES, note });
  const space = await openMemorySpace({ ...READER, log });
  for (const key of acknowledged) {
    if (space.graph.nodeByKey('City', key) !== undefined) continue;
    throw new Error(`${key} was acknowledged: expected it after the power loss, got none`);
  }
  const comparable = states.filter(({ position }) => position <= log.length);
  const compared = comparable.slice(-STATES_COMPARED);
  for (const { position, hash } of compared) {
    const actual = await stateAfter(log, position);
    if (actual === hash) continue;
    throw new Error(`the state after entry ${position} expected ${hash}, got ${actual}`);
  }
  for await (const error of verifyLog(directory)) throw error;
  return {
    acknowledged: acknowledged.length,
    unacknowledged: space.graph.counts().nodes - acknowledged.length,
    cut: notes.filter((text) => text.includes('are cut')).length,
    segments: (await segmentPositions(directory)).length,
    statesCompared: compared.length,
  };
}

/** The state of the log's first entries, replayed from empty. */
async function stateAfter(log: FileLog, position: number): Promise<string> {
  const prefix = new MemoryLog();
  for (const entry of log.entries(1)) {
    if (entry.position > position) break;
    await prefix.append([entry]);
  }
  const space = await openMemorySpace({ ...READER, log: prefix });
  return space.stateHash();
}
