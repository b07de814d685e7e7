import {
  chmod,
  copyFile,
  cp,
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../src/base/bytes.ts';
import { AUTHOR_FLOOR_COMMITS, AUTHOR_FLOOR_MILLISECONDS } from '../../src/base/identity-limits.ts';
import { systemRandom } from '../../src/base/random.ts';
import { type Author, openDirectoryAuthor } from '../../src/crypto/author.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

describe('[Y5] the author of a data directory', () => {
  test('is made once, and is the same at every start after', async () => {
    const directory = await temporaryDirectory();
    const made = await open(directory);
    expect(made.key.publicKey).toEqual(publicKeyOf(made.key.seed));
    for (let start = 0; start < 3; start++) {
      expect(nameOf(await open(directory))).toBe(nameOf(made));
    }
  });

  test('has files that are readable by their owner alone, and no others', async () => {
    const directory = await temporaryDirectory();
    await open(directory);
    expect((await readdir(directory)).sort()).toEqual(['author.key', 'author.place']);
    for (const name of await readdir(directory)) {
      expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
    }
  });

  test('is not taken from what a start that was killed left half done', async () => {
    const directory = await temporaryDirectory();
    for (const name of ['author.key.new', 'author.place.new']) {
      await writeFile(join(directory, name), 'short', { mode: 0o644 });
    }
    const made = await open(directory);
    expect(nameOf(await open(directory))).toBe(nameOf(made));
    expect((await stat(join(directory, 'author.key'))).mode & 0o777).toBe(0o600);
    expect((await readdir(directory)).sort()).toEqual(['author.key', 'author.place']);
  });

  test.each<[string, (file: string) => Promise<void>]>([
    ['cut short', (file) => truncated(file, -2)],
    ['empty', (file) => truncated(file, 0)],
    [
      'of another seed',
      async (file) => {
        const text = await readFile(file, 'utf8');
        const [line] = text.split('\n');
        await writeFile(file, `${line}\n${'11'.repeat(32)}\n`);
      },
    ],
  ])('with a key that is %s is corrupt, and the key is not shown', async (_, damage) => {
    const directory = await temporaryDirectory();
    const { key } = await open(directory);
    await damage(join(directory, 'author.key'));
    const error: unknown = await open(directory).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'CORRUPT', message: expect.stringMatching(/expected/) });
    expect(String(error)).not.toContain(toHex(key.seed));
  });

  test('that cannot be read is an error of the system, and is not replaced', async () => {
    const directory = await temporaryDirectory();
    await open(directory);
    await chmod(join(directory, 'author.key'), 0o000);
    // The superuser reads everything: then nothing can be proved here.
    if (process.getuid?.() === 0) return;
    await expect(open(directory)).rejects.toMatchObject({ code: 'EACCES' });
  });

  test('with a place of a newer version is refused, not replaced', async () => {
    const directory = await temporaryDirectory();
    const { key } = await open(directory);
    await edited(directory, { version: 2 });
    await expect(open(directory)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await edited(directory, { version: 1 });
    expect(nameOf(await open(directory))).toBe(toHex(key.publicKey));
  });
});

describe('[Y6] a directory is at home', () => {
  test.each<[string, (directory: string) => Promise<string>]>([
    ['where it was', async (directory) => directory],
    ['renamed', (directory) => moved(directory, `${directory}-renamed`)],
    [
      'moved to another folder',
      async (directory) => {
        const folder = await temporaryDirectory();
        return moved(directory, join(folder, 'data'));
      },
    ],
    [
      'touched',
      async (directory) => {
        await utimes(join(directory, 'author.key'), 1, 1);
        await utimes(join(directory, 'author.place'), 1, 1);
        return directory;
      },
    ],
    [
      'with other files beside',
      async (directory) => {
        await writeFile(join(directory, 'another'), 'x');
        return directory;
      },
    ],
  ])('%s', async (_, change) => {
    const directory = join(await temporaryDirectory(), 'data');
    await mkdir(directory);
    const before = nameOf(await open(directory, 5));
    expect(nameOf(await open(await change(directory), 5))).toBe(before);
  });
});

/** What a backup holds, and what puts it where. */
const COPIES: readonly [string, (directory: string, other: string) => Promise<string>][] = [
  [
    'as a copy beside the original',
    async (directory, other) => {
      await cp(directory, other, { recursive: true, preserveTimestamps: true });
      return other;
    },
  ],
  [
    'as a copy in the place of the original',
    async (directory, other) => {
      await cp(directory, other, { recursive: true, preserveTimestamps: true });
      await rm(directory, { recursive: true });
      await rename(other, directory);
      return directory;
    },
  ],
  [
    'as hard links beside the original',
    async (directory, other) => {
      await mkdir(other);
      for (const name of await readdir(directory))
        await link(join(directory, name), join(other, name));
      return other;
    },
  ],
  [
    'written into its own files after another start',
    async (directory, other) => {
      await cp(directory, other, { recursive: true });
      await open(directory, 5);
      await written(other, directory);
      return directory;
    },
  ],
  [
    'written into its own files after two other starts',
    async (directory, other) => {
      await cp(directory, other, { recursive: true });
      // The file of the place takes turns between two inodes, which births alone tell apart.
      await open(directory, 5);
      await newBirths(directory);
      await open(directory, 5);
      await written(other, directory);
      return directory;
    },
  ],
  [
    'its place alone, as by rsync, which leaves an equal key alone',
    async (directory, other) => {
      await copyFile(join(directory, 'author.place'), other);
      await open(directory, 5);
      await rename(other, join(directory, 'author.place'));
      return directory;
    },
  ],
  [
    'without its place',
    async (directory) => {
      await rm(join(directory, 'author.place'));
      return directory;
    },
  ],
  [
    'without its key',
    async (directory) => {
      await rm(join(directory, 'author.key'));
      return directory;
    },
  ],
  [
    'with a place that cannot be read',
    async (directory) => {
      await truncated(join(directory, 'author.place'), -5);
      return directory;
    },
  ],
  [
    'with the key of another directory',
    async (directory, other) => {
      await mkdir(other);
      await open(other);
      await copyFile(join(other, 'author.key'), join(directory, 'author.key'));
      return directory;
    },
  ],
];

describe('[Y7] a directory starts a new author', () => {
  test.each(COPIES)('%s', async (_, change) => {
    const directory = join(await temporaryDirectory(), 'data');
    await mkdir(directory);
    const before = nameOf(await open(directory, 5));
    const home = await change(directory, `${directory}-other`);
    const found = await readFile(join(home, 'author.key'), 'utf8').catch(() => before);
    const after = await open(home, 5);
    expect(nameOf(after)).not.toBe(before);
    expect(found).not.toContain(nameOf(after));
    expect(await readFile(join(home, 'author.key'), 'utf8')).not.toContain(before);
    expect(nameOf(await open(home, 5)), 'and keeps it').toBe(nameOf(after));
  });

  test('when its log holds less than it had reached', async () => {
    const directory = await temporaryDirectory();
    const author = await open(directory, 0);
    await author.settle(7);
    const names = [];
    for (const sequence of [7, 8, 8, 7, 0]) names.push(nameOf(await open(directory, sequence)));
    const [first] = names;
    expect(names.map((name) => name === first)).toEqual([true, true, true, false, false]);
    // The floor of the new author begins at nothing.
    expect(names[4]).toBe(names[3]);
  });
});

describe('[Y8] how far an author has come is written down', () => {
  test('after many commits or some time, and not before', async () => {
    const directory = await temporaryDirectory();
    const author = await open(directory);
    const [many, long] = [AUTHOR_FLOOR_COMMITS, AUTHOR_FLOOR_MILLISECONDS];
    const floors: unknown[] = [];
    for (const [sequence, now] of [
      [1, long],
      [2, 2 * long - 1],
      [many, 2 * long - 1],
      [many + 1, 2 * long - 1],
      [many + 2, 2 * long],
      [many + 2, 9 * long],
    ] as const) {
      await author.advance(sequence, now);
      floors.push(await floorOf(directory));
    }
    expect(floors).toEqual([1, 1, 1, many + 1, many + 1, many + 2]);
  });

  test('one after the other, and the last when it is settled', async () => {
    const directory = await temporaryDirectory();
    const author = await open(directory);
    const first = author.advance(5_000, 1);
    expect(author.advance(9_000, 2)).toBe(first);
    await author.settle(9_001);
    expect(await floorOf(directory)).toBe(9_001);
  });

  test('after a start that could not, with the first commit', async () => {
    const directory = await temporaryDirectory();
    const made = await open(directory);
    const inTheWay = join(directory, 'author.place.new');
    await mkdir(inTheWay);
    const author = await open(directory, 3);
    expect([nameOf(author), await floorOf(directory)]).toEqual([nameOf(made), 0]);
    await rm(inTheWay, { recursive: true });
    await author.advance(4, AUTHOR_FLOOR_MILLISECONDS);
    expect(await floorOf(directory)).toBe(4);
    expect(nameOf(await open(directory, 4))).toBe(nameOf(made));
  });

  test('or not, where the disk takes nothing: the older floor stays', async () => {
    const directory = join(await temporaryDirectory(), 'data');
    await mkdir(directory);
    const author = await open(directory);
    await rename(directory, `${directory}-away`);
    await author.advance(5_000, 1);
    await expect(author.settle(5_000)).rejects.toMatchObject({ code: 'ENOENT' });
    await rename(`${directory}-away`, directory);
    expect(await floorOf(directory)).toBe(0);
    await author.settle(5_000);
    expect(await floorOf(directory)).toBe(5_000);
  });
});

async function open(directory: string, sequence = 0): Promise<Author> {
  return openDirectoryAuthor({ directory, random: systemRandom, commitsOf: () => sequence });
}

function nameOf({ key }: Author): string {
  return toHex(key.publicKey);
}

async function moved(from: string, to: string): Promise<string> {
  await rename(from, to);
  return to;
}

/** As `cp` does: the files stay what they are, and their bytes are those of the others. */
async function written(from: string, to: string): Promise<void> {
  for (const name of await readdir(from)) {
    await writeFile(join(to, name), await readFile(join(from, name)));
  }
}

/** Waits until the file system's clock, which may stand for milliseconds, has moved on. */
async function newBirths(directory: string): Promise<void> {
  const birthOf = async (name: string): Promise<bigint> =>
    (await stat(join(directory, name), { bigint: true })).birthtimeNs;
  const before = await birthOf('author.place');
  const probe = join(directory, 'probe');
  do {
    await rm(probe, { force: true });
    await writeFile(probe, '');
  } while ((await birthOf('probe')) === before);
  await rm(probe);
}

async function truncated(file: string, end: number): Promise<void> {
  await writeFile(file, (await readFile(file)).subarray(0, end));
}

async function edited(directory: string, part: object): Promise<void> {
  const file = join(directory, 'author.place');
  const place: object = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, `${JSON.stringify({ ...place, ...part })}\n`);
}

async function floorOf(directory: string): Promise<unknown> {
  const place: { floor?: unknown } = JSON.parse(
    await readFile(join(directory, 'author.place'), 'utf8'),
  );
  return place.floor;
}
