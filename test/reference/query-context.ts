/**
 * What one query is answered with: the graph, the caller's sight, and the rules, each of which is
 * in one place, so that a test can put a wrong one there.
 */

import {
  type ReferenceData,
  type ReferenceElement,
  type ReferenceNode,
  type ReferenceRow,
  reachedRows,
  relatedRows,
  type Sight,
  seenBy,
} from './query-data.ts';
import type { QueryDefinition, RelationshipDefinition } from './query-definition.ts';
import { FIGURES, type ReferenceFigure } from './query-figure.ts';
import {
  LIST_OPERATORS,
  type ListOperator,
  OPERATORS,
  QUANTIFIERS,
  type Quantifier,
  type ReferenceOperator,
} from './query-operator.ts';
import {
  isList,
  REFERENCE_SCALARS,
  type ReferenceScalar,
  type ReferenceValue,
  type StoredValue,
} from './query-scalar.ts';

/** What a value is read for. */
export type Use = 'answer' | 'filter' | 'order' | 'figure' | 'group';

export interface ListSteps {
  readonly filter: (rows: readonly ReferenceRow[]) => readonly ReferenceRow[];
  readonly order: (rows: readonly ReferenceRow[]) => readonly ReferenceRow[];
  readonly cut: (rows: readonly ReferenceRow[]) => readonly ReferenceRow[];
}

export interface QueryRules {
  readonly scalars: Readonly<Record<string, ReferenceScalar>>;
  readonly operators: Readonly<Record<string, ReferenceOperator>>;
  readonly listOperators: Readonly<Record<string, ListOperator>>;
  /** A list without items is a value like others. */
  readonly isListThere: (items: readonly ReferenceValue[]) => boolean;
  readonly quantifiers: Readonly<Record<string, Quantifier>>;
  readonly figures: Readonly<Record<string, ReferenceFigure>>;
  readonly logic: {
    readonly AND: (parts: readonly boolean[]) => boolean;
    readonly OR: (parts: readonly boolean[]) => boolean;
    readonly NOT: (part: boolean) => boolean;
  };
  /** What an operator other than `eq: null` says of a missing value. */
  readonly holdsOfMissing: boolean;
  /** What a filter of a union by some types says of nodes of the others. */
  readonly holdsOfOtherTypes: boolean;
  readonly seen: (data: ReferenceData, sight: Sight) => ReferenceData;
  /** Whether a field that the caller may not read is missing. */
  readonly isHiddenFor: (use: Use) => boolean;
  readonly related: (
    data: ReferenceData,
    node: ReferenceNode,
    relationship: RelationshipDefinition,
  ) => ReferenceRow[];
  readonly reached: (
    data: ReferenceData,
    node: ReferenceNode,
    reach: { readonly relationship: RelationshipDefinition; readonly most: number },
  ) => ReferenceRow[];
  /** In ascending order missing values come after all others. */
  readonly missingOrder: number;
  /** How much the order of identities counts, in whichever direction the keys go. */
  readonly identityOrder: (order: number, isDescending: boolean) => number;
  readonly list: (rows: readonly ReferenceRow[], steps: ListSteps) => readonly ReferenceRow[];
  /** Which rows a cursor leaves, by how they stand to its place. */
  readonly isBehind: (order: number) => boolean;
  readonly isNestedThere: (members: readonly boolean[]) => boolean;
}

export const RULES: QueryRules = {
  scalars: REFERENCE_SCALARS,
  operators: OPERATORS,
  listOperators: LIST_OPERATORS,
  isListThere: () => true,
  quantifiers: QUANTIFIERS,
  figures: FIGURES,
  logic: {
    AND: (parts) => parts.every((part) => part),
    OR: (parts) => parts.some((part) => part),
    NOT: (part) => !part,
  },
  holdsOfMissing: false,
  holdsOfOtherTypes: false,
  seen: seenBy,
  isHiddenFor: () => true,
  related: relatedRows,
  reached: reachedRows,
  missingOrder: 1,
  identityOrder: (order) => order,
  list: (rows, { filter, order, cut }) => cut(order(filter(rows))),
  isBehind: (order) => order > 0,
  isNestedThere: (members) => members.some((isThere) => isThere),
};

/** Where a cursor stands: what its element is ordered by. */
export interface Place {
  readonly values: readonly (ReferenceValue | null)[];
  readonly id: string;
  /** Of the edge that led there; 0 without one. */
  readonly key: number;
}

/** Cursors are opaque: another one knows which text stands for which place of which list. */
export interface Cursors {
  textOf(list: string, place: Place): string;
  /** Undefined where it is of no list of this name. */
  placeOf(list: string, text: string): Place | undefined;
}

export interface QueryContext {
  readonly definition: QueryDefinition;
  /** As the caller sees it. */
  readonly data: ReferenceData;
  readonly sight: Sight;
  readonly rules: QueryRules;
  readonly cursors: Cursors;
  /** Told what the query has come by. */
  readonly see: (what: string) => void;
  /** Told where in the answer a field is held back. */
  readonly tellHidden: (path: readonly (string | number)[]) => void;
}

/** Of a field that holds a value or a list. */
export function readStored(
  { rules, sight, see }: QueryContext,
  { element, path, use }: { element: ReferenceElement; path: string; use: Use },
): StoredValue | null {
  const stored = element.values.get(path) ?? null;
  const value = isList(stored) && !rules.isListThere(stored) ? null : stored;
  if (sight.readsField(element, path)) return value;
  if (value !== null) see(`hidden ${isList(value) ? 'list' : 'value'}, ${use}`);
  return rules.isHiddenFor(use) ? null : value;
}

export function readValue(
  context: QueryContext,
  of: { element: ReferenceElement; path: string; use: Use },
): ReferenceValue | null {
  const value = readStored(context, of);
  if (isList(value)) throw new Error(`one value expected at ${of.path}, got a list`);
  return value;
}

export function readList(
  context: QueryContext,
  of: { element: ReferenceElement; path: string; use: Use },
): readonly ReferenceValue[] | null {
  const value = readStored(context, of);
  if (value === null || isList(value)) return value;
  throw new Error(`a list expected at ${of.path}, got one value`);
}
