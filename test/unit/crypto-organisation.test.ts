import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../src/base/bytes.ts';
import { systemRandom } from '../../src/base/random.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { successorOf } from '../../src/crypto/organisation-key.ts';
import {
  DirectoryOrganisation,
  MemoryOrganisation,
  type OrganisationStore,
} from '../../src/crypto/organisation-store.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

const STORES: readonly [string, () => Promise<OrganisationStore>][] = [
  ['in a directory', async () => storeIn(await temporaryDirectory())],
  ['in memory', async () => new MemoryOrganisation('Red Cross', systemRandom)],
];

describe.each(STORES)('[Y3] the keys of an organisation %s', (_, open) => {
  test('are made once, and commit to the key that follows', async () => {
    const store = await open();
    const made = await store.obtain('Red Cross');
    expect(await store.obtain('another name')).toEqual(made);
    expect(await store.unlock(made.owner)).toEqual(made);
    expect(made.name).toBe('Red Cross');
    expect(made.owner).toEqual(publicKeyOf(made.seed));
    expect(made.next).toEqual(sha256(publicKeyOf(made.nextSeed)));
  });

  test('are not those of another owner', async () => {
    const store = await open();
    await store.obtain('Red Cross');
    await expect(store.unlock(new Uint8Array(32))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(`expected the key ${'00'.repeat(32)} of the organisation`),
    });
  });

  test('[Y10] are in force or not as the owner of the space says', async () => {
    const store = await open();
    const first = await store.obtain('Red Cross');
    const second = successorOf(first, systemRandom);
    expect(sha256(second.owner)).toEqual(first.next);
    await store.stage(second);
    expect(await store.unlock(first.owner)).toEqual(first);
    await store.settle(first.owner);
    await expect(store.unlock(second.owner)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await store.stage(second);
    await store.settle(second.owner);
    expect(await store.unlock(second.owner)).toEqual(second);
    await expect(store.unlock(first.owner)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await store.settle(second.owner);
    expect(await store.unlock(second.owner)).toEqual(second);
  });
});

describe('[Y3] organisation.key', () => {
  test('is for its owner alone, and the only file once a rotation is settled', async () => {
    const directory = await temporaryDirectory();
    const store = storeIn(directory);
    const second = successorOf(await store.obtain('Red Cross'), systemRandom);
    await store.stage(second);
    expect((await readdir(directory)).sort()).toEqual(['organisation.key', 'organisation.pending']);
    for (const name of await readdir(directory)) {
      expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
    }
    expect(await storeIn(directory).unlock(second.owner)).toEqual(second);
    await store.settle(second.owner);
    expect(await readdir(directory)).toEqual(['organisation.key']);
  });

  test('that lay open is hidden by a rotation that has a passphrase', async () => {
    const directory = await temporaryDirectory();
    const second = successorOf(await storeIn(directory).obtain('Red Cross'), systemRandom);
    await storeIn(directory, 'secret').stage(second);
    await storeIn(directory).settle(second.owner);
    await expect(storeIn(directory).unlock(second.owner)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    expect(await storeIn(directory, 'secret').unlock(second.owner)).toEqual(second);
  });

  test.each<[string, (lines: string[]) => string[], RegExp]>([
    ['seeds of other keys', ([head = '']) => [head, '22'.repeat(64)], /seeds of the keys that it/],
    ['one seed', ([head = '', hex = '']) => [head, hex.slice(64)], /two seeds/],
    ['no owner', ([head = '', hex = '']) => [head.replace('owner', 'other'), hex], /and an owner/],
    ['another next key', ([head = '', hex = '']) => [next(head), hex], /seeds of the keys that it/],
  ])('with %s is corrupt, and no seed is shown', async (_, change, message) => {
    const directory = await temporaryDirectory();
    const key = await storeIn(directory).obtain('Red Cross');
    const file = join(directory, 'organisation.key');
    const [head = '', hex = ''] = (await readFile(file, 'utf8')).split('\n');
    await writeFile(file, `${change([head, hex]).join('\n')}\n`);
    const error: unknown = await storeIn(directory)
      .unlock(key.owner)
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'CORRUPT' });
    expect(String(error)).toMatch(message);
    expect(String(error)).not.toContain(toHex(key.seed));
  });
});

function next(head: string): string {
  return head.replace(/"next":"[0-9a-f]+"/, `"next":"${'00'.repeat(32)}"`);
}

function storeIn(directory: string, passphrase?: string): DirectoryOrganisation {
  return new DirectoryOrganisation({ directory, passphrase, random: systemRandom });
}
