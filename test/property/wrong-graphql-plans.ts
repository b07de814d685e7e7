/**
 * Plans as a careless API would make them. Each changes something in a plan that random queries
 * must find out by the answer; undefined, where there is nothing to change.
 */

import { Format, type LookupKey, type Lookups, type Plan } from '../../src/engine/plan.ts';

export type WrongPlan = (plan: Plan) => Plan | undefined;

type Part = Readonly<Record<string, unknown>>;

export const WRONG_GRAPHQL_PLANS: Readonly<Record<string, WrongPlan>> = {
  'a list has no condition': changing((part) => without(part, 'where', 'source')),
  'the order of a sort key is turned round': changing((part) =>
    'isDescending' in part ? { ...part, isDescending: part.isDescending !== true } : part,
  ),
  'a BigInt is written as a number': changing((part) =>
    part.format === Format.INT64_TEXT ? { ...part, format: Format.ANY } : part,
  ),
  'a page is one larger': changing((part) =>
    typeof part.size === 'number' ? { ...part, size: part.size + 1 } : part,
  ),
  'a page from the end is one from the beginning': changing((part) => without(part, 'isFromEnd')),
  'a page forgets where it begins': changing((part) => without(part, 'after')),
  'a page forgets where it ends': changing((part) => without(part, 'before')),
  'cursors are of another list': changing((part) =>
    typeof part.scope === 'string' ? { ...part, scope: `${part.scope} ` } : part,
  ),
  'a relationship leads to nodes of every type': changing((part) => without(part, 'targetType')),
  'a relationship goes in both directions': changing((part) =>
    'direction' in part ? { ...part, direction: 'BOTH' } : part,
  ),
  'nodes of several types are of the first alone': changing((part) =>
    Array.isArray(part.sources) && part.sources.length > 1
      ? { ...part, sources: part.sources.slice(0, 1) }
      : part,
  ),
  'nodes of an interface or a union are of every type': changing((part) =>
    isOfType(part.field) ? { kind: 'all', conditions: [] } : part,
  ),
  'an id finds nodes of every type': changing((part) =>
    part.kind === 'ids' ? without(part, 'type') : part,
  ),
  'a required value may be missing': changing((part) => without(part, 'isRequired')),
  'a nested object is always there': changing((part) => without(part, 'unlessAllMissing')),
  'an offset counts for nothing': changing((part) => without(part, 'skip')),
  'a limit counts for nothing': changing((part) => without(part, 'limit', 'source')),
  'exactly one is at least one': changing((part) =>
    part.quantifier === 'single' ? { ...part, quantifier: 'some' } : part,
  ),
  'each one is at least one': changing((part) =>
    part.quantifier === 'every' ? { ...part, quantifier: 'some' } : part,
  ),
  'OR is AND': changing((part) => (part.kind === 'any' ? { ...part, kind: 'all' } : part)),
  'NOT is left out': changing((part) =>
    part.kind === 'not' ? { kind: 'all', conditions: [part.condition] } : part,
  ),
  'a bound is let in': changing((part) =>
    part.operator === 'greater' ? { ...part, operator: 'greaterOrEqual' } : part,
  ),
  'an index leaves out the bounds of its range': changing((part) =>
    'isExcluded' in part ? { ...part, isExcluded: true } : part,
  ),
  'a missing value is one that is there': changing((part) =>
    part.kind === 'missing' ? { kind: 'not', condition: part } : part,
  ),
  'values of an edge are those of its node': changing((part) =>
    part.of === 'edge' && part.kind === 'property' ? { ...part, of: 'node' } : part,
  ),
  'a list includes what it is equal to': changing((part) =>
    part.operator === 'includes' ? { ...part, operator: 'equal' } : part,
  ),
  'a list is written as whatever is there': changing((part) =>
    part.isList === true ? { ...without(part, 'isList'), format: Format.ANY } : part,
  ),
  'JSON is text': changing((part) =>
    part.format === Format.JSON ? { ...part, format: Format.TEXT } : part,
  ),
  'any text is a duration': changing((part) =>
    part.format === Format.DURATION ? { ...part, format: Format.TEXT } : part,
  ),
  'every text is one of an enum': changing((part) => without(part, 'among')),
  'a sum is an average': changing((part) =>
    part.figure === 'sum' ? { ...part, figure: 'average', format: Format.ANY } : part,
  ),
  'the shortest is the longest': changing((part) =>
    part.figure === 'shortest' ? { ...part, figure: 'longest' } : part,
  ),
  'the least is the greatest': changing((part) =>
    part.figure === 'min' ? { ...part, figure: 'max' } : part,
  ),
  'how many have a value is how many there are': changing((part) =>
    part.kind === 'countOf' ? without(part, 'field') : part,
  ),
  'groups are by one field less': changing((part) =>
    Array.isArray(part.by) && part.by.length > 1 ? { ...part, by: part.by.slice(0, -1) } : part,
  ),
  'a path of the least weight is one of the fewest edges': changing((part) =>
    typeof part.weight === 'string' ? { ...without(part, 'weight'), most: 64 } : part,
  ),
  'a version tells nothing of the last field': changing((part) =>
    part.kind === 'version' && Array.isArray(part.paths) && part.paths.length > 0
      ? { ...part, paths: part.paths.slice(0, -1) }
      : part,
  ),
  'a reach is one edge longer': changing((part) =>
    part.kind === 'around' ? { ...part, most: Number(part.most) + 1 } : part,
  ),
  'nodes that are named come in another order': looking((part) => ({
    ...part,
    lookups: part.lookups.toReversed(),
  })),
  'a node that is named twice is found once': looking((part) => ({
    ...part,
    lookups: part.lookups.map((each, place) => {
      const text = JSON.stringify(each?.values.map(String));
      const first = part.lookups.findIndex((other) => {
        return JSON.stringify(other?.values.map(String)) === text;
      });
      return first === place ? each : undefined;
    }),
  })),
  'of a key the first field counts alone': looking((part) => ({
    ...part,
    keys: part.keys.map((key) => ({ ...key, fields: key.fields.slice(0, 1) })),
    lookups: part.lookups.map((each) => each && { ...each, values: each.values.slice(0, 1) }),
  })),
  'of a key the last field does not count': looking((part) => ({
    ...part,
    keys: part.keys.map((key) => ({ ...key, fields: withoutLast(key.fields) })),
    lookups: part.lookups.map((each) => each && { ...each, values: withoutLast(each.values) }),
  })),
  'a key of an interface is of its first type alone': looking((part) => ({
    ...part,
    keys: part.keys.map(({ otherwise: _, ...key }) => key),
  })),
  'a path may be one edge longer': changing((part) =>
    typeof part.most === 'number' ? { ...part, most: part.most + 1 } : part,
  ),
};

/** Where nodes are named by keys. */
function looking(change: (part: LookupsShape) => LookupsShape): WrongPlan {
  return changing((part) => (isLookups(part) ? { ...change(part) } : part));
}

interface LookupsShape {
  readonly kind: 'lookups';
  readonly keys: readonly LookupKey[];
  readonly lookups: Lookups;
}

function isLookups(part: object): part is LookupsShape {
  return 'lookups' in part && Array.isArray(part.lookups);
}

function withoutLast<T>(items: readonly T[]): readonly T[] {
  return items.slice(0, Math.max(1, items.length - 1));
}

function isOfType(field: unknown): boolean {
  return typeof field === 'object' && field !== null && 'kind' in field && field.kind === 'type';
}

/** Changes every part of a plan; undefined where nothing has changed. */
function changing(change: (part: Part) => Part): WrongPlan {
  return (plan) => {
    let isChanged = false;
    const changed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(changed);
      if (typeof value !== 'object' || value === null) return value;
      // Values of the database are left as they are.
      if (Object.getPrototypeOf(value) !== Object.prototype) return value;
      const entries = Object.entries(value).map(([name, each]) => [name, changed(each)] as const);
      const part = Object.fromEntries(entries);
      const other = change(part);
      if (other !== part) isChanged = true;
      return other;
    };
    const result = changed(plan) as Plan;
    return isChanged ? result : undefined;
  };
}

/** Without a member, in parts that have another one too. */
function without(part: Part, name: string, beside = name): Part {
  if (!(name in part && beside in part)) return part;
  return Object.fromEntries(Object.entries(part).filter(([each]) => each !== name));
}
