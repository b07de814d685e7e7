import { cp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeRecord } from '../../src/authority/record.ts';
import { toHex } from '../../src/base/bytes.ts';
import { FaultPoint, type Faults } from '../../src/base/fault.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { decodeCommit } from '../../src/delta/commit.ts';
import { copyDataDirectory } from '../../src/log/backup.ts';
import { FileLog } from '../../src/log/file-log.ts';
import { EntryKind } from '../../src/log/log.ts';
import { type OpenOptions, openSpace } from '../../src/space/open.ts';
import type { Space } from '../../src/space/space.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { unregistrableKeys } from '../fixture/unregistrable-keys.ts';

const SDL = 'type City @node { code: ID! @id }';
const DEFINITION = { source: SDL };
const PASSPHRASE = 'correct horse battery staple';
const CLIENT = publicKeyOf(new Uint8Array(32).fill(9));
const PASSPHRASE_NEEDED = {
  code: 'UNAVAILABLE',
  message:
    'a new author of the data directory expected to be certified by its organisation, got a ' +
    'failure: the organisation key expected its passphrase, got none: give it in a file with ' +
    '--passphrase-file, or in MASSIVE_GRAPH_PASSPHRASE',
};

describe('a new space', () => {
  test('[A4] is named by the SHA-256 of its genesis, and certifies its first author', async () => {
    const directory = await newDirectory();
    const [id, organisation, authors] = await inSpace({ directory }, async (space) => {
      await create(space, 'a');
      return [space.id, space.organisation, space.authors];
    });
    const { records, commits } = await contentOf(directory);
    const [genesis] = records;
    const body = genesis?.bytes.subarray(6, genesis.bytes.length - 64) ?? new Uint8Array();
    expect(id).toBe(toHex(sha256(body)));
    expect(records.map((record) => record.body.kind)).toEqual(['genesis', 'definition', 'author']);
    expect(organisation).toMatchObject({ name: 'organisation' });
    expect(authors).toMatchObject([{ label: 'data directory', height: 2 }]);
    expect(commits.map(({ author }) => author)).toEqual([authors[0]?.key]);
    expect(authors[0]?.key).not.toBe(organisation.owner);
  });

  test('[Y2] hides its organisation key under a passphrase, and starts without it', async () => {
    const directory = await newDirectory({ passphrase: PASSPHRASE });
    const text = await readFile(join(directory, 'organisation.key'), 'utf8');
    expect(text).toContain('"derivation":"scrypt"');
    await inSpace({ directory }, (space) => create(space, 'a'));
    await rm(join(directory, 'organisation.key'));
    await inSpace({ directory, definition: DEFINITION }, (space) => create(space, 'b'));
    expect(await openAuthors(directory)).toHaveLength(1);
  });
});

describe('[Y7] no two directories sign one sequence number', () => {
  test('a copy of a closed directory writes as another author than the original', async () => {
    const directory = await newDirectory();
    await inSpace({ directory }, (space) => create(space, 'a'));
    const copy = await copied(directory);
    await inSpace({ directory }, (space) => create(space, 'here'));
    await inSpace({ directory: copy }, (space) => create(space, 'there'));
    const [original, restored] = [await contentOf(directory), await contentOf(copy)];
    expect(original.commits.at(-1)?.author).not.toBe(restored.commits.at(-1)?.author);
    expectNoneTwice(original.commits, restored.commits);
    expect(restored.commits.map(({ sequence }) => sequence)).toEqual([1, 1]);
    await inSpace({ directory: copy }, (space) => create(space, 'there too'));
    expect((await contentOf(copy)).commits.map(({ sequence }) => sequence)).toEqual([1, 1, 2]);
    expect(await openAuthors(copy)).toHaveLength(2);
  });

  test('a copy of a directory that is open, and has written since', async () => {
    const directory = await newDirectory();
    const copy = await inSpace({ directory }, async (space) => {
      await create(space, 'a');
      const made = await copied(directory);
      await create(space, 'b');
      return made;
    });
    await inSpace({ directory: copy }, (space) => create(space, 'c'));
    expectNoneTwice((await contentOf(directory)).commits, (await contentOf(copy)).commits);
  });

  test('a log of an earlier day in the place of the newer one', async () => {
    const directory = await newDirectory();
    await inSpace({ directory }, (space) => create(space, 'a'));
    const backup = await copied(directory);
    await inSpace({ directory }, async (space) => {
      await create(space, 'b');
      await create(space, 'c');
    });
    const before = await contentOf(directory);
    await replaceFiles(directory, backup, (name) => !/^(?:author|organisation)\./.test(name));
    await inSpace({ directory }, (space) => create(space, 'other'));
    const after = await contentOf(directory);
    expect(before.commits).toHaveLength(3);
    expect(after.commits).toHaveLength(2);
    expectNoneTwice(before.commits, after.commits);
    expect(new Set(after.commits.map(({ author }) => author)).size).toBe(2);
  });

  test('all files of an earlier day written over the newer ones', async () => {
    const directory = await newDirectory();
    await inSpace({ directory }, (space) => create(space, 'a'));
    const backup = await copied(directory);
    await inSpace({ directory }, (space) => create(space, 'b'));
    const before = await contentOf(directory);
    await replaceFiles(directory, backup, () => true);
    await inSpace({ directory }, (space) => create(space, 'other'));
    expectNoneTwice(before.commits, (await contentOf(directory)).commits);
  });

  test('[L23] backups, of which one is restored twice while the original writes on', async () => {
    const directory = await newDirectory();
    const backup = `${directory}-backup`;
    const hash = await inSpace({ directory }, async (space) => {
      await create(space, 'a');
      await copyDataDirectory(directory, backup);
      const before = space.stateHash();
      await create(space, 'b');
      return before;
    });
    const logs = [(await contentOf(directory)).commits];
    for (const name of ['monday', 'tuesday']) {
      const restored = `${directory}-${name}`;
      await copyDataDirectory(backup, restored);
      await inSpace({ directory: restored }, async (space) => {
        expect(space.stateHash()).toBe(hash);
        await create(space, name);
      });
      logs.push((await contentOf(restored)).commits);
    }
    expectNoneTwice(...logs);
    expect(new Set(logs.map((commits) => commits.at(-1)?.author)).size).toBe(3);
  });

  test('a directory that was moved goes on as the author it was', async () => {
    const directory = await newDirectory();
    await inSpace({ directory }, (space) => create(space, 'a'));
    const elsewhere = `${directory}-elsewhere`;
    await rename(directory, elsewhere);
    await inSpace({ directory: elsewhere }, (space) => create(space, 'b'));
    const { commits } = await contentOf(elsewhere);
    expect(commits.map(({ sequence }) => sequence)).toEqual([1, 2]);
  });
});

describe('[Y9] a new author needs the organisation', () => {
  test('its passphrase once, where the key is hidden', async () => {
    const directory = await newDirectory({ passphrase: PASSPHRASE });
    const copy = await copied(directory);
    await expect(openSpace({ directory: copy })).rejects.toMatchObject(PASSPHRASE_NEEDED);
    const wrong = openSpace({ directory: copy, passphrase: 'wrong' });
    await expect(wrong).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(
        /failure: the organisation key expected its passphrase, got another$/,
      ),
    });
    expect((await contentOf(copy)).records).toHaveLength(3);
    await inSpace({ directory: copy, passphrase: PASSPHRASE }, (space) => create(space, 'a'));
    await inSpace({ directory: copy }, (space) => create(space, 'b'));
    expect((await contentOf(copy)).records).toHaveLength(4);
  });

  test('its key, where that is kept elsewhere', async () => {
    const directory = await newDirectory();
    const copy = await copied(directory);
    await rm(join(copy, 'organisation.key'));
    await expect(openSpace({ directory: copy })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(
        /organisation\.key expected the key [0-9a-f]{64} of the organisation, got no such file/,
      ),
    });
    await cp(join(directory, 'organisation.key'), join(copy, 'organisation.key'));
    await inSpace({ directory: copy }, (space) => create(space, 'a'));
  });

  test('not the key of another organisation', async () => {
    const [directory, other] = [await newDirectory(), await newDirectory()];
    const copy = await copied(directory);
    await cp(join(other, 'organisation.key'), join(copy, 'organisation.key'));
    await expect(openSpace({ directory: copy })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('not to read: then nothing is signed, and no file of the author is touched', async () => {
    const directory = await newDirectory({ passphrase: PASSPHRASE });
    const hash = await inSpace({ directory }, async (space) => {
      await create(space, 'a');
      return space.stateHash();
    });
    const copy = await copied(directory);
    const key = await readFile(join(copy, 'author.key'), 'utf8');
    await inSpace({ directory: copy, isReadOnly: true }, async (space) => {
      expect(space.stateHash()).toBe(hash);
      const refused = {
        code: 'UNAVAILABLE',
        message: 'a write expected a space that is open for writing, got one that is only read',
      };
      await expect(create(space, 'b')).rejects.toMatchObject(refused);
      await expect(space.certifyAuthor(CLIENT, 'client')).rejects.toMatchObject(refused);
      await expect(space.rotateOrganisation()).rejects.toMatchObject(refused);
    });
    expect(await readFile(join(copy, 'author.key'), 'utf8')).toBe(key);
  });

  test('for a new definition as well, and writing goes on without it', async () => {
    const directory = await newDirectory({ passphrase: PASSPHRASE });
    const definition = { source: `${SDL} type Town @node { name: String }` };
    await expect(openSpace({ directory, definition })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/^the organisation key expected its passphrase, got none/),
    });
    await inSpace({ directory }, async (space) => {
      await expect(space.certifyAuthor(CLIENT, 'client')).rejects.toMatchObject({
        code: 'UNAVAILABLE',
      });
      await create(space, 'a');
    });
    await inSpace({ directory, definition, passphrase: PASSPHRASE }, async (space) => {
      expect(space.definition.source).toBe(definition.source);
    });
  });
});

describe('an author that is certified', () => {
  test('[A9] is listed after the next start, and certified once', async () => {
    const directory = await newDirectory();
    await inSpace({ directory }, async (space) => {
      expect(await space.certifyAuthor(CLIENT, 'phone')).toBe(true);
      expect(await space.certifyAuthor(CLIENT, 'again')).toBe(false);
    });
    const authors = await openAuthors(directory);
    expect(authors.slice(1)).toEqual([{ key: toHex(CLIENT), label: 'phone', height: 3 }]);
  });

  test.each(unregistrableKeys())('[A9] is not %s', async (_, key) => {
    const directory = await newDirectory();
    await inSpace({ directory }, async (space) => {
      await expect(space.certifyAuthor(key, 'phone')).rejects.toMatchObject({ code: 'REFUSED' });
      await expect(space.certifyAuthor(CLIENT, 'a\nb')).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      });
      await create(space, 'a');
    });
  });
});

describe('[Y10] a rotation of the organisation key', () => {
  test('puts the committed key in force, which certifies from then on', async () => {
    const directory = await newDirectory({ passphrase: PASSPHRASE });
    const before = await organisationOf(directory);
    await inSpace({ directory, passphrase: PASSPHRASE }, async (space) => {
      await space.rotateOrganisation();
      await space.certifyAuthor(CLIENT, 'phone');
      await space.rotateOrganisation();
      await create(space, 'a');
    });
    const after = await organisationOf(directory);
    expect([after.name, after.owner === before.owner]).toEqual([before.name, false]);
    const { records } = await contentOf(directory);
    const bodies = records.map(({ body }) => body);
    const committed = bodies.flatMap((body) => ('next' in body ? toHex(body.next) : []));
    const owners = bodies.flatMap((body) => ('owner' in body ? [body.owner] : []));
    expect(owners.slice(1).map((owner) => toHex(sha256(owner)))).toEqual(committed.slice(0, 2));
    expect(after.owner).toBe(toHex(owners[2] ?? CLIENT));
    const copy = await copied(directory);
    await expect(openSpace({ directory: copy })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await inSpace({ directory: copy, passphrase: PASSPHRASE }, (space) => create(space, 'b'));
  }, 60_000);

  test.each([
    ['before anything', undefined, false],
    ['with its keys on disk', FaultPoint.ROTATION_STAGED, false],
    ['with its record appended', FaultPoint.ROTATION_APPENDED, true],
    ['with the older keys gone', FaultPoint.ROTATION_SETTLED, true],
  ])('that stops %s leaves a directory that opens and certifies', async (_, point, isDone) => {
    const directory = await newDirectory();
    const before = await organisationOf(directory);
    let reached = 0;
    const faults: Faults = {
      isArmed: (other) => other === point,
      reach: (other) => {
        if (other !== point) return;
        reached += 1;
        throw new Error('the process ends here');
      },
    };
    if (point !== undefined) {
      await inSpace({ directory, faults }, async (space) => {
        await expect(space.rotateOrganisation()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      });
      expect(reached).toBe(1);
    }
    const copy = await copied(directory);
    for (const place of [directory, copy]) {
      await inSpace({ directory: place }, async (space) => {
        expect(space.organisation.owner !== before.owner).toBe(isDone);
        expect(await space.certifyAuthor(CLIENT, 'phone')).toBe(true);
        await create(space, 'a');
        await space.rotateOrganisation();
      });
      expect(await readdir(place)).not.toContain('organisation.pending');
      const file = await readFile(join(place, 'organisation.key'), 'utf8');
      expect(file).toContain((await organisationOf(place)).owner);
    }
  });

  test('needs the key that is in force', async () => {
    const directory = await newDirectory({ passphrase: PASSPHRASE });
    await inSpace({ directory }, async (space) => {
      await expect(space.rotateOrganisation()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await create(space, 'a');
    });
    expect((await contentOf(directory)).records).toHaveLength(3);
  });
});

interface SignedCommit {
  readonly author: string;
  readonly sequence: number;
  readonly hash: string;
}

async function newDirectory(options: Partial<OpenOptions> = {}): Promise<string> {
  const directory = join(await temporaryDirectory(), 'data');
  await inSpace({ directory, definition: DEFINITION, ...options }, async () => undefined);
  return directory;
}

async function inSpace<T>(options: OpenOptions, act: (space: Space) => Promise<T>): Promise<T> {
  await using space = await openSpace(options);
  return await act(space);
}

async function create(space: Space, key: string): Promise<void> {
  await space.write({ actor: 'user:a' }, (draft) => draft.createNode('City', { key }));
}

async function copied(directory: string): Promise<string> {
  const copy = join(await temporaryDirectory(), 'copy');
  // A file that is being written is gone when it is whole.
  const filter = (name: string) => !name.endsWith('.new');
  await cp(directory, copy, { recursive: true, preserveTimestamps: true, filter });
  return copy;
}

/** Puts the bytes of a backup into the files that are there, and takes away the others. */
async function replaceFiles(
  directory: string,
  backup: string,
  isReplaced: (name: string) => boolean,
): Promise<void> {
  const kept = await readdir(backup);
  for (const name of (await readdir(directory)).filter(isReplaced)) {
    if (!kept.includes(name)) await rm(join(directory, name));
  }
  for (const name of kept.filter(isReplaced)) {
    await cp(join(backup, name), join(directory, name), { force: true });
  }
}

async function contentOf(directory: string) {
  await using log = await FileLog.open(directory);
  const entries = [...log.entries(1)];
  const commits = entries
    .filter(({ kind }) => kind === EntryKind.COMMIT)
    .map(({ bytes }) => decodeCommit(bytes))
    .map(({ hash, header: { author, sequence } }) => ({
      author: toHex(author),
      sequence,
      hash: toHex(hash),
    }));
  const records = entries
    .filter(({ kind }) => kind === EntryKind.AUTHORITY)
    .map(({ bytes }) => decodeRecord(bytes));
  return { commits, records };
}

/** Two commits of one author with one number would be proof of a forked history. */
function expectNoneTwice(...logs: readonly (readonly SignedCommit[])[]): void {
  const hashes = new Map<string, string>();
  for (const { author, sequence, hash } of logs.flat()) {
    const name = `${author} ${sequence}`;
    expect(hashes.get(name) ?? hash, name).toBe(hash);
    hashes.set(name, hash);
  }
  expect(hashes.size).toBeGreaterThan(1);
}

function openAuthors(directory: string): Promise<Space['authors']> {
  return inSpace({ directory, isReadOnly: true }, async (space) => space.authors);
}

function organisationOf(directory: string): Promise<Space['organisation']> {
  return inSpace({ directory, isReadOnly: true }, async (space) => space.organisation);
}
