import { describe, expect, test } from 'vitest';
import { testChannel } from '../fixture/leak-channel.ts';
import { answerOf, EVE, openLeakWorld, ROOT } from '../fixture/leak-world.ts';

/** Before the model: everybody might see everything then. */
const THEN = '@at(cursor: 5)';
const MOMENT = '@at(time: "2025-06-15T15:06:40Z")';
const BY_RESOLVERS = '__schema { queryType { name } }';

testChannel('the graph as it was', [
  [`query ${THEN} { people { email salary badge bonus home { street } } }`, 'ann@x', 'NOT_GRANTED'],
  [`query ${THEN} { people { email salary badge } ${BY_RESOLVERS} }`, 'ann@x', 'NOT_GRANTED'],
  [`query ${MOMENT} { people { email salary } vaults { code } }`, 'ann@x', '"vaults":\\[\\]'],
  [
    `query ($at: Int) @at(cursor: $at) { person(where: { email: { eq: "hal@x" } }) { id } }`,
    'INVALID_INPUT',
  ],
  [`query ${THEN} { person(where: { email: { eq: "hal@x" } }) { id } }`, '"person":null'],
  [`query ${THEN} { vault(where: { code: { eq: "v1" } }) { label } }`, '"vault":null'],
  [`query ${THEN} { team(where: { name: { eq: "red" } }) { budget } teams { name } }`, 'null'],
  [`query ${THEN} { people(where: { salary: { gt: 150 } }) { email } }`, '\\[\\]'],
  [`query ${THEN} { people(sort: [{ salary: ASC }]) { email } }`, 'ann@x'],
  [
    `query ${THEN} { people(limit: 9) { knows { email } teams { name } vaults { code } } }`,
    'dan@x',
  ],
  [
    `query ${THEN} { peopleConnection(first: 2, sort: [{ badge: DESC }]) { totalCount edges {
      cursor } aggregate { count { nodes } node { salary { sum } } } } }`,
    '"totalCount":4',
    '"sum":null',
  ],
  [
    `query ${THEN} { teamsConnection { groups(by: [budget]) { count { nodes } } }
      vaultsConnection { totalCount } }`,
    '"totalCount":0',
  ],
  [`query ${THEN} { node(id: "«hal»") { id } other: node(id: "«ida»") { id } }`, '"node":null'],
  [
    `query ${THEN} { shortestPath(from: "«ann»", to: "«bob»", direction: BOTH,
      relationship: "KNOWS") { length } }`,
    'null',
  ],
  [
    `query ${THEN} { neighbourhood(of: "«ann»", maxDepth: 9, limit: 9, relationships: [KNOWS]) {
      isComplete nodes { node { id } } relationships { to } } }`,
    '"isComplete":true',
    '"relationships":\\[\\]',
  ],
  [
    `query ${THEN} { conflicts { totalCount edges { node { value nodes { id } } } } }`,
    '"totalCount":1',
  ],
  [`query ${THEN} { lineage(id: "«ann»", field: "salary") { time } }`, '"lineage":null'],
  [`query ${THEN} { lineage(id: "«hal»") { time } }`, '"lineage":null'],
  [`query ${THEN} { lineage(id: "«ann»", field: "name") { position } }`, '"position":4'],
  ['query @at(cursor: 4) { peopleConnection { totalCount } }', '"totalCount":4'],
  ['query @at(cursor: 99) { people { email } }', 'NOT_FOUND'],
]);

describe('what was deleted', () => {
  test('is told of the past as far as the caller sees it by its name', async () => {
    const answers: string[] = [];
    for (const which of ['one', 'other'] as const) {
      await using world = await openLeakWorld(which);
      const hidden = which === 'one' ? 'hal@x' : 'ida@x';
      await world.space.write({ actor: ROOT }, (draft) => {
        for (const key of [hidden, 'dan@x']) {
          draft.deleteNode(draft.nodeByKey('Person', key) ?? '');
        }
      });
      for (const text of ['{ people { email } }', `query ${THEN} { people { email } }`]) {
        answers.push(await answerOf(world, EVE, { query: text }));
      }
    }
    const [now, then, otherNow, otherThen] = answers;
    expect([otherNow, otherThen]).toEqual([now, then]);
    expect(now).not.toContain('dan@x');
    expect(then).toContain('dan@x');
    expect(then).not.toMatch(/hal@x|ida@x/);
  });
});
