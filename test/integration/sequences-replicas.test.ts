/**
 * Two replicas of one space, each with a server of its own, whose callers change one sequence while
 * the replicas do not hear of one another.
 */

import { beforeEach, describe, expect, test } from 'vitest';
import type { Api } from '../fixture/api.ts';
import { updateBook } from '../fixture/books.ts';
import { liveBySse } from '../fixture/live-client.ts';
import { type ServedReplicas, serveReplicas, writeInTurn } from '../fixture/served-replicas.ts';

const SDL = `type Book @node {
  code: ID! @id
  steps: [String!]! @sequence
  list: [String!]!
  next: [Book!]! @relationship(type: "NEXT", direction: OUT, properties: "Next")
}
type Next @relationshipProperties { marks: [Int!] @sequence }`;
const FIRST = `mutation { createBooks(input: [{ code: "a", steps: ["x", "y"], list: ["x", "y"],
  next: { create: [{ node: { code: "b", steps: [], list: [] }, edge: { marks: [1, 2] } }] } }]) {
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

const steps = (api: Api, operators: string) => update(api, `steps: { ${operators} }`);

const SHOWN = `{ book(where: { code: { eq: "a" } }) {
  steps list nextConnection { edges { properties { marks } } } } }`;

interface Shown {
  readonly steps: readonly string[];
  readonly list: readonly string[];
  readonly nextConnection: { readonly edges: readonly { readonly properties: unknown }[] };
}

const shown = async (api: Api) => (await api.data(SHOWN)).book as Shown;
const both = async () => (await replicas.agreed(SHOWN)).book as Shown;
const word = async () => (await both()).steps.join('');

describe('[D51] of two replicas', () => {
  test('inserts at one place are all kept, and those of one author in a row', async () => {
    // As somebody types: each behind the one before, or before it.
    for (const [index, letter] of [...'abc'].entries()) {
      await steps(red, `insert: { at: ${index + 1}, values: "${letter}" }`);
      await steps(blue, `insert: { at: 1, values: "${letter.toUpperCase()}" }`);
    }
    expect((await shown(red)).steps.join('')).toBe('xabcy');
    expect((await shown(blue)).steps.join('')).toBe('xCBAy');
    await meet();
    expect(['xabcCBAy', 'xCBAabcy']).toContain(await word());
  });

  test('runs at the end stay in a row as well, and appends are in the order of time', async () => {
    for (let index = 0; index < 3; index++) {
      const insert = (text: string) => `insert: { at: ${2 + index}, values: "${text}${index}" }`;
      await steps(red, insert('r'));
      await steps(blue, insert('b'));
    }
    await meet();
    expect(['xyr0r1r2b0b1b2', 'xyb0b1b2r0r1r2']).toContain(await word());
    for (const index of [3, 4]) {
      await steps(red, `push: "r${index}"`);
      await steps(blue, `push: "b${index}"`);
    }
    await meet();
    expect((await word()).slice(-8)).toBe('r3b3r4b4');
  });

  test('a removal takes away what it has seen, and a move brings nothing back', async () => {
    await steps(red, 'remove: { at: 0 }');
    await steps(
      blue,
      'changes: [{ move: { from: 0, to: 1 } }, { insert: { at: 0, values: "n" } }]',
    );
    await meet();
    expect(await word()).toBe('ny');
  });

  test('of two moves of one value the later stands', async () => {
    await steps(red, 'insert: { at: 2, values: ["z"] }');
    await meet();
    await steps(red, 'move: { from: 0, to: 2 }');
    await steps(blue, 'move: { from: 0, to: 1 }');
    await meet();
    expect(await word()).toBe('yxz');
  });

  test('inserts of both are there, where of a list of one value the later stands', async () => {
    await update(red, 'steps: { push: "r" }, list: { push: ["r"] }');
    await update(blue, 'steps: { insert: { at: 0, values: "b" } }, list: { push: ["b"] }');
    await meet();
    expect(await both()).toMatchObject({ steps: ['b', 'x', 'y', 'r'], list: ['x', 'y', 'b'] });
  });

  test('sequences of edges meet as well', async () => {
    const edge = (operators: string) =>
      `next: [{ update: [{ edge: { marks: { ${operators} } } }] }]`;
    await update(red, edge('remove: { at: 0 }'));
    await update(blue, edge('insert: { at: 1, values: 9 }'));
    await meet();
    expect((await both()).nextConnection.edges).toEqual([{ properties: { marks: [9, 2] } }]);
  });

  test('[D53] a set of all values loses earlier inserts, and later ones join it', async () => {
    await steps(blue, 'push: "early"');
    await steps(red, 'set: ["n", "m"]');
    await steps(blue, 'insert: { at: 1, values: "late" }');
    await meet();
    expect(await both()).toMatchObject({ steps: ['late', 'n', 'm'] });
  });

  test('a live query of one shows what the other has inserted', async () => {
    const client = liveBySse(
      blue.server,
      'query @live { books(where: { steps: { includes: "told" } }) { code steps } }',
    );
    await client.revision(1);
    await steps(red, 'insert: { at: 1, values: "told" }');
    await meet();
    await client.revision(2);
    expect(client.data).toEqual({ books: [{ code: 'a', steps: ['x', 'told', 'y'] }] });
    client.stop();
  });
});

test('[D54] a list that becomes a sequence keeps its values, on both replicas', async () => {
  await replicas.spaces[0].proposeDefinition({
    source: SDL.replace('list: [String!]!', 'list: [String!]! @sequence'),
  });
  await meet();
  await update(red, 'list: { push: "r" }');
  await meet();
  await update(
    blue,
    'list: { changes: [{ remove: { at: 0 } }, { insert: { at: 0, values: "b" } }] }',
  );
  await meet();
  expect(await both()).toMatchObject({ list: ['b', 'y', 'r'] });
});

test('[M14] after a seal positions are those of what showed', async () => {
  await steps(red, 'changes: [{ insert: { at: 1, values: ["a", "b"] } }, { remove: { at: 1 } }]');
  await meet();
  await replicas.spaces[0].seal();
  await meet();
  await steps(red, 'insert: { at: 2, values: "r" }');
  await steps(blue, 'changes: [{ move: { from: 2, to: 0 } }, { remove: { at: 1 } }]');
  await meet();
  expect(await word()).toBe('ybr');
});
