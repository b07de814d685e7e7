import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseDefinition } from '../../src/definition/parse.ts';
import { type RunningServer, serveSpace } from '../../src/server/serve.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import type { OpenSpace } from '../../src/space/open-space.ts';
import type { ApiResult } from '../fixture/api.ts';
import { subscribeByWebSocket } from '../fixture/subscribers.ts';

const DEFINITION = parseDefinition(`
  type Person @node {
    name: String!
    salary: Int!
    home: Home
    knows: [Person!]! @relationship(type: "KNOWS", direction: OUT, properties: "Knows")
  }
  type Knows @relationshipProperties { since: Int! }
  type Home { city: String street: String! }
`);

const MODEL = `model
  schema 1.1

type user

type group
  relations
    define member: [user]

type space
  relations
    define read: [user]
    define write: [user]

type Person
  relations
    define read: [user, user:*, group#member]
    define read.salary: [user, group#member, user with until] or grant
    define read.home.street: [user]
    define write: [user]
    define grant: [user]
    define grant.salary: [user] or grant

type KNOWS
  relations
    define read: [user:*]
    define read.since: [user]
    define write: [user]

condition until(now: timestamp, end: timestamp) {
  now < end
}
`;

const ADA = 'user:firm/ada';
const BOB = 'user:firm/bob';

let clock: { milliseconds: number };
let space: OpenSpace;
let server: RunningServer;
let ann: string;

beforeEach(async () => {
  clock = { milliseconds: Date.parse('2026-06-01T00:00:00Z') };
  space = await openMemorySpace({
    definition: { source: DEFINITION.source },
    clock: { now: () => clock.milliseconds },
  });
  ann = await space
    .write({ actor: ADA }, (draft) => {
      const ids = ['ann', 'ben'].map((name, index) => {
        const id = draft.createNode('Person');
        draft.setNodeValue(id, 'name', name);
        draft.setNodeValue(id, 'salary', BigInt(100 + index));
        draft.setNodeValue(id, 'home.city', 'Rome');
        draft.setNodeValue(id, 'home.street', 'Via Appia');
        return id;
      });
      const edge = { from: ids[0] ?? '', type: 'KNOWS', to: ids[1] ?? '' };
      draft.createEdge(edge);
      draft.setEdgeValue(edge, 'since', 1999n);
      return edge.from;
    })
    .then(({ result }) => result);
  server = await serveSpace(space, { port: 0, metricsPort: 0, syncPort: 0 });
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await space[Symbol.asyncDispose]();
});

async function ask(caller: string, query: string, variables?: object) {
  const response = await fetch(server.graphql, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-massive-graph-principal': caller },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as ApiResult & { readonly extensions?: unknown };
}

/** Puts the model in force: anybody reads people, ada alone changes and grants. */
async function close(): Promise<void> {
  await space.access.installModel({ source: MODEL });
  await space.access.grant([
    { object: 'Person:*', relation: 'read', subject: 'user:*' },
    { object: 'KNOWS:*', relation: 'read', subject: 'user:*' },
    { object: 'Person:*', relation: 'write', subject: ADA },
    { object: 'KNOWS:*', relation: 'write', subject: ADA },
    { object: 'Person:*', relation: 'grant', subject: ADA },
  ]);
}

describe('a space that is open', () => {
  test('shows everything to everybody, who may put a model in force', async () => {
    const query = '{ viewer { subject can(relation: "write", object: "Person:*") } }';
    expect(await ask(BOB, query)).toEqual({ data: { viewer: { subject: BOB, can: true } } });
    const people =
      '{ people(sort: [{ name: ASC }], limit: 5) { salary } permissionModel { text } }';
    expect(await ask('user:*', people)).toEqual({
      data: { people: [{ salary: 100 }, { salary: 101 }], permissionModel: null },
    });
    const install =
      'mutation ($model: String!) { installPermissionModel(model: $model) { height } }';
    expect(await ask(BOB, install, { model: MODEL })).toEqual({
      data: { installPermissionModel: { height: 3 } },
    });
    expect(await ask(BOB, '{ people(limit: 5) { name } }')).toEqual({ data: { people: [] } });
    expect(await ask(BOB, install, { model: MODEL })).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
  });

  test('has nothing to grant', async () => {
    const grant = `mutation { grant(grants: [
      { object: "Person:*", relation: "read", subject: "user:*" }
    ]) { height } }`;
    expect(await ask(BOB, grant)).toMatchObject({ errors: [{ extensions: { code: 'REFUSED' } }] });
    expect(await ask(BOB, '{ check(object: "Person:x", relation: "read") }')).toMatchObject({
      errors: [{ extensions: { code: 'NOT_FOUND' } }],
    });
  });
});

describe('what is hidden', () => {
  beforeEach(close);

  const QUERY = `{ people(sort: [{ name: ASC }], limit: 1) {
    name pay: salary home { city street }
    knowsConnection(first: 1) { edges { properties { since } } }
  } }`;
  const HIDDEN = {
    data: {
      people: [
        {
          name: 'ann',
          pay: null,
          home: { city: 'Rome', street: null },
          knowsConnection: { edges: [{ properties: { since: null } }] },
        },
      ],
    },
    extensions: {
      hidden: [
        {
          path: ['people', 0, 'home', 'street'],
          code: 'NOT_GRANTED',
          relation: 'read.home.street',
        },
        {
          path: ['people', 0, 'knowsConnection', 'edges', 0, 'properties', 'since'],
          code: 'NOT_GRANTED',
          relation: 'read.since',
        },
        { path: ['people', 0, 'pay'], code: 'NOT_GRANTED', relation: 'read.salary' },
      ],
    },
  };

  test('is null, with the place and the relation that is lacking', async () => {
    expect(await ask(BOB, QUERY)).toEqual(HIDDEN);
  });

  test('is told by resolvers as by plans', async () => {
    const { data, extensions } = await ask(BOB, `{ viewer { subject } ${QUERY.slice(1)}`);
    expect({ data: { people: data?.people }, extensions }).toEqual(HIDDEN);
  });

  test('decides whether a nested object is there, which is told of the object then', async () => {
    await space.write({ actor: ADA }, (draft) => draft.setNodeValue(ann, 'home.city', null));
    const query = '{ people(sort: [{ name: ASC }], limit: 1) { home { city } } }';
    const told = {
      data: { people: [{ home: null }] },
      extensions: { hidden: [{ path: ['people', 0, 'home'], code: 'NOT_GRANTED' }] },
    };
    expect(await ask(BOB, query)).toEqual(told);
    const { data, extensions } = await ask(BOB, `{ viewer { subject } ${query.slice(1)}`);
    expect({ data: { people: data?.people }, extensions }).toEqual(told);
  });

  test('may be null in the schema, and is never required of an answer', async () => {
    const type = '{ __type(name: "Person") { fields { name type { kind } } } }';
    const { data } = await ask(BOB, type);
    const { __type } = data ?? {};
    const { fields } = __type as {
      fields: { name: string; type: { kind: string } }[];
    };
    const kinds = Object.fromEntries(fields.map((field) => [field.name, field.type.kind]));
    expect(kinds).toMatchObject({ name: 'NON_NULL', salary: 'SCALAR' });
  });

  test('has no lineage, and no say in filters and orders', async () => {
    const query = `{
      lineage(id: "${ann}", field: "salary") { actor }
      people(where: { salary: { gte: 0 } }, limit: 5) { name }
      peopleConnection(where: { NOT: { salary: { eq: null } } }) { totalCount }
    }`;
    expect(await ask(BOB, query)).toEqual({
      data: { lineage: null, people: [], peopleConnection: { totalCount: 0 } },
    });
  });
});

describe('questions', () => {
  beforeEach(close);

  test('about the caller are answered to anybody', async () => {
    const query = `{ check(object: "${ann}", relation: "read.salary")
      explain(object: "${ann}", relation: "read.salary") { verdict lacking findings { text } }
      listObjects(type: "Person", relation: "read.salary") }`;
    expect(await ask(BOB, query)).toEqual({
      data: {
        check: false,
        explain: { verdict: 'DENIED', lacking: 'read.salary', findings: [] },
        listObjects: [],
      },
    });
  });

  test.each([
    ['check', `check(object: "Person:x", relation: "read", subject: "${ADA}")`],
    ['explain', `explain(object: "Person:x", relation: "read", subject: "${ADA}") { verdict }`],
    ['listObjects', `listObjects(type: "Person", relation: "read", subject: "${ADA}")`],
    ['listUsers', 'listUsers(object: "Person:x", relation: "read", type: "user")'],
    ['permissionModel', 'permissionModel { text }'],
    ['previewModel', 'previewModel(model: "model\\n  schema 1.1\\ntype user") { lostCount }'],
  ])('about others are for those who may grant it: %s', async (_name, field) => {
    expect(await ask(BOB, `{ ${field} }`)).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
  });

  test('are explained to who may grant, with the grants that decide', async () => {
    const { data } = await ask(
      ADA,
      `{ explain(object: "${ann}", relation: "read", subject: "${BOB}") {
         verdict findings { depth outcome text } } }`,
    );
    const { explain } = data ?? {};
    const { verdict, findings } = explain as {
      verdict: string;
      findings: { text: string }[];
    };
    expect(verdict).toBe('GRANTED');
    expect(findings.map(({ text }) => text).join('\n')).toContain('Person:*#read@user:*');
  });

  test('are answered as of an earlier height', async () => {
    const before = space.access.height;
    await space.access.grant([{ object: `Person:${ann}`, relation: 'read.salary', subject: BOB }]);
    const query = `query ($height: Int) {
      check(object: "${ann}", relation: "read.salary", height: $height) }`;
    expect(await ask(BOB, query)).toEqual({ data: { check: true } });
    expect(await ask(BOB, query, { height: before })).toEqual({ data: { check: false } });
  });
});

describe('changes', () => {
  beforeEach(close);

  const grant = (relation: string) => `mutation { grant(grants: [
    { object: "${ann}", relation: "${relation}", subject: "${BOB}" }
  ]) { grants { object relation subject } height } }`;

  test('are for those who may grant, and take effect on the next read', async () => {
    expect(await ask(BOB, grant('read.salary'))).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
    expect(await ask(ADA, grant('read.salary'))).toMatchObject({
      data: { grant: { grants: [{ object: `Person:${ann}`, relation: 'read.salary' }] } },
    });
    const query = '{ people(where: { name: { eq: "ann" } }, limit: 1) { salary } }';
    expect(await ask(BOB, query)).toEqual({ data: { people: [{ salary: 100 }] } });
    await ask(
      ADA,
      `mutation { revoke(grants: [
        { object: "${ann}", relation: "read.salary", subject: "${BOB}" } ]) { height } }`,
    );
    expect(await ask(BOB, query)).toMatchObject({ data: { people: [{ salary: null }] } });
  });

  test.each([
    ['a relation that the model does not have', 'read.shoes'],
    ['a relation that nothing is granted to', 'grant.nothing'],
  ])('of %s are refused', async (_name, relation) => {
    expect(await ask(ADA, grant(relation))).toMatchObject({
      errors: [{ extensions: { code: 'INVALID_INPUT' } }],
    });
  });

  test('share fields until a moment', async () => {
    const share = `mutation { share(node: "${ann}", fields: ["salary"], with: "${BOB}",
      until: "2026-07-01T00:00:00Z") { lacking grants { condition context } } }`;
    expect(await ask(ADA, share)).toEqual({
      data: {
        share: {
          lacking: [],
          grants: [{ condition: 'until', context: '{"end":"2026-07-01T00:00:00.000Z"}' }],
        },
      },
    });
    const query = '{ people(where: { name: { eq: "ann" } }, limit: 1) { salary } }';
    expect(await ask(BOB, query)).toEqual({ data: { people: [{ salary: 100 }] } });
    clock.milliseconds = Date.parse('2026-07-01T00:00:00Z');
    expect(await ask(BOB, query)).toMatchObject({ data: { people: [{ salary: null }] } });
  });

  test('of others are refused to who writes them, by verb and path', async () => {
    const update = `mutation { updatePeople(where: { name: { eq: "ann" } },
      update: { name: { set: "eve" } }) { people { name } } }`;
    const { errors } = await ask(BOB, update);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(errors?.[0]?.message).toBe(`${BOB} expected to hold write of Person:${ann}, got none`);
    expect(await ask(ADA, update)).toMatchObject({
      data: { updatePeople: { people: [{ name: 'eve' }] } },
    });
  });

  test('are heard of by those who may see them', async () => {
    const query = 'subscription { grantChanges { event grant { relation subject } height } }';
    const headers = { principal: BOB };
    const heard = subscribeByWebSocket(server.graphql, query, {}, headers);
    const metrics = async () => await (await fetch(server.metrics)).text();
    while (!/^massive_graph_subscriptions 1$/m.test(await metrics())) await setTimeout(5);
    await space.access.grant([
      { object: 'Person:x', relation: 'read', subject: 'user:firm/eve' },
      { object: 'Person:x', relation: 'read', subject: BOB },
    ]);
    await heard.received(1);
    expect(heard.results).toEqual([
      {
        data: {
          grantChanges: {
            event: 'GRANTED',
            grant: { relation: 'read', subject: BOB },
            height: space.access.height,
          },
        },
      },
    ]);
    heard.stop();
  });

  test('of the model are previewed for who may read all permissions', async () => {
    await space.access.grant([{ object: 'space:this', relation: 'read', subject: ADA }]);
    const next = MODEL.replace(
      'define read: [user, user:*, group#member]',
      'define read: [user:*]',
    );
    const preview = `query ($model: String!) { previewModel(model: $model) {
      gainedCount lostCount unfitCount isComplete } }`;
    expect(await ask(ADA, preview, { model: next })).toEqual({
      data: { previewModel: { gainedCount: 0, lostCount: 0, unfitCount: 0, isComplete: true } },
    });
  });
});
