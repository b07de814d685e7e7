/** `npm run soak -- AREA`: runs the property tests of test/soak at large counts. */

import { randomInt } from 'node:crypto';
import { inspect, parseArgs } from 'node:util';
import { buildEngineIfStale } from '../assembly/build.js';
import { areaNames, chooseArea } from '../bench/area.ts';

const USAGE = `Usage: npm run soak -- AREA [--seed S] [--count N]

Runs the property tests of one area at large counts. The same seed and count do the same again.

  --seed S   a whole number from 0 to 4294967295; random when absent
  --count N  how many cases; the area's own number when absent
  --help     this text

Areas: `;
const SEED_MAX = 2 ** 32 - 1;

interface Area {
  readonly defaultCount: number;
  soak(options: { readonly seed: number; readonly count: number }): Promise<string[]>;
}

const folder = new URL('soak/', import.meta.url);
await main();

async function main(): Promise<void> {
  const names = await areaNames(folder);
  const request = readArguments(names);
  if (request === 'help') return void process.stdout.write(`${USAGE}${names.join(', ')}\n`);
  if ('problem' in request) {
    process.stderr.write(`soak: ${request.problem}\n\n${USAGE}${names.join(', ')}\n`);
    process.exitCode = 2;
    return;
  }
  await buildEngineIfStale();
  const module = (await import(new URL(`${request.area}.ts`, folder).href)) as Area;
  await runSoak(module, request);
}

async function runSoak(module: Area, request: Request): Promise<void> {
  const { area, seed, count = module.defaultCount } = request;
  process.stdout.write(`soak ${area}: seed ${seed}, count ${count}\n`);
  const started = performance.now();
  try {
    for (const line of await module.soak({ seed, count })) process.stdout.write(`${line}\n`);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    process.stdout.write(`soak ${area}: passed, seed ${seed}, count ${count}, ${seconds} s\n`);
  } catch (error) {
    // With its causes.
    process.stderr.write(`${inspect(error)}\n`);
    process.stdout.write(`soak ${area}: FAILED, seed ${seed}, count ${count}\n`);
    process.stdout.write(`again: npm run soak -- ${area} --seed ${seed} --count ${count}\n`);
    process.exitCode = 1;
  }
}

interface Request {
  readonly area: string;
  readonly seed: number;
  readonly count?: number | undefined;
}

function readArguments(names: readonly string[]): Request | { problem: string } | 'help' {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        seed: { type: 'string' },
        count: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return 'help';
    const choice = chooseArea(positionals, names);
    if ('problem' in choice) return choice;
    const seed = wholeNumber('--seed', values.seed, 0) ?? randomInt(SEED_MAX);
    return { ...choice, seed, count: wholeNumber('--count', values.count, 1) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function wholeNumber(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= SEED_MAX) return value;
  throw new RangeError(`${option} expected a whole number of ${least} or more, got ${text}`);
}
