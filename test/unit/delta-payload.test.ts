import { describe, expect, test } from 'vitest';
import { SYMBOL_BYTES_MAX, VALUE_BYTES_MAX } from '../../assembly/abi.ts';
import { toHex } from '../../src/base/bytes.ts';
import type { Delta } from '../../src/delta/delta.ts';
import { readPayload, transactionActor, transactionId } from '../../src/delta/payload-reader.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import { EMPTY_MAP, IdValue, ListValue, Timestamp, type Value } from '../../src/delta/value.ts';
import { onEdge, onNode, payloadOf } from '../fixture/door.ts';
import { checkPayload } from '../reference/payload-grammar.ts';

const ID = 'AAAAAAAAAAAAAAAA';
const OTHER = 'BBBBBBBBBBBBBBBB';
const set = (value: Value, path = 'name'): Delta => ({ operation: 'set', path, value });

describe('a payload', () => {
  test('has exactly the bytes of its specification', () => {
    const writer = new PayloadWriter();
    writer.add({
      id: Uint8Array.from({ length: 16 }, (_, index) => index),
      actor: 'u',
      deltas: [
        onNode(ID, { operation: 'createNode', type: 'T', number: 258n }),
        onNode(ID, set('é', 'a')),
        onEdge({ from: ID, to: OTHER, type: 'E', key: 5 }, { operation: 'createEdge' }),
        onNode(ID, { operation: 'delete' }),
      ],
    });
    const symbols = `04 01 75  01 01 54  03 01 61  02 01 45`;
    const expected = `
      10000000 0400 0000 ${symbols}
      63000000 00 000102030405060708090a0b0c0d0e0f 0000 0500
      03 0100 0201000000000000
      07 0200 04 02000000 c3a9
      05 ${'41'.repeat(16)} ${'42'.repeat(16)} 0300 05000000
      01 ${'41'.repeat(16)}
      06`.replaceAll(/\s/g, '');
    expect(toHex(writer.finish())).toBe(expected);
  });

  test.each<[string, Value]>([
    ['null', null],
    ['bool', true],
    ['int64', -(2n ** 63n)],
    ['float64', -0],
    ['NaN', Number.NaN],
    ['string', 'é日🎈\0'],
    ['empty string', ''],
    ['bytes', Uint8Array.of(0, 255)],
    ['timestamp', new Timestamp(-1n)],
    ['id', new IdValue(OTHER)],
    ['map', EMPTY_MAP],
    ['empty list', new ListValue([])],
    [
      'list',
      new ListValue([true, 1n, -0, Number.NaN, 'é\0', Uint8Array.of(255), new IdValue(OTHER)]),
    ],
  ])('with a value of kind %s follows the grammar', (_, value) => {
    expect(checkPayload(payloadOf([onNode(ID, set(value))]), [])).toBeUndefined();
  });

  test('names a subject once for the deltas that follow one another', () => {
    const once = payloadOf([onNode(ID, set(1n)), onNode(ID, set(2n)), onNode(ID, set(3n))]);
    const between = payloadOf([onNode(ID, set(1n)), onNode(OTHER, set(2n)), onNode(ID, set(3n))]);
    expect(between.length - once.length).toBe(2 * 17);
  });

  test('says where its transactions stand, for whom and under which id', () => {
    const writer = new PayloadWriter();
    for (const [index, actor] of ['user:a', 'user:Zoë', 'user:a'].entries()) {
      writer.add({ id: new Uint8Array(16).fill(index), actor, deltas: [onNode(ID, set('x'))] });
    }
    const payload = readPayload(writer.finish());
    const actors = payload.transactions.map((one) => transactionActor(payload, one));
    expect(actors).toEqual(['user:a', 'user:Zoë', 'user:a']);
    expect(payload.transactions.map(transactionId)).toEqual(
      ['00', '01', '02'].map((byte) => byte.repeat(16)),
    );
  });

  test('counts its bytes before it is finished', () => {
    const writer = new PayloadWriter();
    for (let index = 0; index < 5; index++) {
      writer.add({
        id: new Uint8Array(16),
        actor: `user:${index}`,
        deltas: [
          onNode(ID, set('x'.repeat(index * 100), `path${index}`)),
          onNode(ID, {
            operation: 'increment',
            path: 'n',
            base: { kind: 'commit', hash: new Uint8Array(32).fill(index), position: 1 },
            amount: 1n,
          }),
        ],
      });
      expect(writer.byteCount).toBe(writer.finish().length);
    }
  });
});

describe('a transaction that does not fit is taken back whole', () => {
  const good = { id: new Uint8Array(16), actor: 'user:a', deltas: [onNode(ID, set('x'))] };

  test('with the names and references that it brought', () => {
    const writer = new PayloadWriter();
    writer.add(good);
    const before = writer.finish();
    const base = { kind: 'commit', hash: new Uint8Array(32).fill(1), position: 0 } as const;
    const deltas = [
      onNode(ID, { operation: 'increment', path: 'its own', base, amount: 1n }),
      onNode(ID, set('x'.repeat(VALUE_BYTES_MAX + 1), 'and another')),
    ];
    expect(() => writer.add({ ...good, actor: 'user:b', deltas })).toThrow('a value expected');
    expect(writer.finish()).toEqual(before);
    writer.add({ ...good, actor: 'user:c' });
    const payload = readPayload(writer.finish());
    const actors = payload.transactions.map((one) => transactionActor(payload, one));
    expect(actors).toEqual(['user:a', 'user:c']);
  });

  test.each<[string, Partial<typeof good>, string]>([
    [
      'a value too long',
      { deltas: [onNode(ID, set('x'.repeat(VALUE_BYTES_MAX + 1)))] },
      `a value expected at most ${VALUE_BYTES_MAX} bytes, got ${VALUE_BYTES_MAX + 1}`,
    ],
    [
      'a name too long',
      { actor: 'x'.repeat(SYMBOL_BYTES_MAX + 1) },
      `a name expected at most ${SYMBOL_BYTES_MAX} bytes, got ${SYMBOL_BYTES_MAX + 1}`,
    ],
    [
      'too many deltas',
      { deltas: Array.from({ length: 65_536 }, () => onNode(ID, set(null))) },
      'a transaction expected at most 65535 deltas, got 65536',
    ],
    [
      'too many deltas with the selects between them',
      { deltas: Array.from({ length: 40_000 }, (_, i) => onNode(i % 2 ? ID : OTHER, set(null))) },
      'a transaction expected at most 65535 deltas and selects, got 80000',
    ],
    [
      'a payload too long',
      { deltas: Array.from({ length: 9 }, () => onNode(ID, set('x'.repeat(1_000_000)))) },
      'a payload expected at most 8388608 bytes, got 9000',
    ],
    ['no actor', { actor: '' }, 'a name expected at least 1 byte, got none'],
  ])('%s', (_, part, expected) => {
    const writer = new PayloadWriter();
    writer.add(good);
    const before = writer.transactionCount;
    expect(() => writer.add({ ...good, ...part })).toThrow(expected);
    expect(writer.transactionCount).toBe(before);
    writer.add(good);
    const payload = writer.finish();
    expect(checkPayload(payload, [])).toBeUndefined();
    expect(readPayload(payload).transactions).toHaveLength(2);
  });
});
