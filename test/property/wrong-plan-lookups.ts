/** Wrong lookups, E36 of schema/plan.md. */

import { sameValue } from '../../src/delta/value.ts';
import type { Lookup, LookupKey } from '../../src/engine/plan.ts';
import type { PlanContext, PlanRules, Row } from '../reference/plan-context.ts';
import { readField } from '../reference/plan-field.ts';
import { PLAN_RULES } from '../reference/reference-plan.ts';

const right = PLAN_RULES;

export const WRONG_PLAN_LOOKUPS: Readonly<Record<string, Partial<PlanRules>>> = {
  'lookups that find nothing are left out': {
    lookUpAll: (context, keys, lookups) =>
      right.lookUpAll(context, keys, lookups).filter(({ length }) => length > 0),
  },
  'a node that is looked up again is left out': {
    lookUpAll: (context, keys, lookups) => {
      const found = right.lookUpAll(context, keys, lookups);
      const isNew = (rows: readonly Row[], place: number) =>
        found.findIndex(([row]) => row?.node === rows[0]?.node) === place;
      return found.map((rows, place) => (isNew(rows, place) ? rows : []));
    },
  },
  'what is looked up comes in the order of ids': {
    lookUpAll: (context, keys, lookups) =>
      right.lookUpAll(context, keys, lookups).toSorted(([one], [other]) => {
        const [left = '', next = ''] = [one?.node, other?.node];
        return left === next ? 0 : left < next ? -1 : 1;
      }),
  },
  'the first of several nodes is found by a lookup': {
    lookUp: (...lookup) => right.lookUp(...lookup).slice(0, 1),
  },
  'a lookup tries no other key': {
    lookUp: (context, keys, lookup) => {
      const alone = keys.map(({ otherwise, ...key }): LookupKey => key);
      return right.lookUp(context, alone, lookup);
    },
  },
  'a lookup finds by all keys that are tried': {
    lookUp: (context, keys, lookup) => {
      const found = right.lookUp(context, keys, lookup);
      const next = lookup && otherOf(keys, lookup);
      return next === undefined ? found : [...found, ...context.rules.lookUp(context, keys, next)];
    },
  },
  'a lookup may find nothing where it has to': {
    lookUp: (context, keys, lookup) => {
      const free = keys.map(({ isRequired, ...key }): LookupKey => key);
      return right.lookUp(context, free, lookup);
    },
  },
  'a lookup is by the last key that is tried': {
    lookUp: (context, keys, lookup) => {
      const next = lookup && otherOf(keys, lookup);
      return next === undefined
        ? right.lookUp(context, keys, lookup)
        : context.rules.lookUp(context, keys, next);
    },
  },
  'a lookup compares the field alone that finds nodes': {
    foundBy: (context, { fields, ...key }, values) =>
      right.foundBy(context, { ...key, fields: fields.slice(0, 1) }, values),
  },
  'a lookup compares no field that the index lacks': {
    foundBy: (context, key, values) => {
      const { fields, index = [] } = key;
      const isIndexed = (field: LookupKey['fields'][number], place: number) =>
        field.kind !== 'property' || field.path === index[place];
      const found = index.length === 0 ? fields : fields.filter(isIndexed);
      return right.foundBy(context, { ...key, fields: found }, values);
    },
  },
  'a lookup finds nodes of all types': {
    foundBy: (context, key, values) => {
      const types = new Set(context.graph.nodes().map(({ type }) => type));
      return [...types].flatMap((type) => right.foundBy(context, { ...key, type }, values));
    },
  },
  'null equals a missing value in a lookup': {
    foundBy: (context, key, values) =>
      foundWhere(context, key, (value, place) => {
        const operand = values[place] ?? null;
        return right.compareValues(value, operand) === 0;
      }),
  },
  'lookups are by the bytes of their values': {
    foundBy: (context, key, values) =>
      right
        .foundBy(context, key, values)
        .filter((row) =>
          key.fields.every((field, place) =>
            sameValue(readField(context.graph, field, row), values[place] ?? null),
          ),
        ),
  },
};

function otherOf(keys: readonly LookupKey[], lookup: Lookup): Lookup | undefined {
  const otherwise = keys[lookup.key]?.otherwise;
  return otherwise === undefined ? undefined : { ...lookup, key: otherwise };
}

function foundWhere(
  { graph }: PlanContext,
  { type, fields }: LookupKey,
  isFound: (value: ReturnType<typeof readField>, place: number) => boolean,
): Row[] {
  const rows = graph.nodes(type).map(({ id }): Row => ({ node: id }));
  return rows.filter((row) =>
    fields.every((field, place) => isFound(readField(graph, field, row), place)),
  );
}
