/** What one caller sees of a small company: by row, field and edge, as of a height and a time. */

import { beforeEach, describe, expect, test } from 'vitest';
import { HIDDEN_PLACES_MAX } from '../../assembly/abi-access.ts';
import { GrantWriter } from '../../src/access/grants.ts';
import { parseModel } from '../../src/access/parse-model.ts';
import type { Subject, Tuple } from '../../src/access/tuple.ts';
import { parseDefinition } from '../../src/definition/parse.ts';
import type { AddressedDelta } from '../../src/delta/delta.ts';
import { type CallerView, FieldVerb } from '../../src/engine/caller-view.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { Field, Item, Lookups, Plan, Rows } from '../../src/engine/plan.ts';
import { EngineView } from '../../src/engine/view.ts';
import { applyDeltas, ENGINE_SPACE, numberedId } from '../fixture/apply-deltas.ts';
import { callerAsOf } from '../fixture/caller-as-of.ts';
import { wrongSum } from '../fixture/memory-sum.ts';
import { NO_LIMITS } from '../fixture/plan-limits.ts';
import { Seeded } from '../seeded.ts';

const DEFINITION = parseDefinition(`type Person @node {
  name: String
  salary: Int @access(read: "paid")
  home: Home
  knows: [Person!]! @relationship(type: "KNOWS", direction: OUT)
}
type Home { city: String, street: String }`);
const MODEL = parseModel(`model
  schema 1.1
type user
type group
  relations
    define member: [user, group#member]
type Person
  relations
    define read: [user, user:*, group#member]
    define write: [user]
    define paid: [user, user with open]
    define read.home.street: paid
type KNOWS
  relations
    define read: [user, user:*]
condition open(now: timestamp, until: timestamp) {
  now < until
}
`);
const PEOPLE = 5;
const [ANNA, BEN, CORA] = [0, 1, 2].map(personId) as [string, string, string];
const NOW = '2026-07-01T00:00:00Z';
const [NAME, SALARY, STREET, LATE] = ['name', 'salary', 'home.street', 'home.street.number'].map(
  (path) => ({ kind: 'property', of: 'node', path }) as const,
) as [PropertyField, PropertyField, PropertyField, PropertyField];
const OF_TYPE = { kind: 'type', type: 'Person' } as const;

type PropertyField = Extract<Field, { kind: 'property' }>;

let engine: Engine;
let writer: GrantWriter;
let view: EngineView;

beforeEach(async () => {
  engine = await Engine.create(ENGINE_SPACE, new Seeded(7));
  const people = Array.from({ length: PEOPLE }, (_, number) => person(number)).flat();
  applyDeltas(engine, 1, [...people, knows(ANNA, BEN), knows(BEN, CORA)]);
  writer = new GrantWriter(engine);
  writer.install(MODEL, DEFINITION, 1);
  view = new EngineView(engine);
});

describe('[R17] rows', () => {
  test('without a model everybody sees all, and with one nobody sees anything', () => {
    expect(as('ida', 0).counts()).toEqual({ nodes: PEOPLE, edges: 2 });
    expect(as('ida', 1).counts()).toEqual({ nodes: 0, edges: 0 });
    expect(view.counts()).toEqual({ nodes: PEOPLE, edges: 2 });
  });

  test('a grant of a node shows it, and one of the type all, also those to come', () => {
    writer.make([grant(`Person:${ANNA}`, 'read', user('ida'))], 2);
    expect(as('ida', 2).nodesOfType('Person')).toHaveLength(1);
    writer.make([grant('Person:*', 'read', user('*'))], 3);
    const seen = as('nobody', 3);
    expect(seen.counts().nodes).toBe(PEOPLE);
    applyDeltas(engine, 2, person(PEOPLE));
    expect(seen.counts().nodes).toBe(PEOPLE + 1);
    expect(as('ida', 2).counts().nodes).toBe(1);
  });

  test('a node that comes later is asked about, where rules decide node by node', () => {
    const late = personId(PEOPLE);
    writer.make([grant(`Person:${late}`, 'read', user('ida'))], 2);
    const seen = as('ida', 2);
    expect(seen.counts().nodes).toBe(0);
    applyDeltas(engine, 2, person(PEOPLE));
    expect(seen.nodeById(late)).toBeDefined();
    expect(countOf(seen)).toBe(1);
  });

  test('a group that loses a member shows it nothing at the next read', () => {
    writer.make([grant('Person:*', 'read', { type: 'group', id: 'staff', relation: 'member' })], 2);
    const membership = grant('group:staff', 'member', user('ida'));
    writer.make([membership], 2);
    const seen = as('ida', 2);
    expect(countOf(seen)).toBe(PEOPLE);
    writer.end([membership], 2);
    expect(countOf(seen)).toBe(0);
    expect(seen.nodeById(ANNA)).toBeUndefined();
    writer.make([membership], 3);
    expect([countOf(as('ida', 2)), countOf(as('ida', 3))]).toEqual([0, PEOPLE]);
  });

  test('after a seal, rows that stand for other nodes are asked about again', () => {
    writer.make([grant(`Person:${personId(0)}`, 'read', user('ida'))], 2);
    const seen = as('ida', 2);
    expect(countOf(seen)).toBe(1);
    applyDeltas(engine, 2, [{ subject: node(ANNA), delta: { operation: 'delete' } }]);
    engine.compact();
    applyDeltas(engine, 3, person(PEOPLE + 1));
    expect(countOf(seen)).toBe(0);
    expect(wrongSum(engine)).toBeUndefined();
  });
});

describe('[R17] edges', () => {
  test('need a grant of their own, and both their ends', () => {
    writer.make(
      [ANNA, BEN].map((id) => grant(`Person:${id}`, 'read', user('ida'))),
      2,
    );
    expect(as('ida', 2).counts().edges).toBe(0);
    writer.make([grant('KNOWS:*', 'read', user('*'))], 3);
    const seen = as('ida', 3);
    expect(seen.counts().edges).toBe(1);
    expect(seen.edgeByName({ from: BEN, type: 'KNOWS', to: CORA })).toBeUndefined();
    expect(seen.edgeByName({ from: ANNA, type: 'KNOWS', to: BEN })).toBeDefined();
  });

  test('one of them is named by its ends', () => {
    writer.make([grant('Person:*', 'read', user('ida'))], 2);
    writer.make([grant(`KNOWS:${BEN}-${CORA}`, 'read', user('ida'))], 2);
    const seen = as('ida', 2);
    expect(seen.edgeByName({ from: BEN, type: 'KNOWS', to: CORA })).toBeDefined();
    expect(seen.edgeByName({ from: ANNA, type: 'KNOWS', to: BEN })).toBeUndefined();
  });
});

describe('[R20] fields', () => {
  beforeEach(() => writer.make([grant('Person:*', 'read', user('*'))], 2));

  test('are told as hidden, whether there is a value or not', () => {
    const { json, hidden } = answer(as('ida', 2), listOf([NAME, SALARY, STREET]));
    expect(json).toMatchObject({
      people: [{ name: 'name 0', salary: null, street: null }, {}, {}, {}, {}],
    });
    expect(hidden?.places).toHaveLength(PEOPLE * 2);
    expect(hidden?.places.slice(0, 3)).toEqual([
      ['people', 0, 'salary'],
      ['people', 0, 'street'],
      ['people', 1, 'salary'],
    ]);
    expect(hidden?.more).toBe(0);
    expect(answer(view, listOf([SALARY])).hidden).toBeUndefined();
  });

  test('by a name that nothing uses yet go by what is above it', () => {
    expect(answer(as('ida', 2), listOf([LATE])).hidden?.places).toHaveLength(PEOPLE);
    writer.make([grant('Person:*', 'paid', user('ida'))], 3);
    expect(answer(as('ida', 3), listOf([LATE])).hidden).toBeUndefined();
  });

  test('beyond so many are counted', () => {
    const many = Array.from({ length: HIDDEN_PLACES_MAX }, (_, number) => person(10 + number));
    applyDeltas(engine, 2, many.flat());
    const { hidden } = answer(as('ida', 2), listOf([SALARY]));
    expect(hidden?.places).toHaveLength(HIDDEN_PLACES_MAX);
    expect(hidden?.more).toBe(PEOPLE);
  });

  test('that are hidden are told by the place of a lookup, and find nothing', () => {
    const id = { kind: 'id' } as const;
    const keys = [
      { type: 'Person', fields: [id] },
      { type: 'Person', fields: [id, SALARY] },
    ];
    const lookups: Lookups = [
      { key: 0, values: [ANNA] },
      { key: 0, values: ['none'] },
      { key: 1, values: [BEN, 1001n] },
      { key: 0, values: [BEN] },
    ];
    const shape = { kind: 'lookups', keys, lookups, item: itemOf([SALARY]) } as const;
    const plan: Plan = { members: [{ name: 'found', shape }] };
    const [nothing, ben] = [{ salary: null }, { salary: 1001 }];
    const { json, hidden } = answer(as('ida', 2), plan);
    expect(json).toEqual({ found: [nothing, null, null, nothing] });
    expect(hidden?.places).toEqual([
      ['found', 0, 'salary'],
      ['found', 3, 'salary'],
    ]);
    expect(answer(view, plan).json).toEqual({ found: [{ salary: 1000 }, null, ben, ben] });
  });

  test('that are hidden hold no condition, sort nothing and are in no figure', () => {
    writer.make([grant(`Person:${BEN}`, 'paid', user('ida'))], 2);
    const seen = as('ida', 2);
    const where = { kind: 'compare', field: SALARY, operator: 'greater', value: 0n } as const;
    expect(countOf(seen, where)).toBe(1);
    const rows: Rows = { source: OF_TYPE, order: [{ field: SALARY }] };
    const { json } = answer(seen, listOf([NAME], rows));
    expect(json).toMatchObject({ people: [{ name: 'name 1' }, {}, {}, {}, {}] });
    const figures = {
      kind: 'aggregate',
      rows: { source: OF_TYPE },
      members: [
        {
          name: 'sum',
          shape: { kind: 'figure', figure: 'sum', field: SALARY, format: 'any' },
        },
      ],
    } as const;
    const sum = answer(seen, { members: [{ name: 'all', shape: figures }] });
    expect(sum.json).toEqual({ all: { sum: 1001 } });
  });

  test('one mask says what may be read and written', () => {
    writer.make([grant(`Person:${ANNA}`, 'write', user('ida'))], 2);
    const seen = as('ida', 2);
    const row = seen.nodeById(ANNA);
    if (row === undefined) throw new Error('Anna is seen');
    const paths = ['', 'name', 'salary', 'home', 'home.street', 'home.city'];
    expect(seen.nodeMask(row, FieldVerb.READ, paths)).toEqual([
      true,
      true,
      false,
      true,
      false,
      true,
    ]);
    expect(seen.nodeMask(row, FieldVerb.WRITE, paths)).toEqual(paths.map(() => true));
  });
});

test('[R19] conditions see the time of the reader', () => {
  const condition = { name: 'open', context: new Map([['until', '2026-12-31T00:00:00Z']]) };
  writer.make([grant('Person:*', 'read', user('*'))], 2);
  writer.make([{ ...grant('Person:*', 'paid', user('ida')), condition }], 2);
  const salaries = (now: string) => {
    const { json } = answer(as('ida', 2, now), listOf([SALARY]));
    return (json as { people: { salary: number | null }[] }).people.map(({ salary }) => salary);
  };
  expect(salaries(NOW)).toEqual([1000, 1001, 1002, 1003, 1004]);
  expect(salaries('2027-01-01T00:00:00Z')).toEqual([null, null, null, null, null]);
  expect(salaries(NOW)[0]).toBe(1000);
});

function as(name: string, height: number, now = NOW): CallerView {
  return view.as(callerAsOf({ subject: { type: 'user', id: name }, model: MODEL, height, now }));
}

function answer(from: Pick<CallerView, 'answer'>, plan: Plan) {
  const answered = from.answer(plan, NO_LIMITS);
  if (answered.status !== 'ok') throw new Error(answered.status);
  const json: unknown = JSON.parse(answered.json.toString());
  return { json, hidden: answered.hidden };
}

/** In the order of their numbers, which their names and salaries have. */
function listOf(fields: readonly PropertyField[], rows?: Rows): Plan {
  const inOrder: Rows = { source: OF_TYPE, order: [{ field: NAME }] };
  const list = { kind: 'list', rows: rows ?? inOrder, item: itemOf(fields) } as const;
  return { members: [{ name: 'people', shape: list }] };
}

function itemOf(fields: readonly PropertyField[]): Item {
  return {
    members: fields.map((field) => ({
      name: field.path.split('.')[1] ?? field.path,
      shape: { kind: 'value', field, format: 'any' },
    })),
  };
}

function countOf(from: Pick<CallerView, 'answer'>, where?: Rows['where']): number {
  const rows: Rows = { source: OF_TYPE, ...(where !== undefined && { where }) };
  const { json } = answer(from, { members: [{ name: 'count', shape: { kind: 'count', rows } }] });
  return (json as { count: number }).count;
}

function grant(object: string, relation: string, subject: Subject): Tuple {
  const [type = '', id = ''] = object.split(':');
  return { object: { type, id }, relation, subject };
}

function user(id: string): Subject {
  return { type: 'user', id };
}

function personId(number: number): string {
  return numberedId('Person', number);
}

function node(id: string) {
  return { element: 'node', id } as const;
}

function person(number: number): AddressedDelta[] {
  const subject = node(personId(number));
  const set = (path: string, value: string | bigint): AddressedDelta => {
    return { subject, delta: { operation: 'set', path, value } };
  };
  return [
    { subject, delta: { operation: 'createNode', type: 'Person', number: BigInt(number) } },
    set('name', `name ${number}`),
    set('salary', 1000n + BigInt(number)),
    set('home.city', 'here'),
  ];
}

function knows(from: string, to: string): AddressedDelta {
  const subject = { element: 'edge', from, type: 'KNOWS', to, key: 0 } as const;
  return { subject, delta: { operation: 'createEdge' } };
}
