/** Random lookups, most of which find the node that they were made from. */

import type { Field, Lookup, LookupKey, Shape } from '../../src/engine/plan.ts';
import type { Row } from '../reference/plan-context.ts';
import { told } from '../reference/plan-context.ts';
import { readField } from '../reference/plan-field.ts';
import { planContext } from '../reference/reference-plan.ts';
import { type PlanMaker, randomField, randomNodeType, randomOperand } from './random-field.ts';

type MadeLookups = Omit<Extract<Shape, { kind: 'lookups' }>, 'item'>;

export function randomLookups(maker: PlanMaker): MadeLookups {
  const { random } = maker;
  const fieldCount = random.between(1, 4);
  const keys = Array.from({ length: random.between(1, 4) }, () => {
    const key = randomKey(maker, random.chance(0.8) ? fieldCount : random.between(1, 4));
    return random.chance(0.1) ? { ...key, isRequired: true } : key;
  });
  const linked = keys.map((key, place) => withOther(maker, keys, key, place));
  const lookups: (Lookup | undefined)[] = [];
  for (let left = random.pick([0, 1, 2, 3, 5, 20, 40]); left > 0; left--) {
    const again = lookups.length > 0 && random.chance(0.2) ? random.pick(lookups) : undefined;
    lookups.push(again ?? randomLookup(maker, linked));
  }
  return { kind: 'lookups', keys: linked, lookups };
}

/** Those that are found, for a row that stands for the items. */
export function foundRows({ graph }: PlanMaker, { keys, lookups }: MadeLookups): readonly Row[] {
  const context = planContext(graph);
  return context.rules.lookUpAll(context, keys, told(lookups)).flat();
}

/** So many fields, or as many as the index has where it has fewer. */
function randomKey(maker: PlanMaker, fieldCount: number): LookupKey {
  const { random, indexed, compound } = maker;
  const choice = random.below(10);
  const indexes = [...indexed, ...compound, ...compound];
  if (choice < 5 && indexes.length > 0) {
    const [type, ...index] = random.pick(indexes);
    const given = random.chance(0.5) ? fieldCount : random.between(1, fieldCount);
    const found = index.slice(0, given).map(nodeProperty);
    return { type, fields: filled(maker, type, found, fieldCount), index };
  }
  const type = randomNodeType(maker);
  const first: Field = { kind: choice < 8 ? 'id' : 'key' };
  return { type, fields: filled(maker, type, [first], fieldCount) };
}

/** With others behind them, mostly such as some node of the type has. */
function filled(maker: PlanMaker, type: string, first: readonly Field[], count: number): Field[] {
  const { random, graph } = maker;
  const nodes = graph.nodes(type);
  const fields = [...first];
  while (fields.length < count) {
    const held = nodes.length === 0 ? [] : [...graph.values(random.pick(nodes).id).keys()];
    const path = held.length === 0 || random.chance(0.1) ? undefined : random.pick(held);
    const other = randomField(maker, { depth: 0, rows: 'nodes' });
    fields.push(path === undefined ? other : nodeProperty(path));
  }
  return fields;
}

function nodeProperty(path: string): Field {
  return { kind: 'property', of: 'node', path };
}

function withOther(
  { random }: PlanMaker,
  keys: readonly LookupKey[],
  key: LookupKey,
  place: number,
): LookupKey {
  const others = [...keys.keys()].filter(
    (other) => other > place && keys[other]?.fields.length === key.fields.length,
  );
  if (others.length === 0 || random.chance(0.3)) return key;
  return { ...key, otherwise: random.pick(others) };
}

/** Seldom one that ends the plan: that finds several, or nothing where it has to. */
function randomLookup(maker: PlanMaker, keys: readonly LookupKey[]): Lookup | undefined {
  const { random, graph } = maker;
  if (random.chance(0.05)) return undefined;
  const place = random.below(keys.length);
  const key = keys[place] as LookupKey;
  const other = key.otherwise === undefined ? undefined : keys[key.otherwise];
  const { type, fields } = other !== undefined && random.chance(0.4) ? other : key;
  const all = random.chance(0.95) ? graph.nodes(type) : graph.nodes();
  const whole = all.filter(({ id }) =>
    fields.every((field) => readField(graph, field, { node: id }) !== null),
  );
  const nodes = whole.length > 0 && random.chance(0.8) ? whole : all;
  const node = nodes.length === 0 ? undefined : random.pick(nodes).id;
  const values = fields.map((field) => {
    if (node === undefined || random.chance(0.05)) return randomOperand(maker, field);
    const value = readField(graph, field, { node });
    // Both zeros are equal.
    return value === 0 ? random.pick([0, -0]) : value;
  });
  const lookup = { key: place, values };
  const context = planContext(graph);
  const found = context.rules.lookUp(context, keys, lookup).length;
  const endsPlan = found > 1 || (found === 0 && keys.some((each) => each.isRequired === true));
  return endsPlan && random.chance(0.98) ? undefined : lookup;
}
