import { buildClientSchema, getIntrospectionQuery, printSchema } from 'graphql';
import { afterEach, describe, expect, test } from 'vitest';
import { parseDefinition } from '../../src/definition/parse.ts';
import { buildSchema } from '../../src/graphql/schema.ts';
import { type Api, serveTestSpace } from '../fixture/api.ts';
import { subscribeByWebSocket } from '../fixture/subscribers.ts';

let api: Api | undefined;

afterEach(async () => {
  await api?.[Symbol.asyncDispose]();
  api = undefined;
});

async function serve(source: string): Promise<Api> {
  api = await serveTestSpace(parseDefinition(source));
  return api;
}

describe('a definition is refused where its names would clash in the API:', () => {
  test.each([
    ['a type NodeTypeName', 'type NodeTypeName @node { a: Int }', 6],
    ['a type Relationship', 'type Relationship @node { a: Int }', 6],
    ['a type RelationshipChange', 'type RelationshipChange @node { a: Int }', 6],
    ['a type RelationshipTypeName', 'type RelationshipTypeName @node { a: Int }', 6],
    ['a type CreateInfo', 'type CreateInfo @node { a: Int }', 6],
    ['a type UpdateInfo', 'type UpdateInfo @node { a: Int }', 6],
    ['a type DeleteInfo', 'type A @node { d: DeleteInfo } type DeleteInfo { a: Int }', 37],
    ['a type true', 'type true @node { a: Int }', 6],
    ['a type null', 'type null @node { a: Int }', 6],
    ['a field false', 'type A @node { false: Int }', 16],
    ['a field null', 'type A @node { null: Int }', 16],
    ['a nested field set', 'type A @node { b: B } type B { set: Int }', 32],
    ['a plural info', 'type A @node(plural: "info") { a: Int }', 22],
    ['a plural that is the singular', 'type Sheep @node(plural: "sheep") { a: Int }', 26],
    ['plurals that meet', 'type Ox @node { a: Int } type Cow @node(plural: "oxen") { a: Int }', 49],
    ['a singular that is a plural', 'type Cat @node { a: Int } type Cats @node { a: Int }', 32],
    ['a type Grant', 'type Grant @node { a: Int }', 6],
    ['a type Viewer', 'type Viewer @node { a: Int }', 6],
    [
      'a type named like the answer of its mutations',
      'type CreateTunesMutationResponse @node(plural: "tunes") { a: Int }',
      6,
    ],
  ])('%s', (_, source, column) => {
    expect(() => parseDefinition(source)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', position: { line: 1, column } }),
    );
  });
});

test('irregular plurals are those of the Neo4j GraphQL Library', async () => {
  const { data } = await serve('type Person @node { name: String } type SubIndex @node { n: Int }');
  expect(
    await data('mutation { createPeople(input: [{ name: "Ada" }]) { people { name } } }'),
  ).toEqual({ createPeople: { people: [{ name: 'Ada' }] } });
  expect(
    await data('{ people { name } peopleConnection { totalCount } subIndices { n } }'),
  ).toEqual({ people: [{ name: 'Ada' }], peopleConnection: { totalCount: 1 }, subIndices: [] });
});

test('a field may have a name that every JavaScript object inherits', async () => {
  const { data } = await serve(`type Car @node {
    name: String! @id  constructor: String  toString: Int @index  valueOf: Car2
  } type Car2 { hasOwnProperty: Boolean }`);
  const create =
    'mutation ($input: [CarCreateInput!]!) { createCars(input: $input) { cars { name } } }';
  await data(create, { input: [{ name: 'a' }, { name: 'b', constructor: 'McLaren' }] });
  const update = `mutation ($where: CarWhere, $update: CarUpdateInput) {
    updateCars(where: $where, update: $update) { cars { name } }
  }`;
  const changed = await data(update, {
    where: { name: { eq: 'a' } },
    update: { toString: { set: 1 } },
  });
  expect(changed).toEqual({ updateCars: { cars: [{ name: 'a' }] } });
  const query = `query ($where: CarWhere, $sort: [CarSort!]) {
    cars(where: $where, sort: $sort) { name constructor toString valueOf { hasOwnProperty } }
  }`;
  expect(await data(query, { where: {}, sort: [{ name: 'ASC' }] })).toEqual({
    cars: [
      { name: 'a', constructor: null, toString: 1, valueOf: null },
      { name: 'b', constructor: 'McLaren', toString: null, valueOf: null },
    ],
  });
});

test('a type named like a field of its changes has its node under `node`', async () => {
  const { server, data } = await serve('type Event @node { title: String! @id }');
  const query = 'subscription { eventChanges { event node { title } } }';
  const subscriber = subscribeByWebSocket(server.graphql, query);
  await expect
    .poll(async () => (await (await fetch(server.metrics)).text()).includes('_subscriptions 1'))
    .toBe(true);
  await data('mutation { createEvents(input: [{ title: "x" }]) { events { title } } }');
  await subscriber.received(1);
  subscriber.stop();
  expect(subscriber.results[0]?.data).toEqual({
    eventChanges: { event: 'CREATED', node: { title: 'x' } },
  });
});

test('edge types that are no names of GraphQL have adapted ones in the API', () => {
  const relationships = ['HAS PART', 'HAS-PART', 'HAS_PART', 'true', '1st', 'é', '__proto__'];
  const fields = relationships.map(
    (type, index) => `r${index}: [A!]! @relationship(type: "${type}", direction: OUT)`,
  );
  const schema = buildSchema(parseDefinition(`type A @node { ${fields.join('\n')} }`));
  expect(printSchema(schema)).toContain(`enum RelationshipTypeName {
  HAS_PART_
  HAS_PART__
  HAS_PART
  true_
  _1st
  _
  _proto__
}`);
});

test('introspection by graphql-js gives the schema that was built', async () => {
  const { space, data } = await serve(`
    "A ward."
    type Ward @node {
      name: String! @id
      beds: Int @deprecated(reason: "counted elsewhere")
      at: Point
      head: [Doctor!]! @relationship(type: "HEADS", direction: IN, properties: "Heads")
    }
    type Doctor @node {
      name: String!
      of: [Ward!]! @relationship(type: "HEADS", direction: OUT, properties: "Heads")
    }
    "Since when." type Heads @relationshipProperties { since: DateTime }
  `);
  const told = await data(getIntrospectionQuery({ oneOf: true, inputValueDeprecation: true }));
  const schema = buildClientSchema(told as unknown as Parameters<typeof buildClientSchema>[0]);
  expect(printSchema(schema)).toBe(printSchema(buildSchema(space.definition)));
});
