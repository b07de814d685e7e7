/** `massive-graph state-hash`: one hash over all that a data directory holds. */

import { Command } from 'commander';
import { addSharedOptions, expectExisting, notingTo } from './arguments.ts';
import type { Terminal } from './terminal.ts';

const EXAMPLES = `
Examples:
  massive-graph state-hash --data ./massive-graph-data
  massive-graph state-hash --data ./copy --content --json`;

interface StateHashOptions {
  readonly data: string;
  readonly content?: true;
  readonly json?: true;
}

export function stateHashCommand(terminal: Terminal): Command {
  const command = new Command('state-hash')
    .summary('print the hash of the state')
    .description('Prints the SHA-256 over the canonical walk of a data directory.')
    .requiredOption('--data <dir>', 'directory that holds the data')
    .option('--content', 'leave writers out and name nodes by type and natural key')
    .addHelpText('after', EXAMPLES)
    .action((options: StateHashOptions) => printStateHash(terminal, options));
  return addSharedOptions(command);
}

async function printStateHash(terminal: Terminal, options: StateHashOptions): Promise<void> {
  const opening = { isReadOnly: true, ...notingTo(terminal, options.data) };
  await using space = await expectExisting(options.data, opening);
  const hash = space.stateHash({ content: options.content === true });
  terminal.output(options.json === true ? `${JSON.stringify({ hash })}\n` : `${hash}\n`);
}
