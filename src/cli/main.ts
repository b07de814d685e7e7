/**
 * The `massive-graph` command: finds the command to run and turns what it throws into a line and
 * an exit code. The one file that reads the environment.
 *
 *   0 done   1 failure   2 called in a wrong way   3 verification failed
 *
 * A question about permissions has its own: 0 granted, 1 denied, 2 no answer.
 */

import { readFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { Command, CommanderError } from 'commander';
import { DatabaseError, describeError } from '../base/errors.ts';
import { type Faults, noFaults, parseFaults } from '../base/fault.ts';
import { accessCommand } from './access.ts';
import { authorCommand } from './author.ts';
import { backupCommand } from './backup.ts';
import { CheckFailed } from './check-failed.ts';
import { importCommand } from './import.ts';
import { initCommand } from './init.ts';
import { logCommand } from './log.ts';
import { NotGranted } from './not-granted.ts';
import { organisationCommand } from './organisation.ts';
import { peerCommand } from './peer.ts';
import { restoreCommand } from './restore.ts';
import { schemaCommand } from './schema.ts';
import { serveCommand } from './serve.ts';
import { simulateCommand } from './simulate.ts';
import { stateHashCommand } from './state-hash.ts';
import { paint, type Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { VerificationFailed } from './verification-failed.ts';
import { verifyCommand } from './verify.ts';

const ExitCode = { DONE: 0, FAILURE: 1, USAGE: 2, VERIFICATION: 3 } as const;
type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Whoever read has read enough: `log tail | head -1`. */
const BROKEN_PIPE = 'EPIPE';

const EXAMPLES = `
Examples:
  massive-graph serve --demo
  massive-graph init --name "Red Cross" --data ./air-routes
  massive-graph import airports.csv routes.csv --data ./air-routes
  massive-graph state-hash --data ./air-routes --content
  massive-graph backup ./air-routes-monday --data ./air-routes
  massive-graph verify name.proof`;

const exitCode = await main(systemTerminal(), process.argv.slice(2));
// It is set already where what was printed could not be written.
process.exitCode ??= exitCode;

async function main(terminal: Terminal, words: readonly string[]): Promise<ExitCode> {
  try {
    const command = await program(terminal);
    await command.parseAsync(words, { from: 'user' });
    return ExitCode.DONE;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? ExitCode.DONE : ExitCode.USAGE;
    }
    if (error instanceof VerificationFailed) return ExitCode.VERIFICATION;
    if (error instanceof CheckFailed) return ExitCode.FAILURE;
    if (error instanceof NotGranted) {
      return error.verdict === 'denied' ? ExitCode.FAILURE : ExitCode.USAGE;
    }
    const label = paint(terminal, 'red', 'error:');
    if (error instanceof UsageError) {
      terminal.notes(`${label} ${error.message}\n${error.advice}\n`);
      return ExitCode.USAGE;
    }
    if (error instanceof DatabaseError) terminal.notes(`${label} ${describeError(error)}\n`);
    else if (isSystemError(error)) terminal.notes(`${label} ${error.message}\n`);
    else throw error;
    return ExitCode.FAILURE;
  }
}

/** What the system refused: a directory without permission, a full disk. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error;
}

async function program(terminal: Terminal): Promise<Command> {
  const root = new Command('massive-graph')
    .description('A real-time graph database for organisations that share data.')
    .version(await readVersion())
    .option('--no-color', 'print without colours, as with NO_COLOR set')
    .addHelpText('after', EXAMPLES);
  const faults = readFaults(process.env.MASSIVE_GRAPH_FAULT);
  root.addCommand(serveCommand(terminal, faults));
  root.addCommand(initCommand(terminal));
  root.addCommand(importCommand(terminal));
  root.addCommand(peerCommand(terminal));
  root.addCommand(stateHashCommand(terminal));
  root.addCommand(backupCommand(terminal));
  root.addCommand(restoreCommand(terminal));
  root.addCommand(verifyCommand(terminal));
  root.addCommand(logCommand(terminal));
  root.addCommand(organisationCommand(terminal, faults));
  root.addCommand(authorCommand(terminal));
  root.addCommand(accessCommand(terminal));
  root.addCommand(schemaCommand(terminal));
  root.addCommand(simulateCommand(terminal));
  configure(terminal, root, root.name());
  return root;
}

/** For a command and those below it: no exit of its own, and help that names the whole of it. */
function configure(terminal: Terminal, command: Command, name: string): void {
  command
    .exitOverride()
    .showHelpAfterError(`Try: ${name} --help`)
    .configureOutput({ writeOut: terminal.output, writeErr: terminal.notes });
  for (const below of command.commands) configure(terminal, below, `${name} ${below.name()}`);
}

/** A step at which the process dies, for tests of what survives that. */
function readFaults(text: string | undefined): Faults {
  if (text === undefined || text === '') return noFaults;
  const faults = parseFaults(text);
  if (faults !== undefined) return faults;
  const advice = 'The steps are in src/base/fault.ts.';
  throw new UsageError(`MASSIVE_GRAPH_FAULT expected a named step, got ${text}`, advice);
}

async function readVersion(): Promise<string> {
  const file = findPackageJSON(import.meta.url);
  const { version } = JSON.parse(await readFile(file ?? '', 'utf8')) as { version: string };
  return version;
}

function systemTerminal(): Terminal {
  const { stdout, stderr, env, argv } = process;
  const isDumb = env.TERM === 'dumb';
  const isQuiet = argv.includes('--quiet');
  let hasReader = true;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === BROKEN_PIPE) {
      hasReader = false;
      return;
    }
    process.exitCode = ExitCode.FAILURE;
    stderr.write(`error: standard output expected to be written, got ${error.code}\n`);
  });
  // Nobody is left to be told.
  stderr.on('error', () => undefined);
  const isPlain = (env.NO_COLOR ?? '') !== '' || argv.includes('--no-color') || isDumb;
  return {
    output: (text) => hasReader && stdout.write(text),
    get hasReader() {
      return hasReader;
    },
    notes: (text) => stderr.write(text),
    news: (text) => isQuiet || stderr.write(text),
    isInteractive: stderr.isTTY === true && !isDumb && !isQuiet,
    passphrase: env.MASSIVE_GRAPH_PASSPHRASE || undefined,
    hasColors: stderr.isTTY === true && !isPlain,
    stopRequest: () =>
      new Promise((resolve) => {
        process.once('SIGINT', () => resolve());
        process.once('SIGTERM', () => resolve());
      }),
  };
}
