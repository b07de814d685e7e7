/** What GraphiQL opens with: every example runs, in the demo and in spaces of any definition. */

import { type GraphQLSchema, getOperationAST, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Definition } from '../../src/definition/definition.ts';
import { parseDefinition } from '../../src/definition/parse.ts';
import { type Example, examplesOf } from '../../src/graphql/examples.ts';
import { buildSchema } from '../../src/graphql/schema.ts';
import { readDemoGrants } from '../../src/io/demo.ts';
import { readDemoPage } from '../../src/io/demo-page.ts';
import { NO_LIMIT_SETS } from '../../src/server/caller-limits.ts';
import type { GraphiqlContent } from '../../src/server/graphiql-page.ts';
import { serveSpace } from '../../src/server/serve.ts';
import { serveTestSpace } from '../fixture/api.ts';
import { type Demo, serveDemo } from '../fixture/demo.ts';
import { subscribeBySse } from '../fixture/subscribers.ts';
import { flightsDefinition, librariesDefinition } from '../fixture/test-space.ts';
import { everythingDefinition } from '../property/graphql-definition.ts';

const EVE = 'user:airports/eve';

function nameOf({ operation }: Example): string | undefined {
  return getOperationAST(parse(operation))?.name?.value;
}

function isSubscription({ operation }: Example): boolean {
  return getOperationAST(parse(operation))?.operation === 'subscription';
}

function mistakesIn(schema: GraphQLSchema, examples: readonly Example[]): string[] {
  return examples.flatMap(({ operation }) =>
    validate(schema, parse(operation)).map(({ message }) => message),
  );
}

/** Values that say nothing: null, and lists without an element, but for `lacking` of a right. */
function emptyPlaces(value: unknown, path = ''): string[] {
  if (value === null || (Array.isArray(value) && value.length === 0)) return [path];
  if (typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, part]) => emptyPlaces(part, `${path}.${key}`));
}

describe('the examples of the demo', () => {
  let demo: Demo;
  let page: GraphiqlContent;

  beforeAll(async () => {
    demo = await serveDemo();
    page = await readDemoPage(demo.space);
  });

  afterAll(() => demo?.[Symbol.asyncDispose]());

  function example(name: string): Example {
    const found = page.examples.find((each) => nameOf(each) === name);
    if (found === undefined) throw new Error(`no example ${name}`);
    return found;
  }

  function ask(principal: string, { operation, variables }: Example) {
    return demo.ask(principal, operation, variables);
  }

  test('are tabs with a name and a comment of their own', () => {
    const names = page.examples.map(nameOf);
    expect(names).toEqual([
      ...['Airports', 'Routes', 'Nested', 'Figures', 'Path', 'Neighbourhood', 'Lineage', 'Proof'],
      ...['Rename', 'Changes', 'Permissions', 'Share'],
    ]);
    for (const { operation } of page.examples) {
      expect(operation).toMatch(/^(?:# .{1,50}\n){1,3}(?:query|mutation|subscription) /);
    }
  });

  test('are valid against its schema', () => {
    expect(mistakesIn(buildSchema(flightsDefinition()), page.examples)).toEqual([]);
    const wrong = { operation: 'query Airports { airports { cod } }' };
    expect(mistakesIn(buildSchema(flightsDefinition()), [wrong])).toHaveLength(1);
  });

  test('answer anybody, or say which right is wanted', async () => {
    const refused: string[] = [];
    for (const each of page.examples.filter((one) => !isSubscription(one))) {
      const { data, errors = [] } = await ask('user:*', each);
      if (errors.length === 0) expect(data).toBeTruthy();
      else refused.push(`${nameOf(each)} ${errors.map((error) => error.extensions?.code)}`);
    }
    expect(refused).toEqual(['Proof FORBIDDEN', 'Rename FORBIDDEN', 'Share FORBIDDEN']);
  });

  test('answer who may with something in each of their fields', async () => {
    for (const each of page.examples.filter((one) => !isSubscription(one))) {
      const { data, errors } = await ask(EVE, each);
      expect([nameOf(each), errors]).toEqual([nameOf(each), undefined]);
      const empty = emptyPlaces(data).filter((path) => path !== '.explain.lacking');
      // Some codes are of places outside of any state.
      const isKnown = (path: string) => /\.groups\.\d+\.values\.state$/.test(path);
      expect([nameOf(each), empty.filter((path) => !isKnown(path))]).toEqual([nameOf(each), []]);
    }
  });

  test('show flights to Ann, and to Ben once she shares them', async () => {
    await using other = await serveDemo();
    const { operation } = example('Routes');
    const hidden = async (principal: string) => {
      const { data } = await other.ask(principal, operation);
      return JSON.stringify(data).includes('"flights":null');
    };
    expect([await hidden('user:skyways/ann'), await hidden('user:coastal/ben')]).toEqual([
      false,
      true,
    ]);
    await other.ask('user:skyways/ann', example('Share').operation);
    expect([await hidden('user:coastal/ben'), await hidden('user:*')]).toEqual([false, true]);
  });

  test('tell of the change that another example makes', async () => {
    const subscriber = subscribeBySse(demo.server.graphql, example('Changes').operation);
    await expect
      .poll(async () =>
        (await (await fetch(demo.server.metrics)).text()).includes('_subscriptions 1'),
      )
      .toBe(true);
    await ask(EVE, example('Rename'));
    await subscriber.received(1);
    subscriber.stop();
    expect(subscriber.results[0]?.data?.airportChanges).toMatchObject({
      ...{ event: 'UPDATED', actor: EVE },
      airport: { code: 'JFK', name: 'Idlewild' },
    });
  });

  test('are asked in names that are chosen only where names are believed', async () => {
    const closed = {
      issuers: [],
      apiKeys: undefined,
      signing: undefined,
      limits: NO_LIMIT_SETS,
    };
    const pages = [undefined, { ...closed, anonymous: true }, { ...closed, anonymous: false }];
    const parts: string[] = [];
    for (const authentication of pages) {
      const ports = { port: 0, metricsPort: 0, syncPort: 0 };
      await using server = await serveSpace(demo.space, {
        ...ports,
        graphiql: page,
        authentication,
      });
      const response = await fetch(server.graphql, { headers: { accept: 'text/html' } });
      const html = await response.text();
      const words = ['<form id="principal-bar">', 'shortestPath(from: $BGR'];
      parts.push(words.map((word) => html.includes(word)).join());
    }
    expect(parts).toEqual(['true,true', 'false,true', 'false,false']);
  });

  test('are asked by those whom the demo grants something', async () => {
    const { source } = await readDemoGrants();
    const names = page.principals.map(({ principal }) => principal);
    expect(names.every((name) => source.includes(`user: "${name}"`))).toBe(true);
    const members = [...source.matchAll(/relation: member, user: "([^"]+)"/g)];
    expect(names).toEqual(['user:*', ...members.map(([, member]) => member)]);
  });
});

describe('examples made from a definition', () => {
  const definitions: readonly (readonly [string, Definition])[] = [
    ['flights', flightsDefinition()],
    ['libraries', librariesDefinition()],
    ['everything', everythingDefinition()],
    [
      'a type without fields',
      parseDefinition(`type A @node {
      next: [A!]! @relationship(type: "NEXT", direction: OUT)
    }`),
    ],
    [
      'a type with names of the API',
      parseDefinition(`type Event @node { code: ID! @id fields: Int }`),
    ],
  ];

  test.each(definitions)('run: %s', async (_name, definition) => {
    const examples = examplesOf(definition);
    expect(mistakesIn(buildSchema(definition), examples)).toEqual([]);
    await using api = await serveTestSpace(definition);
    for (const each of examples) if (!isSubscription(each)) await api.data(each.operation);
    expect(examples.filter(isSubscription)).toHaveLength(1);
  });

  test('are of a list, a page and changes, and of a relationship where there is one', () => {
    expect(examplesOf(flightsDefinition()).map(nameOf)).toEqual([
      ...['Airports', 'AirportsPage', 'AirportRoutes', 'AirportChanges'],
    ]);
    const single = parseDefinition('type Person @node { name: String }');
    expect(examplesOf(single).map(nameOf)).toEqual(['People', 'PeoplePage', 'PersonChanges']);
  });
});
