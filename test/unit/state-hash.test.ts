/** The walks of schema/state-hash.md, written once more by hand over a small graph. */

import { expect, test } from 'vitest';
import { concatBytes, fromHex, toHex, utf8 } from '../../src/base/bytes.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import type { Delta } from '../../src/delta/delta.ts';
import { nodeIdByKey, nodeIdByNumber } from '../../src/delta/node-id.ts';
import { EMPTY_MAP, type Value } from '../../src/delta/value.ts';
import { Door, onEdge, onNode, payloadOf } from '../fixture/door.ts';

const NOBODY = Uint8Array.of(0);

const u32 = (value: number) => new Uint8Array(Uint32Array.of(value).buffer);
const i64 = (value: bigint) => new Uint8Array(BigInt64Array.of(value).buffer);
const text = (value: string) => concatBytes(Uint8Array.of(value.length), utf8(value));
const long = (value: string) => concatBytes(u32(value.length), utf8(value));
const set = (path: string, value: Value): Delta => ({
  operation: 'set',
  path,
  value,
});
const add = (path: string, amount: bigint): Delta => ({
  operation: 'increment',
  path,
  base: { kind: 'none' },
  amount,
});

function cell(path: string, kind: number, value: Uint8Array, writer: Uint8Array): Uint8Array {
  return concatBytes(text(path), Uint8Array.of(kind), value, writer);
}

function cells(...all: readonly Uint8Array[]): Uint8Array {
  return concatBytes(u32(all.length), ...all);
}

async function smallGraph() {
  const door = await Door.open();
  const space = fromHex(door.space.id);
  const keyed = (key: string) => nodeIdByKey({ space, type: 'City', key });
  const [a, ab, ghost, named] = ['a', 'ab', 'ghost', 'named'].map(keyed) as [
    string,
    string,
    string,
    string,
  ];
  const street = nodeIdByNumber({ space, author: door.key, type: 'Street', number: 7n });
  const create = (key: string): Delta => ({ operation: 'createNodeByKey', type: 'City', key });
  const road = { from: ab, type: 'ROAD', to: a, key: 3 };
  const hidden = { from: a, type: 'ROAD', to: named, key: 0 };
  const first = [
    onNode(ab, create('ab')),
    onNode(a, create('a')),
    onNode(a, set('name', 'Aachen')),
    onNode(a, set('isOld', true)),
    onNode(a, set('place', EMPTY_MAP)),
    onNode(a, set('state', null)),
    onNode(street, { operation: 'createNode', type: 'Street', number: 7n }),
    onEdge(road, { operation: 'createEdge' }),
    onEdge(road, set('length', -2n)),
  ];
  const second = [
    onNode(a, add('people', 5n)),
    onNode(ghost, { operation: 'delete' }),
    onEdge(hidden, { operation: 'createEdge' }),
  ];
  expect(await door.answer(door.sign(payloadOf(first, second)))).toBe('applied');
  return { door, hash: door.commits()[0]?.hash ?? NOBODY, a, ab, ghost, named, street };
}

test('[H1] [H3] [H5] the state is walked by ids, with what was written and by whom', async () => {
  const { door, hash, a, ab, ghost, named, street } = await smallGraph();
  const by = (position: number) => concatBytes(Uint8Array.of(1), hash, u32(position));
  const node = (id: string, type: string, key: string, rest: readonly Uint8Array[]) =>
    [id, concatBytes(Uint8Array.of(0x4e), utf8(id), text(type), long(key), ...rest)] as const;
  const ofA = cells(
    cell('isOld', 1, i64(1n), by(0)),
    cell('name', 4, long('Aachen'), by(0)),
    cell('people', 9, i64(5n), by(1)),
    cell('place', 8, i64(0n), by(0)),
    cell('state', 0, i64(0n), by(0)),
  );
  const nodes = [
    node(a, 'City', 'a', [by(0), NOBODY, ofA]),
    node(ab, 'City', 'ab', [by(0), NOBODY, cells()]),
    node(ghost, '', '', [NOBODY, by(1), cells()]),
    node(street, 'Street', '', [by(0), NOBODY, cells()]),
  ].sort(([left], [right]) => (left < right ? -1 : 1));
  const edge = (from: string, to: string, toType: string, rest: readonly Uint8Array[]) => {
    const head = [Uint8Array.of(0x45), utf8(from), text('City'), text('ROAD'), utf8(to)];
    return [from, concatBytes(...head, text(toType), ...rest)] as const;
  };
  const length = cells(cell('length', 2, i64(-2n), by(0)));
  const edges = [
    edge(ab, a, 'City', [u32(3), by(0), NOBODY, length]),
    edge(a, named, '', [u32(0), by(1), NOBODY, cells()]),
  ].sort(([left], [right]) => (left < right ? -1 : 1));
  const walk = concatBytes(
    Uint8Array.of(0),
    u32(4),
    ...nodes.map(([, bytes]) => bytes),
    u32(2),
    ...edges.map(([, bytes]) => bytes),
  );
  expect(door.space.stateHash()).toBe(toHex(sha256(walk)));
});

test('[H2] [H3] [H4] [H5] the content is walked by names, with what a reader sees', async () => {
  const { door, street } = await smallGraph();
  const none = new Uint8Array(0);
  const named = (key: string) => concatBytes(text('City'), Uint8Array.of(0x4b), long(key));
  const ofA = cells(
    cell('isOld', 1, i64(1n), none),
    cell('name', 4, long('Aachen'), none),
    cell('people', 2, i64(5n), none),
    cell('place', 8, i64(0n), none),
  );
  const walk = concatBytes(
    Uint8Array.of(1),
    u32(3),
    ...[Uint8Array.of(0x4e), named('a'), ofA],
    ...[Uint8Array.of(0x4e), named('ab'), cells()],
    ...[Uint8Array.of(0x4e), text('Street'), Uint8Array.of(0x49), long(street), cells()],
    u32(1),
    ...[Uint8Array.of(0x45), named('ab'), text('ROAD'), named('a'), u32(3)],
    cells(cell('length', 2, i64(-2n), none)),
  );
  expect(door.space.stateHash({ content: true })).toBe(toHex(sha256(walk)));
});
