/**
 * `massive-graph access grant`, `revoke` and `install`: the owner of a data directory changes
 * permissions while nobody serves it.
 */

import { Command, Option } from 'commander';
import { AccessError } from '../access/access-error.ts';
import type { Context } from '../access/condition.ts';
import type { AccessChange, Listed, ModelPreview } from '../access/preview.ts';
import type { Tuple } from '../access/tuple.ts';
import { DatabaseError, describeError, ErrorCode } from '../base/errors.ts';
import type { Space } from '../space/space.ts';
import {
  addSharedOptions,
  dataOption,
  expectExisting,
  notingTo,
  parseContext,
  readModel,
} from './arguments.ts';
import { tellingNames } from './grants.ts';
import { type PassphraseOptions, passphraseOption, readPassphrase } from './passphrase.ts';
import { formatCount, printable, type Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

const GRANT_HELP = `
The object is Type:id, Type:key by the natural key of a node, or Type:* for all of a type. A grant
that holds already is none; under another condition it is replaced.

Examples:
  massive-graph access grant organisation:skyways member user:skyways/zoe --data ./air-routes
  massive-graph access grant Airport:JFK authority organisation:port-authority --data ./air-routes
  massive-graph access grant 'ROUTE:*' read.flights user:coastal/ben --data ./air-routes \\
    --condition until --context '{"end": "2027-01-31T00:00:00Z"}'`;

const REVOKE_HELP = `
A grant that does not hold is a failure: whom it names may have the right by another.

Examples:
  massive-graph access revoke 'ROUTE:*' partner organisation:skyways --data ./air-routes`;

const INSTALL_HELP = `
What nobody is granted is denied from then on. A model that grants do not fit, or that lacks a
relation which @access of the data definition names, is refused. --preview changes nothing and
prints who would gain (+) and who would lose (-) what, of those whom grants name.

Examples:
  massive-graph access install permissions.fga --data ./air-routes --preview
  massive-graph access install permissions.fga --passphrase-file passphrase.txt`;

interface ChangeOptions extends PassphraseOptions {
  readonly data: string;
  readonly json?: true;
}

interface GrantOptions extends ChangeOptions {
  readonly condition?: string;
  readonly context?: Context;
}

interface InstallOptions extends ChangeOptions {
  readonly preview?: true;
}

/** A grant as it is typed, behind the name of the command. */
interface Words {
  readonly what: string;
  readonly object: string;
  readonly relation: string;
  readonly subject: string;
}

export function grantCommand(terminal: Terminal): Command {
  const command = new Command('grant')
    .summary('give a subject a relation to an object')
    .description('Gives a subject a relation to an object, as the owner of the space.');
  return addGrant(command, GRANT_HELP)
    .option('--condition <name>', 'a condition of the model, under which alone it counts')
    .addOption(
      new Option('--context <json>', 'parameters of the condition').argParser(parseContext),
    )
    .action((object: string, relation: string, subject: string, options: GrantOptions) =>
      grant(terminal, { what: 'access grant', object, relation, subject }, options),
    );
}

export function revokeCommand(terminal: Terminal): Command {
  const command = new Command('revoke')
    .summary('take a relation to an object away')
    .description('Ends a grant, as the owner of the space.');
  return addGrant(command, REVOKE_HELP).action(
    (object: string, relation: string, subject: string, options: ChangeOptions) =>
      revoke(terminal, { what: 'access revoke', object, relation, subject }, options),
  );
}

export function installCommand(terminal: Terminal): Command {
  const command = new Command('install')
    .summary('put a permission model in force')
    .description('Makes a model the next version of the permissions, as the owner of the space.')
    .argument('<model>', 'file in the modelling language of OpenFGA (.fga)')
    .option('--preview', 'only tell what it would change')
    .addOption(dataOption())
    .addOption(passphraseOption())
    .addHelpText('after', INSTALL_HELP)
    .action((file: string, options: InstallOptions) => install(terminal, file, options));
  return addSharedOptions(command);
}

function addGrant(command: Command, help: string): Command {
  command
    .argument('<object>', 'such as Airport:JFK, or Airport:*')
    .argument('<relation>', 'such as read, or read.salary')
    .argument('<subject>', 'such as user:acme/ann, user:* or group:crew#member')
    .addOption(dataOption())
    .addOption(passphraseOption())
    .addHelpText('after', help);
  return addSharedOptions(command);
}

async function grant(terminal: Terminal, words: Words, options: GrantOptions): Promise<void> {
  const { what } = words;
  const { condition: name, context } = options;
  if (name === undefined && context !== undefined) {
    const message = 'access grant expected --condition with --context, got none';
    throw new UsageError(message, 'Name the condition that the parameters are of.');
  }
  const condition =
    name === undefined ? {} : { condition: { name, context: context ?? new Map() } };
  await using space = await openToChange(terminal, options);
  const tuple = { ...(await tupleOf(terminal, space, words)), ...condition };
  const isNew = (await ofWords(what, () => space.access.ensure([tuple]))) > 0;
  await tell(terminal, options, { tuple, space, verb: isNew ? 'granted' : 'granted already' });
}

async function revoke(terminal: Terminal, words: Words, options: ChangeOptions): Promise<void> {
  await using space = await openToChange(terminal, options);
  const tuple = await tupleOf(terminal, space, words);
  const { writtenGrant } = await import('../authority/written-grant.ts');
  if (space.access.held(tuple) === undefined) {
    const { formatTuple } = await import('../access/tuple.ts');
    const message = `access revoke expected a grant that holds, got ${formatTuple(tuple)}`;
    throw new DatabaseError(ErrorCode.NOT_FOUND, message);
  }
  await space.access.revoke({ grants: [writtenGrant(tuple)] });
  await tell(terminal, options, { tuple, space, verb: 'revoked' });
}

async function install(terminal: Terminal, file: string, options: InstallOptions): Promise<void> {
  const model = await readModel(file);
  if (options.preview === true) return preview(terminal, model, options);
  await using space = await openToChange(terminal, options);
  const isNew = await space.access.installModel(model);
  const { height } = space.access.version() ?? space.access;
  if (options.json === true) terminal.output(`${JSON.stringify({ height, isNew })}\n`);
  else
    terminal.output(`${file}: in force ${isNew ? 'from' : 'already, from'} height ${height} on\n`);
}

async function preview(
  terminal: Terminal,
  model: { readonly source: string; readonly file: string },
  { data, json }: InstallOptions,
): Promise<void> {
  const { expectAgreement } = await import('../space/next-versions.ts');
  const opening = { isReadOnly: true, ...notingTo(terminal, data) };
  await using space = await expectExisting(data, opening);
  expectAgreement({ definition: space.definition, model });
  if (space.access.isOpen) {
    const line = 'no model is in force: what nobody is granted would be denied\n';
    terminal.output(json === true ? `${JSON.stringify({ isOpen: true })}\n` : line);
    return;
  }
  const found = await space.access.preview(model.source);
  terminal.output(json === true ? `${JSON.stringify(found)}\n` : previewText(found));
}

async function openToChange(terminal: Terminal, options: ChangeOptions): Promise<Space> {
  const passphrase = await readPassphrase(terminal, options);
  return await expectExisting(options.data, { passphrase, ...notingTo(terminal, options.data) });
}

async function tupleOf(
  terminal: Terminal,
  space: Space,
  { what, ...words }: Words,
): Promise<Tuple> {
  const { parseRelation, parseSubject } = await import('../access/tuple.ts');
  const objectNamed = await tellingNames(terminal, space);
  return await ofWords(what, async () => ({
    object: objectNamed(words.object),
    relation: parseRelation(words.relation),
    subject: parseSubject(words.subject),
  }));
}

/** Runs it; words that make no grant of the model are a wrong call. */
async function ofWords<Result>(what: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof AccessError ? wrongWords(what, error) : error;
  }
}

function wrongWords(what: string, error: AccessError): UsageError {
  return new UsageError(describeError(error), `Try: massive-graph ${what} --help`);
}

interface Changed {
  readonly tuple: Tuple;
  readonly space: Space;
  readonly verb: string;
}

async function tell(
  terminal: Terminal,
  { json }: ChangeOptions,
  { tuple, space, verb }: Changed,
): Promise<void> {
  const { formatTuple } = await import('../access/tuple.ts');
  const { writtenGrant } = await import('../authority/written-grant.ts');
  const { height } = space.access;
  if (json === true) {
    terminal.output(`${JSON.stringify({ ...writtenGrant(tuple), verdict: verb, height })}\n`);
  } else terminal.output(`${printable(formatTuple(tuple))}: ${verb}, height ${height}\n`);
}

function previewText({ gained, lost, unfit, undecided, isComplete }: ModelPreview): string {
  const change = ({ object, relation, subject }: AccessChange) =>
    `${object}#${relation}@${subject}`;
  const lines = [
    ...listLines('+', 'gained', { ...gained, first: gained.first.map(change) }),
    ...listLines('-', 'lost', { ...lost, first: lost.first.map(change) }),
    ...listLines('!', 'that would not fit', unfit),
    `${formatCount(gained.count)} gained, ${formatCount(lost.count)} lost, ` +
      `${formatCount(unfit.count)} grants that would not fit`,
    ...(undecided === 0 ? [] : [`${formatCount(undecided)} questions have no answer`]),
    ...(isComplete ? [] : ['Not all was asked: there are too many grants.']),
  ];
  return `${lines.join('\n')}\n`;
}

function listLines(mark: string, what: string, { first, count }: Listed<string>): string[] {
  const rest = count - first.length;
  const more = rest > 0 ? [`${mark} and ${formatCount(rest)} more ${what}`] : [];
  return [...first.map((line) => `${mark} ${printable(line)}`), ...more];
}
