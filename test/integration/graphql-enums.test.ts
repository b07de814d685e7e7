/** Enums of a definition: in the API, in files, and where another replica has written anything. */

import { printType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseDefinition } from '../../src/definition/parse.ts';
import { buildSchema } from '../../src/graphql/schema.ts';
import { type Api, serveTestSpace } from '../fixture/api.ts';
import { openTestSpace } from '../fixture/test-space.ts';
import { csvFiles, importMore, importNew } from '../unit/csv-fixture.ts';

const SDL = `
  type Ticket @node {
    code: ID! @id
    status: Status! @default(value: OPEN) @index
    was: Status @unique
    at: Place
    blocks: [Ticket!]! @relationship(type: "BLOCKS", direction: OUT, properties: "Block")
  }
  type Place { status: Status }
  type Block @relationshipProperties { status: Status }
  "How far a ticket is."
  enum Status { OPEN "closed for good" CLOSED @deprecated(reason: "they reopen") aside }
`;

let api: Api;

beforeAll(async () => {
  api = await serveTestSpace(parseDefinition(SDL));
  await api.data(`mutation { createTickets(input: [
    { code: "a" }
    { code: "b", status: CLOSED, was: OPEN, at: { status: aside } }
    { code: "c", status: aside, blocks: { connect: [] } }
    { code: "d", status: aside, was: aside }
  ]) { info { nodesCreated } } }`);
});

afterAll(() => api[Symbol.asyncDispose]());

test('the API has the enum, with descriptions and deprecations', () => {
  const schema = buildSchema(parseDefinition(SDL));
  const printed = (name: string) => {
    const type = schema.getType(name);
    if (type === undefined) throw new Error(`no type ${name}`);
    return printType(type);
  };
  expect(printed('Status')).toBe(`"""How far a ticket is."""
enum Status {
  OPEN

  """closed for good"""
  CLOSED @deprecated(reason: "they reopen")
  aside
}`);
  expect(printed('StatusEnumScalarFilters')).toBe(`input StatusEnumScalarFilters {
  """Null asks for nodes without a value."""
  eq: Status
  in: [Status!]
}`);
  expect(printed('StatusEnumScalarMutations')).toContain('set: Status');
  expect(printed('StatusEnumScalarAggregate')).toBe(`type StatusEnumScalarAggregate {
  """How many have a value."""
  count: Int!
  min: Status
  max: Status
}`);
});

describe('values', () => {
  const codes = async (args: string) => {
    const { tickets } = (await api.data(`{ tickets${args} { code } }`)) as {
      tickets: { code: string }[];
    };
    return tickets.map(({ code }) => code);
  };

  test('are filtered and sorted by, as text', async () => {
    expect(await codes('(where: { status: { eq: OPEN } })')).toEqual(['a']);
    const some = '(where: { status: { in: [CLOSED, aside] } }, sort: [{ code: ASC }])';
    expect(await codes(some)).toEqual(['b', 'c', 'd']);
    const sorted = '(sort: [{ status: DESC }, { code: ASC }])';
    expect(await codes(sorted)).toEqual(['c', 'd', 'a', 'b']);
    expect(await codes('(where: { at: { status: { eq: aside } } })')).toEqual(['b']);
    expect(await codes('(where: { was: { eq: null } }, sort: [{ code: ASC }])')).toEqual([
      'a',
      'c',
    ]);
  });

  test('have figures and groups', async () => {
    const query = `{ ticketsConnection {
      aggregate { node { was { count min max } } }
      groups(by: [status]) { values { status } count { nodes } }
    } }`;
    expect(await api.data(query)).toEqual({
      ticketsConnection: {
        aggregate: { node: { was: { count: 2, min: 'OPEN', max: 'aside' } } },
        groups: [
          { values: { status: 'CLOSED' }, count: { nodes: 1 } },
          { values: { status: 'OPEN' }, count: { nodes: 1 } },
          { values: { status: 'aside' }, count: { nodes: 2 } },
        ],
      },
    });
  });

  test('are set and removed, and no others', async () => {
    const update = (value: string) => `mutation { updateTickets(
      where: { code: { eq: "c" } }, update: { was: { set: ${value} } }
    ) { tickets { was } } }`;
    const was = (value: string | null) => ({ updateTickets: { tickets: [{ was: value }] } });
    expect(await api.data(update('CLOSED'))).toEqual(was('CLOSED'));
    expect(await api.data(update('null'))).toEqual(was(null));
    for (const wrong of ['GONE', '"OPEN"', '1']) {
      expect(await api.error(update(wrong))).toMatchObject({
        extensions: { code: 'INVALID_INPUT' },
      });
    }
    expect(await api.error(update('OPEN'))).toMatchObject({
      extensions: { code: 'ALREADY_EXISTS' },
    });
  });
});

test('whoever writes past the API is told what is no value', async () => {
  await using space = await openTestSpace(parseDefinition(SDL));
  const write = space.write({ actor: 'user:a' }, (draft) => {
    const id = draft.createNode('Ticket', { key: 'x' });
    draft.setNodeValue(id, 'status', 'Open');
  });
  await expect(write).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: 'Ticket.status expected a value of Status (OPEN, CLOSED, aside), got "Open"',
  });
});

describe('import', () => {
  const header = 'code:ID(Ticket),status,at.status,:LABEL\n';

  test('a file has values by their names', async () => {
    const files = await csvFiles({ 'a.csv': `${header}x,OPEN,,Ticket\ny, aside ,CLOSED,Ticket\n` });
    const { space } = await importNew(files, parseDefinition(SDL));
    const { graph } = space;
    const node = graph.nodeByKey('Ticket', 'y');
    if (node === undefined) throw new Error('a ticket is missing');
    expect(graph.nodeValue(node, 'status')).toBe('aside');
    expect(graph.nodeValue(node, 'at.status')).toBe('CLOSED');
    expect((await importMore(space, files)).written).toBe(0);
  });

  test('another is refused with its row and column', async () => {
    const files = await csvFiles({ 'a.csv': `${header}x,OPEN,,Ticket\ny,open,,Ticket\n` });
    await expect(importNew(files, parseDefinition(SDL))).rejects.toMatchObject({
      message: 'Ticket.status expected a value of Status (OPEN, CLOSED, aside), got "open"',
      position: { line: 3, column: 3 },
    });
  });
});
