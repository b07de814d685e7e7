import { expect, test } from 'vitest';
import { CommitFormat } from '../../src/delta/header.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import { FileLog } from '../../src/log/file-log.ts';
import type { NewEntry } from '../../src/log/log.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import { openMemorySpace, openSpace } from '../../src/space/open.ts';
import { CITIES, Door, onNode } from '../fixture/door.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

const ID = 'AAAAAAAAAAAAAAAA';
const DEFINITION = { source: CITIES };

test('[C36] a log is replayed with commits in segments, as the door took them', async () => {
  const log = new MemoryLog();
  const door = await Door.open({ log });
  const create = { operation: 'createNodeByKey', type: 'City', key: 'c' } as const;
  const segment = { relation: 'read', deltas: [onNode(ID, create)] };
  const writer = new PayloadWriter({ secret: new Uint8Array(32).fill(7) });
  writer.addSegmented({ id: new Uint8Array(16), actor: 'user:a', segments: [segment] });
  const commit = door.sign(writer.finish(), { format: CommitFormat.SEGMENTED });
  expect(await door.answer(commit)).toBe('applied');
  const again = await openMemorySpace({ definition: DEFINITION, isReadOnly: true, log });
  expect(again.graph.nodeByKey('City', 'c')).toBeDefined();
  expect(again.stateHash()).toBe(door.space.stateHash());
});

test('[C3] a fault that is found before what stands before it is verified is corrupt', async () => {
  const entries = await entriesOfLargeLog();
  const last = entries.at(-1);
  if (last === undefined) throw new Error('a log has entries');
  // No map, so that it does not even decode, and no thread is asked.
  last.bytes[4] = 0;
  const directory = await temporaryDirectory();
  {
    await using log = await FileLog.open(directory);
    for (const entry of entries) await log.append([entry]);
  }
  await expect(openSpace({ directory })).rejects.toMatchObject({
    code: 'CORRUPT',
    message: expect.stringMatching(/^entr(?:y|ies) [0-9 to]+ of the log expected/),
  });
});

test('records of authority stand while a log of many reads is replayed', async () => {
  const door = await Door.open({ log: new MemoryLog() });
  await writeLarge(door, 'a');
  await door.space.proposeDefinition({ source: `${CITIES} type Village @node { name: String }` });
  await writeLarge(door, 'b');
  const directory = await temporaryDirectory();
  {
    await using log = await FileLog.open(directory);
    for (const entry of door.log.entries(1)) await log.append([entry]);
  }
  await using again = await openSpace({ directory, create: false, isReadOnly: true });
  expect(again.stateHash()).toBe(door.space.stateHash());
  expect(again.definition.source).toBe(door.space.definition.source);
});

/** More bytes than are verified by the thread that starts, and than one group has. */
async function entriesOfLargeLog(): Promise<NewEntry[]> {
  const door = await Door.open({ log: new MemoryLog() });
  await writeLarge(door, 'c');
  return [...door.log.entries(1)].map(({ kind, hash, bytes }) => ({ kind, hash, bytes }));
}

/** Six commits of a megabyte. */
async function writeLarge({ space }: Door, key: string): Promise<void> {
  for (let index = 0; index < 6; index++) {
    await space.write({ actor: 'user:a' }, (draft) => {
      const id = draft.createNode('City', { key: `${key}${index}` });
      draft.setNodeValue(id, 'seal', new Uint8Array(1_000_000).fill(index));
    });
  }
}
