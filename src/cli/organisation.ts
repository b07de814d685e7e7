/** `massive-graph organisation`: who owns a space, and the rotation of its key. */

import { Command } from 'commander';
import type { Faults } from '../base/fault.ts';
import type { Space } from '../space/space.ts';
import { addSharedOptions, dataOption, expectExisting } from './arguments.ts';
import { type PassphraseOptions, passphraseOption, readPassphrase } from './passphrase.ts';
import type { Terminal } from './terminal.ts';

const SHOW_EXAMPLES = `
Examples:
  massive-graph organisation show --data ./air-routes`;

const ROTATE_EXAMPLES = `
Puts the next key in force, whose hash the space has held since the last rotation, and makes one
to follow it. The older key signs nothing from then on. With a passphrase, keys that lay open are
hidden under it.

Examples:
  massive-graph organisation rotate --data ./air-routes --passphrase-file passphrase.txt`;

interface OrganisationOptions extends PassphraseOptions {
  readonly data: string;
  readonly json?: true;
}

export function organisationCommand(terminal: Terminal, faults: Faults): Command {
  const show = new Command('show')
    .summary('print the name and the key of the organisation')
    .description('Prints the organisation that owns the space, its key and the space.')
    .addOption(dataOption())
    .addHelpText('after', SHOW_EXAMPLES)
    .action(async ({ data, json }: OrganisationOptions) => {
      await using space = await expectExisting(data, { isReadOnly: true });
      print(terminal, space, json === true);
    });
  const rotate = new Command('rotate')
    .summary('replace the key of the organisation')
    .description("Replaces the organisation's key by the one that it had committed to.")
    .addOption(dataOption())
    .addOption(passphraseOption())
    .addHelpText('after', ROTATE_EXAMPLES)
    .action(async (options: OrganisationOptions) => {
      const passphrase = await readPassphrase(terminal, options);
      await using space = await expectExisting(options.data, { passphrase, faults });
      await space.rotateOrganisation();
      print(terminal, space, options.json === true);
    });
  return new Command('organisation')
    .summary('show the organisation, rotate its key')
    .description('The organisation that owns a space, and its key.')
    .addCommand(addSharedOptions(show))
    .addCommand(addSharedOptions(rotate))
    .addHelpText('after', SHOW_EXAMPLES);
}

function print(terminal: Terminal, { id, organisation }: Space, isJson: boolean): void {
  const { name, owner } = organisation;
  terminal.output(
    isJson
      ? `${JSON.stringify({ name, owner, space: id })}\n`
      : `organisation ${name}\n  key    ${owner}\n  space  ${id}\n`,
  );
}
