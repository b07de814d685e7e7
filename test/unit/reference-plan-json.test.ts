/** The reference's figures and JSON against answers that were worked out by hand. */

import { describe, expect, test } from 'vitest';
import { EMPTY_MAP, IdValue, Timestamp, type Value } from '../../src/delta/value.ts';
import type { Format, Rows, Shape } from '../../src/engine/plan.ts';
import {
  A,
  answer,
  B,
  C,
  D,
  figure,
  graphOf,
  item,
  members,
  NAME,
  place,
  property,
  TYPE_PLACE,
  value,
  values,
  written,
} from './plan-fixture.ts';

describe('figures', () => {
  test('[E17] [E18] counts and ends of the values that are there', () => {
    const countOf: Shape = { kind: 'countOf', field: NAME };
    const shape: Shape = {
      kind: 'aggregate',
      rows: { source: TYPE_PLACE },
      members: members({ all: { kind: 'countOf' }, named: countOf }),
    };
    expect(answer(shape)).toBe('{"all":3,"named":2}');
    expect(figure('min', [2n, 'a', 1.5])).toBe('2');
    expect(figure('max', [2n, 'a', EMPTY_MAP])).toBe('{}');
    expect(figure('max', [])).toBe('null');
    expect(figure('min', [1, Number.NaN, -0])).toBe('0');
  });

  test('[E19] a sum is exact, rounded once, and an int64 where all are', () => {
    expect(figure('sum', [2n ** 62n, 2n ** 62n - 1n, 'passed over'])).toBe('9223372036854775807');
    expect(figure('sum', [2n ** 62n, 2n ** 62n])).toBe('unrepresentable');
    expect(figure('sum', [1e16, 1, -1e16])).toBe('1');
    expect(figure('sum', [0.1, 0.2, 0.3])).toBe('0.6');
    expect(figure('sum', [2n ** 53n, 1n, 0.5])).toBe('9007199254740994');
    expect(figure('sum', [Number.MAX_VALUE, Number.MAX_VALUE, -Number.MAX_VALUE])).toBe(
      '1.7976931348623157e+308',
    );
    expect(figure('sum', [Number.MAX_VALUE, Number.MAX_VALUE])).toBe('null');
    expect(figure('sum', [5e-324, 5e-324])).toBe('1e-323');
    expect(figure('sum', ['text'])).toBe('null');
    expect(figure('sum', [Infinity, 1], 'float')).toBe('unrepresentable');
  });

  test('[E19] an average divides the rounded sum by the count of the numbers', () => {
    expect(figure('average', [1n, 2n, 'passed over'])).toBe('1.5');
    expect(figure('average', [2n ** 63n - 1n, 2n ** 63n - 1n])).toBe('9223372036854776000');
    expect(figure('average', [])).toBe('null');
  });

  test('[E20] groups come in the order of their values, a missing one last', () => {
    const graph = graphOf(
      ...[A, B, C, D].map(place),
      ...values(A, { v: -0 }),
      ...values(B, { v: 0 }),
      ...values(D, { v: -1 }),
    );
    const shape: Shape = {
      kind: 'groups',
      rows: { source: TYPE_PLACE },
      by: [property('v')],
      members: members({
        v: { kind: 'groupValue', index: 0, format: 'any' },
        n: { kind: 'countOf' },
      }),
    };
    expect(answer(shape, graph)).toBe('[{"v":-1,"n":1},{"v":0,"n":2},{"v":null,"n":1}]');
  });
});

describe('JSON', () => {
  test('[E23] text and numbers are written as JSON.stringify writes them', () => {
    const shape: Shape = {
      kind: 'one',
      rows: { source: { kind: 'type', type: 'Note' } },
      item: item({ n: value(NAME) }),
    };
    expect(answer(shape)).toBe('{"n":"\\"q\\"\\n\\u0001😀\u2028/"}');
    expect(written(-0)).toBe('0');
    expect(written(1e21)).toBe('1e+21');
    expect(written(1e-7)).toBe('1e-7');
    expect(written(Number.NaN)).toBe('null');
    expect(written(2n ** 63n - 1n)).toBe('9223372036854775807');
    expect(written(Uint8Array.of(251, 255), 'bytes')).toBe('"+/8="');
    expect(written(new IdValue(B), 'text')).toBe('"bbbbbbbbbbbbbbbb"');
    expect(written(EMPTY_MAP)).toBe('{}');
  });

  test('[E24] a moment has 3 decimals, or 6', () => {
    expect(written(new Timestamp(0n), 'timestamp')).toBe('"1970-01-01T00:00:00.000Z"');
    expect(written(new Timestamp(-1n), 'timestamp')).toBe('"1969-12-31T23:59:59.999999Z"');
    expect(written(new Timestamp(-62_167_219_200_000_000n), 'timestamp')).toBe(
      '"0000-01-01T00:00:00.000Z"',
    );
    expect(written(new Timestamp(253_402_300_800_000_000n), 'timestamp')).toBe('unrepresentable');
    expect(written(new Timestamp(-5n))).toBe('-5');
  });

  test('a name comes as often as it is given, and an item by the first case of its type', () => {
    const literal = (json: string) => ({ name: 'n', shape: { kind: 'literal', json } }) as const;
    const cases = [
      { type: 'Note', members: [literal('1'), literal('2')] },
      { type: 'Note', members: [literal('3')] },
    ];
    const rows: Rows = { source: { kind: 'ids', ids: [A, D] } };
    expect(answer({ kind: 'list', rows, item: { cases } })).toBe('[{},{"n":1,"n":2}]');
  });

  test('an object is null where its fields have no value but maps', () => {
    const object: Shape = {
      kind: 'object',
      members: [],
      unlessAllMissing: [property('at'), property('none')],
    };
    const rows: Rows = { source: { kind: 'ids', ids: [D] } };
    expect(answer({ kind: 'one', rows, item: item({ o: object }) })).toBe('{"o":null}');
    const named: Shape = { ...object, unlessAllMissing: [property('at'), NAME] };
    expect(answer({ kind: 'one', rows, item: item({ o: named }) })).toBe('{"o":{}}');
  });
});

describe('endings', () => {
  test('[E25] a value that its format cannot write', () => {
    const wrong: [Value, Format][] = [
      [2n ** 31n, 'int32'],
      [1, 'int32'],
      [1n, 'float'],
      [Infinity, 'float'],
      [1.5, 'int64Text'],
      [EMPTY_MAP, 'text'],
      [1n, 'boolean'],
      ['x', 'bytes'],
      [1n, 'timestamp'],
    ];
    for (const [held, format] of wrong) expect(written(held, format)).toBe('unrepresentable');
    expect(written(-(2n ** 31n), 'int32')).toBe('-2147483648');
  });

  test('[E25] a required value that is missing, and two rows where one is expected', () => {
    const rows: Rows = { source: TYPE_PLACE, order: [{ field: NAME }] };
    const required: Shape = { kind: 'value', field: NAME, format: 'any', isRequired: true };
    expect(answer({ kind: 'list', rows, item: item({ n: required }) })).toBe('missing');
    expect(answer({ kind: 'list', rows: { ...rows, limit: 2 }, item: item({ n: required }) })).toBe(
      '[{"n":"green"},{"n":"red"}]',
    );
    expect(answer({ kind: 'one', rows, item: item({}) })).toBe('several');
    expect(answer({ kind: 'one', rows: { ...rows, limit: 1 }, item: item({ n: required }) })).toBe(
      '{"n":"green"}',
    );
    expect(answer({ kind: 'one', rows: { ...rows, limit: 0 }, item: item({}) })).toBe('null');
  });
});
