/** A space that is full refuses writes, with a reason, and answers every question as before. */

import { expect, test } from 'vitest';
import { DatabaseError } from '../../src/base/errors.ts';
import { SPACE_MEMORY_BYTES_LEAST } from '../../src/base/limits.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import { openMemorySpace, openSpace } from '../../src/space/open.ts';
import type { Space } from '../../src/space/space.ts';
import { CITIES } from '../fixture/door.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

const DEFINITION = { source: CITIES };
const MEMORY = { memoryBytesMax: SPACE_MEMORY_BYTES_LEAST };
const WRITES_MAX = 200;
const FULL = { code: 'LIMIT_EXCEEDED', facts: expect.objectContaining({ reason: 'space.full' }) };

test('writes are refused with a reason, and nothing of them is kept', async () => {
  const log = new MemoryLog();
  const space = await openMemorySpace({ definition: DEFINITION, log, ...MEMORY });
  const written = await fill(space);
  const before = { length: log.length, hash: space.stateHash(), counts: space.graph.counts() };
  for (let attempt = 0; attempt < 3; attempt++) {
    await expect(write(space, `more${attempt}`)).rejects.toMatchObject(FULL);
  }
  expect(before).toEqual({
    length: log.length,
    hash: space.stateHash(),
    counts: { nodes: written, edges: 0 },
  });
  expect(space.usage().memory.roomBytes).toBeLessThan(2_000_000);
});

test('all that was written can be read', async () => {
  const space = await openMemorySpace({ definition: DEFINITION, ...MEMORY });
  const written = await fill(space);
  expect(space.graph.nodesOfType('City')).toHaveLength(written);
  for (let index = 0; index < written; index++) {
    const node = space.graph.nodeByKey('City', `c${index}`);
    expect(node && space.graph.nodeValue(node, 'seal')).toHaveLength(900_000);
  }
  expect(space.stateHash()).toMatch(/^[0-9a-f]{64}$/);
});

test('the log of a full space is replayed in the same memory, and written on in more', async () => {
  const directory = await temporaryDirectory();
  let hash: string;
  {
    await using space = await openSpace({ directory, definition: DEFINITION, ...MEMORY });
    await fill(space);
    hash = space.stateHash();
  }
  for (let start = 0; start < 2; start++) {
    await using again = await openSpace({ directory, create: false, ...MEMORY });
    expect(again.stateHash()).toBe(hash);
    await expect(write(again, 'more')).rejects.toMatchObject(FULL);
  }
  await using roomy = await openSpace({ directory, create: false });
  expect(roomy.stateHash()).toBe(hash);
  await write(roomy, 'more');
});

test('a snapshot that is larger than the memory is refused', async () => {
  const directory = await temporaryDirectory();
  {
    await using space = await openSpace({ directory, definition: DEFINITION });
    for (let index = 0; index < 40; index++) await write(space, `c${index}`);
  }
  await expect(openSpace({ directory, create: false, ...MEMORY })).rejects.toMatchObject({
    code: 'LIMIT_EXCEEDED',
    message: expect.stringMatching(/^a space expected [0-9]+ bytes of memory, got a limit of/),
  });
});

test.each([0, SPACE_MEMORY_BYTES_LEAST - 1, 4_294_967_297, Number.NaN])(
  'a limit of %d bytes is none',
  async (memoryBytesMax) => {
    await expect(openMemorySpace({ definition: DEFINITION, memoryBytesMax })).rejects.toMatchObject(
      { code: 'INVALID_INPUT' },
    );
  },
);

/** Writes until the space is full; answers how often. */
async function fill(space: Space): Promise<number> {
  for (let index = 0; index < WRITES_MAX; index++) {
    try {
      await write(space, `c${index}`);
    } catch (error) {
      expect(error).toBeInstanceOf(DatabaseError);
      expect(error).toMatchObject(FULL);
      expect(index).toBeGreaterThan(5);
      return index;
    }
  }
  throw new Error(`a space of ${MEMORY.memoryBytesMax} bytes expected to be full, got room`);
}

async function write(space: Space, key: string): Promise<void> {
  await space.write({ actor: 'user:a' }, (draft) => {
    const id = draft.createNode('City', { key });
    draft.setNodeValue(id, 'seal', new Uint8Array(900_000).fill(key.length));
  });
}
