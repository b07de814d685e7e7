/** `massive-graph simulate`: a cluster in one process, with the faults that a seed draws. */

import { Command, InvalidArgumentError, Option } from 'commander';
import type { Settings } from '../simulation/settings.ts';
import type { Report } from '../simulation/simulate.ts';
import { addSharedOptions } from './arguments.ts';
import { CheckFailed } from './check-failed.ts';
import { formatCount, paint, printable, type Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

const SEED_MAX = 2 ** 32 - 1;
const NODES = [2, 16] as const;
const WRITES = [0, 10_000] as const;
const SECONDS = [1, 3_600] as const;
const BYZANTINE = [0, 14] as const;
const FAULTS = [0, 1_000] as const;
const DRIFT = [0, 10_000] as const;
const OFFSET = [0, 600_000] as const;
const LATENCY_MAX = 10_000;
const CHANCE_MAX = 0.5;
const PROBLEMS_SHOWN = 10;

const EXAMPLES = `
Whole nodes run in virtual time, over a network and disks that fail. The same seed and options do
the same again, event for event. The exit code is 1 where a check fails.

Examples:
  massive-graph simulate --nodes 5 --seed 7
  massive-graph simulate --nodes 4 --seed 7 --latency 1..200 --loss 0.05 --json
  massive-graph simulate --nodes 5 --seed 7 --loss 0.02 --partition 3 --crash 4 --byzantine 1`;

interface SimulateOptions {
  readonly seed: number;
  readonly nodes: number;
  readonly writes: number;
  readonly seals: number;
  readonly seconds: number;
  readonly latency: Settings['latency'];
  readonly loss: number;
  readonly duplicate: number;
  readonly partition: number;
  readonly crash: number;
  readonly byzantine: number;
  readonly drift: number;
  readonly offset: number;
  readonly late?: true;
  readonly json?: true;
}

export function simulateCommand(terminal: Terminal): Command {
  const command = new Command('simulate')
    .summary('run a cluster under faults that a seed draws')
    .description('Simulates a cluster of nodes under faults, and checks what they hold.')
    .addOption(
      numbers('--seed <number>', 'all is drawn from it', [0, SEED_MAX]).makeOptionMandatory(),
    )
    .addOption(numbers('--nodes <count>', 'replicas', NODES).default(3))
    .addOption(numbers('--writes <count>', 'transactions of each', WRITES).default(40))
    .addOption(numbers('--seals <count>', 'of the owner', FAULTS).default(0))
    .addOption(numbers('--seconds <count>', 'in which faults strike', SECONDS).default(20))
    .option('--late', 'the last honest one comes meanwhile, with what is sealed')
    .addOption(latencyOption())
    .addOption(chances('--loss <chance>', 'that a packet is lost'))
    .addOption(chances('--duplicate <chance>', 'that a packet comes twice'))
    .addOption(numbers('--partition <count>', 'how often some are cut off', FAULTS).default(0))
    .addOption(numbers('--crash <count>', 'how often one crashes', FAULTS).default(0))
    .addOption(numbers('--byzantine <count>', 'of the replicas, that lie', BYZANTINE).default(0))
    .addOption(numbers('--drift <millionths>', 'of clocks, at most', DRIFT).default(0))
    .addOption(numbers('--offset <ms>', 'of clocks, at most', OFFSET).default(0))
    .addHelpText('after', EXAMPLES)
    .action((options: SimulateOptions) => run(terminal, options));
  return addSharedOptions(command);
}

async function run(terminal: Terminal, options: SimulateOptions): Promise<void> {
  expectHonest(options);
  const { simulate } = await import('../simulation/simulate.ts');
  const report = await simulate(settingsOf(options));
  if (options.json === true) terminal.output(`${JSON.stringify(report)}\n`);
  else terminal.output(textOf(terminal, report));
  if (!report.isSound) throw new CheckFailed();
}

/** Where one alone is honest there is nobody to agree with. */
function expectHonest({ nodes, byzantine }: SimulateOptions): void {
  if (byzantine <= nodes - 2) return;
  const message = `--byzantine expected ${nodes - 2} at most of ${nodes} nodes, got ${byzantine}`;
  throw new UsageError(message, 'Two nodes at least are honest.');
}

function settingsOf({ seconds, duplicate, drift, offset, ...rest }: SimulateOptions): Settings {
  const { seed, nodes, writes, seals, latency, loss, partition, crash, byzantine } = rest;
  return {
    seed,
    nodes,
    writes,
    seals,
    latency,
    loss,
    milliseconds: seconds * 1_000,
    duplication: duplicate,
    partitions: partition,
    crashes: crash,
    byzantine,
    driftMillionths: drift,
    offsetMilliseconds: offset,
    late: rest.late === true,
  };
}

function textOf(terminal: Terminal, report: Report): string {
  const { seed, events, virtualMilliseconds, trace, counts, verdicts } = report;
  const seconds = formatCount(Math.round(virtualMilliseconds / 1_000));
  const lines = [
    `seed ${seed}: ${formatCount(events)} events in ${seconds} virtual seconds`,
    `trace ${trace}`,
    '',
    ...Object.entries(counts).map(([name, met]) => `${formatCount(met).padStart(10)}  ${name}`),
    '',
  ];
  for (const { check, count, problems } of verdicts) {
    const isSound = problems.length === 0;
    const mark = paint(terminal, isSound ? 'green' : 'red', isSound ? '✓' : '✗');
    lines.push(`${mark} ${check}: ${formatCount(count)} looked at`);
    for (const problem of problems.slice(0, PROBLEMS_SHOWN)) lines.push(`  ${printable(problem)}`);
    const rest = problems.length - PROBLEMS_SHOWN;
    if (rest > 0) lines.push(`  and ${formatCount(rest)} more`);
  }
  return `${lines.join('\n')}\n`;
}

/** A whole number within bounds. */
function numbers(
  flags: string,
  description: string,
  [least, most]: readonly [least: number, most: number],
): Option {
  return new Option(flags, description).argParser((text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`);
  });
}

function chances(flags: string, description: string): Option {
  const option = new Option(flags, `how likely it is ${description}`).default(0);
  return option.argParser((text) => {
    const value = /^(?:0|1|0?\.\d{1,9})$/.test(text) ? Number(text) : Number.NaN;
    if (value <= CHANCE_MAX) return value;
    throw new InvalidArgumentError(`It is a number from 0 to ${CHANCE_MAX}.`);
  });
}

function latencyOption(): Option {
  const option = new Option('--latency <from..to>', 'milliseconds that a packet takes');
  return option.default([1, 40], '1..40').argParser((text): Settings['latency'] => {
    const [, from = '', to = ''] = /^(\d{1,5})\.\.(\d{1,5})$/.exec(text) ?? [];
    const [least, most] = [Number(from), Number(to)];
    if (to !== '' && least <= most && most <= LATENCY_MAX) return [least, most];
    throw new InvalidArgumentError(`It is two whole numbers up to ${LATENCY_MAX}, as in 1..40.`);
  });
}
