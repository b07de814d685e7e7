/**
 * Two replicas of one space, each with a server of its own, whose callers change one set of values
 * while the replicas do not hear of one another.
 */

import { beforeEach, describe, expect, test } from 'vitest';
import type { Api } from '../fixture/api.ts';
import { updateBook } from '../fixture/books.ts';
import { liveBySse } from '../fixture/live-client.ts';
import { type ServedReplicas, serveReplicas, writeInTurn } from '../fixture/served-replicas.ts';

const SDL = `type Book @node {
  code: ID! @id
  tags: [String!]! @set
  list: [String!]!
  next: [Book!]! @relationship(type: "NEXT", direction: OUT, properties: "Next")
}
type Next @relationshipProperties { marks: [Int!] @set }`;
const FIRST = `mutation { createBooks(input: [{ code: "a", tags: ["x", "y"], list: ["x", "y"],
  next: { create: [{ node: { code: "b", tags: [], list: [] }, edge: { marks: [1, 2] } }] } }]) {
  info { nodesCreated } } }`;

let replicas: ServedReplicas;
let red: Api;
let blue: Api;
let meet: ServedReplicas['meet'];

beforeEach(async () => {
  replicas = await serveReplicas({ sdl: SDL, first: FIRST });
  ({ red, blue, meet } = replicas);
});

const update = (api: Api, operators: string) => writeInTurn(api, updateBook(operators));

const SHOWN = `{ book(where: { code: { eq: "a" } }) {
  tags list nextConnection { edges { properties { marks } } } } }`;

const both = async () => (await replicas.agreed(SHOWN)).book;

describe('[D45] of two replicas', () => {
  test('an add of one wins over a removal of the other that has not seen it', async () => {
    await update(red, 'tags: { remove: ["x", "y"] }');
    await update(blue, 'tags: { add: ["x", "z"] }');
    expect(await red.data(SHOWN)).toMatchObject({ book: { tags: [] } });
    expect(await blue.data(SHOWN)).toMatchObject({ book: { tags: ['x', 'y', 'z'] } });
    await meet();
    expect(await both()).toMatchObject({ tags: ['x', 'z'] });
    await update(red, 'tags: { remove: ["x"] }');
    await meet();
    expect(await both()).toMatchObject({ tags: ['z'] });
  });

  test('whichever of the two was written first', async () => {
    await update(blue, 'tags: { add: ["x"] }');
    await update(red, 'tags: { remove: ["x"] }');
    await meet();
    expect(await both()).toMatchObject({ tags: ['x', 'y'] });
  });

  test('adds of both are there, where of a list that is one value the later stands', async () => {
    await update(red, 'tags: { add: ["r"] }, list: { push: ["r"] }');
    await update(blue, 'tags: { add: ["b"] }, list: { push: ["b"] }');
    await meet();
    expect(await both()).toMatchObject({ tags: ['b', 'r', 'x', 'y'], list: ['x', 'y', 'b'] });
  });

  test('sets of edges meet as well', async () => {
    const edge = (operators: string) =>
      `next: [{ update: [{ edge: { marks: { ${operators} } } }] }]`;
    await update(red, edge('remove: [1, 2]'));
    await update(blue, edge('add: [2, 3]'));
    await meet();
    const edges = [{ properties: { marks: [2, 3] } }];
    expect(await both()).toMatchObject({ nextConnection: { edges } });
  });

  test('[D46] a set of all values loses earlier adds, and later ones join it', async () => {
    await update(blue, 'tags: { add: ["early"] }');
    await update(red, 'tags: { set: ["new"] }');
    await update(blue, 'tags: { add: ["late"] }');
    await meet();
    expect(await both()).toMatchObject({ tags: ['late', 'new'] });
  });

  test('a live query of one shows what the other has added', async () => {
    const client = liveBySse(
      blue.server,
      'query @live { books(where: { tags: { includes: "told" } }) { code tags } }',
    );
    await client.revision(1);
    await update(red, 'tags: { add: ["told"] }');
    await meet();
    await client.revision(2);
    expect(client.data).toEqual({ books: [{ code: 'a', tags: ['told', 'x', 'y'] }] });
    client.stop();
  });
});

test('[D47] a list that becomes a set keeps its values, on both replicas', async () => {
  await replicas.spaces[0].proposeDefinition({
    source: SDL.replace('list: [String!]!', 'list: [String!]! @set'),
  });
  await meet();
  await update(red, 'list: { add: ["r"] }');
  await meet();
  await update(blue, 'list: { add: ["b"], remove: ["x"] }');
  await meet();
  expect(await both()).toMatchObject({ list: ['b', 'r', 'y'] });
});
