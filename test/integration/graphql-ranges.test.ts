/** Ranges of indexed fields: the same answers as of fields without an index, from fewer nodes. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseDefinition } from '../../src/definition/parse.ts';
import { Budget } from '../../src/graphql/budget.ts';
import { selectNodes } from '../../src/graphql/select.ts';
import { type Api, serveTestSpace } from '../fixture/api.ts';
import { Seeded } from '../seeded.ts';

const SDL = `
  type Item @node {
    n: Int @index
    nPlain: Int
    f: Float @index
    fPlain: Float
    s: String @index
    sPlain: String
    t: DateTime @unique
    tPlain: DateTime
  }
`;
const ITEMS = 400;
const QUESTIONS = 200;
const OPERATORS = ['gt', 'gte', 'lt', 'lte'] as const;
const FIELDS = ['n', 'f', 's', 't'] as const;

type Fields = Partial<Record<(typeof FIELDS)[number], unknown>>;

const random = new Seeded(9);
const items: Fields[] = Array.from({ length: ITEMS }, (_, index) => ({
  ...(random.chance(0.9) ? { n: random.between(-50, 50) } : {}),
  ...(random.chance(0.9) ? { f: random.between(-40, 40) / 8 } : {}),
  ...(random.chance(0.9) ? { s: random.pick(['', 'a', 'ab', 'abc', 'é', 'z'.repeat(12)]) } : {}),
  ...(random.chance(0.9) ? { t: new Date(1.7e12 + index * 1_000).toISOString() } : {}),
}));

let api: Api;

beforeAll(async () => {
  api = await serveTestSpace(parseDefinition(SDL));
  const input = items.map((item) =>
    Object.fromEntries(
      Object.entries(item).flatMap(([name, value]) => [
        [name, value],
        [`${name}Plain`, value],
      ]),
    ),
  );
  const create =
    'mutation ($input: [ItemCreateInput!]!) { createItems(input: $input) { items { id } } }';
  await api.data(create, { input });
});

afterAll(() => api[Symbol.asyncDispose]());

describe('a range', () => {
  test('of an indexed field holds what it holds of another', async () => {
    let answered = 0;
    for (let question = 0; question < QUESTIONS; question++) {
      const name = random.pick(FIELDS);
      const given: Record<string, unknown> = {};
      for (const operator of OPERATORS) {
        if (random.chance(0.45)) given[operator] = random.pick(items)[name] ?? undefined;
      }
      const isInverted = random.chance(0.2);
      const whereOf = (field: string) => {
        const where = { [field]: given };
        return isInverted ? { NOT: where } : random.chance(0.3) ? { AND: [where] } : where;
      };
      const [indexed, plain] = [await ids(whereOf(name)), await ids(whereOf(`${name}Plain`))];
      expect(indexed, JSON.stringify({ name, given, isInverted })).toEqual(plain);
      if (indexed.length > 0 && indexed.length < ITEMS) answered += 1;
    }
    expect(answered).toBeGreaterThan(QUESTIONS / 4);
  });

  test('whose bound no node can hold is no smaller for it', async () => {
    const huge = 'y'.repeat(1_100_000);
    for (const given of [{ lte: huge }, { lt: huge, gt: 'a' }, { gte: huge }, { gt: huge }]) {
      const indexed = await ids({ s: given });
      expect(indexed).toEqual(await ids({ sPlain: given }));
      expect(indexed.length).toBeGreaterThan(0);
    }
  });

  test('looks only at the nodes in it', () => {
    const least = Math.max(...items.map(({ n }) => Number(n ?? -50))) - 3;
    const inside = items.filter(({ n }) => Number(n ?? -50) >= least).length;
    expect(lookedAt({ n: { gte: least } })).toBe(inside);
    expect(lookedAt({ AND: [{ n: { gte: least } }] })).toBe(inside);
    expect(lookedAt({ n: { gte: least, lt: least } })).toBe(0);
    expect(lookedAt({ nPlain: { gte: least } })).toBe(ITEMS);
    // An equality narrows more than a range, whichever comes first.
    const halves = items.filter(({ f }) => f === 0.5).length;
    expect(halves).toBeGreaterThan(0);
    expect(lookedAt({ n: { gte: -50 }, f: { eq: 0.5 } })).toBe(halves);
  });
});

/** How many nodes a `where` of items costs. */
function lookedAt(where: Record<string, unknown>): number {
  const budget = new Budget();
  let rows = 0;
  budget.spend = (count) => {
    rows += count;
  };
  budget.test = () => undefined;
  const { space } = api;
  const { definition, graph } = space;
  const type = definition.nodeTypes.get('Item');
  if (type === undefined) throw new Error('the definition expected to have Item');
  selectNodes({ graph, definition, type, where, budget });
  return rows;
}

async function ids(where: Record<string, unknown>): Promise<string[]> {
  const query = 'query ($where: ItemWhere!) { items(where: $where, limit: 1000) { id } }';
  const { items: found } = (await api.data(query, { where })) as { items: { id: string }[] };
  return found.map(({ id }) => id);
}
