/**
 * The command `massive-graph import` on the air routes, from the start of the process to its end:
 * into a fresh directory, and once more, which must write nothing.
 */

import { execFile } from 'node:child_process';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type BenchRow, Better, benchRow, medianOf } from '../measure.ts';

const run = promisify(execFile);
const COMMAND = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const DATA = new URL('../../../shared/data/air-routes/', import.meta.url);
const FILES = ['nodes', 'edges'].map((part) =>
  fileURLToPath(new URL(`air-routes-latest-${part}.csv`, DATA)),
);
const ROWS = 61_394;
const SECONDS_MAX = 5;
const RUNS = { full: 5, quick: 2 } as const;

interface Loaded {
  readonly written: number;
  readonly unchanged: number;
}

export async function rows({ quick }: { readonly quick: boolean }): Promise<BenchRow[]> {
  const isThere = await access(FILES[0] ?? '').then(
    () => true,
    () => false,
  );
  if (!isThere) {
    process.stderr.write('bench import: skipped, the air-routes data is not beside the project\n');
    return [];
  }
  const first: number[] = [];
  const again: number[] = [];
  for (let count = 0; count < (quick ? RUNS.quick : RUNS.full); count++) {
    const directory = await mkdtemp(join(tmpdir(), 'bench-import-'));
    try {
      first.push(await secondsOfImport(directory, { written: ROWS, unchanged: 0 }));
      again.push(await secondsOfImport(directory, { written: 0, unchanged: ROWS }));
    } finally {
      await rm(directory, { recursive: true });
    }
  }
  return [
    benchRow({
      name: 'air routes, 3,749 nodes and 57,645 edges',
      value: medianOf(first),
      unit: 's',
      target: SECONDS_MAX,
      better: Better.LOWER,
    }),
    benchRow({ name: 'the same again, nothing written', value: medianOf(again), unit: 's' }),
  ];
}

async function secondsOfImport(directory: string, expected: Loaded): Promise<number> {
  const start = performance.now();
  const { stdout } = await run(process.execPath, [
    COMMAND,
    'import',
    ...FILES,
    '--data',
    join(directory, 'data'),
    '--json',
  ]);
  const seconds = (performance.now() - start) / 1000;
  const { written, unchanged } = JSON.parse(stdout) as Loaded;
  if (written === expected.written && unchanged === expected.unchanged) return seconds;
  throw new Error(`an import expected ${JSON.stringify(expected)}, got ${stdout}`);
}
