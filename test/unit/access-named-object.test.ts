/** Objects as people name them: by id, by natural key, or all of a type. */

import { expect, test } from 'vitest';
import { AccessError } from '../../src/access/access-error.ts';
import { objectNamed } from '../../src/access/named-object.ts';
import { fromHex } from '../../src/base/bytes.ts';
import { Door } from '../fixture/door.ts';

/** Has the form of an id, and is a key as well. */
const KEY_LIKE_ID = 'ABCDEFGHIJKLMNOP';

async function cities() {
  const { space } = await Door.open();
  const { result } = await space.write({ actor: 'user:test' }, (draft) => ({
    york: draft.createNode('City', { key: 'York' }),
    spaced: draft.createNode('City', { key: 'New York: #1' }),
    street: draft.createNode('Street'),
  }));
  const { graph, definition, id } = space;
  const named = (text: string) => objectNamed(text, { graph, definition, space: fromHex(id) });
  return { space, named, ...result };
}

test('[R25] a natural key stands for the node that has it, whatever its characters', async () => {
  const { named, york, spaced } = await cities();
  expect(named('City:York')).toEqual({ type: 'City', id: york });
  expect(named('City:New York: #1')).toEqual({ type: 'City', id: spaced });
});

test('[R25] a key means the same before its node is there, and after it is gone', async () => {
  const { space, named } = await cities();
  const before = named('City:Hull');
  const { result: hull } = await space.write({ actor: 'user:test' }, (draft) =>
    draft.createNode('City', { key: 'Hull' }),
  );
  expect(before).toEqual({ type: 'City', id: hull });
  await space.write({ actor: 'user:test' }, (draft) => draft.deleteNode(hull));
  expect(named('City:Hull')).toEqual(before);
});

test('[R25] what has the form of an id is one, but for a key that a node has', async () => {
  const { space, named, york } = await cities();
  expect(named(`City:${york}`)).toEqual({ type: 'City', id: york });
  expect(named(`City:${KEY_LIKE_ID}`)).toEqual({ type: 'City', id: KEY_LIKE_ID });
  const { result } = await space.write({ actor: 'user:test' }, (draft) => ({
    keyed: draft.createNode('City', { key: KEY_LIKE_ID }),
    taken: draft.createNode('City', { key: york }),
  }));
  expect(named(`City:${KEY_LIKE_ID}`)).toEqual({ type: 'City', id: result.keyed });
  expect(named(`City:${york}`)).toEqual({ type: 'City', id: york });
});

test('all else is as it is written', async () => {
  const { named, street } = await cities();
  const texts = [
    'City:*',
    `Street:${street}`,
    'Street:High',
    'ROAD:a-b',
    'group:crew',
    'space:this',
  ];
  for (const text of texts) {
    const { type, id } = named(text);
    expect(`${type}:${id}`).toBe(text);
  }
});

test.each([
  '',
  'City',
  ':York',
  'City:',
  '*:*',
  'Street:High Street',
  'group:a#member',
  `City:${'k'.repeat(1025)}`,
  'City:\ud800',
])('what names nothing is refused: %j', async (text) => {
  const { named } = await cities();
  expect(() => named(text)).toThrow(AccessError);
});
