/**
 * Where a plan finds the nodes of a list: by an id or a key; by an index of several fields, whose
 * first ones have to equal something, and whose next one is compared or sorted by; by an index of
 * one field; or among all nodes of the type.
 */

import type {
  CompositeType,
  Definition,
  Field,
  NodeType,
  ScalarField,
} from '../definition/definition.ts';
import { fieldAtPath } from '../definition/fields.ts';
import type { GraphView } from '../engine/graph-view.ts';
import { Parameter } from '../engine/parameter.ts';
import type { Bound, NodeSource, Operand, Field as ReadField, Source } from '../engine/plan.ts';
import { givenAs, type InputMap, isInputMap } from './builder.ts';
import {
  boundsGiven,
  type GivenBound,
  type GivenBounds,
  isIndexed,
  type Narrowing,
  narrowingOf,
  wheresOf,
} from './narrowing.ts';
import { storedOperand, textOperand } from './operand.ts';

interface SourceRequest {
  readonly type: NodeType;
  readonly where: InputMap | null | undefined;
  /** The first sort key. */
  readonly sortedBy: ReadField | undefined;
}

/** Of an interface or a union: of each type of which nodes can match. */
export function compositeSource(
  graph: GraphView,
  request: Pick<SourceRequest, 'where' | 'sortedBy'> & {
    readonly definition: Definition;
    readonly of: CompositeType;
  },
): Source {
  const { definition, of, where, sortedBy } = request;
  const parts = wheresOf(definition, of, where ?? undefined);
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return nodeSource(graph, { ...only, sortedBy });
  const sources = parts.map((part) => nodeSource(graph, { ...part, sortedBy: undefined }));
  return { kind: 'several', sources };
}

function nodeSource(graph: GraphView, request: SourceRequest): NodeSource {
  const { type, where } = request;
  const narrowing = where === null || where === undefined ? undefined : narrowingOf(type, where);
  if (narrowing?.kind === 'ids' || narrowing?.kind === 'keys') {
    return { kind: 'ids', ids: idsOf(graph, type, narrowing), type: type.name };
  }
  const compound = compoundSource(request);
  if (compound !== undefined) return compound;
  if (narrowing?.kind === 'values') {
    const { field, operands } = narrowing;
    const values = operands.map((operand) => storedOperand(field, operand));
    return { kind: 'values', type: type.name, path: field.path, values };
  }
  if (narrowing?.kind === 'range') {
    const { field } = narrowing;
    return { kind: 'range', type: type.name, paths: [field.path], ...boundsOf(field, narrowing) };
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
): readonly (string | Parameter<string>)[] {
  if (narrowing.kind === 'ids') return narrowing.ids.map(textOperand);
  // What is no key stays what it is: no id either.
  const idOf = (key: string) => graph.idOfKey(type.name, key) ?? NO_ID;
  return narrowing.keys
    .map(textOperand)
    .map((key) => (key instanceof Parameter ? key.map(idOf) : idOf(key)));
}

const NO_ID = '';

/** What is asked of one path, where all of it has to hold. */
interface Asked {
  readonly equal?: Operand;
  readonly bounds?: Bounds;
}

interface Bounds {
  readonly lower?: Bound;
  readonly upper?: Bound;
}

/** The index of several fields that leaves the fewest nodes to look at, as far as can be told. */
function compoundSource(request: SourceRequest): NodeSource | undefined {
  const { type, where } = request;
  if (type.compoundIndexes.length === 0) return undefined;
  const asked = new Map<string, Asked>();
  if (where !== null && where !== undefined) askOf(type, where, asked);
  const sorted = sortedPath(request);
  const candidates = type.compoundIndexes.map((paths) => candidate(paths, asked, sorted));
  const [best] = candidates.filter(({ rank }) => rank >= USEFUL_RANK).toSorted(byRank);
  if (best === undefined) return undefined;
  const { paths, given, next } = best;
  return { kind: 'range', type: type.name, paths, given, ...next.bounds };
}

interface Candidate {
  readonly paths: readonly string[];
  readonly given: readonly Operand[];
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
  const given: Operand[] = [];
  for (const path of paths.slice(0, -1)) {
    const equal = asked.get(path)?.equal;
    if (equal === undefined) break;
    given.push(equal);
  }
  const path = paths[given.length];
  const next = (path === undefined ? undefined : asked.get(path)) ?? {};
  const isCompared = next.bounds?.lower !== undefined || next.bounds?.upper !== undefined;
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
      ...(given.eq === undefined ? {} : { equal: storedOperand(field, given.eq) }),
      bounds: { ...asked.get(field.path)?.bounds, ...boundsOf(field, boundsGiven(given)) },
    });
  }
}

function boundsOf(field: ScalarField, { lower, upper }: GivenBounds): Bounds {
  return {
    ...(lower === undefined ? {} : { lower: boundOf(field, lower) }),
    ...(upper === undefined ? {} : { upper: boundOf(field, upper) }),
  };
}

function boundOf(field: ScalarField, { operand, isExcluded }: GivenBound): Bound {
  return { value: storedOperand(field, operand), isExcluded };
}

function sortedPath({ sortedBy }: SourceRequest): string | undefined {
  return sortedBy?.kind === 'property' ? sortedBy.path : undefined;
}

/** Alone: a range of its index holds all nodes of the type. */
function isIndexedPath(type: NodeType, path: string): boolean {
  const field = fieldAtPath(type, path);
  return field?.kind === 'scalar' && isIndexed(field);
}
