import { randomBytes } from 'node:crypto';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { openSpace } from '../../src/space/open.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

const definition = { source: 'type A @node { k: ID! @id }' };

let directory: string;
let file: string;

beforeEach(async () => {
  directory = await temporaryDirectory();
  file = join(directory, 'data.mdb');
  await using space = await openSpace({ directory, definition });
  await space.write({ actor: 'tester' }, (draft) => draft.createNode('A', { key: 'x' }));
});

async function expectCorrupt(message: RegExp): Promise<void> {
  const before = await readFile(file).catch(() => undefined);
  await expect(openSpace({ directory, definition })).rejects.toMatchObject({
    code: 'CORRUPT',
    message: expect.stringMatching(message),
  });
  expect(await readFile(file).catch(() => undefined)).toEqual(before);
}

describe('a log whose file', () => {
  test('is whole opens', async () => {
    await using space = await openSpace({ directory });
    expect(space.graph.counts().nodes).toBe(1);
  });

  test.each([1, 16, 100, 4_096, 8_192, 20_000])('is cut to %i bytes is refused', async (bytes) => {
    await truncate(file, bytes);
    await expectCorrupt(/expected (?:its first page, got other bytes|\d+ bytes, got \d+)/);
  });

  test('lacks its last page is refused', async () => {
    const { length } = await readFile(file);
    await truncate(file, length - 4_096);
    await expectCorrupt(/expected \d+ bytes, got \d+/);
  });

  test('has other bytes is refused', async () => {
    await writeFile(file, randomBytes(40_000));
    await expectCorrupt(/expected its first page, got other bytes/);
  });

  test.each(['is empty', 'is gone'])('%s, beside snapshots, is refused', async (how) => {
    if (how === 'is gone') await rm(file);
    else await truncate(file, 0);
    await expect(openSpace({ directory, definition })).rejects.toMatchObject({
      code: 'CORRUPT',
      message: expect.stringMatching(/expected the log of its snapshots, got none/),
    });
  });
});
