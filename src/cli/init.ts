/** `massive-graph init`: an organisation and its keys, and with a definition its space. */

import { Command } from 'commander';
import { toHex } from '../base/bytes.ts';
import { addSharedOptions, dataOption, readDefinition, schemaOption } from './arguments.ts';
import { type PassphraseOptions, passphraseOption, readPassphrase } from './passphrase.ts';
import type { Terminal } from './terminal.ts';

const EXAMPLES = `
The keys go into organisation.key. The root key signs who may write and what the data means, and
no data; a directory that is set up runs without it, so that it can be kept elsewhere.

Examples:
  massive-graph init --name "Red Cross" --passphrase-file passphrase.txt
  massive-graph init --data ./air-routes --name "Red Cross" --schema graph.graphql`;

interface InitCommandOptions extends PassphraseOptions {
  readonly data: string;
  readonly name?: string;
  readonly schema?: string;
  readonly json?: true;
}

export function initCommand(terminal: Terminal): Command {
  const command = new Command('init')
    .summary('make an organisation and its keys')
    .description('Makes an organisation and its keys; with --schema, its space too.')
    .addOption(dataOption())
    .option('--name <name>', 'name of the organisation, which all members of its spaces see')
    .addOption(passphraseOption())
    .addOption(schemaOption())
    .addHelpText('after', EXAMPLES)
    .action((options: InitCommandOptions) => init(terminal, options));
  return addSharedOptions(command);
}

async function init(terminal: Terminal, options: InitCommandOptions): Promise<void> {
  const { data: directory, schema, json } = options;
  const passphrase = await readPassphrase(terminal, options);
  const [{ initOrganisation }, { openSpace, ORGANISATION_NAME }, { parseDefinition }] =
    await Promise.all([
      import('../space/init-organisation.ts'),
      import('../space/open.ts'),
      import('../definition/parse.ts'),
    ]);
  const definition = schema === undefined ? undefined : await readDefinition(schema);
  // A wrong definition must leave no keys behind that a second try would stumble over.
  if (definition !== undefined) parseDefinition(definition.source, { file: definition.file });
  const { name = ORGANISATION_NAME } = options;
  const { owner } = await initOrganisation({ directory, name, passphrase });
  let id: string | undefined;
  if (definition !== undefined) {
    await using space = await openSpace({ directory, definition, passphrase });
    id = space.id;
  }
  if (json === true) {
    const line = { name, owner: toHex(owner), ...(id === undefined ? {} : { space: id }) };
    terminal.output(`${JSON.stringify(line)}\n`);
    return;
  }
  terminal.output(`organisation ${name}\n  key    ${toHex(owner)}\n`);
  if (id !== undefined) terminal.output(`  space  ${id}\n`);
  if (passphrase === undefined) {
    terminal.news('No passphrase is given: whoever reads organisation.key can sign with it.\n');
  }
}
