import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Api, FIVE_AIRPORTS, serveTestSpace } from '../fixture/api.ts';
import { flightsDefinition } from '../fixture/test-space.ts';

const JFK = 'where: { code: { eq: "JFK" } }';

let api: Api;

beforeEach(async () => {
  api = await serveTestSpace(flightsDefinition());
  await api.data(FIVE_AIRPORTS);
});

afterEach(() => api[Symbol.asyncDispose]());

async function versions(): Promise<Map<string, string>> {
  const { airports } = await api.data('{ airports { code version } }');
  const rows = airports as { readonly code: string; readonly version: string }[];
  return new Map(rows.map(({ code, version }) => [code, version]));
}

/** Codes of the airports whose versions a mutation changes. */
async function changed(mutation: string): Promise<string[]> {
  const before = await versions();
  await api.data(`mutation { ${mutation} }`);
  const after = await versions();
  const codes = new Set([...before.keys(), ...after.keys()]);
  return [...codes].filter((code) => before.get(code) !== after.get(code)).sort();
}

describe('the version of a node', () => {
  test('is of one node, and the same by a plan and by resolvers', async () => {
    const planned = await versions();
    expect(new Set(planned.values()).size).toBe(5);
    for (const version of planned.values()) expect(version).toMatch(/^[\w-]{24}$/);
    const { airports } = await api.data('{ airports { code version } __type(name: "X") { name } }');
    expect(airports).toEqual([...planned].map(([code, version]) => ({ code, version })));
    const { airport } = await api.data(`{ airport(${JFK}) { id } }`);
    const { id } = airport as { readonly id: string };
    expect(await api.data(`{ node(id: "${id}") { version } }`)).toEqual({
      node: { version: planned.get('JFK') },
    });
  });

  test.each([
    [`updateAirports(${JFK}, update: { city: { set: "NYC" } }) { info { nodesCreated } }`, ['JFK']],
    // The same value anew: somebody else has written it.
    [
      `updateAirports(${JFK}, update: { city: { set: "New York" } }) { info { nodesCreated } }`,
      ['JFK'],
    ],
    [
      `updateAirports(${JFK}, update: { location: { latitude: { set: 1 } } }) { info {
        nodesCreated } }`,
      ['JFK'],
    ],
    [
      `updateAirports(${JFK}, update: { routes: { disconnect: {}, connect: { where: { node: {
        code: { eq: "BSL" } } }, edge: { flights: 1 } } } }) { info { nodesCreated } }`,
      [],
    ],
    [`updateAirports(${JFK}, update: {}) { info { nodesCreated } }`, []],
    [
      `updateAirports(where: { country: { eq: "CHE" } }, update: { state: { set: "x" } }) { info {
        nodesCreated } }`,
      ['BSL', 'ZRH'],
    ],
    ['deleteAirports(where: { code: { eq: "ZRH" } }) { nodesDeleted }', ['ZRH']],
  ])('changes with the node alone: %s', async (mutation, codes) => {
    expect(await changed(mutation)).toEqual(codes);
  });

  test('is another of a node that is made again with the same values', async () => {
    const create = 'createAirports(input: { code: "BSL", name: "Basel", country: "CHE" }) { info {';
    const codes = await changed(`deleteAirports(where: { code: { eq: "BSL" } }) { nodesDeleted }
      ${create} nodesCreated } }`);
    expect(codes).toEqual(['BSL']);
  });

  test('is the one after the mutation in its answer', async () => {
    const { updateAirports } = await api.data(`mutation { updateAirports(${JFK},
      update: { city: { set: "NYC" } }) { airports { version } } }`);
    const { airports } = updateAirports as { readonly airports: unknown };
    expect(airports).toEqual([{ version: (await versions()).get('JFK') }]);
  });
});

describe('ifVersion', () => {
  const update = (asked: string) =>
    `mutation { updateAirports(${asked}, update: { city: { set: "X" } }) { airports { code } } }`;

  async function expectUnwritten(write: () => Promise<unknown>): Promise<void> {
    const before = api.space.stateHash();
    await write();
    expect(api.space.stateHash()).toBe(before);
  }

  test('lets the update through that knows the version, and none after it', async () => {
    const version = (await versions()).get('JFK');
    const asked = `${JFK}, ifVersion: "${version}"`;
    expect(await api.data(update(asked))).toEqual({
      updateAirports: { airports: [{ code: 'JFK' }] },
    });
    const current = (await versions()).get('JFK');
    await expectUnwritten(async () => {
      expect(await api.error(update(asked))).toMatchObject({
        message: `ifVersion expected the version that the node has, ${current}, got ${version}`,
        extensions: { code: 'CONFLICT', facts: { version: current }, inputPath: ['ifVersion'] },
      });
    });
  });

  test.each([
    ['of no node', 'where: { code: { eq: "QQQ" } }, ifVersion: "x"', 'NOT_FOUND'],
    ['of several', 'where: { country: { eq: "CHE" } }, ifVersion: "x"', 'INVALID_INPUT'],
    ['that is null', `${JFK}, ifVersion: null`, 'INVALID_INPUT'],
    ['that no node ever had', `${JFK}, ifVersion: ""`, 'CONFLICT'],
  ])('%s is refused', async (_, asked, code) => {
    await expectUnwritten(async () => {
      const expected = { extensions: { code, inputPath: ['ifVersion'] } };
      expect(await api.error(update(asked))).toMatchObject(expected);
      const remove = `mutation { deleteAirports(${asked}) { nodesDeleted } }`;
      expect(await api.error(remove)).toMatchObject(expected);
    });
  });

  test('of a node holds for its deletion', async () => {
    const stale = (await versions()).get('JFK');
    await api.data(update(JFK));
    const remove = (version: unknown) =>
      `mutation { deleteAirports(${JFK}, ifVersion: "${version}") { nodesDeleted } }`;
    expect(await api.error(remove(stale))).toMatchObject({ extensions: { code: 'CONFLICT' } });
    expect(await api.data(remove((await versions()).get('JFK')))).toEqual({
      deleteAirports: { nodesDeleted: 1 },
    });
  });

  test('of the node that a nested update picks', async () => {
    const nested = (version: unknown) => `mutation { updateAirports(${JFK}, update: {
      city: { set: "NYC" } routes: [{ disconnect: { where: { node: { code: { eq: "LAX" } } } } }
      { update: [{ where: { node: { code: { eq: "LHR" } } }, ifVersion: "${version}",
        node: { name: { set: "LHR" } } }] }] }) { info { nodesDeleted } } }`;
    await expectUnwritten(async () => {
      expect(await api.error(nested('old'))).toMatchObject({
        extensions: {
          code: 'CONFLICT',
          inputPath: ['update', 'routes', 1, 'update', 0, 'ifVersion'],
        },
      });
    });
    await api.data(nested((await versions()).get('LHR')));
    expect(await api.data('{ airport(where: { code: { eq: "LHR" } }) { name } }')).toEqual({
      airport: { name: 'LHR' },
    });
  });
});
