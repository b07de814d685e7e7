import { expect, test } from 'vitest';
import { EXPLAIN_LINE_LENGTH_MAX, EXPLAIN_LINES_MAX } from '../../src/base/limits.ts';
import { Parameter } from '../../src/engine/parameter.ts';
import type { Field, Member, Rows, Shape } from '../../src/engine/plan.ts';
import { planLines } from '../../src/graphql/plan-lines.ts';

const NAME: Field = { kind: 'property', of: 'node', path: 'name' };
const SINCE: Field = { kind: 'property', of: 'edge', path: 'since' };

function lines(...members: Member[]): readonly string[] {
  return planLines({ members: [{ name: 'data', shape: { kind: 'object', members } }] });
}

function list(name: string, rows: Rows, ...members: Member[]): Member {
  return { name, shape: { kind: 'list', rows, item: { members } } };
}

test('each list stands within that of its rows, with conditions, order and limit', () => {
  const value = new Parameter<string>(() => 'secret');
  const friends = list('friends', {
    source: { kind: 'edges', edgeType: 'KNOWS', direction: 'OUT', targetType: 'Person' },
    where: { kind: 'not', condition: { kind: 'missing', field: SINCE } },
    skip: 3,
  });
  const people = list(
    'people',
    {
      source: { kind: 'type', type: 'Person' },
      where: { kind: 'compare', field: NAME, operator: 'contains', value },
      order: [{ field: NAME, isDescending: true }, { field: { kind: 'id' } }],
      limit: 5,
    },
    { name: 'name', shape: { kind: 'value', field: NAME, format: 'text' } },
    friends,
  );
  expect(lines(people)).toEqual([
    'people: list scan of Person, where name contains a variable, ' +
      'in order of name descending, id, limit 5',
    '  friends: list edges KNOWS OUT to Person, where not(edge since missing), skip 3',
  ]);
});

test.each<[string, Rows['source']]>([
  ['by ids of Person: "a", "b"', { kind: 'ids', ids: ['a', 'b'], type: 'Person' }],
  ['index Person(age) at 5', { kind: 'values', type: 'Person', path: 'age', values: [5n] }],
  [
    'index Person(age, name) at 5 >= "x" < "y"',
    {
      kind: 'range',
      type: 'Person',
      paths: ['age', 'name'],
      given: [5n],
      lower: { value: 'x' },
      upper: { value: 'y', isExcluded: true },
    },
  ],
  [
    'around of any type BOTH to any type of 1 to 3 edges',
    { kind: 'around', direction: 'BOTH', least: 1, most: 3 },
  ],
])('%s', (text, source) => {
  expect(lines(list('all', { source }))).toEqual([`all: list ${text}`]);
});

test('pages, figures, groups, paths and lookups have lines', () => {
  const rows: Rows = { source: { kind: 'type', type: 'Person' } };
  const named: Member = { name: 'name', shape: { kind: 'value', field: NAME, format: 'text' } };
  const page = { scope: '', size: 3, isFromEnd: true, before: { values: [], id: 'x' } };
  const groups: Shape = { kind: 'groups', rows, by: [NAME], members: [named] };
  const lookups: Shape = {
    kind: 'lookups',
    keys: [
      { type: 'Person', fields: [{ kind: 'id' }] },
      { type: 'Person', fields: [NAME, { kind: 'key' }], index: ['name'] },
    ],
    lookups: [],
    item: { members: [list('one', rows)] },
  };
  const search = { from: 'a', to: 'b', edgeType: 'KNOWS', direction: 'OUT', most: 4 } as const;
  expect(
    lines(
      { name: 'page', shape: { kind: 'page', rows, page, members: [] } },
      { name: 'figures', shape: { kind: 'aggregate', rows, members: [] } },
      { name: 'groups', shape: groups },
      { name: 'path', shape: { kind: 'shortestPath', search, members: [named] } },
      { name: 'found', shape: lookups },
    ),
  ).toEqual([
    'page: page scan of Person, last 3 before a cursor',
    'figures: figures of scan of Person',
    'groups: groups by name of scan of Person',
    'path: shortest path over KNOWS OUT of at most 4 edges',
    'found: lookups of Person by id and Person by name, key through index Person(name)',
    '  one: list scan of Person',
  ]);
});

test('so many lines are told, and so much of each', () => {
  const source = { kind: 'type', type: 'T'.repeat(2 * EXPLAIN_LINE_LENGTH_MAX) } as const;
  const many = Array.from({ length: EXPLAIN_LINES_MAX + 2 }, () => list('all', { source }));
  const told = lines(...many);
  expect(told).toHaveLength(EXPLAIN_LINES_MAX + 1);
  expect(told.at(-1)).toBe('2 more lines');
  expect(told[0]).toHaveLength(EXPLAIN_LINE_LENGTH_MAX + 1);
});
