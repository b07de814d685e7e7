/** Seals of a space that has taken away an author's right to write. */

import { expect, test } from 'vitest';
import { MemoryLog } from '../../src/log/memory-log.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import { ForkedAuthor, relay } from '../fixture/forked-author.ts';

const DEFINITION = { source: 'type Place @node { code: ID! @id name: String }' };

test('[A11] [A17] a seal covers what a revoked author has signed, masked or not', async () => {
  const log = new MemoryLog();
  const space = await openMemorySpace({ definition: DEFINITION, log });
  const author = await ForkedAuthor.at(space);
  const first = author.sign(space, 'first');
  expect(await relay(space, first)).toMatchObject({ kind: 'applied' });
  const late = author.sign(space, 'late', first);
  await space.access.revoke({ authors: [author.key] });
  expect(await relay(space, late)).toMatchObject({ kind: 'applied', masked: [0] });
  expect([await space.seal(), await space.seal()]).toEqual([true, false]);
  expect(names(space)).toEqual(['first']);
  expect(space.replicated.sealedTip(author.key, space.replicated.height)).toMatchObject({
    sequence: 2,
    hash: late.hash,
  });
  const next = author.sign(space, 'next', late);
  expect(await relay(space, next)).toMatchObject({
    kind: 'refused',
    error: { facts: { reason: 'author.uncertified' } },
  });
  const again = await openMemorySpace({ log, isReadOnly: true });
  expect(again.stateHash()).toBe(space.stateHash());
  expect(names(again)).toEqual(['first']);
});

function names({ graph }: Awaited<ReturnType<typeof openMemorySpace>>): unknown[] {
  return graph.nodesOfType('Place').map((row) => graph.nodeValue(row, 'name'));
}
