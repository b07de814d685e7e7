/** `npm run bench -- AREA`: runs one area of bench/areas and prints its rows. */

import { execFile } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { buildEngineIfStale } from '../assembly/build.js';
import { areaNames, chooseArea } from './area.ts';
import type { BenchRow } from './measure.ts';

const USAGE = `Usage: npm run bench -- AREA [--quick] [--json]

Measures one area of the database.

  --quick  the same rows at smaller sizes
  --json   the rows as one line of JSON, last on standard output; the table goes to standard error
  --help   this text

Areas: `;

interface Area {
  rows(options: { readonly quick: boolean }): Promise<BenchRow[]>;
}

const folder = new URL('areas/', import.meta.url);
await main();

async function main(): Promise<void> {
  const names = await areaNames(folder);
  const request = readArguments(names);
  if (request === 'help') return void process.stdout.write(`${USAGE}${names.join(', ')}\n`);
  if ('problem' in request) {
    process.stderr.write(`bench: ${request.problem}\n\n${USAGE}${names.join(', ')}\n`);
    process.exitCode = 2;
    return;
  }
  const { area, quick, json } = request;
  await buildEngineIfStale();
  const { rows } = (await import(new URL(`${area}.ts`, folder).href)) as Area;
  const result = { area, ...(await circumstances()), ...(quick ? { quick } : {}) };
  const measured = await rows({ quick });
  const table = `${formatHead(result)}\n${formatTable(measured)}\n`;
  (json ? process.stderr : process.stdout).write(table);
  if (json) process.stdout.write(`${JSON.stringify({ ...result, rows: measured })}\n`);
}

interface Request {
  readonly area: string;
  readonly quick: boolean;
  readonly json: boolean;
}

function readArguments(names: readonly string[]): Request | { problem: string } | 'help' {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return 'help';
    const choice = chooseArea(positionals, names);
    return 'problem' in choice ? choice : { ...choice, quick: values.quick, json: values.json };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

interface Circumstances {
  readonly machine: string;
  readonly node: string;
  readonly commit: string;
}

async function circumstances(): Promise<Circumstances> {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  return {
    machine: `${model}, ${cpus().length} cores, ${gibibytes} GiB`,
    node: process.version,
    commit: await commitOfCheckout(),
  };
}

/** Marked where the files differ from the commit; `unknown` outside a clone. */
async function commitOfCheckout(): Promise<string> {
  const git = (...parameters: string[]): Promise<string> =>
    promisify(execFile)('git', parameters, {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
    }).then(({ stdout }) => stdout.trim());
  try {
    const commit = await git('rev-parse', 'HEAD');
    return (await git('status', '--porcelain')) === '' ? commit : `${commit}+changes`;
  } catch {
    return 'unknown';
  }
}

function formatHead(result: Circumstances & { readonly area: string; quick?: boolean }): string {
  const size = result.quick === true ? ' (quick)' : '';
  return `${result.area}${size}: ${result.machine}, Node ${result.node}, commit ${result.commit}\n`;
}

function formatTable(rows: readonly BenchRow[]): string {
  const lines = [['', 'value', 'unit', 'baseline', 'ratio', 'target', ''], ...rows.map(rowCells)];
  const widths = lines[0]?.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const isText = (column: number): boolean => column === 0 || column === 2 || column === 6;
  return lines
    .map((line) =>
      line
        .map((cell, column) => {
          const width = widths?.[column] ?? 0;
          return isText(column) ? cell.padEnd(width) : cell.padStart(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function rowCells(row: BenchRow): string[] {
  const verdict = row.met === undefined ? '' : row.met ? 'met' : 'missed';
  const numbers = [row.baseline, row.ratio, row.target].map(formatNumber);
  return [row.name, formatNumber(row.value), row.unit, ...numbers, verdict];
}

function formatNumber(value: number | undefined): string {
  if (value === undefined) return '';
  const digits = value < 1000 ? { maximumSignificantDigits: 4 } : { maximumFractionDigits: 0 };
  return value.toLocaleString('en', digits);
}
