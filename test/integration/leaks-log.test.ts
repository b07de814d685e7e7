import { describe, expect, test } from 'vitest';
import { testChannel } from '../fixture/leak-channel.ts';
import { answerOf, EVE, openLeakWorld } from '../fixture/leak-world.ts';

const LINEAGE = '{ position sequence index actor author time transaction commit }';

testChannel('lineage', [
  [`{ lineage(id: "«ann»", field: "name") ${LINEAGE} }`, '"transaction":null', '"position":'],
  [`{ lineage(id: "«ann»", field: "salary") ${LINEAGE} }`, '"lineage":null'],
  [`{ lineage(id: "«ann»", field: "home.street") ${LINEAGE} }`, '"lineage":null'],
  [`{ lineage(id: "«ann»", field: "bonus") ${LINEAGE} }`, '"lineage":null'],
  [
    `{ lineage(id: "«hal»") ${LINEAGE} other: lineage(id: "«v1:Vault»") ${LINEAGE} }`,
    '"lineage":null',
  ],
  [`{ lineage(id: "«ann»") ${LINEAGE} }`, '"position"'],
  [
    `{ teams(limit: 2) { peopleConnection(first: 9) { edges { share: lineage(field: "share")
      ${LINEAGE} } } } }`,
    '"share":null',
  ],
  [
    `{ teams(limit: 2) { peopleConnection(first: 9) { edges { since: lineage(field: "since")
      ${LINEAGE} edge: lineage ${LINEAGE} } } } }`,
    '"position"',
  ],
  ['mutation { createTeams(input: [{ name: "own" }]) { teams { name } } }', 'own'],
  [`{ lineage(id: "«own:Team»") ${LINEAGE} }`, '"transaction":"[0-9a-f]{32}"'],
]);

testChannel('proofs', [
  ['{ proof(id: "«ann»", field: "name") }', 'FORBIDDEN'],
  ['{ proof(id: "«ann»", field: "salary") }', '"proof":null'],
  ['{ proof(id: "«ann»", field: "bonus") }', '"proof":null'],
  ['{ proof(id: "«hal»") other: proof(id: "«ida»", field: "name") }', '"proof":null'],
  [
    '{ teams(limit: 2) { peopleConnection(first: 9) { edges { proof(field: "share") } } } }',
    '"proof":null',
  ],
  [
    '{ teams(limit: 2) { peopleConnection(first: 9) { edges { proof(field: "since") } } } }',
    'FORBIDDEN',
  ],
  ['mutation { createTeams(input: [{ name: "own" }]) { teams { name } } }', 'own'],
  // Its authority would show all grants.
  ['{ proof(id: "«own:Team»") }', 'FORBIDDEN'],
]);

describe('the replica', () => {
  test('[B10] tells how long the log is, and the last commits of authors', async () => {
    const query =
      '{ replica { position height frontier { author sequence commit } peers { lag } } }';
    const texts: string[] = [];
    for (const which of ['one', 'other'] as const) {
      await using world = await openLeakWorld(which);
      const answer = await answerOf(world, EVE, { query });
      texts.push(answer.replaceAll(/"(author|commit)":"\w{59,64}"/g, '"$1":"a hash"'));
    }
    expect(texts[1]).toBe(texts[0]);
    expect(texts[0]).toMatch(/"position":\d+.*"commit":"a hash".*"peers":\[\]/);
  });
});

describe('the checkpoint', () => {
  test('tells how long the log is, and a hash of all', async () => {
    const texts: string[] = [];
    for (const which of ['one', 'other'] as const) {
      await using world = await openLeakWorld(which);
      const answer = await answerOf(world, EVE, { query: '{ checkpoint }' });
      expect(answer).toContain('"checkpoint":');
      texts.push(answer.replace(/(\\n\d+\\n).*(\\n\\n— \S+) .*\\n"/, '$1a hash$2 a signature"'));
    }
    expect(texts[1]).toBe(texts[0]);
    expect(texts[0]).toContain('a hash');
  });
});
