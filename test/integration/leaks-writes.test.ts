import { describe, expect, test } from 'vitest';
import type { Draft } from '../../src/space/space.ts';
import { fieldPattern, testChannel } from '../fixture/leak-channel.ts';
import { answerOf, EVE, openLeakWorld, ROOT } from '../fixture/leak-world.ts';
import { CHANNELS } from '../leaks.ts';

const ANN = 'where: { email: { eq: "ann@x" } }';

testChannel('keys and unique values that are taken', [
  [
    `mutation { createPeople(input: [{ email: "hal@x", name: "New", salary: 1 }]) { info {
      nodesCreated relationshipsCreated } people { email salary } } }`,
    '"nodesCreated":1',
  ],
  [
    `mutation { createPeople(input: [{ email: "ida@x", name: "New", salary: 1, badge: "b1" }])
      { info { nodesCreated } people { email } } }`,
    '"nodesCreated":1',
  ],
  [
    `mutation { createPeople(input: [{ email: "ann@x", name: "New", salary: 1 }]) { info {
      nodesCreated } } }`,
    'ALREADY_EXISTS',
  ],
  [
    `mutation { upsertPeople(input: [{ email: "hal@x", name: "New", salary: 1 }]) { info {
      nodesCreated nodesDeleted } people { email salary } } }`,
    '"nodesCreated":1',
  ],
  [
    `mutation { upsertPeople(input: [{ email: "ann@x", name: "Again", salary: 5, badge: "b1" }]) {
      info { nodesCreated } people { email name salary badge } } }`,
    'FORBIDDEN|"nodesCreated":0',
  ],
  [
    `mutation { createVaults(input: [{ code: "v1", label: "mine" }]) { info { nodesCreated }
      vaults { code } } }`,
    '"vaults":\\[\\]',
  ],
  [
    `mutation { createPeople(input: [{ email: "zoe@x", name: "Zoe", salary: 1, badge: "b2" }])
      { info { nodesCreated } } }`,
    '"nodesCreated":1',
  ],
  [
    `mutation { updatePeople(${ANN}, update: { badge: { set: "b3" } }) { people { email badge
      } } }`,
    '"badge":null',
  ],
  [
    `mutation { createTeams(input: [{ name: "green", budget: 3 }, { name: "green" }]) { info {
      nodesCreated } } }`,
    'ALREADY_EXISTS',
  ],
  [
    `mutation { createTeams(input: [{ name: "green", budget: 3 }]) { info { nodesCreated }
      teams { budget } } }`,
    '"budget":null',
  ],
  [
    '{ people { email name salary } vaults { code label } teams { name budget } }',
    '"vaults":\\[\\]',
  ],
]);

testChannel('changes of what is hidden', [
  [
    `mutation { updatePeople(where: { salary: { gt: 150 } }, update: { note: { set: "rich" }
      }) { people { email } } }`,
    '"people":\\[\\]',
  ],
  [
    `mutation { updatePeople(where: { NOT: { badge: { eq: "b1" } } }, update: { note: { set:
      "no" } }) { people { email note } } }`,
    'ann@x.*dan@x|dan@x.*ann@x',
  ],
  [
    `mutation { updatePeople(where: { email: { eq: "hal@x" } }, update: { name: { set: "X" }
      }) { people { email } } }`,
    '"people":\\[\\]',
  ],
  [
    `mutation { deletePeople(where: { email: { in: ["hal@x", "ida@x"] } }) { nodesDeleted
      relationshipsDeleted } }`,
    '"nodesDeleted":0',
  ],
  [
    'mutation { deletePeople(where: { bonus: { gt: 0 } }) { nodesDeleted relationshipsDeleted } }',
    '"nodesDeleted":0',
  ],
  [
    `mutation { deleteVaults { nodesDeleted relationshipsDeleted } updateVaults(update: {
      label: { set: "x" } }) { info { nodesDeleted } } }`,
    '"nodesDeleted":0',
  ],
  [
    `mutation { updateTeams(update: { budget: { set: 5 } }) { teams { name budget } info {
      nodesCreated } } }`,
    '"budget":null',
  ],
  ['mutation { deleteTeams(where: { budget: { eq: 5 } }) { nodesDeleted } }', '"nodesDeleted":0'],
  [
    `mutation { deletePeople(${ANN}) { nodesDeleted relationshipsDeleted } }`,
    '"nodesDeleted":1,"relationshipsDeleted":1',
  ],
  [
    `mutation { createPeople(input: [{ email: "ann@x", name: "Ann", salary: 3 }]) { people {
      email salary knows { email } vaults { code } teams { name } } } }`,
    '"knows":\\[\\]',
  ],
  ['{ people { email note } teams { name people { email } } }', 'ann@x'],
]);

testChannel('what nested writes answer', [
  [
    `mutation { updatePeople(${ANN}, update: { knows: [{ connect: [{ where: { node: { email: {
      eq: "bob@x" } } } }] }] }) { info { relationshipsCreated } people { knows { email } } }
      }`,
    '"relationshipsCreated":1',
  ],
  [
    `mutation { updatePeople(${ANN}, update: { knows: [{ connect: [{ where: { node: { email: {
      eq: "hal@x" } } } }] }] }) { info { relationshipsCreated } } }`,
    'NOT_FOUND',
  ],
  [
    `mutation { updatePeople(${ANN}, update: { knows: [{ connect: [{ where: { node: { salary:
      { gt: 0 } } } }] }] }) { info { relationshipsCreated } } }`,
    'NOT_FOUND',
  ],
  [
    `mutation { updatePeople(${ANN}, update: { knows: [{ disconnect: [{}] }] }) { info {
      relationshipsDeleted } } }`,
    '"relationshipsDeleted":0',
  ],
  [
    `mutation { updatePeople(${ANN}, update: { vaults: [{ delete: [{}] }] }) { info {
      nodesDeleted relationshipsDeleted } people { vaults { code } } } }`,
    '"nodesDeleted":0,"relationshipsDeleted":0',
  ],
  [
    `mutation { updatePeople(${ANN}, update: { vaults: [{ create: [{ node: { code: "v2" } }]
      }] }) { info { nodesCreated relationshipsCreated } people { vaults { code }
      vaultsConnection { totalCount } } } }`,
    '"nodesCreated":1,"relationshipsCreated":1',
  ],
  // Through an interface and a union.
  [
    `mutation { updatePeople(${ANN}, update: { prized: [{ connect: [{ where: { node: { id: { in:
      ["«hal»", "«ida»", "«v1:Vault»"] } } } }] }] }) { info { relationshipsCreated } } }`,
    'NOT_FOUND',
  ],
  [
    `mutation { updatePeople(${ANN}, update: { prized: [{ connect: [{ where: { node: { bonus: {
      gt: 0 } } } }] }] }) { info { relationshipsCreated } } }`,
    'NOT_FOUND',
  ],
  [
    `mutation { updatePeople(${ANN}, update: { opens: { Vault: [{ delete: [{}] }], Person: [{
      disconnect: [{}] }] } }) { info { nodesDeleted relationshipsDeleted } } }`,
    '"nodesDeleted":0,"relationshipsDeleted":0',
  ],
  [
    `mutation { updateTeams(update: { people: [{ update: [{ where: { edge: { share: { eq: 50 }
      } }, edge: { since: { set: 1 } } }] }] }) { teams { peopleConnection { edges {
      properties { since share } } } } } }`,
    '"since":20',
  ],
  [
    `mutation { updateTeams(update: { people: [{ disconnect: [{ where: { node: { salary: {
      gte: 0 } } } }] }] }) { info { relationshipsDeleted } } }`,
    '"relationshipsDeleted":0',
  ],
  [
    `mutation { createPeople(input: [{ email: "kim@x", name: "Kim", salary: 9, knows: {
      create: [{ node: { email: "jim@x", name: "Jim", salary: 1 } }] }, teams: { connect: [{
      where: { node: { budget: { eq: null } } }, edge: { share: 3 } }] } }]) { info {
      nodesCreated relationshipsCreated } people { email } } }`,
    '"nodesCreated":2',
  ],
  ['{ people { email knows { email } teams { name } } }', 'ann@x'],
]);

testChannel('increments', [
  [
    `mutation { updatePeople(${ANN}, update: { salary: { add: 1 } }) { people { salary } } }`,
    'FORBIDDEN',
  ],
  [
    `mutation { updatePeople(${ANN}, update: { salary: { add: 2147483647 } }) { people {
      salary } } }`,
    'FORBIDDEN',
  ],
  [
    `mutation { updatePeople(${ANN}, update: { salary: { set: 3 } }) { people { salary } } }`,
    '"salary":null',
  ],
  [
    `mutation { updatePeople(${ANN}, update: { bonus: { subtract: 1 } }) { people { bonus } } }`,
    'FORBIDDEN',
  ],
  [
    `mutation { updateTeams(update: { people: [{ update: [{ edge: { share: { add: 1 } } }] }]
      }) { teams { name } } }`,
    'FORBIDDEN',
  ],
  [
    `mutation { updateTeams(update: { people: [{ update: [{ edge: { since: { add: 1 } } }] }]
      }) { teams { peopleConnection { edges { properties { since share } } } } } }`,
    '2001',
  ],
  ['{ people { salary name bonus } }', 'Ann'],
]);

testChannel('items of lists', [
  ['{ people(sort: [{ name: ASC }]) { name marks } }', '"marks":null'],
  ['{ people(where: { marks: { includes: "m1" } }) { name } }', '"people":\\[\\]'],
  ['{ people(where: { marks: { eq: ["m1", "m2"] } }) { name } }', '"people":\\[\\]'],
  ['{ people(where: { marks: { eq: null } }) { email } }', 'ann@x'],
  ['{ peopleConnection { aggregate { node { marks { count } } } } }', '"count":0'],
  [
    `mutation { updatePeople(${ANN}, update: { marks: { push: ["m3"] } }) { people { marks } } }`,
    'FORBIDDEN',
  ],
  [
    `mutation { updatePeople(${ANN}, update: { marks: { pop: 9 } }) { people { marks } } }`,
    'FORBIDDEN',
  ],
  [
    `mutation { updatePeople(${ANN}, update: { marks: { set: ["m4"] } }) { people { marks } } }`,
    '"marks":null',
  ],
  [
    `mutation { updatePeople(where: { marks: { includes: "m2" } }, update: { note: { set: "n" } })
      { people { name } } }`,
    '"people":\\[\\]',
  ],
]);

testChannel('texts of errors in mutations', [
  [
    `mutation { updatePeople(${ANN}, update: { home: { street: { set: null } } }) { people {
      home { city street } } } }`,
    'Bern',
  ],
  [
    `mutation { updatePeople(${ANN}, update: { home: { city: { set: null } } }) { people {
      home { city } } } }`,
    'INVALID_INPUT',
  ],
  [
    `mutation { updatePeople(${ANN}, update: { home: { set: null } }) { people { home { city }
      } } }`,
    '"home":null',
  ],
  [
    `mutation { updatePeople(${ANN}, update: { home: { street: { set: "Elm" } } }) { people {
      home { city street } } } }`,
    'errors|home',
  ],
  [
    `mutation { updatePeople(${ANN}, update: { salary: { set: null } }) { people { salary } } }`,
    'INVALID_INPUT',
  ],
  [
    `mutation { createPeople(input: [{ email: "", name: "x", salary: 1 }]) { info {
      nodesCreated } } }`,
    'INVALID_INPUT',
  ],
  [
    'mutation { updatePeople(update: { badge: { set: "same" } }) { people { badge } } }',
    'ALREADY_EXISTS',
  ],
  [
    `mutation { updatePeople(where: { badge: { eq: "b1" } }, update: { badge: { set: "b2" } })
      { people { email } } }`,
    '"people":\\[\\]',
  ],
  ['{ people { email salary badge } }', 'ann@x'],
]);

const TOLD = '... on MutationError { code message path }';

testChannel('errors that are results', [
  [
    `mutation { tryCreatePeople(input: [{ email: "new@x", name: "x", salary: 1, vaults: { connect:
      { where: { node: { label: { eq: "gold" } } } } } }]) { ${TOLD} } }`,
    'NOT_FOUND',
    '"path":\\["input","0","vaults","connect","0"\\]',
  ],
  [
    `mutation { tryUpsertPeople(input: [{ email: "bob@x", name: "Bob", salary: 1, knows: { connect:
      { where: { node: { email: { eq: "hal@x" } } } } } }]) { ${TOLD} } }`,
    'NOT_FOUND',
  ],
  [`mutation { tryUpdatePeople(${ANN}, update: { salary: { add: 1 } }) { ${TOLD} } }`, 'FORBIDDEN'],
  [
    `mutation { tryUpdatePeople(where: { salary: { gt: 0 } }, ifVersion: "x") { ${TOLD} } }`,
    'NOT_FOUND',
  ],
  [
    `mutation { tryUpdatePeople(update: { badge: { set: "same" } }) { ${TOLD} } }`,
    'ALREADY_EXISTS',
  ],
  [
    `mutation { tryDeletePeople(where: { email: { eq: "hal@x" } }, ifVersion: "x") { ${TOLD} } }`,
    'NOT_FOUND',
  ],
  [`mutation { tryDeleteVaults(atMost: 0) { ${TOLD} ... on DeleteInfo { nodesDeleted } } }`, ':0'],
  [
    `mutation { batchPeople(operations: [
      { update: { where: { email: { eq: "hal@x" } }, update: { name: { set: "X" } } } }
      { update: { where: { email: { eq: "ida@x" } }, update: {}, ifVersion: "x" } }
      { delete: { where: { badge: { eq: "b1" } }, ifVersion: "x" } }
      { update: { where: { email: { eq: "ann@x" } }, update: { bonus: { add: 1 } } } }
      { upsert: { email: "kim@x", name: "Kim", salary: 1 } }
    ]) { ${TOLD} ... on BatchPeopleMutationResponse { info { nodesCreated } people { email
      salary } } } }`,
    'NOT_FOUND.*NOT_FOUND.*FORBIDDEN.*"nodesCreated":1',
  ],
  ['{ people { email name salary } vaults { code } }', 'ann@x'],
]);

testChannel('changes of permissions', [
  ['mutation { share(node: "«hal»", with: "user:acme/bob") { height } }', 'NOT_FOUND'],
  [
    'mutation { share(node: "«ida»", fields: ["salary"], with: "user:acme/bob") { height } }',
    'NOT_FOUND',
  ],
  [
    'mutation { share(node: "«ann»", fields: ["salary"], with: "user:acme/bob") { height } }',
    'FORBIDDEN|REFUSED|height',
  ],
  ['mutation { share(node: "«ann»", with: "user:acme/bob") { height } }', 'height'],
  [
    `mutation { grant(grants: [{ object: "«hal»", relation: "read", subject: "user:acme/bob"
      }]) { height } }`,
    'NOT_FOUND',
  ],
  [
    `mutation { grant(grants: [{ object: "Person:«hal»", relation: "read", subject:
      "user:acme/bob" }]) { height } }`,
    'FORBIDDEN|REFUSED',
  ],
  [
    `mutation { revoke(grants: [{ object: "«ida»", relation: "read", subject: "user:acme/bob"
      }]) { height } }`,
    'NOT_FOUND',
  ],
  [
    'mutation { installPermissionModel(model: "model\\n  schema 1.1\\ntype user") { height } }',
    'FORBIDDEN',
  ],
]);

describe('versions', () => {
  const asked = '{ people { email version } teams { name version } vaults { code version } }';
  const channel = CHANNELS.find(({ name }) => name === 'versions');

  /** What root changes, of which Eve sees nothing. */
  const HIDDEN_CHANGES = [
    'updatePeople(update: { salary: { add: 1 } }) { info { nodesCreated } }',
    'updatePeople(update: { bonus: { set: 9 } }) { info { nodesCreated } }',
    `updatePeople(where: { email: { eq: "ann@x" } }, update: { badge: { set: "new" } }) { info {
      nodesCreated } }`,
    `updatePeople(${ANN}, update: { home: { street: { set: "Oak" } } }) { info { nodesCreated } }`,
    'updateTeams(update: { budget: { set: 8 } }) { info { nodesCreated } }',
    'updateVaults(update: { label: { set: "lead" } }) { info { nodesCreated } }',
    'createVaults(input: { code: "v9" }) { info { nodesCreated } }',
    `updatePeople(where: { email: { eq: "ann@x" } }, update: { vaults: { delete: {} } }) { info {
      nodesDeleted } }`,
    'deletePeople(where: { email: { in: ["hal@x", "ida@x"] } }) { nodesDeleted }',
  ];

  test('tell nothing of changes of what is hidden, and root is told of all', async () => {
    await using world = await openLeakWorld('one');
    const versions = (actor: string) => answerOf(world, actor, { query: asked });
    const byEve = await versions(EVE);
    expect(byEve).toContain('ann@x');
    for (const change of HIDDEN_CHANGES) {
      const byRoot = await versions(ROOT);
      const done = await answerOf(world, ROOT, { query: `mutation { ${change} }` });
      expect(done, change).not.toContain('errors');
      expect(await versions(ROOT), change).not.toBe(byRoot);
      expect(await versions(EVE), change).toBe(byEve);
    }
    const change = 'updatePeople(update: { note: { set: "seen" } }) { info { nodesCreated } }';
    await answerOf(world, ROOT, { query: `mutation { ${change} }` });
    expect(await versions(EVE)).not.toBe(byEve);
  });

  test('that are expected are those that the caller sees', async () => {
    await using world = await openLeakWorld('one');
    const query = '{ person(where: { email: { eq: "ann@x" } }) { version } }';
    const version = async (actor: string) =>
      /"version":"([\w-]+)"/.exec(await answerOf(world, actor, { query }))?.[1] ?? '';
    const [byEve, byRoot] = [await version(EVE), await version(ROOT)];
    expect(byEve).not.toBe(byRoot);
    const write = (expected: string) => ({
      query: `mutation { updatePeople(${ANN}, ifVersion: "${expected}", update: { note: { set: "n"
        } }) { people { note } } }`,
    });
    const remove = `mutation { deletePeople(${ANN}, ifVersion: "${byRoot}") { nodesDeleted } }`;
    for (const asked of [write(byRoot), { query: remove }]) {
      const refused = await answerOf(world, EVE, asked);
      expect(refused).toContain('CONFLICT');
      expect(refused).toContain(byEve);
    }
    await answerOf(world, ROOT, { query: `mutation { ${HIDDEN_CHANGES[0]} }` });
    expect(await answerOf(world, EVE, write(byEve))).toContain('"note":"n"');
  });

  test('asks the root fields of its row', () => {
    const texts = [asked, ...HIDDEN_CHANGES].join('\n');
    for (const field of channel?.fields ?? []) expect(texts).toMatch(fieldPattern(field));
    expect(channel?.fields).toHaveLength(3);
  });
});

describe('writes of the same moment', () => {
  test('tell nothing of what others make in their commit, unless it is seen', async () => {
    await using world = await openLeakWorld('one');
    const { space, ids } = world;
    const edge = { from: ids.get('cid@x') ?? '', type: 'KNOWS', to: ids.get('ann@x') ?? '' };
    const make = (draft: Draft) => {
      const id = draft.createNode('Person', { key: 'pat@x' });
      draft.setNodeValue(id, 'name', 'Pat');
      draft.setNodeValue(id, 'salary', 1n);
      return draft.createEdge(edge);
    };
    const written = await Promise.all([
      space.write({ actor: ROOT }, make),
      space.write({ actor: EVE }, make),
      space.write({ actor: EVE }, (draft) => draft.createEdge(edge)),
    ]);
    expect(written.map(({ result }) => result)).toEqual([true, true, true]);
    const own = space.write({ actor: EVE }, (draft) => draft.createNode('Team', { key: 'new' }));
    const again = space.write({ actor: EVE }, (draft) => draft.createNode('Team', { key: 'new' }));
    await own;
    await expect(again).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  });
});
