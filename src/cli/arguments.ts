/** Reads arguments that several commands take: ports, files and data directories. */

import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Context } from '../access/condition.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { DEFINITION_BYTES_MAX, MODEL_BYTES_MAX } from '../base/limits.ts';
import type { OpenOptions } from '../space/open.ts';
import type { Space } from '../space/space.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

export const DEFAULT_DATA_DIRECTORY = './massive-graph-data';

/** What a command adds to the options of a space. */
export type Opening = Pick<
  OpenOptions,
  'faults' | 'isReadOnly' | 'model' | 'note' | 'passphrase' | 'sealEvery'
>;

const PORT_MAX = 65_535;

export function dataOption(): Option {
  const option = new Option('--data <dir>', 'directory that holds the data');
  return option.default(DEFAULT_DATA_DIRECTORY);
}

export function schemaOption(): Option {
  return new Option('--schema <file>', 'data definition in SDL');
}

export function portOption(flags: string, description: string, port: number): Option {
  return new Option(flags, `${description} (0: any free port)`).default(port).argParser(parsePort);
}

/** Options that every command has. */
export function addSharedOptions(command: Command): Command {
  return command
    .option('--json', 'print one line of JSON on standard output')
    .option('--quiet', 'print nothing on standard error but problems and errors')
    .option('--no-color', 'print without colours, as with NO_COLOR set');
}

/** The text of a definition file. */
export async function readDefinition(file: string): Promise<{ source: string; file: string }> {
  await checkFiles([file], 'a data definition');
  return await readSource(file, 'definition', DEFINITION_BYTES_MAX);
}

/** The text of a file with a permission model. */
export async function readModel(file: string): Promise<{ source: string; file: string }> {
  await checkFiles([file], 'a permission model');
  return await readSource(file, 'model', MODEL_BYTES_MAX);
}

export async function checkFiles(files: readonly string[], what: string): Promise<void> {
  for (const file of files) {
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile() !== true) {
      const got = found === undefined ? 'nothing there' : 'something else';
      throw new UsageError(`${file}: ${what} expected a file, got ${got}`, 'Check the path.');
    }
    const isReadable = await access(file, constants.R_OK).then(
      () => true,
      () => false,
    );
    if (!isReadable) {
      const message = `${file}: ${what} expected a readable file, got one without permission`;
      throw new UsageError(message, 'Check its permissions.');
    }
  }
}

/** The space of a data directory; undefined where there is none yet. */
export async function openExisting(
  directory: string,
  options: Opening = {},
): Promise<Space | undefined> {
  const found = await stat(directory).catch(() => undefined);
  if (found !== undefined && !found.isDirectory()) {
    const message = `${directory}: --data expected a directory, got a file`;
    throw new UsageError(message, 'Choose another with --data DIR.');
  }
  const [{ openSpace }, { readKnownPeers }] = await Promise.all([
    import('../space/open.ts'),
    import('../replication/known-peers.ts'),
  ]);
  // Where a directory has joined a space, others certify its author.
  const follows = found !== undefined && (await readKnownPeers(directory)) !== undefined;
  try {
    return await openSpace({ directory, create: false, follows, ...options });
  } catch (error) {
    if (error instanceof DatabaseError && error.code === ErrorCode.NOT_FOUND) return undefined;
    throw error;
  }
}

/** The space of a data directory that must hold one. */
export async function expectExisting(directory: string, options: Opening): Promise<Space> {
  const space = await openExisting(directory, options);
  if (space !== undefined) return space;
  const message = `${directory}: --data expected a data directory, got none there`;
  throw new UsageError(message, 'Fill one with: massive-graph import FILES --data DIR');
}

/** Prints what a start finds damaged or half done in a data directory and makes good. */
export function notingTo(terminal: Terminal, directory: string): Opening {
  return { note: (text) => terminal.notes(`${directory}: ${text}\n`) };
}

/** Throws unless there is a directory; what is in it is asked later. */
export async function expectData(directory: string, what: string): Promise<void> {
  const found = await stat(directory).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  const got = found === undefined ? 'nothing there' : 'a file';
  throw new UsageError(`${directory}: ${what} expected a directory, got ${got}`, 'Check the path.');
}

/** A whole number from 1. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (/^\d{1,15}$/.test(text) && count > 0) return count;
  throw new InvalidArgumentError('It is a whole number from 1.');
}

/** Parameters of conditions, by name. */
export function parseContext(text: string): Context {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isObject) return new Map(Object.entries(value as object));
  throw new InvalidArgumentError('It is an object in JSON.');
}

async function readSource(
  file: string,
  what: string,
  bytesMax: number,
): Promise<{ source: string; file: string }> {
  const { size } = await stat(file);
  if (size > bytesMax) {
    const message = `${file}: ${what} expected at most ${bytesMax} bytes, got ${size}`;
    throw new DatabaseError(ErrorCode.LIMIT_EXCEEDED, message);
  }
  return { source: await readFile(file, 'utf8'), file };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= PORT_MAX) return port;
  throw new InvalidArgumentError(`A port is a whole number from 0 to ${PORT_MAX}.`);
}
