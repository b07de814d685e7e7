/** `massive-graph author`: the keys that may sign commits of a space. */

import { Command } from 'commander';
import { fromHex } from '../base/bytes.ts';
import { addSharedOptions, dataOption, expectExisting } from './arguments.ts';
import { type PassphraseOptions, passphraseOption, readPassphrase } from './passphrase.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

const LABEL = 'client';
const KEY = /^[0-9a-f]{64}$/i;

const LIST_EXAMPLES = `
Examples:
  massive-graph author list --data ./air-routes`;

const ADD_EXAMPLES = `
For a client that signs its own commits. Data directories certify their own key at the first start.

Examples:
  massive-graph author add 8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394 \\
    --label phone --data ./air-routes`;

interface AuthorOptions extends PassphraseOptions {
  readonly data: string;
  readonly label: string;
  readonly json?: true;
}

export function authorCommand(terminal: Terminal): Command {
  const list = new Command('list')
    .summary('print the certified keys')
    .description('Prints the keys that may sign commits, in the order of their certification.')
    .addOption(dataOption())
    .addHelpText('after', LIST_EXAMPLES)
    .action((options: AuthorOptions) => listAuthors(terminal, options));
  const add = new Command('add')
    .summary('certify a key')
    .description('Certifies a key, which may sign commits from then on.')
    .argument('<key>', 'Ed25519 public key, 64 hex digits')
    .option('--label <text>', 'what the key is for', LABEL)
    .addOption(dataOption())
    .addOption(passphraseOption())
    .addHelpText('after', ADD_EXAMPLES)
    .action((key: string, options: AuthorOptions) => addAuthor(terminal, key, options));
  return new Command('author')
    .summary('list and certify the keys that sign commits')
    .description('The keys that may sign commits of a space.')
    .addCommand(addSharedOptions(list))
    .addCommand(addSharedOptions(add))
    .addHelpText('after', LIST_EXAMPLES);
}

async function listAuthors(terminal: Terminal, { data, json }: AuthorOptions): Promise<void> {
  await using space = await expectExisting(data, { isReadOnly: true });
  const { authors } = space;
  if (json === true) terminal.output(`${JSON.stringify({ authors })}\n`);
  else terminal.output(authors.map(({ key, label }) => `${key}  ${label}\n`).join(''));
}

async function addAuthor(terminal: Terminal, text: string, options: AuthorOptions): Promise<void> {
  if (!KEY.test(text)) {
    const message = `${text}: a key expected 64 hex digits, got ${text.length} characters`;
    throw new UsageError(message, 'Give the public key of the client, in hex.');
  }
  const passphrase = await readPassphrase(terminal, options);
  await using space = await expectExisting(options.data, { passphrase });
  const isNew = await space.certifyAuthor(fromHex(text), options.label);
  const author = space.authors.find(({ key }) => key === text.toLowerCase());
  if (options.json === true) terminal.output(`${JSON.stringify({ ...author, isNew })}\n`);
  else {
    const verb = isNew ? 'certified' : 'certified already';
    terminal.output(`${author?.key}  ${author?.label}: ${verb}\n`);
  }
}
