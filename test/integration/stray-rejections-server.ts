/**
 * A process that serves a space and asks it what leaves a rejection behind that nobody hears: the
 * first item of a list fails later, the second at once. It prints the messages of both answers.
 *
 *     node test/integration/stray-rejections-server.ts
 */

import { writeSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { parseDefinition } from '../../src/definition/parse.ts';
import { serveTestSpace } from '../fixture/api.ts';

const DEFINITION = `
  type Book @node {
    title: String! @id
    author: [Person!]! @relationship(type: "WROTE", direction: IN)
    sequels: [Book!]! @relationship(type: "SEQUEL", direction: OUT)
  }
  type Person @node { name: String! @id }
`;
const QUERY = `query ($from: ID!, $to: ID!, $shown: Boolean = true) {
  shortestPath(from: $from, to: $to, direction: BOTH) {
    nodes {
      ... on Book { sequels(limit: -1) { id } }
      ... on Person { name @include(if: $shown) }
    }
  }
}`;

await using api = await serveTestSpace(parseDefinition(DEFINITION));
await api.data(`mutation {
  createPeople(input: [{ name: "p" }]) { info { nodesCreated } }
  createBooks(input: [
    { title: "b", author: { connect: [{ where: { node: { name: { eq: "p" } } } }] } }
  ]) { info { nodesCreated } }
}`);
const { book, person } = await api.data(
  '{ book(where: { title: { eq: "b" } }) { id } person(where: { name: { eq: "p" } }) { id } }',
);
for (let round = 0; round < 2; round++) {
  const from = (book as { id: string }).id;
  const to = (person as { id: string }).id;
  const { errors } = await api.send(QUERY, { from, to, shown: null });
  writeSync(1, `${errors?.map(({ message }) => message).join() ?? 'no errors'}\n`);
  await setTimeout(50);
}
