/** Clients that come back with a cursor receive what one that never left does, each once. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resumeRounds } from '../integration/resume-rounds.ts';
import { newResumeTally, runResume } from '../property/resume-sequence.ts';
import { newSinceTally, runSince } from '../property/since-sequence.ts';

/** Of histories. */
export const defaultCount = 200;

const STEPS = 60;
/** Of each kind of case, in one history. */
const CASES_LEAST = 0.05;
/** For so many histories a server is killed once. */
const HISTORIES_PER_ROUND = 10;

/** Sequence i has the seed `seed` + i, so that one alone can be run again. */
export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const { seed, count } = options;
  const [told, resumed] = [newSinceTally(), newResumeTally()];
  for (let index = 0; index < count; index++) {
    const own = (seed + index) % 2 ** 32;
    const asked = { seed: own, steps: STEPS };
    const again = (directory: string) => runSince({ ...asked, directory, tally: told });
    const back = (directory: string) => runResume({ ...asked, directory, tally: resumed });
    const difference =
      (await inDirectory(again).catch(stackOf)) ?? (await inDirectory(back).catch(stackOf));
    if (difference === undefined) continue;
    throw new Error(`again: npm run soak -- resume --seed ${own} --count 1\n${difference}`);
  }
  const cases = [...Object.entries(told), ...Object.entries(resumed)];
  const rare = cases.filter(([, cases]) => cases < count * CASES_LEAST);
  if (rare.length > 0 && count >= 1 / CASES_LEAST) throw new Error(`too few cases: ${rare}`);
  const rounds = Math.ceil(count / HISTORIES_PER_ROUND);
  const killed = await inDirectory((directory) => resumeRounds({ directory, rounds, seed }));
  return [
    `told again: ${textOf(told)}`,
    `clients that came back: ${textOf(resumed)}`,
    `of servers that were killed: ${textOf(killed)}`,
  ];
}

async function inDirectory<T>(act: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'massive-graph-resume-'));
  try {
    return await act(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function textOf(tally: object): string {
  return Object.entries(tally)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ');
}

/** What is thrown, such as a trap of the engine, is reported with its seed too. */
function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
