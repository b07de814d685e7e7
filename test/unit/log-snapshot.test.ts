import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSnapshot, snapshotPositions, writeSnapshot } from '../../src/log/snapshot.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

const SNAPSHOT = {
  position: 7,
  facts: { heads: ['ab'], clock: '5' },
  image: Uint8Array.from({ length: 1_000 }, (_, index) => index & 0xff),
};
const FILE = 'snapshot-0000000007.image';

describe('a snapshot', () => {
  test('is read as it was written', async () => {
    const directory = await temporaryDirectory();
    await writeSnapshot(directory, SNAPSHOT);
    expect(await readSnapshot(directory, 7)).toEqual(SNAPSHOT);
    expect(await readdir(directory)).toEqual([FILE]);
  });

  test('may have an empty image and empty facts', async () => {
    const directory = await temporaryDirectory();
    const empty = { position: 1, facts: {}, image: new Uint8Array() };
    await writeSnapshot(directory, empty);
    expect(await readSnapshot(directory, 1)).toEqual(empty);
  });

  test('written again at the same position replaces the one before', async () => {
    const directory = await temporaryDirectory();
    await writeSnapshot(directory, { ...SNAPSHOT, image: new Uint8Array(2_000) });
    await writeSnapshot(directory, SNAPSHOT);
    expect(await readSnapshot(directory, 7)).toEqual(SNAPSHOT);
  });

  test('the newest two are kept, and what a killed process left unfinished goes', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'snapshot-0000000003.image.new'), 'half');
    await writeFile(join(directory, 'another-file'), 'stays');
    for (const position of [1, 12, 5]) await writeSnapshot(directory, { ...SNAPSHOT, position });
    expect(await snapshotPositions(directory)).toEqual([12, 5]);
    expect((await readdir(directory)).sort()).toEqual([
      'another-file',
      'snapshot-0000000005.image',
      'snapshot-0000000012.image',
    ]);
  });

  test('positions are read from names of its form alone, the newest first', async () => {
    const directory = await temporaryDirectory();
    const names = ['snapshot-0000000002.image', 'snapshot-0000000010.image', 'snapshot-3.image'];
    for (const name of [...names, 'snapshot-0000000004.image.new', 'xsnapshot-0000000005.image']) {
      await writeFile(join(directory, name), '');
    }
    expect(await snapshotPositions(directory)).toEqual([10, 2]);
  });
});

describe('a snapshot whose bytes are not those that were written is none', () => {
  test('cut off anywhere', async () => {
    const directory = await temporaryDirectory();
    await writeSnapshot(directory, SNAPSHOT);
    const whole = await readFile(join(directory, FILE));
    for (const length of [0, 1, 8, 15, 16, 47, 48, 60, 100, whole.length - 1]) {
      await writeFile(join(directory, FILE), whole);
      await truncate(join(directory, FILE), length);
      expect(await readSnapshot(directory, 7), `${length} bytes`).toBeUndefined();
    }
  });

  test('with any byte changed', async () => {
    const directory = await temporaryDirectory();
    await writeSnapshot(directory, SNAPSHOT);
    const whole = await readFile(join(directory, FILE));
    const places = [...Array.from({ length: 90 }, (_, index) => index), whole.length - 1];
    for (const place of places) {
      const changed = Buffer.from(whole);
      changed[place] = (changed[place] as number) ^ 1;
      await writeFile(join(directory, FILE), changed);
      expect(await readSnapshot(directory, 7), `byte ${place}`).toBeUndefined();
    }
  });

  test('that says facts longer than the file', async () => {
    const directory = await temporaryDirectory();
    await writeSnapshot(directory, SNAPSHOT);
    const bytes = await readFile(join(directory, FILE));
    bytes.writeUInt32LE(0xffff_ffff, 12);
    await writeFile(join(directory, FILE), bytes);
    expect(await readSnapshot(directory, 7)).toBeUndefined();
  });

  test('that is gone is an error of the system', async () => {
    const directory = await temporaryDirectory();
    await writeSnapshot(directory, SNAPSHOT);
    await rm(join(directory, FILE));
    await expect(readSnapshot(directory, 7)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
