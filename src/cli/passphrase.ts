/** Where a command gets the passphrase of the organisation's key from. */

import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import { PASSPHRASE_BYTES_MAX } from '../base/identity-limits.ts';
import { checkFiles } from './arguments.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

export interface PassphraseOptions {
  readonly passphraseFile?: string;
}

export function passphraseOption(): Option {
  const text = "file with the passphrase of the organisation's key, or MASSIVE_GRAPH_PASSPHRASE";
  return new Option('--passphrase-file <file>', text);
}

/** The text of the file without its last line break; else what the environment gives. */
export async function readPassphrase(
  terminal: Terminal,
  { passphraseFile: file }: PassphraseOptions,
): Promise<string | undefined> {
  if (file === undefined) {
    const { passphrase } = terminal;
    return passphrase === undefined
      ? undefined
      : expectPassphrase('MASSIVE_GRAPH_PASSPHRASE', passphrase);
  }
  await checkFiles([file], 'a passphrase');
  return expectPassphrase(file, (await readFile(file, 'utf8')).replace(/\r?\n$/, ''));
}

function expectPassphrase(source: string, passphrase: string): string {
  const bytes = Buffer.byteLength(passphrase);
  if (bytes > 0 && bytes <= PASSPHRASE_BYTES_MAX) return passphrase;
  const expected = `a passphrase expected 1 to ${PASSPHRASE_BYTES_MAX} bytes`;
  throw new UsageError(`${source}: ${expected}, got ${bytes}`, 'Give the passphrase alone.');
}
