/** What the areas share: rows, times, and the C++ versions of the same work. */

import { execFile } from 'node:child_process';
import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The same work done by what the row is compared with, in the same unit. */
  readonly baseline?: number;
  /** value / baseline. */
  readonly ratio?: number;
  /** For the size that was run. */
  readonly target?: number;
  readonly met?: boolean;
}

export const Better = { HIGHER: 'HIGHER', LOWER: 'LOWER' } as const;
export type Better = (typeof Better)[keyof typeof Better];

export interface Measured {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline?: number | undefined;
  readonly target?: number | undefined;
  /** Which side of the target is the good one; HIGHER when absent. */
  readonly better?: Better;
}

export function benchRow({ name, value, unit, baseline, target, better }: Measured): BenchRow {
  const met = (limit: number): boolean =>
    better === Better.LOWER ? value <= limit : value >= limit;
  return {
    name,
    value,
    unit,
    ...(baseline === undefined ? {} : { baseline, ratio: value / baseline }),
    ...(target === undefined ? {} : { target, met: met(target) }),
  };
}

/** A target for the ratio itself needs a row of its own; none where nothing was compared. */
export function ratioRows(row: BenchRow, target: number): BenchRow[] {
  if (row.ratio === undefined) return [];
  return [benchRow({ name: `${row.name}: ratio`, value: row.ratio, unit: 'x', target })];
}

/** The middle one; of an even count, the lower of the two in the middle. */
export function medianOf(values: readonly number[]): number {
  const middle = [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
  if (middle === undefined) throw new RangeError('a median expected 1 value or more, got none');
  return middle;
}

/** Seconds of processor time of this process, all its threads together. */
export async function cpuSecondsOf(work: () => unknown): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

const run = promisify(execFile);
/** Without -march: what a plain build gives, on any machine of the kind. */
const COMPILER_OPTIONS = ['-O3', '-std=c++17', '-Wall', '-Wextra'];
const SWEEP_MILLISECONDS = 100;
const WARM_BYTES = 256 * 1024 * 1024;

/**
 * Path of bench/native/NAME.cpp, compiled into build/native when a file beside it is newer;
 * undefined where there is no g++.
 */
export async function nativeProgram(name: string): Promise<string | undefined> {
  const hasCompiler = await run('g++', ['--version']).then(
    () => true,
    () => false,
  );
  if (!hasCompiler) return undefined;
  const sources = fileURLToPath(new URL('native/', import.meta.url));
  const folder = fileURLToPath(new URL('../build/native/', import.meta.url));
  const program = join(folder, name);
  await mkdir(folder, { recursive: true });
  const times = await Promise.all((await readdir(sources)).map((file) => modified(sources + file)));
  if ((await modified(program)) <= Math.max(...times)) {
    const temporary = `${program}.${process.pid}`;
    await run('g++', [...COMPILER_OPTIONS, '-o', temporary, `${join(sources, name)}.cpp`]);
    await rename(temporary, program);
  }
  return program;
}

/** So that no thread of the collector is at work, and counted, in the window that follows. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  await setTimeout(SWEEP_MILLISECONDS);
}

/**
 * Touches memory and gives it back. A page that its host has yet to give to a virtual machine
 * takes ten times as long to touch, so that a window would tell which one came first.
 */
export async function warmMemory(): Promise<void> {
  await run(process.execPath, ['--eval', `Buffer.alloc(${WARM_BYTES}, 1)`]);
}

async function modified(path: string): Promise<number> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.mtimeMs ?? 0;
}
