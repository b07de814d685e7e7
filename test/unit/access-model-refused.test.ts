/** Mistakes in the text of a permission model, each with its place. */

import { describe, expect, test } from 'vitest';
import { parseModel } from '../../src/access/parse-model.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import { MODEL_MISTAKES_MAX } from '../../src/base/limits.ts';
import { doc, modelError, modelText } from '../fixture/model-text.ts';

/** A mistake, lines after the header and `type user`, and the error: `line:column: message`. */
type Case = readonly [name: string, lines: string, error: string];

const SYNTAX: readonly Case[] = [
  ['another word', 'types doc', "4:1: no viable alternative at input '\\ntypes'"],
  ['a type without a name', 'type', "4:5: mismatched input '<EOF>' expecting WHITESPACE"],
  ['a number as a name', 'type 1', "4:6: mismatched input '1'"],
  ['a word of the language as a name', 'type and', "4:6: mismatched input 'and'"],
  ['two types in a line', 'type a type b', "4:7: mismatched input ' '"],
  ['a dot at the end of a name', 'type a.', "4:7: extraneous input '.'"],
  ['a letter outside ASCII', 'type é', "4:6: token recognition error at: 'é'"],
  ['an extension', 'extend type a', '4:13: extend can only be used in a modular model'],
  [
    'a definition without relations',
    'type a\n  define b: [user]',
    "5:3: no viable alternative at input '\\n  define'",
  ],
  [
    'relations without a definition',
    'type a\n  relations\ntype b',
    "6:1: no viable alternative at input '\\ntype'",
  ],
  ['a relation without a colon', doc('a [user]'), "6:14: missing ':' at '['"],
  ['nothing after the colon', doc('a:'), "6:14: mismatched input '<EOF>'"],
  ['an empty list', doc('a: []'), "6:16: mismatched input ']'"],
  ['an open list', doc('a: [user'), "6:20: mismatched input '<EOF>'"],
  ['a stray comma', doc('a: [user,]'), "6:21: mismatched input ']'"],
  [
    'a wildcard with another name',
    doc('a: [user:b]'),
    "6:21: no viable alternative at input 'user:b'",
  ],
  ['a wildcard with a relation', doc('a: [user:*#b]'), "6:22: mismatched input '#'"],
  ['a condition without a name', doc('a: [user with ]'), "6:26: missing IDENTIFIER at ']'"],
  [
    'two operators without parentheses',
    doc('a: [user]', 'b: a or a and a'),
    "7:21: mismatched input ' '",
  ],
  ['but not twice', doc('a: [user]', 'b: a but not a but not a'), "7:26: mismatched input ' '"],
  [
    'an operator on the next line',
    doc('a: [user]', 'b: a\n or a'),
    "8:2: no viable alternative at input '\\n or'",
  ],
  ['subjects behind an operator', doc('a: [user]', 'b: a or [user]'), "7:20: extraneous input '['"],
  ['an open parenthesis', doc('a: [user]', 'b: (a or a'), "7:22: mismatched input '<EOF>'"],
  ['a parenthesis too many', doc('a: [user]', 'b: (a))'), "7:18: extraneous input ')'"],
  [
    'from without a relation',
    doc('a: [user]', 'b: a from'),
    "7:21: mismatched input '<EOF>' expecting WHITESPACE",
  ],
  [
    'a type after a condition',
    'condition c(x: int) { x == 1 }\ntype a',
    "5:1: mismatched input 'type' expecting <EOF>",
  ],
  ['a condition without parameters', 'condition c() { true }', "4:13: extraneous input ')'"],
  ['a type as a parameter', 'condition c(int: int) { true }', "4:13: mismatched input 'int'"],
  [
    'a list of lists',
    'condition c(x: list<list<int>>) { true }',
    "4:21: mismatched input 'list' expecting CONDITION_PARAM_TYPE",
  ],
  [
    'a list of nothing',
    'condition c(x: list) { true }',
    "4:20: mismatched input ')' expecting '<'",
  ],
  [
    'an unknown type of parameters',
    'condition c(x: float) { true }',
    "4:16: mismatched input 'float'",
  ],
  [
    'a condition with dots',
    'condition a.b(x: int) { true }',
    "4:12: token recognition error at: '.'",
  ],
  ['an open condition', 'condition c(x: int) { x == 1', "4:29: mismatched input '<EOF>'"],
  [
    'a brace in a text alone',
    'condition c(x: string) { x == "}" ',
    "4:34: mismatched input '<EOF>'",
  ],
  [
    'parameters in several lines',
    'condition c(x: int,\n  y: int) { x == y }',
    "4:20: token recognition error at: '\\n'",
  ],
  ['a parameter of any type', 'condition c(x: any) { true }', "4:16: mismatched input 'any'"],
  ['a comment in slashes', 'type a // b', "4:7: extraneous input ' '"],
  ['a mistake after empty lines', '\n# a\n \ntype a\n\ntype 1', "9:6: mismatched input '1'"],
];

const NAMES: readonly Case[] = [
  ['a type twice', 'type user', '4:6: type user expected one declaration, got another'],
  [
    'a relation twice',
    doc('a: [user]', 'a: [user]'),
    "7:12: model expected OpenFGA's language: 'a' is already defined in 'doc'",
  ],
  [
    'a condition twice',
    'condition c(x: int) { x == 1 }\ncondition c(x: int) { x == 1 }',
    "5:11: model expected OpenFGA's language: condition 'c' is already defined in the model",
  ],
  [
    'a parameter twice',
    'condition c(x: int, x: int) { x == 1 }',
    "4:21: model expected OpenFGA's language: parameter 'x' is " +
      "already defined in the condition 'c'",
  ],
  [
    'a relation named as in Object.prototype',
    doc('constructor: [user]'),
    '6:12: model expected a name that JavaScript has not taken, got constructor',
  ],
  [
    'a relation that is the prototype',
    doc('__proto__: [user]'),
    '6:12: model expected a name that JavaScript has not taken, got __proto__',
  ],
  [
    'a condition that is the prototype',
    'condition __proto__(x: int) { x == 1 }',
    '4:11: model expected a name that JavaScript has not taken, got __proto__',
  ],
  [
    'a parameter named as in Object.prototype',
    'condition c(toString: int) { true }',
    '4:13: model expected a name that JavaScript has not taken, got toString',
  ],
  [
    'a carriage return alone',
    'type a\rtype b',
    '4:7: model expected lines that end in a line feed, got a carriage return',
  ],
  [
    'an empty line in a text',
    'condition c(x: string) {\n  x == """a\n\nb"""\n}',
    '6:1: condition expected a text without empty lines in """, got one',
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
    '6:12: relation doc#a expected a type of the model, got group',
  ],
  [
    'an unknown relation of subjects',
    doc('a: [user, user#friend]'),
    '6:12: relation doc#a expected a relation of the model, got user#friend',
  ],
  [
    'an unknown condition',
    doc('a: [user with c]'),
    '6:12: relation doc#a expected a condition of the model, got c',
  ],
  [
    'an unknown relation',
    doc('a: [user] or owner'),
    '6:12: relation doc#a expected a relation of its type, got owner',
  ],
  [
    'an unknown relation that is subtracted',
    doc('a: [user] but not owner'),
    '6:12: relation doc#a expected a relation of its type, got owner',
  ],
  [
    'an unknown tupleset',
    doc('a: a from parent'),
    '6:12: relation doc#a expected a relation of its type, got parent',
  ],
  [
    'a tupleset that is computed',
    doc('a: [doc]', 'b: a', 'c: a from b'),
    '8:12: relation doc#c expected a relation with subjects alone after from, got b',
  ],
  [
    'a tupleset of usersets',
    doc('b: [user]', 'a: [doc#b]', 'c: b from a'),
    '7:12: relation doc#a expected plain types, since it follows a from, got doc#b',
  ],
  [
    'a tupleset of everybody',
    doc('b: [user]', 'a: [doc:*]', 'c: b from a'),
    '7:12: relation doc#a expected plain types, since it follows a from, got doc:*',
  ],
  [
    'a relation that no type of the tupleset has',
    doc('a: [user]', 'b: c from a'),
    '7:12: relation doc#b expected a relation of a type that a names, got c',
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
    ['', "1:1: mismatched input '<EOF>'"],
    ['type user', "1:1: extraneous input 'type'"],
    ['module x\ntype user', '1:1: model expected a model, got a module'],
    ['model schema 1.1', "1:6: mismatched input ' ' expecting NEWLINE"],
    ['model\n  type user', "2:3: mismatched input 'type' expecting 'schema'"],
    ['model\n  schema 1', "2:10: mismatched input '1' expecting SCHEMA_VERSION"],
    ['model\n  schema 1.0\ntype user', '2:10: model expected schema 1.1, got 1.0'],
    ['model\n  schema 1.2\ntype user', '2:10: model expected schema 1.1, got 1.2'],
    ['model\n  schema 1.1\n', '1:1: model expected at least one type, got none'],
  ])('with the beginning %j', (source, error) => {
    expect(firstOf(modelError(source))).toBe(error);
  });

  test.each(SYNTAX)('with %s', (_, lines, error) => {
    expect(firstOf(modelError(modelText(lines)))).toBe(error);
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
    const told = modelError(source, 'a.fga').split('\n');
    expect(told.map((line) => line.split(' ')[0])).toEqual(['a.fga:7:5:', 'a.fga:7:12:']);
  });

  test('without repeating a long name', () => {
    const name = 'n'.repeat(30_000);
    expect(modelError(modelText(doc(`${name}: ${name}`))).length).toBeLessThan(500);
  });

  test('with the first of very many mistakes, and how many there are', () => {
    const lines = modelError(modelText('type 1\n'.repeat(1_000))).split('\n');
    expect(lines.length).toBe(MODEL_MISTAKES_MAX + 1);
    expect(lines.at(-1)).toBe(`and ${1_000 - MODEL_MISTAKES_MAX} more`);
  });
});

/** The first mistake, of the library's without all that it would have taken. */
function firstOf(errors: string): string {
  const [first = ''] = errors.split('\n');
  return first.replace(" model expected OpenFGA's language:", '').replace(/ expecting \{.*/, '');
}
