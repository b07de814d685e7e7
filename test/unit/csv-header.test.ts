import { describe, expect, test } from 'vitest';
import { Scalar } from '../../src/definition/definition.ts';
import { Timestamp } from '../../src/delta/value.ts';
import { readHeader } from '../../src/io/csv-header.ts';
import { CsvMistake } from '../../src/io/csv-mistake.ts';
import { expectedForm, parseCsvValue } from '../../src/io/csv-value.ts';

function header(text: string): unknown {
  return readHeader('x.csv', text.split(','));
}

describe('headers', () => {
  test('a node file of Neo4j is known', () => {
    expect(header('code:ID(Airport),name,runways:int,x:IGNORE,:LABEL')).toEqual({
      kind: 'nodes',
      file: 'x.csv',
      id: expect.objectContaining({ index: 0, space: 'Airport' }),
      idName: 'code',
      label: 4,
      properties: [
        { index: 1, name: 'name', scalar: 'String' },
        { index: 2, name: 'runways', scalar: 'Int' },
      ],
    });
  });

  test('an edge file of Neo4j is known', () => {
    expect(header(':START_ID(A),:END_ID(B),:TYPE,dist:long')).toMatchObject({
      kind: 'edges',
      from: { index: 0, space: 'A' },
      to: { index: 1, space: 'B' },
      label: 2,
      properties: [{ index: 3, name: 'dist', scalar: 'BigInt' }],
    });
  });

  test('node and edge files of Neptune are known', () => {
    expect(header('~id,~label,lat:Double(single),at:Date')).toMatchObject({
      kind: 'nodes',
      id: { index: 0, space: '' },
      properties: [{ scalar: 'Float' }, { scalar: 'DateTime' }],
    });
    expect(header('~id,~from,~to,~label')).toMatchObject({ kind: 'edges', label: 3 });
  });

  test('roles may be in small letters, and names with spaces around them', () => {
    expect(header(' id:id , name , n:short,:label')).toMatchObject({
      idName: 'id',
      label: 3,
      properties: [
        { name: 'name', scalar: 'String' },
        { name: 'n', scalar: 'Int', narrow: 'short' },
      ],
    });
  });

  test('options of ids play no part', () => {
    expect(header('a:ID(Movie-ID){label:Movie},:LABEL')).toMatchObject({
      id: { index: 0, space: 'Movie-ID' },
      idName: 'a',
    });
  });

  test('the ids of edges are known', () => {
    expect(header('~from,~to,~label,~id')).toMatchObject({ kind: 'edges', id: 3 });
    expect(header(':START_ID,:END_ID,:TYPE')).toMatchObject({ kind: 'edges', id: undefined });
  });

  test.each([
    ['name,city', 0, /^a header expected an id column/],
    [':ID,name', 0, /^a header expected a :LABEL or ~label column/],
    [':START_ID,:TYPE', 0, /^a header expected an :END_ID or ~to column/],
    ['~to,~label', 0, /^a header expected a :START_ID or ~from column/],
    ['~from,~to,x', 0, /^a header expected a :TYPE or ~label column/],
    ['~id,~label,~x', 2, /^a header expected ~id, ~label, ~from or ~to, got "~x"$/],
    [':ID,:LABEL,tags:string[]', 2, /^column "tags" expected a type of one value, got the list/],
    ['~id,~label,tags:String(set)', 2, /^column "tags" expected a type of one value/],
    [':ID,:LABEL,x:point', 2, /^column "x" expected one of string, .*, got "point"$/],
    [':ID,:LABEL,:int', 2, /^a column expected a name, got ":int"$/],
    [':ID,:LABEL,', 2, /^a column expected a name, got ""$/],
    [':ID,:LABEL,x,x:int', 3, /^a header expected "x" once, got it again$/],
    [':ID,a:ID,:LABEL', 1, /^a header expected the id once, got it again$/],
    [':ID;name;:LABEL', 0, /^a header expected commas between its columns, got semicolons$/],
    ['~from\t~to\t~label', 0, /^a header expected commas between its columns, got tabs$/],
    [':ID|:LABEL', 0, /^a header expected commas between its columns, got bars$/],
    [':ID,:LABEL\r1,A\r', 0, /^a line expected to end in LF or CRLF, got CR alone$/],
    [':ID,:LABEL,t:datetime{timezone:UTC}', 2, /^column "t" expected a type without options, got/],
    [':ID,:LABEL,t:point', 2, /^column "t" expected one of string, .*, got "point"$/],
  ])('%s is refused at field %i', (text, field, message) => {
    try {
      header(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(CsvMistake);
      expect(error).toMatchObject({
        place: { row: 0, field },
        message: expect.stringMatching(message),
      });
    }
  });
});

describe('values', () => {
  test.each([
    ['x', Scalar.String, 'x'],
    [' 1', Scalar.ID, ' 1'],
    ['-2147483648', Scalar.Int, -2147483648n],
    ['+7', Scalar.Int, 7n],
    ['9223372036854775807', Scalar.BigInt, 2n ** 63n - 1n],
    ['-9223372036854775808', Scalar.BigInt, -(2n ** 63n)],
    ['-1.5e3', Scalar.Float, -1500],
    ['.5', Scalar.Float, 0.5],
    ['-0', Scalar.Float, 0],
    [' 1 ', Scalar.Float, 1],
    [' true', Scalar.Boolean, true],
    ['TRUE', Scalar.Boolean, true],
    ['false', Scalar.Boolean, false],
    ['1970-01-02', Scalar.DateTime, new Timestamp(86_400_000_000n)],
    ['1970-01-01T00:01', Scalar.DateTime, new Timestamp(60_000_000n)],
    ['1970-01-01T00:00:01.5', Scalar.DateTime, new Timestamp(1_500_000n)],
    ['1970-01-01T01:00:00+01:00', Scalar.DateTime, new Timestamp(0n)],
    ['AQI=', Scalar.Bytes, Uint8Array.of(1, 2)],
  ])('%j as %s', (text, scalar, value) => {
    expect(parseCsvValue(text, scalar)).toEqual(value);
  });

  test.each([
    ['1.5', Scalar.Int],
    ['', Scalar.Int],
    ['abc', Scalar.Int],
    ['0x10', Scalar.Int],
    ['2147483648', Scalar.Int],
    ['-2147483649', Scalar.Int],
    ['9223372036854775808', Scalar.BigInt],
    ['1'.repeat(21), Scalar.BigInt],
    ['1,5', Scalar.Float],
    ['1e', Scalar.Float],
    ['1e400', Scalar.Float],
    ['NaN', Scalar.Float],
    ['-Infinity', Scalar.Float],
    [' ', Scalar.Float],
    ['yes', Scalar.Boolean],
    ['1', Scalar.Boolean],
    ['2026-02-30', Scalar.DateTime],
    ['31.01.2026', Scalar.DateTime],
    ['2025-10-22 13:56:29 UTC', Scalar.DateTime],
    ['AQI', Scalar.Bytes],
    ['A$I=', Scalar.Bytes],
  ])('%j is not of the form of %s', (text, scalar) => {
    expect(parseCsvValue(text, scalar)).toBeUndefined();
    expect(expectedForm(scalar)).not.toBe('');
  });
});
