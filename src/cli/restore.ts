/** `massive-graph restore`: a new data directory from a backup. */

import { Command } from 'commander';
import { copyDataDirectory } from '../log/backup.ts';
import { addSharedOptions, expectData } from './arguments.ts';
import { formatCount, type Terminal } from './terminal.ts';

const EXAMPLES = `
Every entry is compared with its checksum again. The new directory has no author's key: the first
start makes one.

Examples:
  massive-graph restore ./backup-monday --data ./restored
  massive-graph state-hash --data ./restored`;

interface RestoreOptions {
  readonly data: string;
  readonly json?: true;
}

export function restoreCommand(terminal: Terminal): Command {
  const command = new Command('restore')
    .summary('make a data directory from a backup')
    .description('Copies a backup into a new data directory.')
    .argument('<dir>', 'the backup')
    .requiredOption('--data <dir>', 'the new data directory; empty or absent')
    .addHelpText('after', EXAMPLES)
    .action((backup: string, options: RestoreOptions) => restore(terminal, backup, options));
  return addSharedOptions(command);
}

async function restore(terminal: Terminal, backup: string, options: RestoreOptions): Promise<void> {
  await expectData(backup, 'restore');
  const { position, snapshot } = await copyDataDirectory(backup, options.data);
  const facts = { position, snapshot: snapshot ?? null };
  const line = `${options.data} holds the log up to entry ${formatCount(position)}`;
  terminal.output(options.json === true ? `${JSON.stringify(facts)}\n` : `${line}\n`);
}
