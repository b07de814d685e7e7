/** `massive-graph schema`: the API of a definition, what another changes, and what it joins. */

import { Command, Option } from 'commander';
import type { GraphQLSchema } from 'graphql';
import type { Model } from '../access/model.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Definition } from '../definition/definition.ts';
import {
  addSharedOptions,
  expectExisting,
  notingTo,
  readDefinition,
  readModel,
} from './arguments.ts';
import { composeCommand } from './compose.ts';
import { paint, type Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

const EXAMPLES = `
Examples:
  massive-graph schema print graph.graphql > api.graphql
  massive-graph schema print --data ./air-routes
  massive-graph schema diff graph.graphql next.graphql
  massive-graph schema check next.graphql --data ./air-routes
  massive-graph schema compose graph.graphql reviews.graphql
  massive-graph schema compose airports=http://127.0.0.1:8080/graphql reviews.graphql`;

interface SchemaOptions {
  readonly permissions?: string;
  readonly data?: string;
  readonly subgraph?: true;
  readonly json?: true;
}

/** A definition, and the permission model that is in force with it. */
interface Version {
  readonly definition: Definition;
  readonly model: Model | undefined;
}

const Severity = { BREAKING: 'breaking', DANGEROUS: 'dangerous' } as const;
type Severity = (typeof Severity)[keyof typeof Severity];

interface Change {
  readonly severity: Severity;
  /** As graphql-js names it: `FIELD_REMOVED`. */
  readonly type: string;
  readonly text: string;
}

export function schemaCommand(terminal: Terminal): Command {
  const command = new Command('schema')
    .summary('print the API of a definition, and what another breaks')
    .description('Prints the API of a data definition, and tells what another one changes in it.')
    .addHelpText('after', EXAMPLES);
  const add = (part: Command): void => {
    command.addCommand(addSharedOptions(part.addHelpText('after', EXAMPLES)));
  };
  add(
    new Command('print')
      .description('Prints the API of a definition, or of the one in force in a data directory.')
      .argument('[definition]', 'file with a data definition')
      .addOption(dataOption())
      .addOption(permissionsOption())
      .option('--subgraph', 'as the subgraph of Apollo Federation that a gateway composes')
      .action((file: string | undefined, options: SchemaOptions) => print(terminal, file, options)),
  );
  add(
    new Command('diff')
      .description('Names what clients of the first API would find broken in the second.')
      .argument('<before>', 'file with a data definition')
      .argument('<after>', 'the one that is to follow it')
      .addOption(permissionsOption())
      .action((before: string, after: string, options: SchemaOptions) =>
        diff(terminal, [before, after], options),
      ),
  );
  add(
    new Command('check')
      .description('Checks a definition, also as the next version of the one in a data directory.')
      .argument('<definition>', 'file with a data definition')
      .addOption(dataOption())
      .addOption(permissionsOption())
      .action((file: string, options: SchemaOptions) => check(terminal, file, options)),
  );
  add(composeCommand(terminal));
  return command;
}

async function print(
  terminal: Terminal,
  file: string | undefined,
  options: SchemaOptions,
): Promise<void> {
  const version = await versionOf(terminal, file, options);
  const text = await textOf(version, options);
  const isJson = options.json === true;
  terminal.output(isJson ? `${JSON.stringify({ schema: text })}\n` : `${text}\n`);
}

async function textOf(version: Version, { subgraph }: SchemaOptions): Promise<string> {
  const api = await apiOf(version);
  const { printSchema } = await import('graphql');
  if (subgraph !== true) return printSchema(api);
  const { definition } = version;
  if (definition.federation === undefined) {
    const message = 'schema print --subgraph expected a definition with a @link to Federation';
    throw new DatabaseError(ErrorCode.INVALID_INPUT, `${message}, got none`);
  }
  const { subgraphSdl } = await import('../graphql/federation/subgraph-sdl.ts');
  return subgraphSdl(api, definition).trimEnd();
}

async function diff(
  terminal: Terminal,
  [before, after]: readonly [string, string],
  options: SchemaOptions,
): Promise<void> {
  const earlier = await versionIn(before, options);
  const later = await versionIn(after, options);
  await expectToFollow(earlier, later, after);
  report(terminal, await changesBetween(earlier, later), options);
}

async function check(terminal: Terminal, file: string, options: SchemaOptions): Promise<void> {
  const own = await versionIn(file, options);
  const before = options.data === undefined ? own : await versionInForce(terminal, options.data);
  const after = { ...own, model: own.model ?? before.model };
  await expectToFollow(before, after, file);
  report(terminal, await changesBetween(before, after), options);
}

async function versionOf(
  terminal: Terminal,
  file: string | undefined,
  options: SchemaOptions,
): Promise<Version> {
  const { data } = options;
  if (file !== undefined && data === undefined) return await versionIn(file, options);
  if (file === undefined && data !== undefined) return await versionInForce(terminal, data);
  const got = file === undefined ? 'neither' : 'both';
  const message = `schema print expected a definition file or --data, got ${got}`;
  throw new UsageError(message, 'Try: massive-graph schema print graph.graphql');
}

async function versionIn(file: string, { permissions }: SchemaOptions): Promise<Version> {
  const { parseDefinition } = await import('../definition/parse.ts');
  const { source } = await readDefinition(file);
  const definition = parseDefinition(source, { file });
  if (permissions === undefined) return { definition, model: undefined };
  const { parseModel } = await import('../access/parse-model.ts');
  const { expectRelations } = await import('../access/element-rules.ts');
  const model = parseModel((await readModel(permissions)).source, { file: permissions });
  expectRelations(definition, model, { file });
  return { definition, model };
}

async function versionInForce(terminal: Terminal, directory: string): Promise<Version> {
  const opening = { isReadOnly: true, ...notingTo(terminal, directory) };
  await using space = await expectExisting(directory, opening);
  return { definition: space.definition, model: space.access.version()?.model };
}

async function apiOf({ definition, model }: Version): Promise<GraphQLSchema> {
  const { elementRules } = await import('../access/element-rules.ts');
  const { buildSchema } = await import('../graphql/schema.ts');
  return buildSchema(definition, model && elementRules(definition, model));
}

/**
 * Throws INVALID_INPUT, with the place, where data under one could not be kept under the other, or
 * where the model lacks a relation that the definition names.
 */
async function expectToFollow(before: Version, after: Version, file: string): Promise<void> {
  const { expectRelations } = await import('../access/element-rules.ts');
  const { checkEvolution } = await import('../definition/evolve.ts');
  checkEvolution(before.definition, after.definition, { file });
  if (after.model !== undefined) expectRelations(after.definition, after.model, { file });
}

async function changesBetween(before: Version, after: Version): Promise<Change[]> {
  const { findBreakingChanges, findDangerousChanges } = await import('graphql');
  const [earlier, later] = [await apiOf(before), await apiOf(after)];
  const changes = (severity: Severity, found: readonly { type: string; description: string }[]) =>
    found.map(({ type, description }) => ({ severity, type, text: description }));
  return [
    ...changes(Severity.BREAKING, findBreakingChanges(earlier, later)),
    ...changes(Severity.DANGEROUS, findDangerousChanges(earlier, later)),
  ];
}

/** Throws where something breaks: the exit code tells it too. */
function report(terminal: Terminal, changes: readonly Change[], options: SchemaOptions): void {
  const breaking = changes.filter(({ severity }) => severity === Severity.BREAKING).length;
  if (options.json === true) terminal.output(`${JSON.stringify({ breaking, changes })}\n`);
  else for (const change of changes) terminal.output(line(terminal, change));
  if (breaking > 0) {
    const message = `the API expected no breaking changes, got ${breaking}`;
    throw new DatabaseError(ErrorCode.INVALID_INPUT, message);
  }
  if (options.json !== true) terminal.output('nothing breaks\n');
}

function line(terminal: Terminal, { severity, text }: Change): string {
  const color = severity === Severity.BREAKING ? 'red' : 'cyan';
  return `${paint(terminal, color, severity.padEnd(9))}  ${text}\n`;
}

function dataOption(): Option {
  return new Option('--data <dir>', 'a data directory, which nobody serves meanwhile');
}

function permissionsOption(): Option {
  return new Option('--permissions <file>', 'permission model, under which fields may be hidden');
}
