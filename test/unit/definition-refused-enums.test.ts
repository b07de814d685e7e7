/** Mistakes in the enums of a definition, and where it names them. */

import { expect, test } from 'vitest';
import { type Case, lines, node, refusal } from './definition-refusal.ts';

const ENUMS: readonly Case[] = [
  [
    '[D26] an enum without values',
    lines(node('n: Int'), 'enum E'),
    '4:6: enum E expected at least one value, got none',
  ],
  [
    '[D26] a value that comes twice',
    lines(node('n: Int'), 'enum E { X Y X }'),
    '4:14: enum E expected each value once, got X again',
  ],
  [
    '[D26] a value that GraphQL has for itself',
    lines(node('n: Int'), 'enum E { true }'),
    '4:10: definition expected SDL, ' +
      'got name "true" is reserved and cannot be used for an enum value',
  ],
  [
    '[D26] a value that begins with __',
    lines(node('n: Int'), 'enum E { __X }'),
    '4:10: value __X of enum E expected no leading __, got __X',
  ],
  [
    '[D26] a value of 256 bytes',
    lines(node('n: Int'), `enum E { ${'X'.repeat(256)} }`),
    '4:10: a value of enum E expected at most 255 bytes, got 256',
  ],
  [
    '[D26] 1,025 values',
    lines(
      node('n: Int'),
      `enum E {\n${Array.from({ length: 1025 }, (_, n) => `V${n}\n`).join('')}}`,
    ),
    '1029:1: enum E expected at most 1024 values, got more',
  ],
  [
    '[D26] a directive on an enum',
    lines(node('n: Int'), 'enum E @index { X }'),
    '4:8: enum E expected no directives, got @index',
  ],
  [
    '[D26] another directive on a value',
    lines(node('n: Int'), 'enum E { X @index }'),
    '4:12: @index expected to be on a field, got value X of enum E',
  ],
  [
    '[D26] an unknown directive on a value',
    lines(node('n: Int'), 'enum E { X @old }'),
    '4:12: value X of enum E expected @deprecated, got @old',
  ],
  [
    '[D26] an enum that is declared twice',
    lines(node('n: Int'), 'enum E { X }', 'enum E { Y }'),
    '5:6: enum E expected one declaration, got another',
  ],
  [
    '[D26] a type that has the name of an enum',
    lines('enum A { X }', node('n: Int')),
    '2:6: type A expected one declaration, got another',
  ],
  [
    '[D4] an enum of a name that the API has',
    lines(node('n: Int'), 'enum SortDirection { X }'),
    '4:6: enum name expected one that the API does not take, got SortDirection',
  ],
  [
    '[D7] an enum whose name is generated for a type',
    lines(node('n: Int'), 'enum AWhere { X }'),
    '4:6: enum AWhere expected a name not generated for type A, got AWhere',
  ],
  [
    '[D7] a type whose name is generated for an enum',
    lines('enum E { X }', 'type EEnumScalarFilters { n: Int }', node('n: Int')),
    '2:6: type EEnumScalarFilters expected a name not generated for enum E, got EEnumScalarFilters',
  ],
  [
    '[D7] an enum that has the plural of a type',
    lines(node('n: Int'), 'enum As { X }'),
    '4:6: enum As expected type names of its own, got As of type A',
  ],
  [
    '[D26] a default that is no value of the enum',
    lines(node('n: Int', 'e: E @default(value: Z)'), 'enum E { X Y }'),
    '3:24: @default of E field e expected a value of E (X, Y), got Z',
  ],
  [
    '[D26] a default that is text',
    lines(node('n: Int', 'e: E @default(value: "X")'), 'enum E { X }'),
    '3:24: @default of E field e expected a value of E (X), got "X"',
  ],
  [
    '[D12] a key whose type is an enum',
    lines(node('n: Int', 'e: E! @id'), 'enum E { X }'),
    '3:6: @id field e expected type ID! or String!, got E!',
  ],
  [
    '[D15] a timestamp whose type is an enum',
    lines(node('n: Int', 'e: E @timestamp'), 'enum E { X }'),
    '3:8: @timestamp field e expected type DateTime, got E',
  ],
  [
    '[D17] a relationship to an enum',
    lines(node('n: Int', 'es: [E!]! @relationship(type: "T", direction: OUT)'), 'enum E { X }'),
    '3:8: relationship es of type A expected a list of a node type, an interface or a union, ' +
      'got enum E',
  ],
];

test.each(ENUMS)('%s is refused with its line and column', (_name, text, expected) => {
  expect(refusal(text)).toBe(expected);
});
