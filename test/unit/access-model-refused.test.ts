/** Mistakes in the text of a permission model, each with its place. */

import { describe, expect, test } from 'vitest';
import { parseModel } from '../../src/access/parse-model.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import { MODEL_MISTAKES_MAX } from '../../src/base/limits.ts';
import { doc, modelError, modelText } from '../fixture/model-text.ts';

/** A mistake, lines after the header and `type user`, and the error: `line:column: message`. */
type Case = readonly [name: string, lines: string, error: string];

const SYNTAX: readonly Case[] = [
  ['another word', 'types doc', '4:1: model expected type, define or condition, got types'],
  [
    'a type without a name',
    'type',
    '4:5: model expected a space after type, got the end of the line',
  ],
  ['a number as a name', 'type 1', "4:6: model expected a type's name, got 1"],
  ['a word of the language as a name', 'type and', "4:6: model expected a type's name, got and"],
  [
    'two types in a line',
    'type a type b',
    "4:8: model expected the end of the line after a type's name, got type",
  ],
  [
    'a dot at the end of a name',
    'type a.',
    "4:7: model expected the end of the line after a type's name, got .",
  ],
  ['a letter outside ASCII', 'type é', "4:6: model expected a type's name, got é"],
  ['an extension', 'extend type a', '4:1: model expected type, define or condition, got extend'],
  [
    'a definition without relations',
    'type a\n  define b: [user]',
    '5:3: model expected relations before define, got define',
  ],
  [
    'relations without a definition',
    'type a\n  relations\ntype b',
    '6:1: model expected define after relations, got type',
  ],
  ['a relation without a colon', doc('a [user]'), '6:14: model expected :, got ['],
  [
    'nothing after the colon',
    doc('a:'),
    "6:14: model expected a relation's name, got the end of the line",
  ],
  ['an empty list', doc('a: []'), "6:16: model expected a type's name, got ]"],
  ['an open list', doc('a: [user'), '6:20: model expected , or ], got the end of the line'],
  ['a stray comma', doc('a: [user,]'), "6:21: model expected a type's name, got ]"],
  ['a wildcard with another name', doc('a: [user:b]'), '6:21: model expected *, got b'],
  ['a wildcard with a relation', doc('a: [user:*#b]'), '6:22: model expected , or ], got #b'],
  [
    'a condition without a name',
    doc('a: [user with ]'),
    "6:26: model expected a condition's name, got ]",
  ],
  [
    'two operators without parentheses',
    doc('a: [user]', 'b: a or a and a'),
    '7:22: model expected or or parentheses, got and',
  ],
  [
    'but not twice',
    doc('a: [user]', 'b: a but not a but not a'),
    '7:27: model expected the end of the line after a relation, got but',
  ],
  [
    'an operator on the next line',
    doc('a: [user]', 'b: a\n or a'),
    '8:2: model expected type, define or condition, got or',
  ],
  [
    'subjects behind an operator',
    doc('a: [user]', 'b: a or [user]'),
    "7:20: model expected a relation's name, got [",
  ],
  [
    'an open parenthesis',
    doc('a: [user]', 'b: (a or a'),
    '7:22: model expected ), got the end of the line',
  ],
  [
    'a parenthesis too many',
    doc('a: [user]', 'b: (a))'),
    '7:18: model expected the end of the line after a relation, got )',
  ],
  [
    'from without a relation',
    doc('a: [user]', 'b: a from'),
    '7:21: model expected a space after from, got the end of the line',
  ],
  [
    'a type after a condition',
    'condition c(x: int) { x == 1 }\ntype a',
    '5:1: model expected conditions after all types, got a type',
  ],
  ['a condition without parameters', 'condition c() { true }', parameterName('4:13', ')')],
  ['a type as a parameter', 'condition c(int: int) { true }', parameterName('4:13', 'int:')],
  [
    'a list of lists',
    'condition c(x: list<list<int>>) { true }',
    '4:21: model expected a type of parameters, got list<int>>',
  ],
  ['a list of nothing', 'condition c(x: list) { true }', '4:20: model expected <, got )'],
  [
    'an unknown type of parameters',
    'condition c(x: float) { true }',
    '4:16: model expected a type of parameters, got float',
  ],
  ['a condition with dots', 'condition a.b(x: int) { true }', '4:12: model expected (, got .b'],
  ['an open condition', 'condition c(x: int) { x == 1', '4:22: condition expected }, got the end'],
  [
    'a brace in a text alone',
    'condition c(x: string) { x == "}" ',
    '4:25: condition expected }, got the end',
  ],
];

const NAMES: readonly Case[] = [
  ['a type twice', 'type user', '4:6: type user expected one declaration, got another'],
  [
    'a relation twice',
    doc('a: [user]', 'a: [user]'),
    '7:12: relation doc#a expected one definition, got another',
  ],
  [
    'a condition twice',
    'condition c(x: int) { x == 1 }\ncondition c(x: int) { x == 1 }',
    '5:11: condition c expected one definition, got another',
  ],
  [
    'a parameter twice',
    'condition c(x: int, x: int) { x == 1 }',
    '4:21: parameter x expected one declaration, got another',
  ],
  ['the type this', 'type this', '4:6: type expected a name of its own, got this'],
  ['the type self', 'type self', '4:6: type expected a name of its own, got self'],
  ['the relation self', doc('self: [user]'), '6:12: relation expected a name of its own, got self'],
  [
    'a long relation',
    doc(`${'a'.repeat(51)}: [user]`),
    '6:12: relation expected a name of at most 50 bytes, got 51',
  ],
  [
    'a long type',
    `type ${'a'.repeat(255)}`,
    '4:6: type expected a name of at most 254 bytes, got 255',
  ],
  [
    'a long condition',
    `condition ${'c'.repeat(51)}(x: int) { x == 1 }`,
    '4:11: condition expected a name of at most 50 bytes, got 51',
  ],
];

const REFERENCES: readonly Case[] = [
  [
    'an unknown type of subjects',
    doc('a: [group]'),
    '6:16: relation doc#a expected a type of the model, got group',
  ],
  [
    'an unknown relation of subjects',
    doc('a: [user, user#friend]'),
    '6:22: relation doc#a expected a relation of the model, got user#friend',
  ],
  [
    'an unknown condition',
    doc('a: [user with c]'),
    '6:16: relation doc#a expected a condition of the model, got c',
  ],
  [
    'an unknown relation',
    doc('a: [user] or owner'),
    '6:25: relation doc#a expected a relation of its type, got owner',
  ],
  [
    'an unknown relation that is subtracted',
    doc('a: [user] but not owner'),
    '6:30: relation doc#a expected a relation of its type, got owner',
  ],
  [
    'an unknown tupleset',
    doc('a: a from parent'),
    '6:15: relation doc#a expected a relation of its type, got parent',
  ],
  [
    'a tupleset that is computed',
    doc('a: [doc]', 'b: a', 'c: a from b'),
    '8:15: relation doc#c expected a relation with subjects alone after from, got b',
  ],
  [
    'a tupleset of usersets',
    doc('b: [user]', 'a: [doc#b]', 'c: b from a'),
    '7:16: relation doc#a expected plain types, since it follows a from, got doc#b',
  ],
  [
    'a tupleset of everybody',
    doc('b: [user]', 'a: [doc:*]', 'c: b from a'),
    '7:16: relation doc#a expected plain types, since it follows a from, got doc:*',
  ],
  [
    'a relation that no type of the tupleset has',
    doc('a: [user]', 'b: c from a'),
    '7:15: relation doc#b expected a relation of a type that a names, got c',
  ],
  [
    'a relation of itself',
    doc('a: a'),
    '6:12: relation doc#a expected another definition than itself, got a circle',
  ],
  [
    'two relations of each other',
    doc('a: [user] or b', 'b: a'),
    '6:12: relation doc#a expected another definition than itself, got a circle\n' +
      '7:12: relation doc#b expected another definition than itself, got a circle',
  ],
  [
    'usersets that nobody is in',
    doc('a: [doc#a]'),
    '6:12: relation doc#a expected subjects that can hold it, got none',
  ],
  [
    'parents alone',
    doc('parent: [doc]', 'a: a from parent'),
    '7:12: relation doc#a expected subjects that can hold it, got none',
  ],
  [
    'an intersection with what nobody holds',
    doc('a: [doc#a]', 'b: [user] and a', 'c: b'),
    '6:12: relation doc#a expected subjects that can hold it, got none\n' +
      '7:12: relation doc#b expected subjects that can hold it, got none\n' +
      '8:12: relation doc#c expected subjects that can hold it, got none',
  ],
  [
    'a condition that is no expression',
    'condition c(x: int) { x == }',
    '4:11: condition c expected an expression in CEL, got Unexpected token: EOF',
  ],
  [
    'a condition that is no question',
    'condition c(x: int) { x }',
    '4:11: condition c expected true or false, got int',
  ],
];

describe('a model is refused', () => {
  test.each([
    ['', '1:1: model expected model, got the end'],
    ['type user', '1:1: model expected model, got type'],
    ['module x\ntype user', '1:1: model expected model, got module'],
    ['model schema 1.1', '1:7: model expected the end of the line after model, got schema'],
    ['model\n  type user', '2:3: model expected schema, got type'],
    ['model\n  schema 1', '2:10: model expected a schema version, got 1'],
    ['model\n  schema 1.0\ntype user', '2:10: model expected schema 1.1, got 1.0'],
    ['model\n  schema 1.1\n', '1:1: model expected at least one type, got none'],
  ])('with the beginning %j', (source, error) => {
    expect(modelError(source)).toBe(error);
  });

  test.each(SYNTAX)('with %s', (_, lines, error) => {
    expect(modelError(modelText(lines)).split('\n')[0]).toBe(error);
  });

  test.each(NAMES)('with %s', (_, lines, error) => {
    expect(modelError(modelText(lines))).toBe(error);
  });

  test.each(REFERENCES)('with %s', (_, lines, error) => {
    expect(modelError(modelText(lines))).toBe(error);
  });

  test('with all its mistakes in one error, in the order of the text', () => {
    const source = modelText(`${doc('a: [user', 'b: [user:b]', 'c: [user]')}type 1\ntype user`);
    expect(() => parseModel(source, { file: 'a.fga' })).toThrow(DatabaseError);
    expect(modelError(source, 'a.fga').split('\n')).toEqual([
      'a.fga:6:20: model expected , or ], got the end of the line',
      'a.fga:7:21: model expected *, got b',
      "a.fga:9:6: model expected a type's name, got 1",
      'a.fga:10:6: type user expected one declaration, got another',
    ]);
  });

  test('without repeating a long name', () => {
    const name = 'n'.repeat(100_000);
    expect(modelError(modelText(doc(`${name}: ${name}`))).length).toBeLessThan(500);
  });

  test('with the first of very many mistakes, and how many there are', () => {
    const lines = modelError(modelText('type 1\n'.repeat(1_000))).split('\n');
    expect(lines.length).toBe(MODEL_MISTAKES_MAX + 1);
    expect(lines.at(-1)).toBe(`and ${1_000 - MODEL_MISTAKES_MAX} more`);
  });
});

function parameterName(at: string, got: string): string {
  return `${at}: model expected a parameter's name, got ${got}`;
}
