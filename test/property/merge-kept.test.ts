import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { type KeptCoverage, keptSets } from '../merge-sets/coverage.ts';
import { printSets } from '../merge-sets/kept-set.ts';
import { runKeptSet } from '../merge-sets/orders.ts';

const CHECK = fileURLToPath(new URL('../merge-sets/check.ts', import.meta.url));
const SEED = 20_261_128;
/** Of each set; `npm run soak -- merge-kept` runs all that there are. */
const ORDERS = 4;

const run = promisify(execFile);
const sets = keptSets();

test('[M1]–[M27] each kept set gives one state in some orders, and that of the model', async () => {
  const tally = { orders: 0, ordersMax: 0 };
  for (const set of sets) {
    expect(await runKeptSet(set, { seed: SEED, tally, ordersMax: ORDERS })).toBeUndefined();
  }
  expect(tally.orders).toBe(sets.length * ORDERS);
}, 60_000);

test('a clock that follows the order of arrival is found out in many of them', async () => {
  const tally = { orders: 0, ordersMax: 0 };
  const options = { seed: SEED, tally, ordersMax: ORDERS };
  let found = 0;
  for (const set of sets.slice(0, 30)) {
    const difference = await runKeptSet(set, {
      ...options,
      alter: (commit, arrived) => ({ ...commit, clock: BigInt(arrived + 1) }),
    });
    if (difference !== undefined) found += 1;
  }
  expect(found).toBeGreaterThan(15);
});

test('[M1]–[M27] each two rules both decide something in a kept set', async () => {
  const { stdout } = await run(process.execPath, [CHECK]);
  const { problems, lines } = JSON.parse(stdout) as KeptCoverage;
  expect(problems).toEqual([]);
  expect(lines.join('\n')).toContain('M27');
}, 60_000);

test('a set in which its rules no longer meet is told, and one that is missing', async () => {
  const [first, second, ...rest] = sets;
  if (first === undefined || second === undefined) throw new Error('there are kept sets');
  const commits = first.commits.map((commit) => ({
    ...commit,
    transactions: [[['create', 'p'] as const]],
  }));
  const file = join(await temporaryDirectory(), 'sets.txt');
  await writeFile(file, printSets([{ ...first, commits }, ...rest]));
  const { stdout } = await run(process.execPath, [CHECK, file]);
  const { problems } = JSON.parse(stdout) as KeptCoverage;
  expect(problems).toEqual([
    `${first.name} do not meet in their set`,
    `${second.name} have no set`,
  ]);
}, 60_000);
