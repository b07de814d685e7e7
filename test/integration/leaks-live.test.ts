import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { PRINCIPAL_HEADER } from '../../src/server/authentication/credential.ts';
import { fieldPattern, withIds } from '../fixture/leak-channel.ts';
import { STEPS, takeStep, type World } from '../fixture/leak-steps.ts';
import { EVE, type LeakWorld, openLeakWorld, ROOT, withoutHashes } from '../fixture/leak-world.ts';
import { liveBySse } from '../fixture/live-client.ts';
import { CHANNELS } from '../leaks.ts';

const QUERIES = [
  '{ people(sort: [{ name: ASC }]) { name salary badge note home { street } } }',
  '{ people(where: { salary: { gt: 1 } }) { email version } teams { name budget } }',
  `{ peopleConnection(sort: [{ salary: DESC }], first: 2) { totalCount
    edges { cursor node { name } } aggregate { node { salary { max } } } } }`,
  '{ person(where: { email: { eq: "ann@x" } }) { bonus salary knows { name } paid } }',
  `{ teams(limit: 9) { name peopleConnection(first: 9) { totalCount edges { properties {
    share held } } } }
    team(where: { name: { eq: "last" } }) { name } vaults { code } }`,
  '{ node(id: "«hal»") { id ... on Person { salary } } knowns { __typename } }',
  '{ prizeds { bonus } prizedsConnection { totalCount } }',
  '{ vault(where: { code: { eq: "v9" } }) { code } teamsConnection { totalCount } }',
  '{ conflicts { totalCount edges { cursor node { field value nodes { id } } } } }',
];
/** Asks for the team that the last step makes, so that its end is seen. */
const END = 'end: teams(where: { name: { eq: "last" } }) { people { name } }';

async function metrics({ server }: LeakWorld): Promise<string> {
  return await (await fetch(server.metrics)).text();
}

function isAtEnd(data: unknown): boolean {
  const { end } = data as { readonly end: readonly { readonly people: readonly unknown[] }[] };
  return end[0]?.people.length === 1;
}

/** The messages that a caller gets while root goes through the steps, one after the other. */
async function toldOf(which: World, query: string, actor: string): Promise<string[]> {
  await using world = await openLeakWorld(which);
  const text = withIds(`query @live ${query.replace(/}$/, ` ${END} }`)}`, world);
  const client = liveBySse(world.server, text, { [PRINCIPAL_HEADER]: actor });
  try {
    await client.revision(1);
    for (const step of STEPS) {
      await takeStep(world, which, step);
      // So that each write is told of by itself, where it is.
      while (!(await metrics(world)).includes('massive_graph_live_queries_behind 0\n')) {}
    }
    while (!isAtEnd(client.data)) await nextTurn();
    expect(world.internalErrors).toEqual([]);
    return client.messages.map((result) => withoutHashes(JSON.stringify(result)));
  } finally {
    client.stop();
  }
}

test.each(QUERIES)('%s', async (query) => {
  const one = await toldOf('one', query, EVE);
  expect(await toldOf('other', query, EVE)).toEqual(one);
  const [root, other] = [await toldOf('one', query, ROOT), await toldOf('other', query, ROOT)];
  expect(other).not.toEqual(root);
});

test('asks the root fields of its row', () => {
  const { fields = [] } = CHANNELS.find(({ name }) => name === 'live queries') ?? {};
  const texts = QUERIES.join('\n');
  expect(fields.length).toBeGreaterThan(0);
  for (const field of fields) expect(texts).toMatch(fieldPattern(field));
});
