/** Grants that the owner makes from a file, and objects as the command line names them. */

import { readFile } from 'node:fs/promises';
import type { ObjectName, Tuple } from '../access/tuple.ts';
import type { Space } from '../space/space.ts';
import { checkFiles } from './arguments.ts';
import { formatCount, printable, type Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

type ReadObject = (text: string) => ObjectName;

/** Makes those grants of a file that do not hold yet. */
export async function makeGrants(terminal: Terminal, space: Space, file: string): Promise<void> {
  const grants = await readGrants(space, file);
  const made = await space.access.ensure(grants);
  const held = grants.length - made;
  terminal.news(`${file}: ${formatCount(made)} grants made, ${formatCount(held)} held before\n`);
}

/** Grants of a file, each with the place of what is wrong with it. */
export async function readGrants(space: Space, file: string): Promise<Tuple[]> {
  await checkFiles([file], '--grants');
  const model = space.access.version()?.model;
  if (model === undefined) {
    const message = `${file}: grants expected a permission model in force, got none`;
    throw new UsageError(message, 'Install one with --permissions FILE.');
  }
  const { parseGrants } = await import('../access/grants-file.ts');
  const objectNamed = await namingIn(space);
  return parseGrants(await readFile(file, 'utf8'), { model, file, objectNamed });
}

/** Reads names of objects as a space has them, and tells what it took where that is another one. */
export async function tellingNames(terminal: Terminal, space: Space): Promise<ReadObject> {
  const { formatObject } = await import('../access/tuple.ts');
  const objectNamed = await namingIn(space);
  return (text) => {
    const object = objectNamed(text);
    const name = formatObject(object);
    if (name === text) return object;
    const isThere = space.graph.nodeById(object.id) !== undefined;
    const place = isThere ? '' : ', which is not there yet';
    terminal.news(`${printable(`${text} is ${name}`)}${place}\n`);
    return object;
  };
}

async function namingIn({ graph, definition, id }: Space): Promise<ReadObject> {
  const { objectNamed } = await import('../access/named-object.ts');
  const { fromHex } = await import('../base/bytes.ts');
  const naming = { graph, definition, space: fromHex(id) };
  return (text) => objectNamed(text, naming);
}
