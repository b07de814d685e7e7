/** Which relations reading and writing ask for, by a definition and a model. */

import { describe, expect, test } from 'vitest';
import * as abi from '../../assembly/abi.ts';
import * as access from '../../assembly/abi-access.ts';
import { elementRules, expectRelations } from '../../src/access/element-rules.ts';
import { GrantWriter } from '../../src/access/grants.ts';
import { parseModel } from '../../src/access/parse-model.ts';
import { DatabaseError, describeError, ErrorCode } from '../../src/base/errors.ts';
import { parseDefinition } from '../../src/definition/parse.ts';
import { Engine } from '../../src/engine/engine.ts';
import { SymbolTable } from '../../src/engine/symbol-table.ts';
import { ENGINE_SPACE } from '../fixture/apply-deltas.ts';
import { Seeded } from '../seeded.ts';

const DEFINITION = `type Person @node @access(read: "seen") {
  code: ID! @id
  name: String
  salary: Int @access(read: "paid", write: "payer")
  home: Address @access(read: "near")
  office: Address
  friends: [Person!]! @relationship(type: "KNOWS", direction: OUT, properties: "Knows")
}
type Address {
  city: String
  street: String @access(read: "close")
  place: Point
}
type Knows @relationshipProperties {
  since: Int
}
type Ghost @node { name: String }
`;
const MODEL = parseModel(`model
  schema 1.1
type user
type Person
  relations
    define read: [user]
    define seen: [user]
    define write: [user]
    define create: [user]
    define near: [user]
    define close: [user]
    define paid: [user]
    define payer: [user]
    define read.salary: [user]
    define write.office: [user]
    define read.office.place.latitude: [user]
    define read.notes: [user]
    define read.notes.private: [user]
type KNOWS
  relations
    define read: [user]
    define read.since: [user]
type Team
  relations
    define write: [user]
    define delete: [user]
`);

describe('rules of elements', () => {
  const { nodes, edges } = elementRules(parseDefinition(DEFINITION), MODEL);

  test('[R16] a type goes by its verbs, or by what @access names', () => {
    const { fields, ...rules } = nodes.get('Person') ?? {};
    expect(fields?.size).toBe(8);
    expect(rules).toEqual({ read: 'seen', write: 'write', create: 'create', delete: 'write' });
    expect(nodes.get('Team')).toEqual({
      read: undefined,
      write: 'write',
      create: 'write',
      delete: 'delete',
      fields: new Map(),
    });
  });

  test.each([
    ['salary', 'paid', 'payer'],
    ['home', 'near', 'write'],
    ['home.street', 'close', 'write'],
    ['office', 'seen', 'write.office'],
    ['office.street', 'close', 'write.office'],
    ['office.place.latitude', 'read.office.place.latitude', 'write.office'],
    ['notes', 'read.notes', 'write'],
    ['notes.private', 'read.notes.private', 'write'],
  ])('[R16] the field %s is read by %s and written by %s', (path, read, write) => {
    expect(nodes.get('Person')?.fields.get(path)).toEqual({ read, write });
  });

  test('[R16] a field that is as above it has no rule of its own', () => {
    const paths = [...(nodes.get('Person')?.fields.keys() ?? [])];
    for (const path of ['code', 'name', 'home.city', 'office.place', 'office.place.longitude']) {
      expect(paths).not.toContain(path);
    }
  });

  test('[R15] edges have the rules of the type that has their name, and others have none', () => {
    expect(edges.get('KNOWS')?.fields).toEqual(
      new Map([['since', { read: 'read.since', write: undefined }]]),
    );
    expect(nodes.has('Ghost')).toBe(false);
  });
});

test('[R16] the engine goes by the same rules, or by those above a path', async () => {
  const engine = await Engine.create(ENGINE_SPACE, new Seeded(7));
  new GrantWriter(engine).install(MODEL, parseDefinition(DEFINITION), 5);
  const symbols = new SymbolTable(engine);
  const relation = (type: number, path: string, verb: number, height = 5) => {
    const symbol = path === '' ? 0 : engine.name(abi.SYMBOL_PATH, path);
    const found = engine.exports.relationFor(height, type, symbol, verb) >>> 0;
    return found === 0 ? undefined : symbols.text(found);
  };
  const person = symbols.find(abi.SYMBOL_NODE_TYPE, 'Person');
  const verbs = [access.VERB_READ, access.VERB_WRITE, access.VERB_CREATE, access.VERB_DELETE];
  expect(verbs.map((verb) => relation(person, '', verb))).toEqual([
    'seen',
    'write',
    'create',
    'write',
  ]);
  const read = (path: string) => relation(person, path, access.VERB_READ);
  expect(
    ['salary', 'home.city', 'notes.private.deep.er', 'name', 'undeclared.x'].map(read),
  ).toEqual(['paid', 'near', 'read.notes.private', 'seen', 'seen']);
  const knows = symbols.find(abi.SYMBOL_EDGE_TYPE, 'KNOWS');
  expect(relation(knows, 'since', access.VERB_READ)).toBe('read.since');
  expect(relation(knows, 'since', access.VERB_WRITE)).toBeUndefined();
  const ghost = engine.name(abi.SYMBOL_NODE_TYPE, 'Ghost');
  expect(verbs.map((verb) => relation(ghost, '', verb))).toEqual(verbs.map(() => undefined));
  expect(relation(person, '', access.VERB_READ, 4)).toBeUndefined();
});

test.each([
  ['type A @node @access(read: "x") { n: Int }', '1:6: @access of type A'],
  ['type A @node {\n  n: Int @access(write: "x")\n}', '2:3: @access of field n of type A'],
  [
    'type A @node { p: P }\ntype P {\n  n: Int @access(read: "x") }',
    '3:3: @access of field p.n of type A',
  ],
])('[R16] a relation that the model lacks is refused: %s', (text, start) => {
  const model = parseModel(
    'model\n  schema 1.1\ntype user\ntype A\n  relations\n    define r: [user]',
  );
  expect(errorOf(() => expectRelations(parseDefinition(text), model))).toBe(
    `${start} expected a relation of A in the model, got x`,
  );
});

test('[R16] also where several edge types share their properties', () => {
  const text = `type A @node {
  r: [A!]! @relationship(type: "R", direction: OUT, properties: "P")
  s: [A!]! @relationship(type: "S", direction: OUT, properties: "P")
}
type P @relationshipProperties @access(read: "x") { n: Int }`;
  const model = parseModel(
    'model\n  schema 1.1\ntype user\ntype R\n  relations\n    define x: [user]',
  );
  const file = 'graph.graphql';
  expect(errorOf(() => expectRelations(parseDefinition(text), model, { file }))).toBe(
    'graph.graphql:5:6: @access of type P expected a relation of S in the model, got x',
  );
  expect(() => expectRelations(parseDefinition(DEFINITION), MODEL)).not.toThrow();
});

function errorOf(run: () => void): string {
  try {
    run();
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    expect(error.code).toBe(ErrorCode.INVALID_INPUT);
    return describeError(error);
  }
  return 'no error';
}
