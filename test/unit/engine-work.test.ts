/** Long values count as the work that they are: [E26] of schema/plan.md. */

import { beforeAll, expect, test } from 'vitest';
import { ListValue, type Value } from '../../src/delta/value.ts';
import {
  type Condition,
  type Field,
  Operator,
  type Plan,
  PlanStatus,
} from '../../src/engine/plan.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import type { Space } from '../../src/space/space.ts';
import { NO_LIMITS } from '../fixture/plan-limits.ts';

const SOURCE = 'type Note @node { text: String tags: [String!] numbers: [Int!] }';
const ITEMS = 10_000;
/** Bytes that count as a unit, and those of each item beside its text. */
const [TEXT_UNIT, LIST_UNIT, ITEM_HEAD] = [64, 32, 5];
const TEXT = 'x'.repeat(64_000);
const TAGS = new ListValue(Array.from({ length: ITEMS }, () => 'tag'));
const NUMBERS = new ListValue(Array.from({ length: ITEMS }, () => 1n));

let space: Space;

beforeAll(async () => {
  space = await openMemorySpace({ definition: { source: SOURCE } });
  await space.write({ actor: 'user:test/ann' }, (draft) => {
    const id = draft.createNode('Note', {});
    draft.setNodeValue(id, 'text', TEXT);
    draft.setNodeValue(id, 'tags', TAGS);
    draft.setNodeValue(id, 'numbers', NUMBERS);
  });
});

test.each<[string, Operator, Value, number]>([
  ['text', Operator.EQUAL, TEXT, TEXT.length / TEXT_UNIT],
  ['text', Operator.CONTAINS, 'y', TEXT.length / TEXT_UNIT],
  ['tags', Operator.INCLUDES, 'other', (ITEMS * (ITEM_HEAD + 3)) / LIST_UNIT],
  ['tags', Operator.EQUAL, TAGS, (ITEMS * (ITEM_HEAD + 3)) / LIST_UNIT],
  ['numbers', Operator.INCLUDES, 2n, (ITEMS * 9) / LIST_UNIT],
])('%s %s a long value', (path, operator, value, units) => {
  const field: Field = { kind: 'property', of: 'node', path };
  const long: Condition = { kind: 'compare', field, operator, value };
  const least: Condition = { ...long, operator: Operator.EQUAL, value: 'short' };
  const more = spent(long) - spent(least);
  expect(more).toBeGreaterThanOrEqual(Math.floor(units) - 1);
  expect(more).toBeLessThanOrEqual(units + 1);
  const limits = { ...NO_LIMITS, work: units / 2 };
  expect(space.graph.answer(planOf(long), limits).status).toBe(PlanStatus.WORK);
});

function spent(where: Condition): number {
  return space.graph.answer(planOf(where), NO_LIMITS).spent;
}

function planOf(where: Condition): Plan {
  const rows = { source: { kind: 'type', type: 'Note' }, where } as const;
  return { members: [{ name: 'count', shape: { kind: 'count', rows } }] };
}
