/** `massive-graph access key`: the API keys that callers of a server show. */

import { Command, Option } from 'commander';
import { formatPrincipal, parseUser } from '../access/principal.ts';
import { systemClock } from '../base/clock.ts';
import { changeFile, readIfThere } from '../base/durable-file.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { API_KEY_DAYS, API_KEY_DAYS_MAX } from '../base/limits.ts';
import { systemRandom } from '../base/random.ts';
import { makeApiKey } from '../server/authentication/api-key.ts';
import {
  type ApiKey,
  type ApiKeys,
  decodeApiKeys,
  encodeApiKeys,
  expectLabel,
} from '../server/authentication/api-key-file.ts';
import { addSharedOptions, checkFiles, parseCount } from './arguments.ts';
import { printable, type Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

const MILLISECONDS_PER_DAY = 86_400_000;
const LABEL = 'program';
const NO_KEYS: ApiKeys = new Map();

const CREATE_HELP = `
The key is printed once, and kept nowhere: the file holds its hash. A server that runs takes it at
once.

Examples:
  massive-graph access key create user:acme/reports --keys api-keys.jsonl --label nightly
  massive-graph access key create user:acme/ann --auth authentication.json --days 30`;

const LIST_EXAMPLES = `
Examples:
  massive-graph access key list --auth authentication.json`;

const REVOKE_HELP = `
A server that runs refuses the key from its next request on, and closes what it holds open.

Examples:
  massive-graph access key revoke 5a0f1c2d3e4b5a69 --auth authentication.json`;

interface KeyOptions {
  readonly auth?: string;
  readonly keys?: string;
  readonly json?: true;
}

interface CreateOptions extends KeyOptions {
  readonly label: string;
  readonly days: number;
}

export function accessKeyCommand(terminal: Terminal): Command {
  const create = new Command('create')
    .summary('make a key and print it')
    .description('Makes a key for a principal and prints it.')
    .argument('<principal>', 'user:<organisation>/<name>')
    .option('--label <text>', 'what the key is for', LABEL)
    .addOption(
      new Option('--days <n>', 'days until it expires').default(API_KEY_DAYS).argParser(parseCount),
    )
    .addHelpText('after', CREATE_HELP)
    .action((text: string, options: CreateOptions) => createKey(terminal, text, options));
  const list = new Command('list')
    .summary('print the keys, not their secrets')
    .description('Prints the keys of a file: id, principal, label, and until when they hold.')
    .addHelpText('after', LIST_EXAMPLES)
    .action((options: KeyOptions) => listKeys(terminal, options));
  const revoke = new Command('revoke')
    .summary('end a key')
    .description('Ends a key for good.')
    .argument('<id>', 'its 16 digits, between the mg_ and the secret')
    .addHelpText('after', REVOKE_HELP)
    .action((id: string, options: KeyOptions) => revokeKey(terminal, id, options));
  const command = new Command('key')
    .summary('create, list and revoke API keys')
    .description('API keys: what programs show to a server.')
    .addHelpText('after', LIST_EXAMPLES);
  for (const each of [create, list, revoke]) {
    each.option('--keys <file>', 'file of the keys');
    each.option('--auth <file>', 'authentication file that names it');
    command.addCommand(addSharedOptions(each));
  }
  return command;
}

async function createKey(terminal: Terminal, text: string, options: CreateOptions): Promise<void> {
  const principal = parseUser(text);
  const { days } = options;
  if (days > API_KEY_DAYS_MAX) {
    const message = `--days expected at most ${API_KEY_DAYS_MAX}, got ${days}`;
    throw new UsageError(message, 'Keys end by themselves: make another when it comes to that.');
  }
  const file = await fileOf(options);
  const { id, text: key, hash } = makeApiKey(systemRandom);
  const created = systemClock.now();
  const expires = created + days * MILLISECONDS_PER_DAY;
  const label = expectLabel(options.label);
  const entry: ApiKey = { id, hash, principal, label, created, expires, revoked: undefined };
  await changeFile(file, (bytes) => encodeApiKeys(new Map(keysIn(bytes, file)).set(id, entry)));
  if (options.json === true) terminal.output(`${JSON.stringify({ key, ...shown(entry) })}\n`);
  else terminal.output(`${key}\n`);
  const until = new Date(expires).toISOString();
  terminal.news(`for ${printable(text)} until ${until}; it is not shown again\n`);
}

async function listKeys(terminal: Terminal, options: KeyOptions): Promise<void> {
  const file = await fileOf(options);
  await checkFiles([file], 'API keys');
  const keys = [...keysIn(await readIfThere(file), file).values()].map(shown);
  if (options.json === true) terminal.output(`${JSON.stringify({ keys })}\n`);
  else terminal.output(keys.map(lineOf).join(''));
}

async function revokeKey(terminal: Terminal, id: string, options: KeyOptions): Promise<void> {
  const file = await fileOf(options);
  await checkFiles([file], 'API keys');
  let revoked: ApiKey | undefined;
  await changeFile(file, (bytes) => {
    const keys = new Map(keysIn(bytes, file));
    const key = keys.get(id);
    if (key === undefined) {
      const message = `${file}: a key to revoke expected an id that is there, got another`;
      throw new DatabaseError(ErrorCode.NOT_FOUND, message);
    }
    // What was revoked stays revoked at its time.
    revoked = { ...key, revoked: key.revoked ?? systemClock.now() };
    return encodeApiKeys(keys.set(id, revoked));
  });
  if (revoked === undefined) return;
  const entry = shown(revoked);
  terminal.output(options.json === true ? `${JSON.stringify(entry)}\n` : lineOf(entry));
}

async function fileOf({ auth, keys }: KeyOptions): Promise<string> {
  if ((auth === undefined) === (keys === undefined)) {
    const got = auth === undefined ? 'neither' : 'both';
    throw new UsageError(`access key expected --keys or --auth, got ${got}`, 'Give one of them.');
  }
  if (keys !== undefined) return keys;
  const file = auth ?? '';
  await checkFiles([file], '--auth');
  const { readAuthentication } = await import('../server/authentication/authentication-file.ts');
  const { apiKeys } = await readAuthentication(file);
  if (apiKeys !== undefined) return apiKeys;
  throw new UsageError(`${file}: --auth expected apiKeys in it, got none`, 'Name a file there.');
}

function keysIn(bytes: Uint8Array | undefined, file: string): ApiKeys {
  return bytes === undefined ? NO_KEYS : decodeApiKeys(bytes, file);
}

function shown({ id, principal, label, created, expires, revoked }: ApiKey) {
  return {
    id,
    principal: formatPrincipal(principal),
    label,
    created: new Date(created).toISOString(),
    expires: new Date(expires).toISOString(),
    revoked: revoked === undefined ? null : new Date(revoked).toISOString(),
  };
}

function lineOf({ id, principal, label, expires, revoked }: ReturnType<typeof shown>): string {
  const end = revoked === null ? `until ${expires}` : `revoked ${revoked}`;
  return `${id}  ${printable(principal)}  ${end}  ${printable(label)}\n`;
}
