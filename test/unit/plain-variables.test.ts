/** Plain variables come to what graphql-js makes of them, and others are left to it. */

import {
  buildSchema,
  getVariableValues,
  type OperationDefinitionNode,
  parse,
  type VariableDefinitionNode,
} from 'graphql';
import { expect, test } from 'vitest';
import { plainCoercion } from '../../src/graphql/plain-variables.ts';
import { Seeded } from '../seeded.ts';

const SEED = 20_261_127;
const CASES = 5_000;
const SCHEMA = buildSchema(`
  scalar DateTime
  enum Colour { RED GREEN }
  input Where { name: String }
  type Query { a: Int }`);
const PLAIN = ['String', 'ID', 'Int', 'Float', 'Boolean'];
const OTHERS = ['DateTime', 'Colour', 'Where'];
const VALUES: readonly unknown[] = [
  ...[undefined, null, true, false, '', 'a', 'RED', '12', {}, { name: 'a' }, { name: 1 }],
  ...[0, -0, 1, 1.5, 1e300, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, 2 ** 53, 9e99],
];

const FITTING: ReadonlyMap<string, readonly unknown[]> = new Map<string, readonly unknown[]>([
  ['String', ['', 'a', 'é']],
  ['ID', ['', '7']],
  ['Int', [0, -0, 12, 2 ** 31 - 1, -(2 ** 31)]],
  ['Float', [0, 1.5, 1e300, 2 ** 60]],
  ['Boolean', [true, false]],
]);

test(`random variables, seed ${SEED}`, () => {
  const random = new Seeded(SEED);
  let [plain, several] = [0, 0];
  for (let index = 0; index < CASES; index++) {
    const names = ['a', 'b', 'toString'].slice(0, random.between(1, 3));
    const types = names.map(() => typeText(random));
    const declared = names.map((name, at) => `$${name}: ${types[at]}`);
    const operation = operationOf(`query (${declared.join(', ')}) { a }`);
    const given = names.map((name, at) => [name, valueFor(random, types[at] ?? '')]);
    const variables = Object.fromEntries(given.filter(([, value]) => value !== undefined));
    const coerced = plainCoercion(SCHEMA, operation)?.(variables);
    if (coerced === undefined) continue;
    const definitions: readonly VariableDefinitionNode[] = operation.variableDefinitions ?? [];
    const wanted = getVariableValues(SCHEMA, definitions, variables);
    expect(wanted.coerced).toEqual(coerced);
    plain += 1;
    if (names.length > 1) several += 1;
  }
  expect(plain).toBeGreaterThan(CASES / 10);
  expect(several).toBeGreaterThan(CASES / 50);
});

test('what graphql-js would change or refuse is not plain', () => {
  const refused: readonly (readonly [string, unknown])[] = [
    ['Int', 2 ** 31],
    ['Int', '1'],
    ['ID', 1],
    ['String', 1],
    ['Boolean', 'true'],
    ['Float', Number.NaN],
    ['[Int]', 1],
    ['[Int!]', [1, null]],
    ['String', null],
    ['String', undefined],
  ];
  for (const [type, value] of refused) {
    expect(plainCoercion(SCHEMA, operationOf(`query ($a: ${type}) { a }`))?.({ a: value })).toBe(
      undefined,
    );
  }
  for (const text of ['$a: DateTime', '$a: Colour', '$a: Where', '$a: Int = 1']) {
    expect(plainCoercion(SCHEMA, operationOf(`query (${text}) { a }`))).toBe(undefined);
  }
});

function operationOf(text: string): OperationDefinitionNode {
  return parse(text).definitions[0] as OperationDefinitionNode;
}

function typeText(random: Seeded): string {
  const name = random.pick(random.chance(0.1) ? OTHERS : PLAIN);
  const named = random.chance(0.4) ? `${name}!` : name;
  if (!random.chance(0.4)) return named;
  return random.chance(0.5) ? `[${named}]!` : `[${named}]`;
}

/** Mostly one that fits. */
function valueFor(random: Seeded, type: string): unknown {
  const name = type.replace(/[[\]!]/g, '');
  const fitting: readonly unknown[] = random.chance(0.8) ? (FITTING.get(name) ?? VALUES) : VALUES;
  if (!type.startsWith('[') || random.chance(0.1)) return random.pick(fitting);
  return Array.from({ length: random.below(3) }, () => random.pick(fitting));
}
