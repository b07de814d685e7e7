import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import {
  SUBSCRIBER_QUEUE_CHANGES_MAX,
  SUBSCRIBER_SIGHT_CHANGES_MAX,
} from '../../src/base/limits.ts';
import { openChangeFeed } from '../../src/graphql/change-feed.ts';
import type { ElementChange, NodeEvent } from '../../src/graphql/seen-changes.ts';
import { PRINCIPAL_HEADER } from '../../src/server/authentication/credential.ts';
import { withIds } from '../fixture/leak-channel.ts';
import { ORIGIN, STEPS, takeStep, type World } from '../fixture/leak-steps.ts';
import { EVE, type LeakWorld, openLeakWorld, ROOT, withoutHashes } from '../fixture/leak-world.ts';
import { type Subscriber, subscribeBySse } from '../fixture/subscribers.ts';

const open: Subscriber[] = [];

afterEach(() => {
  for (const subscriber of open.splice(0)) subscriber.stop();
});

async function subscribe(world: LeakWorld, query: string, actor = EVE): Promise<Subscriber> {
  const before = await subscriptions(world);
  const headers = { [PRINCIPAL_HEADER]: actor };
  const subscriber = subscribeBySse(world.server.graphql, withIds(query, world), {}, headers);
  open.push(subscriber);
  while ((await subscriptions(world)) === before) await setTimeout(5);
  return subscriber;
}

async function subscriptions({ server }: LeakWorld): Promise<string | undefined> {
  const text = await (await fetch(server.metrics)).text();
  return /^massive_graph_subscriptions (\d+)$/m.exec(text)?.[1];
}

/** Of people, for those who hear of people alone. */
const LAST_OF_PEOPLE = `updatePeople(where: { email: { eq: "ann@x" } }, update: {
  note: { set: "last" } }) { info { nodesCreated } }`;

/** What a subscriber to a world is told while root goes through the steps, as texts. */
async function toldOf(which: World, query: string, actor = EVE): Promise<string[]> {
  await using world = await openLeakWorld(which);
  const subscriber = await subscribe(world, query, actor);
  for (const step of [...STEPS, LAST_OF_PEOPLE]) await takeStep(world, which, step);
  while (!subscriber.results.some((result) => JSON.stringify(result).includes('"last"'))) {
    await setTimeout(5);
  }
  return subscriber.results.map((result) => withoutHashes(JSON.stringify(result)));
}

const NODE_QUERIES = [
  `subscription { nodeChanges { ${ORIGIN} id type fields node { id ... on Team { name budget }
    ... on Person { name salary note } } } }`,
  `subscription { nodeChanges(types: [Person, Team]) { ${ORIGIN} id fields node { ... on Team
    { name } } } }`,
  `subscription { teamChanges { ${ORIGIN} fields team { name budget } } }`,
];

describe('changes of nodes', () => {
  test.each(NODE_QUERIES)('%s', async (query) => {
    const one = await toldOf('one', query);
    expect(await toldOf('other', query)).toEqual(one);
    const root = await toldOf('one', query, ROOT);
    expect(root).not.toEqual(one);
    if (query.includes('transaction')) expect(root.join('\n')).toContain('"transaction":"');
  });

  test('of people, by fields: what writes hidden ones is none', async () => {
    for (const which of ['one', 'other'] as const) {
      await using world = await openLeakWorld(which);
      const subscriber = await subscribe(
        world,
        `subscription { personChanges(fields: [salary, badge, note]) { event id fields person
          { note salary } transaction } }`,
      );
      for (const step of STEPS) await takeStep(world, which, step);
      await subscriber.received(6);
      const told = subscriber.results.map(({ data }) => data?.personChanges);
      const fields = told.map((each) => (each as { fields: string[] }).fields);
      expect(fields).toEqual([['note'], ['note'], ['note'], ['note'], ['note'], []]);
      expect(told[0]).toMatchObject({ transaction: null, person: { salary: null } });
      expect(told[5]).toMatchObject({ event: 'DELETED', person: null });
    }
  });

  test('what is hidden takes no room in the queue of a slow subscriber', async () => {
    await using world = await openLeakWorld('one');
    const feed = openChangeFeed(world.space);
    const wants = (entry: { element: string }): entry is ElementChange => entry.element === 'node';
    const interest = { element: 'node' } as const;
    const slow = feed.subscribe({ interest, wants, actor: EVE });
    await world.space.write({ actor: ROOT }, (draft) => {
      for (let index = 0; index <= SUBSCRIBER_QUEUE_CHANGES_MAX; index++) {
        draft.setNodeValue(draft.createNode('Vault', { key: `k${index}` }), 'label', 'x');
      }
    });
    await world.space.write({ actor: ROOT }, (draft) => {
      draft.setNodeValue(world.ids.get('ann@x') ?? '', 'note', 'first');
    });
    const { value } = await slow.next();
    expect(value).toMatchObject({ entry: { paths: ['note'] } });
    feed.close();
  });

  test('an entry that waits is judged when it is delivered', async () => {
    await using world = await openLeakWorld('one');
    const { space, ids } = world;
    const feed = openChangeFeed(space);
    const wants = (entry: { element: string }): entry is ElementChange => entry.element === 'node';
    const waiting = feed.subscribe({ interest: { element: 'node' }, wants, actor: EVE });
    const write = (key: string) =>
      space.write({ actor: ROOT }, (draft) => {
        draft.setNodeValue(ids.get(key) ?? '', 'note', 'changed');
      });
    await write('ann@x');
    await write('bob@x');
    const object = `Person:${ids.get('ann@x')}`;
    await space.access.revoke({ grants: [{ object, relation: 'read', subject: EVE }] });
    const { value } = await waiting.next();
    expect(value).toMatchObject({ entry: { id: ids.get('bob@x') } });
    feed.close();
  });
});

describe('changes of edges', () => {
  test.each([
    `subscription { relationshipChanges { ${ORIGIN} type from to fields fromNode { id } toNode
      { id ... on Team { name } } } }`,
    `subscription { relationshipChanges(types: [KNOWS, IN]) { event type from to fields toNode
      { ... on Team { name } } } }`,
    `subscription { relationshipChanges(node: "«ann»") { event type to fields toNode { ... on
      Team { name } } } }`,
  ])('%s', async (query) => {
    const one = await toldOf('one', query);
    expect(await toldOf('other', query)).toEqual(one);
    expect(one.join('\n')).toContain('"fields":["since"]');
    expect((await toldOf('one', query, ROOT)).length).toBeGreaterThan(one.length);
  });
});

const STATES = `before { name salary badge bonus marks labels steps note home { city street } }
  after { name salary badge bonus marks labels steps note home { city street } }`;
const EDGE_STATES = ['before', 'after'].map(
  (name) => `${name} { ... on MembershipChangeState { since share } }`,
);

describe('what showed before and after a change', () => {
  test.each([
    `subscription { personChanges { ${ORIGIN} fields membership coalesced ${STATES} } }`,
    `subscription { personChanges(fields: [salary, badge, note]) { fields ${STATES} } }`,
    `subscription { personChanges(id: "«ann»") { event ${STATES} } }`,
    `subscription { teamChanges { event before { name budget } after { name budget } } }`,
    `subscription { relationshipChanges { event type from to fields ${EDGE_STATES.join(' ')} toNode
      { ... on Team { name } } } }`,
  ])('%s', async (query) => {
    const one = await toldOf('one', query);
    expect(await toldOf('other', query)).toEqual(one);
    const root = await toldOf('one', query, ROOT);
    expect(root).not.toEqual(one);
    if (query.includes('salary')) {
      expect(one.join('\n')).toContain('"relation":"read.salary"');
      expect(root.join('\n')).toContain('"salary":100');
    }
  });

  test('[K4] is what was read under the old rights, and what is under the new ones', async () => {
    await using world = await openLeakWorld('one');
    const { space, ids } = world;
    const [hal, ann] = [ids.get('hal@x'), ids.get('ann@x')];
    const eve = await subscribe(
      world,
      `subscription { personChanges(where: { name: { eq: "Ann" } }) {
        event fields membership before { name salary } after { name salary } } }`,
    );
    const node = { object: `Person:${hal}`, relation: 'read', subject: EVE };
    const field = { object: `Person:${ann}`, relation: 'read.salary', subject: EVE };
    await space.access.grant([node]);
    await space.access.grant([field]);
    await space.access.revoke({ grants: [field] });
    await space.access.revoke({ grants: [node] });
    await eve.received(4);
    const [open, closed] = [
      { name: 'Ann', salary: 100 },
      { name: 'Ann', salary: null },
    ];
    const salary = { fields: ['salary'], membership: 'STAYED' };
    const whole = { fields: [] };
    expect(eve.results.map(({ data }) => data?.personChanges)).toEqual([
      { ...whole, event: 'SHOWN', membership: 'ENTERED', before: null, after: closed },
      { ...salary, event: 'SHOWN', before: closed, after: open },
      { ...salary, event: 'HIDDEN', before: open, after: closed },
      { ...whole, event: 'HIDDEN', membership: 'LEFT', before: closed, after: null },
    ]);
  });

  test('is hidden where permissions change before it is told', async () => {
    await using world = await openLeakWorld('one');
    const { space, ids } = world;
    const feed = openChangeFeed(space);
    const wants = (entry: { element: string }): entry is NodeEvent => entry.element === 'node';
    const interest = { element: 'node', images: true } as const;
    const ann = `Person:${ids.get('ann@x')}`;
    const salary = { object: ann, relation: 'read.salary', subject: EVE };
    await space.access.grant([salary]);
    const waiting = feed.subscribe({ interest, wants, actor: EVE });
    await space.write({ actor: ROOT }, (draft) => {
      draft.setNodeValue(ids.get('ann@x') ?? '', 'salary', 123n);
      draft.setNodeValue(ids.get('ann@x') ?? '', 'note', 'changed');
    });
    await space.access.revoke({ grants: [salary] });
    const { value } = await waiting.next();
    const field = space.definition.nodeTypes
      .get('Person')
      ?.fields.find(({ name }) => name === 'salary');
    if (field?.kind !== 'scalar') throw new Error('people have a salary');
    expect(value.entry.paths).toEqual(['note']);
    expect(value.before.value(field)).toBeNull();
    expect(value.after.value(field)).toBeNull();
    feed.close();
  });
});

describe('filters of changes', () => {
  const LAST = '{ note: { eq: "last" } }';
  test.each([
    `{ OR: [{ salary: { gte: 0 } }, ${LAST}] }`,
    '{ NOT: { salary: { gt: 150 } } }',
    `{ OR: [{ home: { street: { eq: "Elm Street" } } }, { badge: { eq: null } }, ${LAST}] }`,
    `{ OR: [{ marks: { includes: "m1" } }, { labels: { includes: "l1" } },
      { bonus: { in: [7, 8] } }, ${LAST}] }`,
    `{ OR: [{ name: { eq: "Ann" } }, { email: { contains: "hal" } }] }`,
  ])('%s', async (where) => {
    const query = `subscription { personChanges(where: ${where}) { ${ORIGIN} id fields membership
      before { note } after { note } } }`;
    const one = await toldOf('one', query);
    expect(await toldOf('other', query)).toEqual(one);
    expect(await toldOf('one', query, ROOT)).not.toEqual(one);
  });
});

describe('changes of grants', () => {
  test('are told of one’s own, and of what one may grant', async () => {
    const told: string[] = [];
    for (const which of ['one', 'other'] as const) {
      await using world = await openLeakWorld(which);
      const subscriber = await subscribe(
        world,
        'subscription { grantChanges { event grant { object relation subject } height } }',
      );
      const hidden = world.ids.get(which === 'one' ? 'hal@x' : 'ida@x');
      const bob = { relation: 'read', subject: 'user:acme/bob' };
      await world.space.access.grant([{ object: `Person:${hidden}`, ...bob }]);
      await world.space.access.grant([{ object: `Person:${world.ids.get('ann@x')}`, ...bob }]);
      await subscriber.received(1);
      told.push(JSON.stringify(subscriber.results));
    }
    expect(told[1]).toBe(told[0]);
    expect(told[0]).toContain('user:acme/bob');
  });
});

describe('permissions that change', () => {
  const QUERY = `subscription { nodeChanges { ${ORIGIN} id fields node { ... on Person { name
    salary } } } }`;

  test('show and hide nodes, and fields of them', async () => {
    await using world = await openLeakWorld('one');
    const { space, ids } = world;
    const [hal, ann] = [ids.get('hal@x'), ids.get('ann@x')];
    const eve = await subscribe(world, QUERY);
    const root = await subscribe(world, QUERY, ROOT);
    const node = { object: `Person:${hal}`, relation: 'read', subject: EVE };
    const field = { object: `Person:${ann}`, relation: 'read.salary', subject: EVE };
    await space.access.grant([node]);
    await eve.received(1);
    await space.access.grant([field]);
    await eve.received(2);
    await space.access.revoke({ grants: [field] });
    await eve.received(3);
    await space.access.revoke({ grants: [node] });
    await eve.received(4);
    await space.access.revoke({ grants: [{ ...node, object: `Person:${ann}`, subject: EVE }] });
    await eve.received(5);
    const unknown = { commit: null, author: null, actor: null, time: null, transaction: null };
    const told = eve.results.map(({ data }) => data?.nodeChanges);
    expect(told).toEqual([
      expect.objectContaining({ ...unknown, event: 'SHOWN', id: hal, fields: [] }),
      expect.objectContaining({
        ...{ event: 'SHOWN', id: ann, fields: ['salary'] },
        node: { name: 'Ann', salary: 100 },
      }),
      expect.objectContaining({
        ...{ event: 'HIDDEN', id: ann, fields: ['salary'] },
        node: { name: 'Ann', salary: null },
      }),
      expect.objectContaining({ event: 'HIDDEN', id: hal, fields: [], node: null }),
      expect.objectContaining({ ...unknown, event: 'HIDDEN', id: ann, fields: [], node: null }),
    ]);
    const own = { object: 'Person:*', relation: 'read', subject: ROOT };
    await space.access.revoke({ grants: [own] });
    await root.received(5);
    expect(root.results[0]?.data?.nodeChanges).toMatchObject({
      ...{ event: 'HIDDEN', transaction: null, time: null },
      commit: expect.stringMatching(/^bafy/),
      author: space.organisation.owner,
    });
  });

  test('for more nodes than are told say so', async () => {
    await using world = await openLeakWorld('one');
    await world.space.write({ actor: ROOT }, (draft) => {
      for (let index = 0; index <= SUBSCRIBER_SIGHT_CHANGES_MAX; index++) {
        draft.createNode('Vault', { key: `k${index}` });
      }
    });
    const eve = await subscribe(world, QUERY);
    await world.space.access.grant([{ object: 'Vault:*', relation: 'read', subject: EVE }]);
    await eve.received(1);
    const told = eve.results.map(({ data }) => data?.nodeChanges);
    expect(told).toEqual([
      expect.objectContaining({ event: 'PERMISSIONS_CHANGED', id: null, fields: [], node: null }),
    ]);
  });
});
