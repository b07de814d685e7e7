/** Replicas that no network connects: what one exports is carried to the other as a file. */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSpace } from '../../src/space/open.ts';
import { folderWith, runCommand } from './run-command.ts';

const SDL = 'type Place @node { code: ID! @id name: String }';

test('[X6] two directories come to hold the same by files alone', async () => {
  const folder = await folderWith({});
  const [red, blue] = [join(folder, 'red'), join(folder, 'blue')];
  await write(red, 'a', 300, { definition: { source: SDL } });
  expect(await carry(red, blue)).toEqual({ taken: 301, known: 2 });
  expect(await hashOf(blue)).toBe(await hashOf(red));
  const key = await authorOf(blue);
  await done('author', 'add', key, '--label', 'blue', '--data', red);
  expect(await carry(red, blue, '--from', '300')).toEqual({ taken: 1, known: 4 });
  await Promise.all([write(red, 'b', 20), write(blue, 'c', 20)]);
  expect(await carry(red, blue)).toEqual({ taken: 20, known: 304 });
  expect(await carry(blue, red)).toEqual({ taken: 20, known: 324 });
  expect(await carry(blue, red)).toEqual({ taken: 0, known: 344 });
  expect(await hashOf(blue)).toBe(await hashOf(red));
}, 60_000);

test('[X6] a changed file is found out, and one with a gap says what is missing', async () => {
  const folder = await folderWith({});
  const [red, blue] = [join(folder, 'red'), join(folder, 'blue')];
  await write(red, 'a', 20, { definition: { source: SDL } });
  const file = join(folder, 'red.car');
  await done('log', 'export', file, '--data', red);
  const bytes = await readFile(file);
  const changed = Uint8Array.from(bytes);
  changed[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  await writeFile(join(folder, 'changed.car'), changed);
  const wrong = await runCommand('log', 'import', join(folder, 'changed.car'), '--data', blue);
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('an exported log')]);
  await writeFile(join(folder, 'none.car'), 'nothing');
  const none = await runCommand('log', 'import', join(folder, 'none.car'), '--data', blue);
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('a CARv1')]);
  expect(await carry(red, join(folder, 'green'), '--to', '10')).toEqual({ taken: 8, known: 2 });
  await done('log', 'export', file, '--from', '15', '--data', red);
  const gap = await runCommand('log', 'import', file, '--data', join(folder, 'green'));
  expect([gap.code, gap.stderr]).toEqual([1, expect.stringContaining('one is missing')]);
}, 60_000);

async function carry(from: string, to: string, ...part: readonly string[]): Promise<unknown> {
  const file = `${to}.car`;
  await done('log', 'export', file, '--data', from, ...part);
  const told = JSON.parse(await done('log', 'import', file, '--data', to, '--json'));
  return { taken: told.taken, known: told.known };
}

async function write(
  directory: string,
  prefix: string,
  count: number,
  options: { readonly definition?: { readonly source: string } } = {},
): Promise<void> {
  await using space = await openSpace({ directory, follows: true, ...options });
  for (let index = 0; index < count; index++) {
    await space.write({ actor: 'user:*' }, (draft) => {
      draft.createNode('Place', { key: `${prefix}${index}` });
    });
  }
}

async function authorOf(directory: string): Promise<string> {
  const { author } = JSON.parse(
    (await readFile(join(directory, 'author.key'), 'utf8')).split('\n')[0] ?? '',
  );
  return author;
}

async function hashOf(directory: string): Promise<string> {
  return (await done('state-hash', '--data', directory)).trim();
}

async function done(...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(...words);
  expect(code, `${words.join(' ')}: ${stderr}`).toBe(0);
  return stdout;
}
