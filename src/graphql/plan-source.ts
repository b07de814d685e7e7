/**
 * Where a plan finds the nodes of a list: by an id or a key; by an index of several fields, whose
 * first ones have to equal something, and whose next one is compared or sorted by; by an index of
 * one field; or among all nodes of the type.
 */

import type { Field, NodeType } from '../definition/definition.ts';
import { fieldAtPath } from '../definition/fields.ts';
import type { Value } from '../delta/value.ts';
import type { GraphView } from '../engine/graph-view.ts';
import type { Bound, Field as ReadField, Source } from '../engine/plan.ts';
import { givenAs, type InputMap, isInputMap } from './builder.ts';
import { boundsGiven, isIndexed, type Narrowing, narrowingOf } from './narrowing.ts';
import { storedValue } from './scalars.ts';

export interface SourceRequest {
  readonly type: NodeType;
  readonly where: InputMap | null | undefined;
  /** The first sort key. */
  readonly sortedBy: ReadField | undefined;
}

export function nodeSource(graph: GraphView, request: SourceRequest): Source {
  const { type, where } = request;
  const narrowing = where === null || where === undefined ? undefined : narrowingOf(type, where);
  if (narrowing?.kind === 'ids' || narrowing?.kind === 'keys') {
    return { kind: 'ids', ids: idsOf(graph, type, narrowing), type: type.name };
  }
  const compound = compoundSource(request);
  if (compound !== undefined) return compound;
  if (narrowing?.kind === 'values') return { ...narrowing, type: type.name };
  if (narrowing?.kind === 'range') {
    const { path, lower, upper } = narrowing;
    return { kind: 'range', type: type.name, paths: [path], ...boundsOf({ lower, upper }) };
  }
  const path = sortedPath(request);
  return path !== undefined && isIndexedPath(type, path)
    ? { kind: 'range', type: type.name, paths: [path] }
    : { kind: 'type', type: type.name };
}

function idsOf(
  graph: GraphView,
  type: NodeType,
  narrowing: Extract<Narrowing, { kind: 'ids' | 'keys' }>,
): readonly string[] {
  if (narrowing.kind === 'ids') return narrowing.ids;
  const nodes = narrowing.keys.map((key) => graph.nodeByKey(type.name, key));
  return nodes.filter((node) => node !== undefined).map((node) => graph.nodeId(node));
}

/** What is asked of one path, where all of it has to hold. */
interface Asked {
  readonly equal?: Value;
  readonly lower?: Bound;
  readonly upper?: Bound;
}

/** The index of several fields that leaves the fewest nodes to look at, as far as can be told. */
function compoundSource(request: SourceRequest): Source | undefined {
  const { type, where } = request;
  if (type.compoundIndexes.length === 0) return undefined;
  const asked = new Map<string, Asked>();
  if (where !== null && where !== undefined) askOf(type, where, asked);
  const sorted = sortedPath(request);
  const candidates = type.compoundIndexes.map((paths) => candidate(paths, asked, sorted));
  const [best] = candidates.filter(({ rank }) => rank >= USEFUL_RANK).toSorted(byRank);
  if (best === undefined) return undefined;
  const { paths, given, next } = best;
  return { kind: 'range', type: type.name, paths, given, ...boundsOf(next) };
}

interface Candidate {
  readonly paths: readonly string[];
  readonly given: readonly Value[];
  /** What is asked of the path behind those that are given. */
  readonly next: Asked;
  readonly rank: number;
}

/** One field to equal something, and another one that it is sorted by or compared with. */
const USEFUL_RANK = 3;

function candidate(
  paths: readonly string[],
  asked: ReadonlyMap<string, Asked>,
  sorted: string | undefined,
): Candidate {
  const given: Value[] = [];
  for (const path of paths.slice(0, -1)) {
    const equal = asked.get(path)?.equal;
    if (equal === undefined) break;
    given.push(equal);
  }
  const path = paths[given.length];
  const next = (path === undefined ? undefined : asked.get(path)) ?? {};
  const isCompared = next.lower !== undefined || next.upper !== undefined;
  const rank = given.length * 2 + (path === sorted ? 1 : 0) + (isCompared ? 1 : 0);
  return { paths, given, next, rank };
}

function byRank(left: Candidate, right: Candidate): number {
  return right.rank - left.rank;
}

/** Collects what stands at the top and in ANDs: the rest may not have to hold. */
function askOf(type: NodeType, where: InputMap, asked: Map<string, Asked>): void {
  askOfFields(type.fields, where, asked);
  const parts: readonly unknown[] = Array.isArray(where.AND) ? where.AND : [];
  for (const part of parts) if (isInputMap(part)) askOf(type, part, asked);
}

function askOfFields(fields: readonly Field[], where: InputMap, asked: Map<string, Asked>): void {
  for (const field of fields) {
    const given = givenAs(where, field.name);
    if (!isInputMap(given)) continue;
    if (field.kind === 'nested') {
      askOfFields(field.fields, given, asked);
      continue;
    }
    asked.set(field.path, {
      ...asked.get(field.path),
      ...(given.eq === undefined ? {} : { equal: storedValue(field, given.eq) }),
      ...boundsOf(boundsGiven(field, given)),
    });
  }
}

function boundsOf({
  lower,
  upper,
}: {
  readonly lower?: Bound | undefined;
  readonly upper?: Bound | undefined;
}) {
  return {
    ...(lower === undefined ? {} : { lower }),
    ...(upper === undefined ? {} : { upper }),
  };
}

function sortedPath({ sortedBy }: SourceRequest): string | undefined {
  return sortedBy?.kind === 'property' ? sortedBy.path : undefined;
}

/** Alone: a range of its index holds all nodes of the type. */
function isIndexedPath(type: NodeType, path: string): boolean {
  const field = fieldAtPath(type, path);
  return field?.kind === 'scalar' && isIndexed(field);
}
