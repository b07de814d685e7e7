/** Lookups by hand: what they count as, what is refused, and what a plan that is kept takes. */

import { beforeAll, describe, expect, test } from 'vitest';
import { DatabaseError, ErrorCode } from '../../src/base/errors.ts';
import type { AddressedDelta } from '../../src/delta/delta.ts';
import { nodeIdByKey } from '../../src/delta/node-id.ts';
import { IdValue, type Value } from '../../src/delta/value.ts';
import { Engine } from '../../src/engine/engine.ts';
import { Parameter } from '../../src/engine/parameter.ts';
import type { Field, Item, Lookup, LookupKey, Lookups, Plan } from '../../src/engine/plan.ts';
import { PreparedPlan } from '../../src/engine/prepared-plan.ts';
import { EngineView } from '../../src/engine/view.ts';
import { applyDeltas, ENGINE_SPACE, numberedId } from '../fixture/apply-deltas.ts';
import { NO_LIMITS } from '../fixture/plan-limits.ts';
import { Seeded } from '../seeded.ts';

const ID: Field = { kind: 'id' };
const [NAME, SIZE, COLOUR] = ['name', 'size', 'colour'].map(property) as [Field, Field, Field];
const ITEM: Item = {
  members: [{ name: 'n', shape: { kind: 'value', field: NAME, format: 'any' } }],
};
const LONG = 'long é😀 '.repeat(300);

/** Cups by number; a plate by key. */
const CUPS = [0, 1, 2].map((number) => numberedId('Cup', number)) as [string, string, string];
const PLATE_KEY = 'the plate of all';
const PLATE = nodeIdByKey({ space: ENGINE_SPACE, type: 'Plate', key: PLATE_KEY });

const BY_ID = 0;
const BY_ID_AND_NAME = 1;
const BY_NAME = 2;
const BY_SIZE_AND_COLOUR = 3;
const PLATE_OR_CUP_BY_ID = 4;
const BY_KEY = 5;
const BY_SIZE = 6;
const KEYS: readonly LookupKey[] = [
  { type: 'Cup', fields: [ID] },
  { type: 'Cup', fields: [ID, NAME] },
  { type: 'Cup', fields: [NAME], index: ['name'] },
  { type: 'Cup', fields: [SIZE, COLOUR], index: ['size'] },
  { type: 'Plate', fields: [ID], otherwise: BY_ID },
  { type: 'Plate', fields: [{ kind: 'key' }] },
  { type: 'Cup', fields: [SIZE], index: ['size'] },
];

let view: EngineView;

beforeAll(async () => {
  const engine = await Engine.create(ENGINE_SPACE, new Seeded(1));
  engine.declareIndex('Cup', 'name');
  engine.declareIndex('Cup', 'size');
  const cup = (number: number, values: Record<string, Value>): AddressedDelta[] => {
    const subject = { element: 'node', id: CUPS[number] ?? '' } as const;
    return [
      { subject, delta: { operation: 'createNode', type: 'Cup', number: BigInt(number) } },
      ...Object.entries(values).map(([path, value]): AddressedDelta => {
        return { subject, delta: { operation: 'set', path, value } };
      }),
    ];
  };
  applyDeltas(engine, 0, [
    ...cup(0, { name: 'red cup', size: 1n, colour: 'red' }),
    ...cup(1, { name: LONG, size: 1n, colour: 'green' }),
    ...cup(2, { name: 'small' }),
    {
      subject: { element: 'node', id: PLATE },
      delta: { operation: 'createNodeByKey', type: 'Plate', key: PLATE_KEY },
    },
  ]);
  view = new EngineView(engine);
});

describe('[E36] lookups', () => {
  test('are answered in their order, with what is found twice, and null where nothing is', () => {
    const lookups = [
      [BY_ID, CUPS[2]],
      [BY_NAME, LONG],
      undefined,
      [BY_ID, CUPS[2]],
      [BY_ID, PLATE],
      [BY_SIZE_AND_COLOUR, 1n, 'red'],
      [PLATE_OR_CUP_BY_ID, CUPS[0]],
      [BY_KEY, PLATE_KEY],
      [BY_KEY, 'another plate'],
    ] as const;
    const small = '{"n":"small"}';
    const red = '{"n":"red cup"}';
    const [plate, none] = ['{"n":null}', 'null'];
    const long = `{"n":${JSON.stringify(LONG)}}`;
    expect(json(...lookups)).toBe(
      `[${[small, long, none, small, none, red, red, plate, none].join(',')}]`,
    );
  });

  test.each<[string, Value]>([
    ['null', null],
    ['no id', 'none'],
    ['what is as long as an id', '................'],
    ['an id that is no text', new IdValue(CUPS[0])],
    ['a number', 1n],
  ])('by an id that is %s find nothing', (_, value) => {
    expect(json([BY_ID, value], [PLATE_OR_CUP_BY_ID, value], [BY_KEY, value])).toBe(
      '[null,null,null]',
    );
  });

  test('end the plan where one finds several, unless another field tells them apart', () => {
    expect(answer([BY_SIZE, 1n]).status).toBe('several');
    expect(json([BY_SIZE, 2n])).toBe('[null]');
    expect(json([BY_SIZE_AND_COLOUR, 1n, 'green'])).not.toBe('[null]');
  });
});

describe('[E26]', () => {
  test.each<[string, Given, number]>([
    ['by id', [BY_ID, CUPS[0]], 4],
    ['that finds nothing', [BY_ID, 'none'], 4],
    ['that is none', undefined, 4],
    ['by key', [BY_KEY, PLATE_KEY], 4],
    ['that compares a field', [BY_ID_AND_NAME, CUPS[0], 'red cup'], 4 + 1],
    ['by a second key', [PLATE_OR_CUP_BY_ID, CUPS[0]], 4 + 4],
    ['by an index, of one row', [BY_NAME, 'red cup'], 4 + 4],
    ['by an index, of two rows that it compares', [BY_SIZE_AND_COLOUR, 1n, 'red'], 4 + 2 * (4 + 1)],
  ])('a lookup %s counts as so much work', (_, lookup, units) => {
    expect(answer(lookup).spent).toBe(units);
    expect(view.answer(planOf([lookup]), { ...NO_LIMITS, work: units - 1 }).status).toBe('work');
  });

  test('each lookup is an item, whether it finds something or not', () => {
    const plan = planOf([[BY_ID, CUPS[0]], undefined, [BY_ID, 'none']]);
    expect(view.answer(plan, { ...NO_LIMITS, items: 3 }).status).toBe('ok');
    expect(view.answer(plan, { ...NO_LIMITS, items: 2 }).status).toBe('items');
  });
});

test('a plan that is kept takes the same, however many lookups it is given', () => {
  const lookups = new Parameter((inputs) => inputs.all as Lookups);
  const plan = new PreparedPlan(planWith(KEYS, lookups));
  const run = (count: number): string => {
    const all = Array.from({ length: count }, () => lookupOf([BY_NAME, 'small']));
    const answered = view.answerPrepared({ plan, inputs: { all }, limits: NO_LIMITS });
    return 'json' in answered ? answered.json.toString() : answered.status;
  };
  expect(run(1)).toBe('{"m":[{"n":"small"}]}');
  const { bytes } = plan;
  expect(run(5_000)).toBe(`{"m":[${Array(5_000).fill('{"n":"small"}').join(',')}]}`);
  expect(run(0)).toBe('{"m":[]}');
  expect(plan.bytes).toBe(bytes);
});

describe('what no lookup can be is refused:', () => {
  test.each<[string, Lookup]>([
    ['one of 7 keys, got key 7', { key: 7, values: [CUPS[0]] }],
    ['one of 7 keys, got key -1', { key: -1, values: [CUPS[0]] }],
    ['by key 1 expected 2 values, got 1', { key: BY_ID_AND_NAME, values: [CUPS[0]] }],
    ['by key 0 expected 1 values, got 2', { key: BY_ID, values: [CUPS[0], CUPS[0]] }],
    ['without lone surrogates', { key: BY_NAME, values: ['\ud800'] }],
    ['an integer of 64 bits', { key: BY_SIZE, values: [2n ** 63n] }],
  ])('%s', (message, lookup) => {
    expectRefused(KEYS, [lookup], message);
  });

  test.each<[string, LookupKey[]]>([
    ['or an index that begins with its first field', [{ type: 'Cup', fields: [] }]],
    ['or an index that begins with its first field', [{ type: 'Cup', fields: [NAME] }]],
    [
      'or an index that begins with its first field',
      [{ type: 'Cup', fields: [SIZE], index: ['name', 'size'] }],
    ],
    ['one of 1 to be tried otherwise, got 1', [{ type: 'Cup', fields: [ID], otherwise: 1 }]],
    ['others to be tried otherwise, got itself', [{ type: 'Cup', fields: [ID], otherwise: 0 }]],
    [
      'others to be tried otherwise, got itself',
      [
        { type: 'Cup', fields: [ID], otherwise: 1 },
        { type: 'Plate', fields: [ID], otherwise: 0 },
      ],
    ],
    [
      'one of 1 fields to be tried otherwise, got 2',
      [
        { type: 'Cup', fields: [ID], otherwise: 1 },
        { type: 'Plate', fields: [ID, NAME] },
      ],
    ],
  ])('keys: %s', (message, keys) => {
    expectRefused(keys, [], message);
  });
});

/** Which key, and the values. */
type Given = readonly [key: number, ...values: Value[]] | undefined;

function property(path: string): Field {
  return { kind: 'property', of: 'node', path };
}

function lookupOf(given: Given): Lookup | undefined {
  if (given === undefined) return undefined;
  const [key, ...values] = given;
  return { key, values };
}

function planOf(given: readonly Given[]): Plan {
  return planWith(KEYS, given.map(lookupOf));
}

function planWith(keys: readonly LookupKey[], lookups: Lookups | Parameter<Lookups>): Plan {
  return { members: [{ name: 'm', shape: { kind: 'lookups', keys, lookups, item: ITEM } }] };
}

function answer(...given: Given[]) {
  return view.answer(planOf(given), NO_LIMITS);
}

/** What the lookups are answered with. */
function json(...given: Given[]): string {
  const answered = answer(...given);
  if (!('json' in answered)) return answered.status;
  return answered.json.toString().slice('{"m":'.length, -1);
}

function expectRefused(keys: readonly LookupKey[], lookups: Lookups, message: string): void {
  let refusal: unknown;
  try {
    view.answer(planWith(keys, lookups), NO_LIMITS);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toBeInstanceOf(DatabaseError);
  expect(refusal).toMatchObject({ code: ErrorCode.INVALID_INPUT });
  expect(String(refusal)).toContain(message);
}
