import { type GraphQLSchema, printSchema, validateSchema } from 'graphql';
import { expect, test } from 'vitest';
import { parseDefinition } from '../../src/definition/parse.ts';
import { buildSchema } from '../../src/graphql/schema.ts';
import { flightsDefinition, librariesDefinition } from '../fixture/test-space.ts';

function rootFields(schema: GraphQLSchema): string[] {
  return [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap(
    (type) => Object.keys(type?.getFields() ?? {}),
  );
}

test('the names are those that the Neo4j GraphQL Library gives', () => {
  const schema = buildSchema(flightsDefinition());
  expect(rootFields(schema)).toEqual([
    'node',
    'airport',
    'airports',
    'airportsConnection',
    'shortestPath',
    'neighbourhood',
    'replica',
    'lineage',
    'proof',
    'checkpoint',
    ...[
      'check',
      'explain',
      'listObjects',
      'listUsers',
      'permissionModel',
      'previewModel',
      'viewer',
      '_entities',
      '_service',
    ],
    'createAirports',
    'tryCreateAirports',
    'upsertAirports',
    'tryUpsertAirports',
    'updateAirports',
    'tryUpdateAirports',
    'deleteAirports',
    'tryDeleteAirports',
    'batchAirports',
    ...['grant', 'revoke', 'share', 'installPermissionModel'],
    'airportChanges',
    'nodeChanges',
    'relationshipChanges',
    'grantChanges',
  ]);
  const names = [
    'AirportWhere',
    'AirportSort',
    'AirportCreateInput',
    'AirportUpdateInput',
    'AirportEdge',
    'AirportsConnection',
    'AirportRoutesConnection',
    'AirportRoutesRelationship',
    'AirportRoutesFieldInput',
    'AirportRoutesUpdateFieldInput',
    'CreateAirportsMutationResponse',
    'UpdateAirportsMutationResponse',
    'StringScalarFilters',
    'IntScalarMutations',
    'Route',
    'Point',
  ];
  expect(names.filter((name) => schema.getType(name) === undefined)).toEqual([]);
});

test.each([
  ['the demo', flightsDefinition().source],
  ['every scalar', librariesDefinition().source],
  ['one type with one field', 'type A @node { a: Int }'],
  ['a type of its key alone', 'type A @node { code: ID! @id }'],
  ['names in lower case', 'type airport @node { Code: String! @id }'],
  [
    'a relationship to itself and two of one edge type',
    `type Person @node(plural: "people") {
       knows: [Person!]! @relationship(type: "KNOWS", direction: OUT)
       knownBy: [Person!]! @relationship(type: "KNOWS", direction: IN)
     }`,
  ],
  [
    'nested objects in nested objects, shared by two types',
    `type A @node { at: Outer } type B @node { in: Outer! other: Inner }
     type Outer { inner: Inner! name: String } type Inner { x: Float! y: BigInt }`,
  ],
  ['what is described and deprecated', '"An A." type A @node { "Old." a: Int @deprecated b: Int }'],
])('a schema is whole for %s', (_name, source) => {
  const schema = buildSchema(parseDefinition(source));
  expect(validateSchema(schema)).toEqual([]);
  expect(printSchema(schema)).toContain('interface Node');
});

test('what only the server writes is in no input', () => {
  const schema = buildSchema(librariesDefinition());
  const fields = (name: string) => {
    const type = schema.getType(name);
    return type !== undefined && 'getFields' in type ? Object.keys(type.getFields()) : [];
  };
  expect(fields('BookCreateInput')).not.toContain('createdAt');
  expect(fields('BookCreateInput')).toContain('updatedAt');
  expect(fields('BookUpdateInput')).not.toContain('updatedAt');
  expect(fields('BookUpdateInput')).not.toContain('isbn');
  expect(fields('WroteCreateInput')).toEqual(['share', 'edits']);
});

test.each([
  'AField',
  'AWhere',
  'CreateInfo',
  'NodeTypeName',
  'RelationshipTypeName',
  'PathDirection',
  'PathRelationship',
  'NodeIdFilters',
  'StringScalarMutations',
  'PageInfo',
  'Lineage',
  'AuthorityStep',
])('a type named %s, as the API names one of its own, is refused', (name) => {
  const source = `
    type A @node { a: Int s: String as: [A!]! @relationship(type: "A", direction: OUT) }
    type ${name} @node(plural: "others") { b: Int }`;
  expect(() => buildSchema(parseDefinition(source))).toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining(name) }),
  );
});
