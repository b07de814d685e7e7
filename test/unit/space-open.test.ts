import {
  copyFile,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { AUTHORITY_ENVELOPE } from '../../src/authority/record.ts';
import { FileLog } from '../../src/log/file-log.ts';
import { EntryKind } from '../../src/log/log.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import { openMemorySpace, openSpace } from '../../src/space/open.ts';
import type { Draft, Space } from '../../src/space/space.ts';
import { Door } from '../fixture/door.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

const TOWN = (index: number) => `type Town${index} @node { name: String }`;
const SDL = 'type City @node { code: ID! @id  name: String  people: BigInt }';

describe('a data directory', () => {
  test('keeps a space from one start to the next', async () => {
    const directory = await temporaryDirectory();
    const before = await inSpace(directory, { source: SDL }, async (space) => {
      await fill(space, 10);
      return [space.id, space.stateHash(), space.stateHash({ content: true })];
    });
    await inSpace(directory, undefined, async (space) => {
      expect([space.id, space.stateHash(), space.stateHash({ content: true })]).toEqual(before);
      await fill(space, 12);
      expect(space.graph.counts().nodes).toBe(12);
    });
  });

  test('holds its author key for its owner alone', async () => {
    const directory = await temporaryDirectory();
    await inSpace(directory, { source: SDL }, async () => undefined);
    expect((await stat(join(directory, 'author.key'))).mode & 0o777).toBe(0o600);
  });

  test('is refused to a second that opens it, and free again after the first', async () => {
    const directory = await temporaryDirectory();
    await inSpace(directory, { source: SDL }, async (space) => {
      await fill(space, 1);
      await expect(openSpace({ directory })).rejects.toMatchObject({
        code: 'CONFLICT',
        message: `the data directory ${directory} expected one process, got another that holds it`,
      });
      await fill(space, 2);
    });
    await inSpace(directory, undefined, async (space) => {
      expect(space.graph.counts().nodes).toBe(2);
    });
  });

  test('without a space is refused where none may be made, and stays as it is', async () => {
    const directory = await temporaryDirectory();
    const missing = join(directory, 'missing');
    for (const one of [directory, missing]) {
      await expect(openSpace({ directory: one, create: false })).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: `the data directory expected to hold a space, got none at ${one}`,
      });
    }
    expect(await stat(missing).catch(() => undefined)).toBeUndefined();
    expect(await readdir(directory)).toEqual([]);
  });

  test('needs a definition for a new space, and keeps nothing of a wrong one', async () => {
    const directory = await temporaryDirectory();
    await expect(openSpace({ directory })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    const wrong = { source: 'type City @node {\n  name: Nothing\n}', file: 'city.graphql' };
    await expect(openSpace({ directory, definition: wrong })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      position: { file: 'city.graphql', line: 2 },
    });
    await inSpace(directory, { source: SDL }, async (space) => {
      expect(space.definition.nodeTypes.size).toBe(1);
    });
  });
});

describe('the definition evolves by opening with another', () => {
  test('an index added later answers for what was there before', async () => {
    const directory = await temporaryDirectory();
    await inSpace(directory, { source: SDL }, (space) => fill(space, 20));
    const next = SDL.replace('people: BigInt', 'people: BigInt @index  mayor: String @unique');
    const expectFound = async (space: Space): Promise<void> => {
      const found = space.graph.nodesByValue('City', 'people', 3n);
      const keys = found.map((node) => space.graph.nodeKey(node));
      expect(keys).toEqual(['c3', 'c8', 'c13', 'c18']);
    };
    await inSpace(directory, { source: next }, async (space) => {
      await expectFound(space);
      await space.write({ actor: 'user:a' }, (draft) => {
        const [node] = space.graph.nodesByValue('City', 'people', 0n);
        if (node !== undefined) draft.setNodeValue(space.graph.nodeId(node), 'mayor', 'Eva');
      });
    });
    await inSpace(directory, undefined, expectFound);
    await removeSnapshots(directory);
    await inSpace(directory, undefined, async (space) => {
      await expectFound(space);
      expect(space.definition.source).toBe(next);
      expect(space.graph.nodesByValue('City', 'mayor', 'Eva')).toHaveLength(1);
    });
  });

  test('the same definition again writes no record', async () => {
    const directory = await temporaryDirectory();
    await inSpace(directory, { source: SDL }, (space) => fill(space, 1));
    const { length } = await entriesOf(directory);
    await inSpace(directory, { source: SDL }, async () => undefined);
    expect(await entriesOf(directory)).toHaveLength(length);
  });

  test('one that retypes is refused with its place, and the space opens as it was', async () => {
    const directory = await temporaryDirectory();
    await inSpace(directory, { source: SDL }, (space) => fill(space, 1));
    const wrong = { source: SDL.replace('BigInt', 'String'), file: 'next.graphql' };
    await expect(openSpace({ directory, definition: wrong })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      position: { file: 'next.graphql', line: 1 },
    });
    await inSpace(directory, undefined, async (space) => {
      expect(space.definition.source).toBe(SDL);
    });
  });

  test('a retired field is no field for writers, and its values stay', async () => {
    const directory = await temporaryDirectory();
    await inSpace(directory, { source: SDL }, (space) => fill(space, 2));
    const fewer = SDL.replace('people: BigInt', '');
    const hash = await inSpace(directory, { source: fewer }, async (space) => {
      await expect(fill(space, 3)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      return space.stateHash();
    });
    await inSpace(directory, { source: SDL }, async (space) => {
      expect(space.stateHash()).toBe(hash);
      await fill(space, 3);
    });
  });
});

describe('snapshots', () => {
  test('starting from one and from the log alone gives one state, and one future', async () => {
    const directory = await directoryWithTwoSnapshots();
    const hashes: unknown[] = [];
    for (const prepare of [async () => {}, removeSnapshots]) {
      const copy = await copyOf(directory);
      await prepare(copy);
      await inSpace(copy, undefined, async (space) => {
        hashes.push([space.stateHash(), space.stateHash({ content: true }), space.graph.counts()]);
        await fill(space, 40);
        expect(space.graph.counts().nodes).toBe(40);
      });
      await removeSnapshots(copy);
      await inSpace(copy, undefined, async (space) => {
        expect(space.graph.counts().nodes).toBe(40);
      });
    }
    expect(hashes[1]).toEqual(hashes[0]);
  });

  test.each<[string, (file: string) => Promise<void>]>([
    ['cut short', (file) => truncate(file, 100)],
    ['empty', (file) => truncate(file, 0)],
    ['changed in its image', (file) => changeByte(file, -10)],
    ['changed in its head', (file) => changeByte(file, 12)],
    ['changed in its version', (file) => changeByte(file, 8)],
    ['gone', (file) => rm(file)],
  ])('the newest %s: the one before is taken, with the tail of the log', async (_, damage) => {
    const directory = await directoryWithTwoSnapshots();
    const expected = await hashOf(await copyOf(directory));
    const [newest = ''] = await snapshotsOf(directory);
    await damage(join(directory, newest));
    expect(await hashOf(await copyOf(directory))).toBe(expected);
    for (const name of await snapshotsOf(directory)) await truncate(join(directory, name), 60);
    expect(await hashOf(directory)).toBe(expected);
  });

  test('of another space are passed over', async () => {
    const directory = await directoryWithTwoSnapshots();
    const expected = await hashOf(await copyOf(directory));
    const other = await directoryWithTwoSnapshots();
    const names = await snapshotsOf(other);
    for (const name of names) await copyFile(join(other, name), join(directory, name));
    expect(await hashOf(directory)).toBe(expected);
  });

  test('ahead of the log are passed over', async () => {
    const directory = await directoryWithTwoSnapshots();
    const expected = await hashOf(await copyOf(directory));
    const [newest = ''] = await snapshotsOf(directory);
    await copyFile(join(directory, newest), join(directory, 'snapshot-0000000999.image'));
    expect(await hashOf(directory)).toBe(expected);
  });

  test('at most two are kept', async () => {
    const directory = await directoryWithTwoSnapshots();
    for (let round = 0; round < 3; round++) {
      await inSpace(directory, undefined, (space) => fill(space, 50 + round));
    }
    expect(await snapshotsOf(directory)).toHaveLength(2);
  });

  test('none is taken of an engine that may have stopped half-way', async () => {
    const directory = await directoryWithTwoSnapshots();
    const before = await snapshotsOf(directory);
    await inSpace(directory, undefined, async (space) => {
      space.watch(() => {
        throw new Error('stands for whatever breaks after the append');
      });
      await expect(fill(space, 31)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    });
    expect(await snapshotsOf(directory)).toEqual(before);
    await inSpace(directory, undefined, async (space) => {
      expect(space.graph.counts().nodes).toBe(31);
    });
  });

  test('none is written by a start that changed nothing', async () => {
    const directory = await directoryWithTwoSnapshots();
    const before = await snapshotsOf(directory);
    await inSpace(directory, undefined, async () => undefined);
    expect(await snapshotsOf(directory)).toEqual(before);
  });
});

test('a directory that has lost the log of its snapshots is refused', async () => {
  const directory = await directoryWithTwoSnapshots();
  for (const name of await readdir(directory)) {
    if (name.startsWith('log')) await rm(join(directory, name));
  }
  await expect(openSpace({ directory, definition: { source: SDL } })).rejects.toMatchObject({
    code: 'CORRUPT',
    message: expect.stringMatching(/expected the log of its snapshots, got none/),
  });
});

test('[L8] a start from a snapshot reads no commit of a full segment', async () => {
  const directory = await directoryWithTwoSnapshots();
  const expected = await hashOf(await copyOf(directory));
  const entries = await entriesOf(directory);
  const small = await copyOf(directory);
  for (const name of await readdir(small)) {
    if (name.startsWith('log')) await rm(join(small, name));
  }
  {
    await using log = await FileLog.open(small, { segmentBytes: 2_000 });
    for (const entry of entries) await log.append([entry]);
  }
  await changeByte(join(small, 'log-0000000001.segment'), -20);
  expect(await hashOf(small)).toBe(expected);
  await removeSnapshots(small);
  await expect(openSpace({ directory: small })).rejects.toMatchObject({ code: 'CORRUPT' });
});

test('lineage names the commit that wrote, among records, snapshot or not', async () => {
  const directory = await temporaryDirectory();
  const written = new Map<string, string | undefined>();
  for (let version = 0; version < 4; version++) {
    const source = `${SDL} ${Array.from({ length: version }, (_, index) => TOWN(index)).join(' ')}`;
    await inSpace(directory, { source }, async (space) => {
      for (let index = 0; index < 5; index++) {
        const key = `c${version}-${index}`;
        const create = (draft: Draft) => draft.createNode('City', { key });
        written.set(key, (await space.write({ actor: 'user:a' }, create)).commit);
      }
    });
  }
  const withoutSnapshots = await copyOf(directory);
  await removeSnapshots(withoutSnapshots);
  for (const from of [directory, withoutSnapshots]) {
    await inSpace(from, undefined, async (space) => {
      for (const [key, commit] of written) {
        const node = space.graph.nodeByKey('City', key);
        if (node === undefined) throw new Error(`${key} was written`);
        expect((await space.nodeLineage(node))?.commit, key).toBe(commit);
      }
    });
  }
});

describe('a log that is replayed', () => {
  test('of more bytes than the engine takes at once', async () => {
    const log = new MemoryLog();
    const door = await Door.open({ log });
    for (let index = 0; index < 40; index++) {
      await door.space.write({ actor: 'user:a' }, (draft) => {
        const id = draft.createNode('City', { key: `c${index}` });
        draft.setNodeValue(id, 'seal', new Uint8Array(900_000).fill(index));
      });
    }
    const again = await openMemorySpace({
      definition: { source: door.space.definition.source },
      isReadOnly: true,
      log,
    });
    expect(again.stateHash()).toBe(door.space.stateHash());
  }, 60_000);

  test('whose bytes changed is corrupt, and names the entry', async () => {
    const directory = await temporaryDirectory();
    await inSpace(directory, { source: SDL }, (space) => fill(space, 3));
    await removeSnapshots(directory);
    const entries = await entriesOf(directory);
    const damaged = join(await temporaryDirectory(), 'damaged');
    await mkdir(damaged);
    const last = entries.at(-1);
    if (last === undefined) throw new Error('a log has entries');
    last.bytes[last.bytes.length - 1] = 0xff;
    {
      await using log = await FileLog.open(damaged);
      await log.append(
        entries.map(({ kind, bytes, position }) => ({
          kind,
          bytes,
          hash: new Uint8Array(32).fill(position),
        })),
      );
    }
    await expect(openSpace({ directory: damaged })).rejects.toMatchObject({
      code: 'CORRUPT',
      message: expect.stringMatching(
        /^entries 4 to 6 of the log expected what was accepted, got other bytes: /,
      ),
    });
  });
});

async function inSpace<T>(
  directory: string,
  definition: { source: string; file?: string } | undefined,
  act: (space: Space) => Promise<T>,
): Promise<T> {
  const options = definition === undefined ? { directory } : { directory, definition };
  await using space = await openSpace(options);
  return await act(space);
}

/** Creates cities until there are so many, each in a commit of its own. */
async function fill(space: Space, count: number): Promise<void> {
  for (let index = space.graph.counts().nodes; index < count; index++) {
    await space.write({ actor: 'user:a' }, (draft) => {
      const id = draft.createNode('City', { key: `c${index}` });
      draft.setNodeValue(id, 'name', `city ${index}`);
      draft.incrementNodeValue(id, 'people', BigInt(index % 5));
    });
  }
}

/** Two snapshots, and nothing after the newer one. */
async function directoryWithTwoSnapshots(): Promise<string> {
  const directory = await temporaryDirectory();
  await inSpace(directory, { source: SDL }, (space) => fill(space, 10));
  await inSpace(directory, undefined, (space) => fill(space, 30));
  expect(await snapshotsOf(directory)).toHaveLength(2);
  return directory;
}

async function hashOf(directory: string): Promise<string> {
  return inSpace(directory, undefined, async (space) => {
    expect(space.graph.counts().nodes).toBe(30);
    return space.stateHash();
  });
}

async function copyOf(directory: string): Promise<string> {
  const copy = await temporaryDirectory();
  for (const name of await readdir(directory)) {
    if (name !== 'lock') await copyFile(join(directory, name), join(copy, name));
  }
  return copy;
}

async function removeSnapshots(directory: string): Promise<void> {
  for (const name of await snapshotsOf(directory)) await rm(join(directory, name));
}

/** Names of the snapshots, the newest first. */
async function snapshotsOf(directory: string): Promise<string[]> {
  const names = await readdir(directory);
  return names
    .filter((name) => name.endsWith('.image'))
    .sort()
    .reverse();
}

async function changeByte(file: string, place: number): Promise<void> {
  const bytes = await readFile(file);
  const at = place < 0 ? bytes.length + place : place;
  bytes[at] = (bytes[at] as number) ^ 0xff;
  await writeFile(file, bytes);
}

async function entriesOf(directory: string) {
  await using log = await FileLog.open(directory);
  const entries = [...log.entries(1)];
  expect(entries[0]).toMatchObject({ kind: EntryKind.AUTHORITY });
  expect(entries[0]?.bytes[0]).toBe(AUTHORITY_ENVELOPE);
  return entries;
}
