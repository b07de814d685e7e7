/** Questions about the fields and names of a definition. */

import { describe, expect, test } from 'vitest';
import {
  VALUE_BOOL,
  VALUE_BYTES,
  VALUE_FLOAT64,
  VALUE_INT64,
  VALUE_STRING,
  VALUE_TIMESTAMP,
} from '../../assembly/abi.ts';
import { type NodeType, Scalar } from '../../src/definition/definition.ts';
import {
  fieldAtPath,
  pluralOf,
  scalarFields,
  scalarKind,
  singularOf,
} from '../../src/definition/fields.ts';
import { parseDefinition } from '../../src/definition/parse.ts';

const TEXT = `
  type A @node { ab: Int, a: Place, z: Point }
  type Place { at: Point!, name: String }`;

describe('fields', () => {
  test('[D11] scalar fields are listed with those of nested fields, in declared order', () => {
    expect(scalarFields(type().fields).map(({ path }) => path)).toEqual([
      'ab',
      'a.at.latitude',
      'a.at.longitude',
      'a.name',
      'z.latitude',
      'z.longitude',
    ]);
  });

  test.each([
    ['ab', 'scalar'],
    ['a', 'nested'],
    ['a.at', 'nested'],
    ['a.at.latitude', 'scalar'],
    ['a.b', undefined],
    ['ab.c', undefined],
    ['a.at.latitude.x', undefined],
    ['a.', undefined],
    ['b', undefined],
    ['', undefined],
  ])('[D11] the field at path %j is %s', (path, kind) => {
    const field = fieldAtPath(type(), path);
    expect(field?.kind).toBe(kind);
    expect(field?.path).toBe(kind && path);
  });

  test('[D10] each scalar is stored as one kind of value', () => {
    expect(Object.values(Scalar).map((scalar) => [scalar, scalarKind(scalar)])).toEqual([
      ['ID', VALUE_STRING],
      ['String', VALUE_STRING],
      ['Int', VALUE_INT64],
      ['BigInt', VALUE_INT64],
      ['Float', VALUE_FLOAT64],
      ['Boolean', VALUE_BOOL],
      ['DateTime', VALUE_TIMESTAMP],
      ['Bytes', VALUE_BYTES],
      ['Duration', VALUE_STRING],
      ['JSON', VALUE_STRING],
    ]);
  });
});

describe('names', () => {
  test.each([
    ['Airport', 'airport', 'airports'],
    ['airport', 'airport', 'airports'],
    ['Country', 'country', 'countries'],
    ['Day', 'day', 'days'],
    ['Bus', 'bus', 'buses'],
    ['Box', 'box', 'boxes'],
    ['Church', 'church', 'churches'],
    ['Dish', 'dish', 'dishes'],
    ['USState', 'usState', 'usStates'],
    ['URL', 'url', 'urls'],
    ['A', 'a', 'as'],
    ['_Own', '_own', '_owns'],
    ['A1', 'a1', 'a1s'],
  ])('[D5] %s has the singular %s and the plural %s', (name, singular, plural) => {
    expect(singularOf(name)).toBe(singular);
    expect(pluralOf(name)).toBe(plural);
  });

  test('[D5] an explicit plural is taken as it is', () => {
    expect(pluralOf('Person', 'People')).toBe('People');
  });
});

function type(): NodeType {
  const found = parseDefinition(TEXT).nodeTypes.get('A');
  if (found === undefined) throw new Error('the text has a type A');
  return found;
}
