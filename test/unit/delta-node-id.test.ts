import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { concatBytes, utf8 } from '../../src/base/bytes.ts';
import { isNodeId, nodeIdByKey, nodeIdByNumber } from '../../src/delta/node-id.ts';
import { Door, onNode, payloadOf } from '../fixture/door.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const space = new Uint8Array(32).fill(3);
const author = new Uint8Array(32).fill(4);

describe('[C21] an id', () => {
  test('by key is what exact arithmetic over the digest gives', () => {
    const parts = [space, new Uint8Array(32), Uint8Array.of(1, 4), utf8('City'), utf8('Zürich')];
    expect(nodeIdByKey({ space, type: 'City', key: 'Zürich' })).toBe(
      exactId(concatBytes(...parts)),
    );
  });

  test('by number is what exact arithmetic over the digest gives', () => {
    for (const number of [0n, 1n, 2n ** 63n, 2n ** 64n - 1n]) {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigUint64(0, number, true);
      const parts = [space, author, Uint8Array.of(0, 4), utf8('City'), bytes];
      const id = nodeIdByNumber({ space, author, type: 'City', number });
      expect(id).toBe(exactId(concatBytes(...parts)));
    }
  });

  test('has 16 characters, and differs by space, type, author, number and key', () => {
    const ids = [
      nodeIdByKey({ space, type: 'City', key: 'a' }),
      nodeIdByKey({ space, type: 'City', key: 'b' }),
      nodeIdByKey({ space, type: 'Town', key: 'a' }),
      nodeIdByKey({ space: author, type: 'City', key: 'a' }),
      nodeIdByNumber({ space, author, type: 'City', number: 1n }),
      nodeIdByNumber({ space, author, type: 'City', number: 2n }),
      nodeIdByNumber({ space, author: space, type: 'City', number: 1n }),
      nodeIdByNumber({ space, author, type: 'Town', number: 1n }),
    ];
    expect(ids.every(isNodeId)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('keeps type and key apart: the length of the type is hashed', () => {
    const one = nodeIdByKey({ space, type: 'City', key: 'x' });
    expect(nodeIdByKey({ space, type: 'Cit', key: 'yx' })).not.toBe(one);
  });

  test.each([
    '',
    'short',
    'seventeen-letters',
    'AAAAAAAAAAAAAAA-',
    'ŁAAAAAAAAAAAAAAA',
    ' '.repeat(16),
  ])('is not this: "%s"', (text) => expect(isNodeId(text)).toBe(false));
});

describe('[C21] the engine gives a node the id that the host computes', () => {
  test('for natural keys and numbers, and other types and authors do not', async () => {
    const door = await Door.open();
    const spaceId = Uint8Array.from(Buffer.from(door.space.id, 'hex'));
    const keys = ['a', 'Zürich', '日本', 'x'.repeat(1024)];
    const numbers = [0n, 7n, 2n ** 64n - 1n];
    const byKey = (key: string) => nodeIdByKey({ space: spaceId, type: 'City', key });
    const byNumber = (number: bigint) =>
      nodeIdByNumber({ space: spaceId, author: door.key, type: 'Street', number });
    const creates = [
      ...keys.map((key) => onNode(byKey(key), { operation: 'createNodeByKey', type: 'City', key })),
      ...numbers.map((number) =>
        onNode(byNumber(number), { operation: 'createNode', type: 'Street', number }),
      ),
    ];
    expect(await door.answer(door.sign(payloadOf(creates)))).toBe('applied');
    const { graph } = door.space;
    expect(graph.counts().nodes).toBe(keys.length + numbers.length);
    for (const key of keys) {
      const node = graph.nodeById(byKey(key));
      expect(node === undefined ? undefined : graph.nodeKey(node), key).toBe(key);
      expect(graph.nodeByKey('City', key)).toBe(node);
    }
    for (const number of numbers) {
      const node = graph.nodeById(byNumber(number));
      expect(node === undefined ? undefined : graph.nodeType(node)).toBe('Street');
    }
  });

  test('also for keys of every length, and of types that nothing has used', async () => {
    const door = await Door.open();
    await door.space.write({ actor: 'user:a' }, (draft) => draft.createNode('Street'));
    const spaceId = Uint8Array.from(Buffer.from(door.space.id, 'hex'));
    for (const type of ['Street', 'Unused']) {
      for (let length = 0; length < 300; length++) {
        const key = ['a', 'é', '日', '😀'][length % 4]?.repeat(length) ?? '';
        const id = door.space.graph.idOfKey(type, key);
        expect(id, `${type} ${length}`).toBe(nodeIdByKey({ space: spaceId, type, key }));
      }
    }
  });

  test('also for what a transaction of the space creates', async () => {
    const door = await Door.open();
    const { result } = await door.space.write({ actor: 'user:a' }, (draft) => [
      draft.createNode('City', { key: 'BSL' }),
      draft.createNode('Street'),
    ]);
    expect(result.map((id) => door.space.graph.nodeById(id) !== undefined)).toEqual([true, true]);
  });
});

/** The rule with numbers of any size: the digest's words as fractions, four digits of base 62. */
function exactId(bytes: Uint8Array): string {
  const digest = createHash('sha256').update(bytes).digest();
  let id = '';
  for (let word = 0; word < 4; word++) {
    let fraction = BigInt(digest.readUInt32BE(word * 4));
    for (let place = 0; place < 4; place++) {
      const product = fraction * 62n;
      id += ALPHABET[Number(product >> 32n)];
      fraction = product & 0xffff_ffffn;
    }
  }
  return id;
}
