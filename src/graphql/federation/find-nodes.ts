/** The nodes that references name, for resolvers: found as plans find them, in one call. */

import { assert } from '../../base/assert.ts';
import type { DatabaseError } from '../../base/errors.ts';
import { GRAPHQL_ANSWER_BYTES_MAX } from '../../base/limits.ts';
import type { NodeRow } from '../../engine/graph-view.ts';
import {
  Format,
  type Lookup,
  type LookupKey,
  type Lookups,
  PLAN_WORK_PER_ROW,
  type Plan,
  PlanStatus,
} from '../../engine/plan.ts';
import { asNode } from '../absent-node.ts';
import { moreThan } from '../budget.ts';
import type { Context } from '../context.ts';
import { invalidInput } from '../errors.ts';
import type { EntityLookups } from './entity-lookups.ts';

/** A reference, or what is wrong with one. */
export type Found = Lookup | Error;

/**
 * In their order; null where the caller sees no such node, and none of another subgraph is named.
 * Throws LIMIT_EXCEEDED.
 */
export function findNodes(
  lookups: EntityLookups,
  references: readonly Found[],
  context: Context,
): (NodeRow | Error | null)[] {
  const asked = references.filter((each) => !(each instanceof Error)) as readonly Lookup[];
  const found = foundOf(ownKeys(lookups.keys, asked), context);
  let next = 0;
  return references.map((each) => {
    if (each instanceof Error) return each;
    const node = found[next++] ?? null;
    if (node !== null) return node;
    const absent = lookups.absent(each, context.graph);
    return absent === undefined ? null : asNode(absent);
  });
}

/** Where one of them has several nodes, each half is asked for by itself. */
function foundOf(asked: AskedLookups, context: Context): readonly (NodeRow | Error | null)[] {
  const { keys, lookups } = asked;
  const found = lookUp(asked, context);
  if (found !== undefined) return found;
  const [first] = lookups;
  if (lookups.length === 1 && first !== undefined) {
    const type = keys[first.key]?.type ?? '';
    const message = `a key of ${type} expected one node that has its values, got several`;
    return [invalidInput(message)];
  }
  const half = lookups.length >> 1;
  return [lookups.slice(0, half), lookups.slice(half)].flatMap((each) => {
    return foundOf({ keys, lookups: each }, context);
  });
}

interface AskedLookups {
  readonly keys: readonly LookupKey[];
  readonly lookups: readonly Lookup[];
}

/** With those keys alone that are used: a definition may have very many. */
function ownKeys(keys: readonly LookupKey[], lookups: readonly Lookup[]): AskedLookups {
  const places = new Map<number, number>();
  const own: LookupKey[] = [];
  const take = (place: number): number => {
    const known = places.get(place);
    if (known !== undefined) return known;
    const [at, key] = [own.length, keys[place]];
    assert(key !== undefined, 'a lookup has a key');
    places.set(place, at);
    // What finds nothing is another subgraph's, which is no failure here.
    own.push({ ...key, isRequired: false });
    return at;
  };
  const taken = lookups.map(({ key, values }) => ({ key: take(key), values }));
  // Those that are tried otherwise are taken behind, each once.
  for (let at = 0; at < own.length; at++) {
    const key = own[at];
    if (key?.otherwise === undefined) continue;
    own[at] = { ...key, otherwise: take(key.otherwise) };
  }
  return { keys: own, lookups: taken };
}

/** Undefined where one of them finds several nodes. */
function lookUp(
  { keys, lookups }: AskedLookups,
  { graph, budget, limits }: Context,
): readonly (NodeRow | null)[] | undefined {
  const answer = graph.answer(planOf(keys, lookups), {
    work: limits.rows * PLAN_WORK_PER_ROW,
    items: lookups.length,
    bytes: GRAPHQL_ANSWER_BYTES_MAX,
  });
  budget.spend(Math.ceil(answer.spent / PLAN_WORK_PER_ROW));
  if (answer.status === PlanStatus.SEVERAL) return undefined;
  if (answer.status !== PlanStatus.OK) throw tooMuch(limits.rows);
  const { found } = JSON.parse(answer.json.toString()) as {
    readonly found: readonly ({ readonly id: string } | null)[];
  };
  return found.map((node) => (node === null ? null : (graph.nodeById(node.id) ?? null)));
}

function planOf(keys: readonly LookupKey[], lookups: Lookups): Plan {
  const id = { kind: 'value', field: { kind: 'id' }, format: Format.TEXT } as const;
  const item = { members: [{ name: 'id', shape: id }] };
  return { members: [{ name: 'found', shape: { kind: 'lookups', keys, lookups, item } }] };
}

function tooMuch(max: number): DatabaseError {
  const what = 'the nodes and edges that one operation looks at';
  return moreThan({ limit: 'GRAPHQL_ROWS_MAX', what, max });
}
