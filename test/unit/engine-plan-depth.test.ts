import { beforeAll, describe, expect, test } from 'vitest';
import * as abi from '../../assembly/abi.ts';
import type { AddressedDelta } from '../../src/delta/delta.ts';
import type { Value } from '../../src/delta/value.ts';
import { Direction } from '../../src/engine/direction.ts';
import { Engine } from '../../src/engine/engine.ts';
import {
  type Condition,
  ElementKind,
  Format,
  type LookupKey,
  Operator,
  type Plan,
  type PlanAnswer,
  type Rows,
  type Shape,
} from '../../src/engine/plan.ts';
import { EngineView } from '../../src/engine/view.ts';
import { applyDeltas, ENGINE_SPACE, numberedId } from '../fixture/apply-deltas.ts';
import { NO_LIMITS } from '../fixture/plan-limits.ts';
import { Seeded } from '../seeded.ts';

const ID = numberedId('T', 0);
const OTHER = numberedId('U', 0);
const FIELD = { kind: 'property', of: ElementKind.NODE, path: 'n' } as const;
const WALK = { edgeType: 'E', direction: Direction.OUT } as const;
/** Asks as much of the frames as a list can. */
const CONDITION: Condition = {
  kind: 'all',
  conditions: [
    { kind: 'compare', field: FIELD, operator: Operator.GREATER, value: 0n },
    { kind: 'related', quantifier: 'some', ...WALK, where: { kind: 'all', conditions: [] } },
  ],
};

let view: EngineView;

/** Two nodes, and an edge from each to the other. */
beforeAll(async () => {
  const engine = await Engine.create(ENGINE_SPACE, new Seeded(1));
  engine.declareIndex('T', 'n');
  const node = (type: string): AddressedDelta[] => {
    const subject = { element: 'node', id: numberedId(type, 0) } as const;
    return [
      { subject, delta: { operation: 'createNode', type, number: 0n } },
      { subject, delta: { operation: 'set', path: 'n', value: 1n } },
    ];
  };
  const edge = (from: string, to: string): AddressedDelta => ({
    subject: { element: 'edge', from, type: 'E', to, key: 0 },
    delta: { operation: 'createEdge' },
  });
  applyDeltas(engine, 0, [...node('T'), ...node('U'), edge(ID, OTHER), edge(OTHER, ID)]);
  view = new EngineView(engine);
});

describe('a plan of PLAN_DEPTH_MAX levels answers, and one of more is refused:', () => {
  const lists: Record<string, Rows> = {
    type: { source: { kind: 'type', type: 'T' }, where: CONDITION },
    edges: { source: { kind: 'edges', ...WALK }, where: CONDITION },
    around: { source: { kind: 'around', ...WALK, least: 1, most: 1 }, where: CONDITION },
    paths: { source: { kind: 'paths', ...WALK, least: 1, most: 1 }, where: CONDITION },
  };
  for (const [source, rows] of Object.entries(lists)) {
    const wraps: Record<string, Wrap> = {
      list: [(shape) => ({ kind: 'list', rows, item: members(shape) }), '[{"m":', '}]'],
      one: [(shape) => ({ kind: 'one', rows, item: members(shape) }), '{"m":', '}'],
      page: [
        (shape) => ({ kind: 'page', rows, page: { size: 2, scope: '' }, ...members(shape) }),
        '{"m":',
        '}',
      ],
      aggregate: [(shape) => ({ kind: 'aggregate', rows, ...members(shape) }), '{"m":', '}'],
      groups: [
        (shape) => ({ kind: 'groups', rows, by: [FIELD], ...members(shape) }),
        '[{"m":',
        '}]',
      ],
    };
    for (const [name, wrap] of Object.entries(wraps)) {
      test(`${name} of ${source}`, () => expectNested(wrap, { kind: 'count', rows }));
    }
  }

  test('objects', () => {
    expectNested([(shape) => ({ kind: 'object', ...members(shape) }), '{"m":', '}'], VALUE);
  });

  test('shortest paths', () => {
    const search = { from: ID, to: ID, ...WALK };
    const wrap: Wrap = [
      (shape) => ({ kind: 'shortestPath', search, ...members(shape) }),
      '{"m":',
      '}',
    ];
    expectNested(wrap, VALUE);
  });

  const keys: Record<string, [LookupKey, Value]> = {
    id: [{ type: 'T', fields: [{ kind: 'id' }] }, ID],
    index: [{ type: 'T', fields: [FIELD], index: ['n'] }, 1n],
  };
  for (const [name, [key, value]] of Object.entries(keys)) {
    test(`lookups by ${name}`, () => {
      const lookups = [{ key: 0, values: [value] }];
      const wrap: Wrap = [
        (shape) => ({ kind: 'lookups', keys: [key], lookups, item: members(shape) }),
        '[{"m":',
        '}]',
      ];
      expectNested(wrap, VALUE);
    });
  }

  const conditions: Record<string, (where: Condition) => Condition> = {
    not: (condition) => ({ kind: 'not', condition: { kind: 'not', condition } }),
    all: (condition) => ({ kind: 'all', conditions: [condition] }),
    any: (condition) => ({ kind: 'any', conditions: [condition] }),
    related: (where) => ({ kind: 'related', quantifier: 'every', ...WALK, where }),
  };
  for (const [name, wrap] of Object.entries(conditions)) {
    test(`conditions of ${name}`, () => {
      let where: Condition = CONDITION;
      let [answered, refused] = [0, 0];
      for (let level = 0; level < abi.PLAN_DEPTH_MAX + 4; level += 1) {
        const rows: Rows = { source: { kind: 'type', type: 'T' }, where };
        const answer = outcome({ members: [{ name: 'm', shape: { kind: 'count', rows } }] });
        if (answer === 'refused') refused += 1;
        else {
          expect(answer).toBe('{"m":1}');
          answered += 1;
        }
        where = wrap(where);
      }
      expect(refused).toBeGreaterThan(0);
      expect(answered).toBeGreaterThan(abi.PLAN_DEPTH_MAX / 2 - 4);
    });
  }
});

const VALUE: Shape = { kind: 'value', field: FIELD, format: Format.INT32 };

/** A shape around another one, and what stands around its JSON. */
type Wrap = readonly [wrap: (shape: Shape) => Shape, before: string, behind: string];

function members(shape: Shape): Plan {
  return { members: [{ name: 'm', shape }] };
}

function expectNested([wrap, before, behind]: Wrap, innermost: Shape): void {
  // Some shapes ask for a row around them.
  const rows: Rows = { source: { kind: 'type', type: 'T' } };
  let shape = innermost;
  let [answered, refused] = [0, 0];
  for (let level = 0; level < abi.PLAN_DEPTH_MAX + 4; level += 1) {
    const answer = outcome(members({ kind: 'list', rows, item: members(shape) }));
    if (answer === 'refused') refused += 1;
    else {
      expect(answer).toBe(`{"m":[{"m":${before.repeat(level)}1${behind.repeat(level)}}]}`);
      answered += 1;
    }
    shape = wrap(shape);
  }
  expect(refused).toBeGreaterThan(0);
  expect(answered).toBeGreaterThan(abi.PLAN_DEPTH_MAX - 8);
}

function outcome(plan: Plan): string {
  let answer: PlanAnswer;
  try {
    answer = view.answer(plan, NO_LIMITS);
  } catch (error) {
    expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED', facts: { limit: 'PLAN_DEPTH_MAX' } });
    return 'refused';
  }
  expect(answer.status).toBe('ok');
  return 'json' in answer ? answer.json.toString() : '';
}
