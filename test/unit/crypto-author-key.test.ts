import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemRandom } from '../../src/base/random.ts';
import { openAuthorKey } from '../../src/crypto/author-key.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

describe('the author key of a data directory', () => {
  test('is made once, and read again after', async () => {
    const directory = await temporaryDirectory();
    const made = await openAuthorKey(directory, systemRandom);
    const read = await openAuthorKey(directory, systemRandom);
    expect(read.seed).toEqual(made.seed);
    expect(made.publicKey).toEqual(publicKeyOf(made.seed));
  });

  test('is readable by its owner alone, and leaves no other file', async () => {
    const directory = await temporaryDirectory();
    await openAuthorKey(directory, systemRandom);
    expect((await stat(join(directory, 'author.key'))).mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).toEqual(['author.key']);
  });

  test('differs in every directory', async () => {
    const keys = [];
    for (let index = 0; index < 3; index++) {
      keys.push(await openAuthorKey(await temporaryDirectory(), systemRandom));
    }
    expect(new Set(keys.map(({ publicKey }) => String(publicKey))).size).toBe(3);
  });

  test('a half-written one from a start that was killed is not taken for a key', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'author.key.new'), 'short', { mode: 0o644 });
    await openAuthorKey(directory, systemRandom);
    const file = join(directory, 'author.key');
    expect((await readFile(file)).length).toBe(32);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('of another length is refused as corrupt, without its bytes in the message', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'author.key'), 'thirty-one bytes are not a seed');
    const refused = openAuthorKey(directory, systemRandom);
    await expect(refused).rejects.toMatchObject({
      code: 'CORRUPT',
      message: 'the author key author.key expected 32 bytes, got 31',
    });
  });

  test('that cannot be read is an error of the system, and is not replaced', async () => {
    const directory = await temporaryDirectory();
    await openAuthorKey(directory, systemRandom);
    const file = join(directory, 'author.key');
    await chmod(file, 0o000);
    // The superuser reads everything: then nothing can be proved here.
    if (process.getuid?.() === 0) return;
    await expect(openAuthorKey(directory, systemRandom)).rejects.toMatchObject({ code: 'EACCES' });
  });
});
