import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { IMAGE_VERSION } from '../../assembly/abi.ts';
import type { NodeRow } from '../../src/engine/graph-view.ts';
import { snapshotName, snapshotPositions } from '../../src/log/snapshot-file.ts';
import { openSpace } from '../../src/space/open.ts';
import type { Space } from '../../src/space/space.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

const SNAPSHOT_MILLISECONDS_MAX = 40_000;
const SDL = 'type City @node { code: ID! @id  name: String  people: BigInt }';

test('[S4] what is damaged in a snapshot is said, and the log gives the state too', async () => {
  const directory = await directoryWithTwoSnapshots();
  const expected = await inSpace(directory, async (space) => space.stateHash());
  const names = await snapshotsOf(directory);
  for (const name of names) await changeByte(join(directory, name), 5_000);
  const notes: string[] = [];
  await using space = await openSpace({ directory, note: (text) => notes.push(text) });
  expect(space.stateHash()).toBe(expected);
  expect(notes).toEqual(
    names.map((name) => {
      const place = `the snapshot ${name} expected block 0, at byte 4096, to have checksum`;
      return expect.stringMatching(`^${place} .*: it is passed over$`);
    }),
  );
});

test('none is written by a start that only reads', async () => {
  const directory = await directoryWithTwoSnapshots();
  for (const name of await snapshotsOf(directory)) await rm(join(directory, name));
  {
    await using space = await openSpace({ directory, isReadOnly: true });
    expect(space.graph.counts().nodes).toBeGreaterThan(0);
  }
  expect(await snapshotsOf(directory)).toEqual([]);
});

test('[S4] a snapshot of a later version is no reason to go back behind it', async () => {
  const directory = await directoryWithTwoSnapshots();
  const [newest = ''] = await snapshotsOf(directory);
  const bytes = await readFile(join(directory, newest));
  bytes.writeUInt32LE(3, 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 60)), 60);
  await writeFile(join(directory, newest), bytes);
  await expect(openSpace({ directory })).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: `the snapshot ${newest} expected version 2, got 3: another program wrote it`,
  });
});

test('[S4] snapshots of an earlier version are passed over', async () => {
  const directory = await directoryWithTwoSnapshots();
  const expected = await inSpace(directory, async (space) => space.stateHash());
  const names = await snapshotsOf(directory);
  for (const name of names) {
    const bytes = await readFile(join(directory, name));
    bytes.writeUInt32LE(IMAGE_VERSION - 1, 12);
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 60)), 60);
    await writeFile(join(directory, name), bytes);
  }
  const notes: string[] = [];
  await using space = await openSpace({ directory, note: (text) => notes.push(text) });
  expect(space.stateHash()).toBe(expected);
  const form = `an image of version ${IMAGE_VERSION}, got ${IMAGE_VERSION - 1}`;
  expect(notes).toEqual(
    names.map(
      (name) =>
        `the snapshot ${name} expected ${form}: an earlier program wrote it: it is passed over`,
    ),
  );
});

test('[S9] a snapshot of a log that was put back to an earlier day is passed over', async () => {
  const directory = await temporaryDirectory();
  const create = (space: Space, key: string) =>
    space.write({ actor: 'user:a' }, (draft) => draft.createNode('City', { key }));
  await inSpace(directory, (space) => create(space, 'a'));
  const earlier = await logFiles(directory);
  await inSpace(directory, async (space) => {
    for (const key of ['b', 'c', 'd']) await create(space, key);
  });
  for (const { name } of await logFiles(directory)) await rm(join(directory, name));
  await rm(join(directory, 'checkpoint'));
  for (const { name, bytes } of earlier) await writeFile(join(directory, name), bytes);
  const expected = await inSpace(directory, async (space) => {
    for (const key of ['x', 'y', 'z']) await create(space, key);
    return space.stateHash();
  });
  // As if it had ended without its last one.
  const [newest = '', stale = ''] = await snapshotsOf(directory);
  await rm(join(directory, newest));
  const notes: string[] = [];
  await using space = await openSpace({ directory, note: (text) => notes.push(text) });
  expect(space.stateHash()).toBe(expected);
  expect(notes).toEqual([
    expect.stringMatching(
      `^the snapshot ${stale} expected to follow entry [0-9a-f]{64}, got .*over$`,
    ),
  ]);
});

test('[S6] a snapshot ahead of the log goes when a newer one of the log is taken', async () => {
  const directory = await directoryWithTwoSnapshots();
  const before = await snapshotsOf(directory);
  const ahead = snapshotName(999);
  await writeFile(join(directory, ahead), await readFile(join(directory, before[0] ?? '')));
  await inSpace(directory, (space) =>
    space.write({ actor: 'user:a' }, (draft) => draft.createNode('City', { key: 'more' })),
  );
  const after = await snapshotsOf(directory);
  expect([after.length, after[1]]).toEqual([2, before[0]]);
  expect(after).not.toContain(ahead);
});

test('[T3] a checkpoint that the disk does not take is refused, the next is kept', async () => {
  const directory = await temporaryDirectory();
  await using space = await openSpace({ directory, definition: { source: SDL } });
  const obstacle = join(directory, 'checkpoint.new');
  await mkdir(obstacle);
  await expect(space.checkpoint()).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: 'a checkpoint expected to be kept in the data directory, got ERR_FS_EISDIR',
  });
  await rm(obstacle, { recursive: true });
  expect(await space.checkpoint()).toContain(space.id);
});

test('[S7] a snapshot is taken while writing goes on, at a position before the end', async () => {
  const directory = await temporaryDirectory();
  const blob = 'x'.repeat(1_000_000);
  let writes = 0;
  const hash = await inSpace(directory, async (space) => {
    await fill(space, 10);
    const end = performance.now() + SNAPSHOT_MILLISECONDS_MAX;
    while ((await snapshotsOf(directory)).length === 0 && performance.now() < end) {
      await space.write({ actor: 'user:a' }, (draft) => {
        const row = space.graph.nodeByKey('City', `c${writes % 10}`);
        draft.setNodeValue(
          space.graph.nodeId(row as NodeRow),
          'name',
          `${writes} ${writes < 70 ? blob : ''}`,
        );
      });
      writes += 1;
    }
    await fill(space, 30);
    return space.stateHash();
  });
  const positions = await snapshotPositions(directory);
  expect(positions).toHaveLength(2);
  expect(Math.min(...positions)).toBeGreaterThan(70);
  expect(Math.min(...positions)).toBeLessThan(Math.max(...positions) - 20);
  await rm(join(directory, snapshotName(Math.max(...positions))));
  expect(await inSpace(directory, async (space) => space.stateHash())).toBe(hash);
}, 60_000);

async function inSpace<T>(directory: string, act: (space: Space) => Promise<T>): Promise<T> {
  await using space = await openSpace({ directory, definition: { source: SDL } });
  return await act(space);
}

async function fill(space: Space, count: number): Promise<void> {
  for (let index = space.graph.counts().nodes; index < count; index++) {
    await space.write({ actor: 'user:a' }, (draft) => {
      const id = draft.createNode('City', { key: `c${index}` });
      draft.setNodeValue(id, 'name', `city ${index}`);
    });
  }
}

/** Two snapshots, and nothing after the newer one. */
async function directoryWithTwoSnapshots(): Promise<string> {
  const directory = await temporaryDirectory();
  await inSpace(directory, (space) => fill(space, 10));
  await inSpace(directory, (space) => fill(space, 30));
  expect(await snapshotPositions(directory)).toHaveLength(2);
  return directory;
}

async function snapshotsOf(directory: string): Promise<string[]> {
  return (await snapshotPositions(directory)).map(snapshotName);
}

async function changeByte(path: string, place: number): Promise<void> {
  await using file = await open(path, 'r+');
  const byte = (await readFile(path))[place] as number;
  await file.write(Uint8Array.of(byte ^ 0xff), 0, 1, place);
}

/** The files of the log, its mark among them. */
async function logFiles(directory: string) {
  const names = (await readdir(directory)).filter((name) => name.startsWith('log'));
  return await Promise.all(
    names.map(async (name) => ({ name, bytes: await readFile(join(directory, name)) })),
  );
}
