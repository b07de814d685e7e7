/** `massive-graph backup`: a copy of a data directory, taken while it is served. */

import { Command } from 'commander';
import { copyDataDirectory } from '../log/backup.ts';
import { addSharedOptions, expectData } from './arguments.ts';
import { formatCount, type Terminal } from './terminal.ts';

const EXAMPLES = `
The copy holds the log up to a position, checked while it is read, the newest snapshot up to there
and the organisation's files. The author's key stays behind: a restored directory is a new author.

Examples:
  massive-graph backup ./backup-monday --data ./massive-graph-data
  massive-graph restore ./backup-monday --data ./restored`;

interface BackupOptions {
  readonly data: string;
  readonly json?: true;
}

export function backupCommand(terminal: Terminal): Command {
  const command = new Command('backup')
    .summary('copy a data directory while it is served')
    .description('Copies what a data directory has acknowledged into a new directory.')
    .argument('<dir>', 'where the backup goes; empty or absent')
    .requiredOption('--data <dir>', 'directory that holds the data')
    .addHelpText('after', EXAMPLES)
    .action((target: string, options: BackupOptions) => backUp(terminal, target, options));
  return addSharedOptions(command);
}

async function backUp(terminal: Terminal, target: string, options: BackupOptions): Promise<void> {
  await expectData(options.data, '--data');
  const { position, length, snapshot } = await copyDataDirectory(options.data, target);
  if (options.json === true) {
    terminal.output(`${JSON.stringify({ position, length, snapshot: snapshot ?? null })}\n`);
    return;
  }
  const [held, now] = [formatCount(position), formatCount(length)];
  terminal.output(`${target} holds the log up to entry ${held}; the log has ${now} entries now\n`);
}
