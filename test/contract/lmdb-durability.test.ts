/**
 * That LMDB does what the log says of it: the system calls between the start and the end of an
 * append are read from strace, which can also make one of them fail. Where strace is missing, or
 * may not trace, that is said and nothing is proved.
 */

import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { LmdbLog } from '../../src/log/lmdb-log.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { entry } from './log.ts';

const SCRIPT = fileURLToPath(new URL('append-entries.ts', import.meta.url));
const PAGES = 'write,pwrite64,writev,pwritev';

const canTrace = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;
if (!canTrace) process.stdout.write('strace cannot trace here: durability is not proved\n');
const traced = test.runIf(canTrace);

describe('an append to LMDB', () => {
  traced('is synced after its last page is written and before it resolves', async () => {
    const directory = await temporaryDirectory();
    const lines = await trace(directory, { calls: `${PAGES},fdatasync,fsync,msync` });
    for (let index = 0; index < 3; index++) {
      const calls = between(lines, `append ${index} starts`, `append ${index} is durable`);
      const synced = calls.findLastIndex((line) => /(?:fdatasync|fsync|msync)\(.* = 0/.test(line));
      const lastPage = calls.findLastIndex((line) => isPage(line));
      expect(synced, `append ${index} is synced`).toBeGreaterThan(lastPage);
      expect(lastPage, `append ${index} writes pages`).toBeGreaterThanOrEqual(0);
      // The page that names the new root is written last, through a file opened for synced writes.
      const root = calls.findLastIndex((line) => /write.*data\.mdb/.test(line));
      expect(root, `append ${index} names its root`).toBeGreaterThan(synced);
      expect(syncedFile(lines)).toBe(fileNumber(calls[root] ?? ''));
    }
  });

  traced('rejects when the sync fails, reads what was there, and takes nothing more', async () => {
    const directory = await temporaryDirectory();
    await appendOne(directory);
    const said = spawnSync(
      'strace',
      ['-f', '-o', '/dev/null', '-e', 'trace=fdatasync', '-e', 'inject=fdatasync:error=EIO'].concat(
        [process.execPath, SCRIPT, directory, '2', '100'],
      ),
      { encoding: 'utf8', timeout: 20_000 },
    );
    expect(said.stdout.split('\n')).toEqual([
      'append 0 starts',
      'append 0 fails: the log store failed to commit, length 1, reads false',
      'append 1 starts',
      'append 1 fails: the log has failed before, length 1, reads false',
      'closed',
      '',
    ]);
    expect(said.status).toBe(0);
  });

  test('rejects when the file cannot grow, and the next start has what was durable', async () => {
    const directory = await temporaryDirectory();
    const command = `ulimit -f 1000; exec "$0" "$@"`;
    const said = spawnSync(
      'sh',
      ['-c', command, process.execPath, SCRIPT, directory, '12', '99999'],
      {
        encoding: 'utf8',
        timeout: 20_000,
      },
    );
    const durable = said.stdout.match(/is durable/g)?.length ?? 0;
    const failed = said.stdout.match(/fails: /g)?.length ?? 0;
    expect([durable > 0, failed > 0, durable + failed]).toEqual([true, true, 12]);
    expect(said.stdout).toContain('\nclosed\n');
    expect(said.status).toBe(0);
    await using log = LmdbLog.open(directory);
    expect([log.length, [...log.entries(1)].length]).toEqual([durable, durable]);
  });
});

async function appendOne(directory: string): Promise<void> {
  await using log = LmdbLog.open(directory);
  await log.append([entry(1)]);
}

/** The system calls of three appends, one a line, what the process says among them. */
async function trace(directory: string, options: { readonly calls: string }): Promise<string[]> {
  const file = join(directory, 'trace');
  const calls = `trace=openat,${options.calls}`;
  const words = ['-f', '-y', '-o', file, '-e', calls];
  const run = spawnSync('strace', [...words, process.execPath, SCRIPT, directory, '3', '5000']);
  expect(run.status).toBe(0);
  return joinInterrupted((await readFile(file, 'utf8')).split('\n'));
}

/** Puts the end of a call that another thread interrupted where the call ended. */
function joinInterrupted(lines: readonly string[]): string[] {
  const open = new Map<string, string>();
  const joined: string[] = [];
  for (const line of lines) {
    const [thread = ''] = line.split(' ', 1);
    if (line.includes('<unfinished ...>')) open.set(thread, line.replace('<unfinished ...>', ''));
    else if (line.includes(' resumed>')) {
      joined.push(`${open.get(thread) ?? ''}${line.slice(line.indexOf(' resumed>') + 9)}`);
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

/** A page of the log that is not one of its three roots, which begin the file. */
function isPage(line: string): boolean {
  if (!/write.*data\.mdb/.test(line)) return false;
  return /writev/.test(line) || /, (?:4096|8192|\d{5,}), \d+\)/.test(line);
}

function syncedFile(lines: readonly string[]): string | undefined {
  const opened = lines.find((line) => line.includes('data.mdb') && line.includes('O_DSYNC'));
  return opened === undefined ? undefined : / = (\d+)/.exec(opened)?.[1];
}

function fileNumber(line: string): string | undefined {
  return /write\w*\((\d+)</.exec(line)?.[1];
}
