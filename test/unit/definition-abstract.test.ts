/** Interfaces and unions of a definition: what they become, and mistakes in them. */

import { describe, expect, test } from 'vitest';
import { ABSTRACT_NODE_TYPES_MAX, UNION_ENDS_MAX } from '../../src/base/limits.ts';
import { checkEvolution } from '../../src/definition/evolve.ts';
import { parseDefinition } from '../../src/definition/parse.ts';
import { type Case, lines, refusal } from './definition-refusal.ts';

const FILMS = `
  "What is played."
  interface Production {
    title: String!
    place: Point
    changed: DateTime @deprecated
    "Who plays."
    actors: [Actor!]! @declareRelationship
  }
  type Movie implements Production @node {
    title: String! @index
    place: Point
    changed: DateTime
    length: Int
    actors: [Actor!]! @relationship(type: "ACTED_IN", direction: IN, properties: "Role")
  }
  type Series implements Production @node {
    title: String! @default(value: "?")
    place: Point
    changed: DateTime @timestamp(operations: [UPDATE])
    actors: [Actor!]! @relationship(type: "ACTED_IN", direction: IN, properties: "Role")
  }
  type Actor @node {
    name: String! @id
    actedIn: [Production!]! @relationship(type: "ACTED_IN", direction: OUT, properties: "Role")
    likes: [Liked!]! @relationship(type: "LIKES", direction: OUT)
  }
  type Role @relationshipProperties { part: String }
  union Liked @plural(value: "favourites") = Movie | Actor
`;

describe('a definition with interfaces and unions', () => {
  const { nodeTypes, interfaceTypes, unionTypes, edgeTypes } = parseDefinition(FILMS);
  const production = interfaceTypes.get('Production');

  test('[D36] an interface has its own fields, and the relationships of its types', () => {
    expect(production).toMatchObject({
      plural: 'productions',
      description: 'What is played.',
      nodeTypes: ['Movie', 'Series'],
      key: undefined,
      fields: [
        { name: 'title', required: true, isIndexed: false, defaultValue: undefined },
        { name: 'place', fields: [{ path: 'place.latitude' }, { path: 'place.longitude' }] },
        { name: 'changed', timestamp: { onCreate: false, onUpdate: true } },
      ],
      relationships: [
        {
          ...{ name: 'actors', description: 'Who plays.', edgeType: 'ACTED_IN' },
          ...{ direction: 'IN', target: 'Actor', targetTypes: ['Actor'], properties: 'Role' },
          stem: 'ProductionActors',
        },
      ],
    });
    expect(nodeTypes.get('Movie')?.interfaces).toEqual(['Production']);
    expect(nodeTypes.get('Movie')?.relationships[0]?.stem).toBe('ProductionActors');
  });

  test('[D38] a union stands for its node types, in the order that it names them', () => {
    const liked = unionTypes.get('Liked');
    expect(liked).toMatchObject({ plural: 'favourites', nodeTypes: ['Movie', 'Actor'] });
  });

  test('[D17] a relationship leads to all types of an interface or of a union', () => {
    expect(nodeTypes.get('Actor')?.relationships).toMatchObject([
      { target: 'Production', targetTypes: ['Movie', 'Series'], stem: 'ActorActedIn' },
      { target: 'Liked', targetTypes: ['Movie', 'Actor'] },
    ]);
    expect([...edgeTypes.keys()]).toEqual(['ACTED_IN', 'LIKES']);
    expect([...nodeTypes.keys()]).toEqual(['Movie', 'Series', 'Actor']);
  });

  test('[D37] a natural key is one in all types of an interface', () => {
    const keyed = parseDefinition(`
      interface Named { name: String! }
      type City implements Named @node { name: String! @id }
      type Land implements Named @node { name: String! @id }
    `);
    expect(keyed.interfaceTypes.get('Named')?.key?.name).toBe('name');
  });

  test('[D40] interfaces and unions may come, change and go: they hold no data', () => {
    const plain = parseDefinition(`
      type Movie @node { title: String! @index place: Point changed: DateTime length: Int }
    `);
    const other = parseDefinition(`
      type Movie implements Liked @node { title: String! @index }
      interface Liked { title: String! }
    `);
    const films = parseDefinition(FILMS);
    for (const [before, after] of [
      ...([
        [plain, films],
        [films, plain],
        [films, other],
        [other, films],
      ] as const),
    ]) {
      expect(() => checkEvolution(before, after)).not.toThrow();
    }
  });

  test(`[D36] an interface has at most ${ABSTRACT_NODE_TYPES_MAX} types, and a union too`, () => {
    const types = (count: number) =>
      Array.from({ length: count }, (_, at) => `type A${at} implements I @node { n: Int }`);
    const union = (count: number) =>
      `union U = ${Array.from({ length: count }, (_, at) => `A${at}`).join(' | ')}`;
    const text = (count: number) => lines('interface I { n: Int }', union(count), ...types(count));
    const most = parseDefinition(text(ABSTRACT_NODE_TYPES_MAX));
    expect(most.interfaceTypes.get('I')?.nodeTypes).toHaveLength(ABSTRACT_NODE_TYPES_MAX);
    expect(refusal(text(ABSTRACT_NODE_TYPES_MAX + 1))).toBe(
      '1:11: interface I expected at most 128 types that implement it, got 129',
    );
    expect(
      refusal(text(ABSTRACT_NODE_TYPES_MAX + 1).replace(' implements I @node', ' @node')),
    ).toBe('2:7: union U expected at most 128 types, got 129');
  });

  test(`[D38] relationships to unions lead to at most ${UNION_ENDS_MAX} types together`, () => {
    const types = Array.from({ length: 128 }, (_, at) => `type A${at} @node { n: Int }`);
    const union = `union U = ${types.map((_, at) => `A${at}`).join(' | ')}`;
    const text = (count: number) => {
      const relationships = Array.from(
        { length: count },
        (_, at) => `r${at}: [U!]! @relationship(type: "R${at}", direction: OUT)`,
      );
      return lines(...types, union, `type B @node { n: Int`, ...relationships, '}');
    };
    expect(refusal(text(32))).toBe('no error');
    expect(refusal(text(33))).toBe(
      '163:1: relationships to unions expected at most 4096 types of nodes together, got more',
    );
  });
});

/** An interface, and types that implement it from line 2 on. */
function implemented(fields: string, ...types: string[]): string {
  return lines(`interface I { ${fields} }`, ...types);
}

const EDGE = '@relationship(type: "R", direction: OUT)';
const OTHER = 'type B @node { n: Int }';

const MISTAKES: readonly Case[] = [
  [
    '[D36] an interface that no type implements',
    lines('type A @node { n: Int }', 'interface I { n: Int }'),
    '2:11: interface I expected a type that implements it, got none',
  ],
  [
    '[D36] an interface that implements another',
    lines('interface I { n: Int }', 'interface J implements I { n: Int }'),
    '1:11: interface I expected a type that implements it, got none',
  ],
  [
    '[D36] an interface of types that implements another',
    lines(
      'type A implements I & J @node { n: Int }',
      'interface I implements J { n: Int }',
      'interface J { n: Int }',
    ),
    '2:24: interface I expected no interfaces, got implements J',
  ],
  [
    '[D36] an interface with @node',
    implemented('n: Int', 'type A implements I @node { n: Int }').replace('I {', 'I @node {'),
    '1:13: @node expected to be on a type, got interface I',
  ],
  [
    '[D36] an indexed field of an interface',
    implemented('n: Int @index', 'type A implements I @node { n: Int }'),
    '1:22: @index expected to be on a field of a type, got field n of type I',
  ],
  [
    '[D36] a relationship of an interface that is not declared as one',
    implemented(`b: [B!]!`, `type A implements I @node { b: [B!]! ${EDGE} }`, OTHER),
    '1:19: field b of type I expected @declareRelationship for node type B, got none',
  ],
  [
    '[D36] an interface with @relationship',
    implemented(
      `b: [B!]! @declareRelationship ${EDGE}`,
      `type A implements I @node { b: [B!]! ${EDGE} }`,
      OTHER,
    ),
    '1:45: @relationship expected to be on a field of a type, got field b of type I',
  ],
  [
    '[D36] a declared relationship to a scalar',
    implemented('b: [Int!]! @declareRelationship', 'type A implements I @node { n: Int }'),
    '1:19: relationship b of type I expected a list of a node type, an interface or a union, ' +
      'got built-in type Int',
  ],
  [
    '[D36] a declared relationship of a type',
    lines('type A @node { n: Int', `b: [B!]! ${EDGE} @declareRelationship }`, OTHER),
    '2:51: @declareRelationship expected to be on a field of an interface, got field b of type A',
  ],
  [
    '[D8] a field of an interface that every node has',
    implemented('version: Int', 'type A implements I @node { n: Int }'),
    "1:15: field name of type I expected another than version, the database's own, got version",
  ],
  [
    '[D8] a field of an interface named as the filter by types',
    implemented('typename: Int', 'type A implements I @node { typename: Int }'),
    '1:15: field name of type I expected another than typename, a filter of its own, got typename',
  ],
  [
    '[D37] a type that implements what is not there',
    lines('type A implements I @node { n: Int }'),
    '1:19: type A expected to implement interfaces, got I',
  ],
  [
    '[D37] a type that implements a type',
    lines('type A implements B @node { n: Int }', OTHER),
    '1:19: type A expected to implement interfaces, got B',
  ],
  [
    '[D37] a type that implements the interface of all nodes',
    lines('type A implements Node @node { n: Int }'),
    '1:19: type A expected to implement interfaces, got Node',
  ],
  [
    '[D37] edge properties that implement an interface',
    implemented(
      'n: Int',
      'type A implements I @node { n: Int }',
      'type P implements I @relationshipProperties { n: Int }',
    ),
    '3:19: type P expected no interfaces, got implements I',
  ],
  [
    '[D37] a type that implements an interface twice',
    implemented('n: Int', 'type A implements I & I @node { n: Int }'),
    '2:23: type A expected each interface once, got I again',
  ],
  [
    '[D37] a type without a field of its interface',
    implemented('n: Int', 'type A implements I @node { m: Int }'),
    '2:19: type A expected the field n of interface I, got none',
  ],
  [
    '[D37] a field that is required where its interface does not say so',
    implemented('n: Int', 'type A implements I @node { n: Int! }'),
    '2:32: field n of type A expected type Int, as in interface I, got Int!',
  ],
  [
    '[D37] a computed field in the place of one of the interface',
    implemented('n: Int', 'type A implements I @node { m: Int n: Int @customResolver }'),
    '2:36: field n of type A expected to be stored, as in interface I, got @customResolver',
  ],
  [
    '[D36] a computed field of an interface',
    implemented('n: Int @customResolver', 'type A implements I @node { n: Int }'),
    '1:22: @customResolver expected to be on a field of a type, got field n of type I',
  ],
  [
    '[D37] a relationship to one type of the interface alone',
    lines(
      'interface I { r: [I!]! @declareRelationship }',
      `type A implements I @node { r: [A!]! ${EDGE} }`,
    ),
    '2:32: field r of type A expected type [I!]!, as in interface I, got [A!]!',
  ],
  [
    '[D37] a key in one of the types alone',
    implemented(
      'n: String!',
      'type A implements I @node { n: String! @id }',
      'type B implements I @node { n: String! }',
    ),
    '3:29: field n of type B expected @id, as in type A of interface I, got none',
  ],
  [
    '[D37] a key in the other type alone',
    implemented(
      'n: String!',
      'type A implements I @node { n: String! }',
      'type B implements I @node { n: String! @id }',
    ),
    '3:29: field n of type B expected no @id, as in type A of interface I, got @id',
  ],
  [
    '[D37] relationships of other edge types',
    implemented(
      'r: [B!]! @declareRelationship',
      `type A implements I @node { r: [B!]! ${EDGE} }`,
      `type C implements I @node { r: [B!]! ${EDGE.replace('"R"', '"S"')} }`,
      OTHER,
    ),
    '3:29: relationship r of type C expected edges R OUT with no properties, ' +
      'as in type A of interface I, got edges S OUT with no properties',
  ],
  [
    '[D37] two interfaces that declare one relationship',
    lines(
      'interface I { r: [B!]! @declareRelationship }',
      'interface J { r: [B!]! @declareRelationship }',
      `type A implements I & J @node { r: [B!]! ${EDGE} }`,
      OTHER,
    ),
    '3:23: type A expected one interface that declares r, got I and J',
  ],
  [
    '[D38] a union without types',
    lines(OTHER, 'union U'),
    '2:7: union U expected at least one node type, got none',
  ],
  [
    '[D38] a union with a nested type',
    lines(OTHER, 'union U = B | C', 'type C { n: Int }'),
    '2:15: union U expected node types, got nested type C',
  ],
  [
    '[D38] a union with an interface',
    lines('type A implements I @node { n: Int }', 'union U = A | I', 'interface I { n: Int }'),
    '2:15: union U expected node types, got interface I',
  ],
  [
    '[D38] a union with a union',
    lines(OTHER, 'union U = B | V', 'union V = B'),
    '2:15: union U expected node types, got union V',
  ],
  [
    '[D38] a union with what is not there',
    lines(OTHER, 'union U = B | toString'),
    '2:15: union U expected node types, got unknown type toString',
  ],
  [
    '[D38] a union with a type twice',
    lines(OTHER, 'union U = B | B'),
    '2:15: union U expected each type once, got B again',
  ],
  [
    '[D38] a field of a union',
    lines('type A @node { n: Int', 'u: U }', 'union U = A'),
    '2:4: field u of type A expected @relationship for union U, got none',
  ],
  [
    '[D38] a member of a nested type of a union',
    lines('type A @node { n: N }', 'type N { u: U }', 'union U = A'),
    '2:13: field u of type N expected @relationship for union U, got none',
  ],
  [
    '[D39] a plural that is no name',
    lines(OTHER, 'union U @plural(value: "a b") = B'),
    '2:24: plural of union U expected a GraphQL name of at most 64 bytes, got "a b"',
  ],
  [
    '[D39] @plural of a type',
    lines('type A @plural(value: "as") @node { n: Int }'),
    '1:8: @plural expected to be on an interface, got type A',
  ],
  [
    '[D6] a union with the plural of a type',
    lines(OTHER, 'union U @plural(value: "bs") = B'),
    '2:24: union U expected query names of its own, got bs of type B',
  ],
  [
    '[D6] a type with the connection of an interface',
    implemented(
      'n: Int',
      'type A implements I @node { n: Int }',
      'type C @node(plural: "isConnection") { n: Int }',
    ).replace('I {', 'I @plural(value: "is") {'),
    '3:22: type C expected query names of its own, got isConnection of interface I',
  ],
  [
    '[D7] a type named as the filter of a union',
    lines(OTHER, 'union U = B', 'type UWhere { n: Int }'),
    '3:6: type UWhere expected a name not generated for union U, got UWhere',
  ],
  [
    '[D7] a type named as the enum of the types of an interface',
    implemented('n: Int', 'type A implements I @node { n: Int }', 'enum IImplementation { X }'),
    '3:6: enum IImplementation expected type names of its own, got IImplementation of interface I',
  ],
  [
    '[D7] relationships of one name, of which one is for a type of the other',
    lines(
      'type A @node { n: Int',
      `r: [U!]! ${EDGE}`,
      'rB: [B!]! @relationship(type: "S", direction: OUT) }',
      OTHER,
      'union U = A | B',
    ),
    '3:1: relationship rB of type A expected type names of its own, ' +
      'got ARB of relationship r of type A',
  ],
  [
    '[D4] an interface named as one of the API',
    lines('interface Node { n: Int }', 'type A implements Node @node { n: Int }'),
    '1:11: interface name expected one that the API does not take, got Node',
  ],
  [
    '[D2] an interface declared twice',
    implemented('n: Int', 'type A implements I @node { n: Int }', 'union I = A'),
    '3:7: union I expected one declaration, got another',
  ],
];

describe('interfaces and unions', () => {
  test.each(MISTAKES)('%s is refused with its line and column', (_name, text, error) => {
    expect(refusal(text)).toBe(error);
  });
});
