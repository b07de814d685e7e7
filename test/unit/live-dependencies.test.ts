/** What an answer depends on, of plans that no query of the other tests has. */

import { expect, test } from 'vitest';
import { LIVE_NODES_NAMED_MAX } from '../../src/base/live-limits.ts';
import { Parameter } from '../../src/engine/parameter.ts';
import type { Field, Lookup, LookupKey, Lookups, Shape } from '../../src/engine/plan.ts';
import { dependenciesOf } from '../../src/graphql/live/dependencies.ts';

const ID: Field = { kind: 'id' };
const [A, B] = ['a', 'b'].map((letter) => letter.repeat(16)) as [string, string];
const BY_ID: LookupKey[] = [
  { type: 'Cup', fields: [ID], otherwise: 1 },
  { type: 'Plate', fields: [ID] },
];
const BY_OTHERS: LookupKey[] = [
  { type: 'Cup', fields: [property('name'), property('size.height')], index: ['name'] },
  { type: 'Plate', fields: [{ kind: 'key' }] },
];

test('lookups by id depend on these nodes: whether they are there, and what is written', () => {
  expect(toldOf(BY_ID, [lookup(A), undefined, lookup(B)])).toEqual([
    `Cup at ${A},${B}`,
    `Plate at ${A},${B}`,
    `Cup.colour at ${A},${B}`,
    `Plate.colour at ${A},${B}`,
  ]);
});

test('lookups by other fields depend on all nodes of the type, and on what is compared', () => {
  expect(toldOf(BY_OTHERS, [{ key: 0, values: ['red', 1n] }])).toEqual([
    ...['Cup', 'Cup.name', 'Cup.size', 'Plate', 'Cup.colour', 'Plate.colour'],
  ]);
});

test.each<[string, Lookups | Parameter<Lookups>]>([
  ['told when the plan runs', new Parameter(() => [])],
  ['too many to name', Array.from({ length: LIVE_NODES_NAMED_MAX + 1 }, () => lookup(A))],
])('so do lookups by ids that are %s', (_, lookups) => {
  expect(toldOf(BY_ID, lookups)).toEqual(['Cup', 'Plate', 'Cup.colour', 'Plate.colour']);
});

function property(path: string): Field {
  return { kind: 'property', of: 'node', path };
}

function lookup(id: string): Lookup {
  return { key: 0, values: [id] };
}

function toldOf(keys: readonly LookupKey[], lookups: Lookups | Parameter<Lookups>): string[] {
  const colour: Shape = { kind: 'value', field: property('colour'), format: 'any' };
  const item = { members: [{ name: 'colour', shape: colour }] };
  const shape: Shape = { kind: 'lookups', keys, lookups, item };
  return dependenciesOf({ members: [{ name: 'm', shape }] }).map(({ type, property, at }) => {
    const what = property === undefined ? type : `${type}.${property}`;
    return at === undefined ? `${what}` : `${what} at ${at.join()}`;
  });
}
