/** JSON and Duration in the API: what is stored, found and answered. */

import { printType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseDefinition } from '../../src/definition/parse.ts';
import { buildSchema } from '../../src/graphql/schema.ts';
import { type Api, serveTestSpace } from '../fixture/api.ts';
import { openTestSpace } from '../fixture/test-space.ts';
import { csvFiles, importNew } from '../unit/csv-fixture.ts';

const SDL = `
  type Job @node {
    code: ID! @id
    options: JSON @default(value: { retries: 3, on: [true] })
    took: Duration
    log: [JSON!]
    at: Step
    after: [Job!]! @relationship(type: "AFTER", direction: OUT, properties: "After")
  }
  type Step { made: JSON every: Duration }
  type After @relationshipProperties { gap: Duration }
`;

let api: Api;

beforeAll(async () => {
  api = await serveTestSpace(parseDefinition(SDL));
});

afterAll(() => api[Symbol.asyncDispose]());

const CREATE = `mutation ($input: [JobCreateInput!]!) {
  createJobs(input: $input) { jobs { code options took log at { made every } } } }`;

async function created(code: string, fields: object): Promise<Record<string, unknown> | undefined> {
  const { createJobs } = await api.data(CREATE, { input: [{ code, ...fields }] });
  return (createJobs as { jobs: Record<string, unknown>[] }).jobs[0];
}

/** The bytes of the answer, as they went over HTTP. */
async function textOf(query: string, variables?: object): Promise<string> {
  const response = await fetch(api.server.graphql, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return await response.text();
}

test('the API has both with the filters that make sense', () => {
  const schema = buildSchema(parseDefinition(SDL));
  const printed = (name: string) => {
    const type = schema.getType(name);
    return type === undefined ? undefined : printType(type).replaceAll(/"""[^"]*"""\n\s*/g, '');
  };
  expect(printed('JSONScalarFilters')).toBe('input JSONScalarFilters {\n  eq: JSON\n}');
  expect(printed('DurationScalarFilters')).toBe(
    'input DurationScalarFilters {\n  eq: Duration\n  in: [Duration!]\n}',
  );
  expect(printed('JSONScalarAggregate')).toBe('type JSONScalarAggregate {\n  count: Int!\n}');
  expect(printed('JobSort')).toBe('input JobSort {\n  id: SortDirection\n  code: SortDirection\n}');
  expect(printed('JobScalarField')).toBe('enum JobScalarField {\n  code\n}');
});

describe('JSON', () => {
  test('is answered as what it is, its keys in order', async () => {
    const options = JSON.parse(
      '{"b":[1.50,1e3,-0,"\\u0041/"],"a":null,"10":{},"9":1,"__proto__":{"x":1},"é":"\\u2028"}',
    );
    await created('a', { options });
    const asked = '{ job(where: { code: { eq: "a" } }) { options } }';
    expect(await textOf(asked)).toBe(
      '{"data":{"job":{"options":' +
        '{"9":1,"10":{},"__proto__":{"x":1},"a":null,"b":[1.5,1000,0,"A/"],"é":"\u2028"}}}}',
    );
  });

  test('may be anything but null alone, which is no value', async () => {
    for (const options of ['text', 1.5, false, [], {}, [null]]) {
      const code = `any ${JSON.stringify(options)}`;
      expect(await created(code, { options })).toMatchObject({ options });
    }
    expect(await created('none', { options: null })).toMatchObject({ options: null });
    expect(await created('default', {})).toMatchObject({ options: { on: [true], retries: 3 } });
  });

  test('is found by what it says, in whatever order', async () => {
    await created('f', { options: { x: 1, y: [2, { z: 'q' }] } });
    const ask = `query ($options: JSON) { jobs(where: { options: { eq: $options } }) { code } }`;
    const found = { jobs: [{ code: 'f' }] };
    expect(await api.data(ask, { options: { y: [2, { z: 'q' }], x: 1.0 } })).toEqual(found);
    expect(await api.data(ask, { options: { x: 1, y: [{ z: 'q' }, 2] } })).toEqual({ jobs: [] });
    const literal = '{ jobs(where: { options: { eq: { y: [2, { z: "q" }], x: 1 } } }) { code } }';
    expect(await api.data(literal)).toEqual(found);
    const inner = `query ($z: String) {
      jobs(where: { options: { eq: { y: [2, { z: $z }], x: 1 } } }) { code } }`;
    expect(await api.data(inner, { z: 'q' })).toEqual(found);
  });

  test('in lists is found by one of them', async () => {
    const log = [{ b: 1, a: 2 }, 'text'];
    expect(await created('l', { log })).toMatchObject({ log });
    const asked = '{ jobs(where: { log: { includes: { a: 2, b: 1 } } }) { code log } }';
    expect(await textOf(asked)).toBe(
      '{"data":{"jobs":[{"code":"l","log":[{"a":2,"b":1},"text"]}]}}',
    );
  });

  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

  test.each<[string, string, object]>([
    ['half a pair of surrogates', '$x', { x: '\ud800' }],
    ['half a pair in a key', '$x', { x: { '\udc00': 1 } }],
    ['an infinity', '[1e999]', {}],
    ['a name without quotes', '{ a: OPEN }', {}],
    ['a text beyond the limit', '$x', { x: 'x'.repeat(262_143) }],
  ])('refuses %s', async (_, value, variables) => {
    const query = `query Q${value.startsWith('$') ? '($x: JSON)' : ''} {
      jobs(where: { options: { eq: ${value} } }) { code } }`;
    expect(await api.error(query, variables)).toMatchObject({
      message: expect.stringContaining('JSON expected'),
      extensions: { code: 'INVALID_INPUT' },
    });
  });

  test('may have 64 levels where a document may', () => {
    const schema = buildSchema(parseDefinition(SDL));
    const type = schema.getType('JSON');
    if (type === undefined || !('parseValue' in type)) throw new Error('JSON is a scalar');
    expect(type.parseValue(nested(64))).toBe(`${'['.repeat(64)}1${']'.repeat(64)}`);
    expect(() => type.parseValue(nested(65))).toThrow('at most 64 lists and objects');
    expect(() => type.parseValue(new Uint8Array(1))).toThrow('lists and objects of these');
  });
});

describe('a duration', () => {
  test.each([
    ['P1Y2M10DT2H30M', 'P1Y2M10DT2H30M'],
    ['P14M', 'P1Y2M'],
    ['P2W', 'P14D'],
    ['PT36H', 'PT36H'],
    ['PT90M', 'PT1H30M'],
    ['PT3661.50S', 'PT1H1M1.5S'],
    ['PT0.5S', 'PT0.5S'],
    ['-P1D', '-P1D'],
    ['+P1D', 'P1D'],
    ['-PT0S', 'PT0S'],
    ['P0Y', 'PT0S'],
    ['P4294967295D', 'P4294967295D'],
  ])('%s is %s', async (text, form) => {
    expect(await created(`d ${text}`, { took: text })).toMatchObject({ took: form });
    const asked = `{ jobs(where: { took: { eq: "${text}" } }) { took } }`;
    expect(await api.data(asked)).toMatchObject({ jobs: expect.arrayContaining([{ took: form }]) });
  });

  test.each(['', 'P', 'PT', 'P1', '1D', 'P1H', 'PT1D', 'P1.5D', 'PT1.0000001S', 'P-1D', 'p1d'])(
    '%j is none',
    async (text) => {
      const asked = `{ jobs(where: { took: { in: [${JSON.stringify(text)}] } }) { took } }`;
      expect(await api.error(asked)).toMatchObject({ extensions: { code: 'INVALID_INPUT' } });
    },
  );

  test('has no more months, days or seconds than 32 bits count', async () => {
    for (const text of ['P357913942Y', 'P4294967296D', 'P613566757W', 'PT4294967296S']) {
      const asked = `{ jobs(where: { took: { eq: "${text}" } }) { took } }`;
      expect(await api.error(asked)).toMatchObject({ extensions: { code: 'INVALID_INPUT' } });
    }
  });
});

test('whoever writes past the API is told what has another form', async () => {
  await using space = await openTestSpace(parseDefinition(SDL));
  const write = (path: string, value: string) =>
    space.write({ actor: 'user:a' }, (draft) => {
      draft.setNodeValue(draft.createNode('Job', { key: 'x' }), path, value);
    });
  await expect(write('options', '{"b":1,"a":2}')).rejects.toThrow(
    'Job.options expected JSON in its one form',
  );
  await expect(write('took', 'P14M')).rejects.toThrow('Job.took expected a duration in its one');
  await write('at.made', '{"a":2,"b":1}');
});

test('files have JSON and durations in any form', async () => {
  const rows = 'code:ID(Job),options,took:duration,:LABEL\nx,"{""b"": 1, ""a"": [ ]}", P14M ,Job\n';
  const { space } = await importNew(await csvFiles({ 'a.csv': rows }), parseDefinition(SDL));
  const node = space.graph.nodeByKey('Job', 'x');
  if (node === undefined) throw new Error('a job is missing');
  expect(space.graph.nodeValue(node, 'options')).toBe('{"a":[],"b":1}');
  expect(space.graph.nodeValue(node, 'took')).toBe('P1Y2M');
  const wrong = 'code:ID(Job),options,:LABEL\nx,{a},Job\n';
  await expect(
    importNew(await csvFiles({ 'a.csv': wrong }), parseDefinition(SDL)),
  ).rejects.toMatchObject({
    message: 'Job.options expected JSON other than null, got "{a}"',
    position: { line: 2, column: 3 },
  });
});
