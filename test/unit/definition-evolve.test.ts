/** Which definitions can follow which. */

import { describe, expect, test } from 'vitest';
import { DatabaseError, describeError } from '../../src/base/errors.ts';
import { checkEvolution } from '../../src/definition/evolve.ts';
import { parseDefinition } from '../../src/definition/parse.ts';

const OUT = '@relationship(type: "X", direction: OUT)';
const OUT_P = '@relationship(type: "X", direction: OUT, properties: "P")';
const OUT_Q = '@relationship(type: "X", direction: OUT, properties: "Q")';

describe('allowed', () => {
  test.each([
    ['[D20] nothing changes', 'type A @node { n: Int! }', 'type A @node { n: Int! }'],
    ['[D20] a field is added', 'type A @node { n: Int }', 'type A @node { n: Int m: Int }'],
    ['[D20] a field is retired', 'type A @node { n: Int! m: Int }', 'type A @node { m: Int }'],
    ['[D20] a type is added', node('n: Int'), `${node('n: Int')} type B @node { k: ID! @id }`],
    ['[D20] a type is retired', `${node('n: Int')} type B @node { n: Int }`, node('n: Int')],
    ['[D20] an index is added', node('n: Int'), node('n: Int @index')],
    ['[D20] a default changes', node('n: Int @default(value: 1)'), node('n: Int')],
    ['[D20] a relationship is added', node('n: Int'), node(`n: Int as: [A!]! ${OUT}`)],
    [
      '[D20] an edge type leads to another type',
      `${node(`n: Int as: [A!]! ${OUT}`)} type B @node { n: Int }`,
      `${node(`n: Int as: [B!]! ${OUT}`)} type B @node { n: Int }`,
    ],
    ['[D20] a required field becomes optional', node('n: Int!'), node('n: Int')],
    ['[D21] a nested type is renamed', `${node('a: M')} type M { n: Int }`, nested('n: Int')],
    [
      '[D21] edge properties are renamed',
      `${node(`as: [A!]! ${OUT_P}`)} type P @relationshipProperties { n: Int! }`,
      `${node(`as: [A!]! ${OUT_Q}`)} type Q @relationshipProperties { n: Int! }`,
    ],
    [
      '[D21] a field becomes a relationship',
      node('n: Int as: Int'),
      node(`n: Int as: [A!]! ${OUT}`),
    ],
    [
      '[D23] a required field is added with a default',
      node('n: Int'),
      node('n: Int m: Int! @default(value: 0)'),
    ],
    [
      '[D23] a field becomes required with a default',
      node('n: Int'),
      node('n: Int! @default(value: 0)'),
    ],
    ['[D23] an optional nested field is added', node('n: Int'), node('n: Int at: Point')],
    [
      '[D27] an enum has more values, in another order',
      `${node('e: E')} enum E { X Y }`,
      `${node('e: E')} enum E { Z Y X @deprecated }`,
    ],
    ['[D27] an enum is renamed', `${node('e: E')} enum E { X }`, `${node('e: F')} enum F { X }`],
    [
      '[D27] an enum that no field has loses a value',
      `${node('n: Int')} enum E { X Y }`,
      `${node('n: Int e: E')} enum E { X }`,
    ],
  ])('%s', (_name, before, after) => {
    expect(refusal(before, after)).toBe('no error');
  });
});

describe('refused', () => {
  test.each([
    [
      '[D21] a scalar changes',
      node('n: Int'),
      'type A @node {\n  n: String\n}',
      '2:3: field n of type A expected Int, as before, got String',
    ],
    [
      '[D21] a scalar of the same kind of value changes',
      node('n: Int'),
      node('n: BigInt'),
      '1:16: field n of type A expected Int, as before, got BigInt',
    ],
    [
      '[D21] a scalar field becomes nested',
      node('n: Int'),
      node('n: Point'),
      '1:16: field n of type A expected Int, as before, got a nested type',
    ],
    [
      '[D21] a nested field becomes scalar',
      node('n: Point'),
      node('n: Int'),
      '1:16: field n of type A expected a nested type, as before, got Int',
    ],
    [
      '[D21] a member of a nested type changes',
      nested('n: Int'),
      nested('m: Int\n  n: Float'),
      '2:3: field a.n of type A expected Int, as before, got Float',
    ],
    [
      '[D21] a nested type becomes the built-in one',
      nested('latitude: Int'),
      node('a: Point'),
      '1:16: field a.latitude of type A expected Int, as before, got Float',
    ],
    [
      '[D21] a field of renamed edge properties changes',
      `${node(`as: [A!]! ${OUT_P}`)} type P @relationshipProperties { n: Int }`,
      `${node(`as: [A!]! ${OUT_Q}`)}\ntype Q @relationshipProperties { n: ID }`,
      '2:34: field n of edge type X expected Int, as before, got ID',
    ],
    [
      '[D22] a key appears',
      node('n: Int'),
      node('n: Int k: ID! @id'),
      '1:23: type A expected no @id field, as before, got k',
    ],
    [
      '[D22] a key vanishes',
      node('k: ID! @id'),
      node('k: ID!'),
      '1:6: type A expected @id field k, as before, got none',
    ],
    [
      '[D22] a key moves',
      node('k: ID! @id l: ID!'),
      node('k: ID! l: ID! @id'),
      '1:23: type A expected @id field k, as before, got l',
    ],
    [
      '[D22] a key changes its scalar',
      node('k: ID! @id'),
      node('k: String! @id'),
      '1:16: field k of type A expected ID, as before, got String',
    ],
    [
      '[D23] a field becomes required',
      node('n: Int'),
      node('n: Int!'),
      '1:16: field n of type A expected @default or no !, as it was optional, got a required field',
    ],
    [
      '[D23] a required field is added',
      node('n: Int'),
      node('n: Int m: Int!'),
      '1:23: field m of type A expected @default or no !, as it is new, got a required field',
    ],
    [
      '[D23] a required timestamp is added',
      node('n: Int'),
      node('n: Int t: DateTime! @timestamp'),
      '1:23: field t of type A expected @default or no !, as it is new, got a required field',
    ],
    [
      '[D23] a required nested field is added',
      node('n: Int'),
      node('n: Int at: Point!'),
      '1:23: field at of type A expected no !, as it is new, got a required field',
    ],
    [
      '[D23] a required member is added to a nested type',
      nested('n: Int'),
      nested('n: Int m: Int!'),
      '1:39: field a.m of type A expected no !, as it is new, got a required field',
    ],
    [
      '[D23] required properties are added to an edge type',
      node(`as: [A!]! ${OUT}`),
      `${node(`as: [A!]! ${OUT_P}`)}\ntype P @relationshipProperties { n: Int! }`,
      '2:34: field n of edge type X expected @default or no !, as it is new, got a required field',
    ],
    [
      '[D27] an enum loses a value',
      `${node('n: Int e: E')} enum E { X Y }`,
      `${node('n: Int e: E')}\nenum E { Y Z }`,
      '2:6: enum E expected the value X, as field e of type A had before, got none',
    ],
    [
      '[D27] an enum of a nested field has other values',
      `${node('a: N')} type N { e: E } enum E { X }`,
      `${node('a: N')} type N { e: F }\nenum E { X }\nenum F { Y }`,
      '3:6: enum F expected the value X, as field a.e of type A had before, got none',
    ],
    [
      '[D21] a value becomes a list',
      node('n: Int'),
      node('n: [Int!]'),
      '1:16: field n of type A expected Int, as before, got [Int!]',
    ],
    [
      '[D27] an enum of a list loses a value',
      `${node('n: Int e: [E!]')} enum E { X Y }`,
      `${node('n: Int e: [E!]')}\nenum E { Y }`,
      '2:6: enum E expected the value X, as field e of type A had before, got none',
    ],
    [
      '[D21] text becomes an enum',
      node('e: String'),
      `${node('e: E')} enum E { X }`,
      '1:16: field e of type A expected String, as before, got an enum',
    ],
    [
      '[D21] an enum becomes text',
      `${node('e: E')} enum E { X }`,
      node('e: String'),
      '1:16: field e of type A expected an enum, as before, got String',
    ],
  ])('%s', (_name, before, after, expected) => {
    expect(refusal(before, after)).toBe(expected);
  });

  test('[D1] the error names the file of the later version', () => {
    const [before, after] = [parseDefinition(node('n: Int')), parseDefinition(node('n: ID'))];
    const check = () => checkEvolution(before, after, { file: 'b.graphql' });
    expect(refusalOf(check)).toMatch(/^b\.graphql:1:16: /);
  });
});

function node(fields: string): string {
  return `type A @node { ${fields} }`;
}

function nested(members: string): string {
  return `type A @node { a: N } type N { ${members} }`;
}

function refusal(before: string, after: string): string {
  return refusalOf(() => checkEvolution(parseDefinition(before), parseDefinition(after)));
}

function refusalOf(act: () => void): string {
  try {
    act();
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    expect(error.code).toBe('INVALID_INPUT');
    return describeError(error);
  }
  return 'no error';
}
