import { expect, test } from 'vitest';
import { CALM } from '../../src/simulation/settings.ts';
import { type Report, simulate } from '../../src/simulation/simulate.ts';
import { runCommand } from '../integration/run-command.ts';
import { harsh } from './harsh.ts';
import { SIMULATION_MISTAKES, simulateWith } from './planted-simulation.ts';
import { problemsOf, Totals } from './totals.ts';

const SEEDS = [1, 2, 3, 4, 5];

test('[Z1] two runs of one seed are the same, event for event', async () => {
  const once = await simulate(harsh(1));
  const again = await simulate(harsh(1));
  expect(again).toEqual(once);
  const other = await simulate({ ...CALM, seed: 1 });
  expect(other.trace).not.toBe(once.trace);
});

test('[Z2] [Z7] nodes under every fault come to hold the same, and lose nothing', async () => {
  const totals = new Totals();
  for (const seed of SEEDS) {
    const report = await simulate(harsh(seed));
    expect(problemsOf(report), `seed ${seed}`).toEqual([]);
    totals.add(report);
  }
  expect(totals.missing()).toEqual([]);
});

test('[Z13] seed 5: a session that waits for answers is not woken all the time', async () => {
  const packets = {
    loss: 0.03,
    duplication: 0.03,
    driftMillionths: 500,
    offsetMilliseconds: 2_000,
  };
  const faults = { ...packets, partitions: 3, crashes: 5, nodes: 4 };
  const report = await simulate({ ...CALM, ...faults, seed: 5 });
  expect(problemsOf(report)).toEqual([]);
  expect(report.counts['wakes of one session in a second, at most']).toBeGreaterThan(2);
});

test('[Z14] seed 7640: nobody asks for past commits that one who is gone has brought', async () => {
  const report = await simulate(harsh(7640));
  expect(problemsOf(report)).toEqual([]);
  expect(report.counts['commits that a base stands for']).toBeGreaterThan(0);
});

test('[Z3] [Z8] a log that is acknowledged before it is on disk is found out', async () => {
  const [mistake] = SIMULATION_MISTAKES;
  if (mistake === undefined) throw new Error('expected a mistake, got none');
  const words = ['--seed', '1', '--crash', '12', '--seconds', '6', '--writes', '20'];
  const printed = await simulateWith(mistake, words);
  expect(printed).toMatch(/^exit code 1\nseed 1: /);
  expect(printed).toMatch(/✗ (?:every start|no lost acknowledged write): /);
});

test('the command prints what a run has met, and says which options cannot be', async () => {
  const { code, stdout } = await runCommand('simulate', '--seed', '9', '--seconds', '2', '--json');
  const report = JSON.parse(stdout) as Report;
  expect(code).toBe(0);
  expect(report).toMatchObject({ seed: 9, isSound: true });
  expect(report.verdicts.map(({ check }) => check)).toContain('convergence');
  for (const [words, problem] of [
    [[], /required option '--seed <number>' not specified/],
    [['--seed', '-1'], /whole number from 0 to 4294967295/],
    [['--seed', '1', '--latency', '9..3'], /two whole numbers/],
    [['--seed', '1', '--loss', '0.9'], /number from 0 to 0\.5/],
    [['--seed', '1', '--nodes', '3', '--byzantine', '2'], /expected 1 at most of 3 nodes, got 2/],
  ] as const) {
    const refused = await runCommand('simulate', ...words);
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toMatch(problem);
  }
});
