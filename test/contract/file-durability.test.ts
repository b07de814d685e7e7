/**
 * What the disk is told, and what happens when it refuses: the system calls between the start and
 * the end of an append are read from strace, which can also make one of them fail.
 */

import { spawnSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { FileLog } from '../../src/log/file-log.ts';
import { mountDisk, mountMemory } from '../fixture/mounted.ts';
import { canMount, canProve, canTrace, testWhere } from '../fixture/required.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { entry } from './log.ts';

const SCRIPT = fileURLToPath(new URL('append-entries.ts', import.meta.url));
const WRITES = 'write,pwrite64,writev,pwritev';
/** One thread does all of the process's writing, so that strace can count its calls. */
const ENVIRONMENT = { ...process.env, UV_THREADPOOL_SIZE: '1' };

const CUT = ' <unfinished ...>';
const RESUMED = ' resumed>';

const traced = testWhere(canProve('what an append tells the disk (strace)', canTrace));
const mounted = testWhere(canProve('a full file system (mount)', canMount));

describe('an append to segment files', () => {
  traced('[L11] is synced after its last byte is written and before it resolves', async () => {
    const directory = await temporaryDirectory();
    const lines = await trace(directory, 3);
    for (let index = 0; index < 3; index++) {
      const calls = between(lines, `append ${index} starts`, `append ${index} is durable`);
      const written = calls.findLastIndex((line) => /pwritev.*\.segment>/.test(line));
      expect(written, `append ${index} writes`).toBeGreaterThanOrEqual(0);
      const file = /pwritev\((\d+)</.exec(calls[written] ?? '')?.[1];
      const synced = calls.findLastIndex((line) => line.includes(`fdatasync(${file}<`));
      expect(calls[synced], `append ${index} is synced`).toMatch(/ = 0$/);
      expect(synced, `append ${index} is synced last`).toBeGreaterThan(written);
      expect(calls.slice(written, synced).some((line) => /acknowledged/.test(line))).toBe(false);
    }
  });

  traced('[L14] whose sync fails is refused; the log reads on and takes nothing more', async () => {
    const directory = await temporaryDirectory();
    await appendOne(directory);
    const stopped = 'got EIO: writes have stopped until a restart, check the disk, reads go on';
    const refusal = `fails: a write expected the log to append, ${stopped}, length 1, reads false`;
    expect(inject(directory, 'fdatasync:error=EIO', 2)).toEqual([
      'open, length 1',
      'append 0 starts',
      `append 0 ${refusal}`,
      'append 1 starts',
      `append 1 ${refusal}`,
      'closed',
      '',
    ]);
  });

  traced(
    '[L15] whose sync failed is written and synced again before a start shows it',
    async () => {
      const directory = await temporaryDirectory();
      await appendOne(directory);
      inject(directory, 'fdatasync:error=EIO', 1);
      const lines = await trace(directory, 1);
      const start = lines.slice(
        0,
        lines.findIndex((line) => line.includes('open, length 2')),
      );
      const written = start.findLastIndex((line) => /pwrite.*\.segment>/.test(line));
      const synced = start.findLastIndex((line) => /fdatasync\(\d+<.*\.segment>\) = 0/.test(line));
      expect([written >= 0, synced > written]).toEqual([true, true]);
    },
  );

  traced.each(['ENOSPC', 'EDQUOT', 'EROFS', 'EFBIG'])(
    '[L16] refused with %s leaves the log as it was, and the next one is taken',
    async (code) => {
      const directory = await temporaryDirectory();
      await appendOne(directory);
      const resumes = `got ${code}: writes resume once that is cured, reads go on`;
      const refusal = `fails: a write expected the log to append, ${resumes}`;
      expect(inject(directory, `pwritev:error=${code}:when=2..3`, 4)).toEqual([
        'open, length 1',
        'append 0 starts',
        'append 0 is durable, length 2, reads true',
        'append 1 starts',
        `append 1 ${refusal}, length 2, reads false`,
        'append 2 starts',
        `append 2 ${refusal}, length 2, reads false`,
        'append 3 starts',
        'append 3 is durable, length 3, reads true',
        'closed',
        '',
      ]);
      await expectLength(directory, 3);
    },
  );

  test('[L16] is refused when the file cannot grow; a start has what was durable', async () => {
    const directory = await temporaryDirectory();
    const command = `ulimit -f 1000; exec "$0" "$@"`;
    const words = ['-c', command, process.execPath, SCRIPT, directory, '12', '99999'];
    const said = spawnSync('sh', words, { encoding: 'utf8', timeout: 20_000 });
    const durable = said.stdout.match(/is durable/g)?.length ?? 0;
    const failed = said.stdout.match(/got EFBIG: writes resume/g)?.length ?? 0;
    expect([durable > 0, failed > 0, durable + failed]).toEqual([true, true, 12]);
    expect(said.stdout).toContain('\nclosed\n');
    expect(said.status).toBe(0);
    await expectLength(directory, durable);
  });
});

describe('a file system that is full', () => {
  mounted.each([100_000, 1_000_000])(
    '[L16] takes appends again once it has room, in segments of %i bytes',
    async (segmentBytes) => {
      await using disk = await mountMemory(2_000_000);
      const ballast = join(disk.directory, 'ballast');
      const durable: number[] = [];
      {
        await using log = await FileLog.open(disk.directory, { segmentBytes });
        for (let round = 0; round < 3; round++) {
          await fillUp(log, durable, ballast);
          // Smaller ones than that which failed, and as large ones.
          for (const bytes of [10, 5_000, 40_000]) await append(log, durable, bytes);
        }
      }
      await using log = await FileLog.open(disk.directory, { segmentBytes });
      expect([...log.entries(1)].map(({ bytes }) => bytes.length)).toEqual(durable);
    },
  );
});

mounted('[L16] a disk that turns read-only: reads go on, and nothing is lost', async () => {
  await using disk = await mountDisk(50_000_000);
  {
    await using log = await FileLog.open(disk.directory);
    for (const number of [1, 2, 3]) await log.append([entry(number)]);
    await disk.turnReadOnly();
    for (let round = 0; round < 2; round++) {
      await expect(log.append([entry(4)])).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringMatching(/got EROFS: writes resume once that is cured/),
      });
      expect([...log.entries(1)]).toHaveLength(3);
    }
  }
  disk.remount();
  await using log = await FileLog.open(disk.directory);
  expect(log.length).toBe(3);
  await log.append([entry(4)]);
});

/** Appends until the disk is full, three times over, and makes room again. */
async function fillUp(log: FileLog, durable: number[], ballast: string): Promise<void> {
  await writeFile(ballast, new Uint8Array(1_000_000)).catch(() => undefined);
  for (let refused = 0; refused < 3; ) {
    const before = log.length;
    await append(log, durable, 30_000).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'UNAVAILABLE', facts: { canResume: true } });
      expect([log.length, log.read(before)?.position]).toEqual([before, before]);
      refused += 1;
    });
  }
  await rm(ballast);
}

/** Two entries at once; their sizes are kept once they are durable. */
async function append(log: FileLog, durable: number[], bytes: number): Promise<void> {
  const sizes = [bytes, bytes + 1];
  await log.append(sizes.map((size) => ({ ...entry(1), bytes: new Uint8Array(size).fill(size) })));
  durable.push(...sizes);
}

async function appendOne(directory: string): Promise<void> {
  await using log = await FileLog.open(directory);
  await log.append([entry(1)]);
}

async function expectLength(directory: string, length: number): Promise<void> {
  await using log = await FileLog.open(directory);
  expect([log.length, [...log.entries(1)].length]).toEqual([length, length]);
}

/** What the process says of its appends while a system call fails. */
function inject(directory: string, fault: string, count: number): string[] {
  const [call = ''] = fault.split(':', 1);
  const words = ['-f', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${fault}`];
  const said = spawnSync(
    'strace',
    [...words, process.execPath, SCRIPT, directory, String(count), '100'],
    { encoding: 'utf8', timeout: 20_000, env: ENVIRONMENT },
  );
  expect(said.status).toBe(0);
  return said.stdout.split('\n');
}

/** The system calls of appends, one a line, what the process says among them. */
async function trace(directory: string, count: number): Promise<string[]> {
  const file = join(directory, 'trace');
  const words = ['-f', '-y', '-o', file, '-e', `trace=${WRITES},fdatasync,fsync,msync`];
  const script = [process.execPath, SCRIPT, directory, String(count), '5000'];
  const run = spawnSync('strace', [...words, ...script], { env: ENVIRONMENT });
  expect(run.status).toBe(0);
  return joinInterrupted((await readFile(file, 'utf8')).split('\n'));
}

/**
 * Puts the end of a call that another thread interrupted where the call ended, and in the form of
 * one that none did: strace leaves a space before the cut, and fills up what follows to a column.
 */
function joinInterrupted(lines: readonly string[]): string[] {
  const open = new Map<string, string>();
  const joined: string[] = [];
  for (const line of lines) {
    const [thread = ''] = line.split(' ', 1);
    if (line.includes(CUT)) open.set(thread, line.replace(CUT, ''));
    else if (line.includes(RESUMED)) {
      const rest = line.slice(line.indexOf(RESUMED) + RESUMED.length);
      joined.push(`${open.get(thread) ?? ''}${rest.replace(/\) += /, ') = ')}`);
    } else joined.push(line);
  }
  return joined;
}

function between(lines: readonly string[], start: string, end: string): string[] {
  const from = lines.findIndex((line) => line.includes(start));
  const to = lines.findIndex((line) => line.includes(end));
  expect([from >= 0, to > from], `${start} … ${end}`).toEqual([true, true]);
  return lines.slice(from + 1, to);
}
