/** `massive-graph log`: the log of a data directory; it is read also while a server holds it. */

import { setTimeout as delay } from 'node:timers/promises';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { sameBytes } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { cidText, hashOfCidText } from '../crypto/identifier.ts';
import { isNotHereYet } from '../log/based-log.ts';
import { EntryKind } from '../log/log.ts';
import type { ReadableLog } from '../log/read-log.ts';
import { addSharedOptions, dataOption } from './arguments.ts';
import {
  entryLine,
  entryText,
  type MissingEntry,
  type ShownEntry,
  shownEntry,
} from './log-entry.ts';
import { exportLog } from './log-export.ts';
import { importLog } from './log-import.ts';
import { masksOf, printMasked } from './log-masked.ts';
import { type LogOptions, readingLogOf } from './log-reading.ts';
import { checkLog, proveEntry } from './log-verify.ts';
import type { Terminal } from './terminal.ts';

const ENTRIES_SHOWN = 10;
/** How long a followed log is left alone before it is looked at again. */
const FOLLOW_MILLISECONDS = 500;

const EXAMPLES = `
Examples:
  massive-graph log tail --follow
  massive-graph log show 17 --data ./air-routes
  massive-graph log masked --data ./air-routes
  massive-graph log verify
  massive-graph log prove 17 > 17.tlog-proof
  massive-graph log export history.car --from 1 --to 1000
  massive-graph log import history.car --data ./replica`;

export function logCommand(terminal: Terminal): Command {
  const command = new Command('log')
    .summary('read, verify and export the log')
    .description('Reads the log of a data directory, also while a server holds it.')
    .addHelpText('after', EXAMPLES);
  const add = (part: Command): Command => {
    const whole = addSharedOptions(part.addOption(dataOption()).addHelpText('after', EXAMPLES));
    command.addCommand(whole);
    return whole;
  };
  add(new Command('show'))
    .description('Prints one entry, by its position or its CID.')
    .addArgument(new Argument('<entry>', 'position from 1, or CID').argParser(parseEntry))
    .action((entry: string, options: LogOptions) => showEntry(terminal, entry, options));
  add(new Command('tail'))
    .description('Prints the last entries, one a line.')
    .addOption(new Option('-n <count>', 'how many').default(ENTRIES_SHOWN).argParser(parsePosition))
    .option('--follow', 'go on with those that come, until stopped')
    .action((options: TailOptions) => tail(terminal, options));
  add(new Command('masked'))
    .description('Prints the transactions without effect, and which right they lacked.')
    .action((options: LogOptions) => printMasked(terminal, options));
  add(new Command('verify'))
    .description('Checks every entry, and the log against its checkpoint.')
    .action((options: LogOptions) => checkLog(terminal, options));
  add(new Command('prove'))
    .description('Prints the proof that an entry stands in the log of the checkpoint (C2SP).')
    .addArgument(new Argument('<position>', 'from 1').argParser(parsePosition))
    .action((position: number, options: LogOptions) => proveEntry(terminal, position, options));
  add(new Command('export'))
    .description('Writes entries as a CAR file.')
    .argument('<file>', 'where they go')
    .addOption(new Option('--from <position>', 'the first').default(1).argParser(parsePosition))
    .addOption(
      new Option('--to <position>', 'the last; the newest when absent').argParser(parsePosition),
    )
    .action((file: string, options) => exportLog(terminal, file, options));
  add(new Command('import'))
    .description('Takes the entries of a CAR file, each verified; makes the directory if need be.')
    .argument('<file>', 'what log export has written')
    .action((file: string, options: LogOptions) => importLog(terminal, file, options));
  return command;
}

async function showEntry(terminal: Terminal, text: string, options: LogOptions): Promise<void> {
  await readingLogOf(options.data, async (log) => {
    const position = positionOf(log, text);
    const entry = log.read(position);
    if (entry === undefined) throw noEntry(text, log);
    // What masks a transaction may stand in the history that has not come.
    const isKnown = log.first === 1 || entry.kind === EntryKind.AUTHORITY;
    const shown = isKnown
      ? shownEntry(entry, await masksOf(log, entry))
      : { ...shownEntry(entry), masks: `not known before entry ${log.first - 1} is here` };
    terminal.output(options.json === true ? `${JSON.stringify(shown)}\n` : entryText(shown));
  });
}

interface TailOptions extends LogOptions {
  readonly n: number;
  readonly follow?: true;
}

async function tail(terminal: Terminal, options: TailOptions): Promise<void> {
  let next = await readingLogOf(options.data, (log) =>
    print(terminal, log, Math.max(1, log.length - options.n + 1), options),
  );
  if (options.follow !== true) return;
  const stopping = new AbortController();
  void terminal.stopRequest().then(() => stopping.abort());
  while (!stopping.signal.aborted && terminal.hasReader) {
    next = await readingLogOf(options.data, (log) => print(terminal, log, next, options));
    await delay(FOLLOW_MILLISECONDS, undefined, { signal: stopping.signal }).catch(() => undefined);
  }
}

/** Answers the position after the last one printed. */
function print(terminal: Terminal, log: ReadableLog, from: number, { json }: LogOptions): number {
  for (let position = from; position <= log.length; position++) {
    const shown = shownAt(log, position);
    terminal.output(json === true ? `${JSON.stringify(shown)}\n` : entryLine(shown));
  }
  return Math.max(from, log.length + 1);
}

function shownAt(log: ReadableLog, position: number): ShownEntry | MissingEntry {
  try {
    const entry = log.read(position);
    if (entry !== undefined) return shownEntry(entry);
  } catch (error) {
    const hash = isNotHereYet(error) ? log.hashOf(position) : undefined;
    if (hash === undefined) throw error;
    return { position, kind: 'commit', name: cidText(hash), missing: true };
  }
  throw noEntry(`${position}`, log);
}

function positionOf(log: ReadableLog, text: string): number {
  const hash = hashOfCidText(text);
  if (hash === undefined) return parsePosition(text);
  for (let position = 1; position <= log.length; position++) {
    const own = log.hashOf(position);
    if (own !== undefined && sameBytes(own, hash)) return position;
  }
  throw noEntry(text, log);
}

function parsePosition(text: string): number {
  const position = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(position)) return position;
  throw new InvalidArgumentError('An entry is named by its position, from 1, or by its CID.');
}

function parseEntry(text: string): string {
  if (hashOfCidText(text) === undefined) parsePosition(text);
  return text;
}

function noEntry(text: string, log: ReadableLog): DatabaseError {
  const message = `the log of ${log.length} entries expected to hold ${text}, got none`;
  return new DatabaseError(ErrorCode.NOT_FOUND, message);
}
