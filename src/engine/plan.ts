/**
 * Plans: what one call asks of the engine, and the JSON that it answers with. schema/plan.md is
 * the specification; plan-writer.ts puts a plan into the form that the engine runs.
 *
 * A plan is data: a tree of what to write, in which lists of rows stand. A row is what a list goes
 * over: a node, with the edge that led to it where one did, or a path.
 */

import { WORK_PER_ROW } from '../../assembly/abi.ts';
import type { Value } from '../delta/value.ts';
import type { AnswerJson } from './answer-json.ts';
import type { Direction } from './direction.ts';
import type { Parameter } from './parameter.ts';

/** A value, be it one that is told when the plan runs. */
export type Operand = Value | Parameter<Value>;

/** The members of the object that a plan answers with. */
export interface Plan {
  readonly members: readonly Member[];
}

export interface Member {
  /** The name in the JSON object; a later member of one name is written too. */
  readonly name: string;
  readonly shape: Shape;
}

export const ElementKind = { NODE: 'node', EDGE: 'edge' } as const;
export type ElementKind = (typeof ElementKind)[keyof typeof ElementKind];

/** What is read of a row. Ids, keys and names of types read as text. */
export type Field =
  | {
      readonly kind: 'property';
      readonly of: ElementKind;
      readonly path: string;
    }
  /** The node's id. */
  | { readonly kind: 'id' }
  /** The natural key of a node that was created by one. */
  | { readonly kind: 'key' }
  | { readonly kind: 'type'; readonly of: ElementKind }
  /** The ids of the ends of the row's edge, in the edge's own direction. */
  | { readonly kind: 'from' }
  | { readonly kind: 'to' };

/** How a value is written. What does not fit ends the plan with UNREPRESENTABLE. */
export const Format = {
  /**
   * Whatever is there: an int64 and a timestamp (microseconds) as an integer, a float as a number
   * or null where it is not finite, bytes as base64, a map as {}, a list as its items.
   */
  ANY: 'any',
  /** An int64 of 32 bits, as a number. */
  INT32: 'int32',
  /** An int64 as text. */
  INT64_TEXT: 'int64Text',
  /** A float64 that is finite. */
  FLOAT: 'float',
  /** A string or an id. */
  TEXT: 'text',
  BOOLEAN: 'boolean',
  /** A timestamp of the years 0000 to 9999 as RFC 3339 text in UTC, with 3 or 6 decimals. */
  TIMESTAMP: 'timestamp',
  /** Bytes as base64 with padding. */
  BYTES: 'bytes',
  /** A string that is JSON in its one form, as that JSON. */
  JSON: 'json',
  /** A string that is a duration in its one form. */
  DURATION: 'duration',
} as const;
export type Format = (typeof Format)[keyof typeof Format];

/** How the values at one place are written. */
export interface Form {
  readonly format: Format;
  /** Of TEXT: the texts that fit; all do where it is absent. */
  readonly among?: readonly string[];
  /** Of lists, whose items are written so. */
  readonly isList?: boolean;
}

export type Shape =
  /** JSON, as it stands. */
  | { readonly kind: 'literal'; readonly json: string }
  /** A field of the row; null where it has no value, or MISSING where it is required. */
  | ({
      readonly kind: 'value';
      readonly field: Field;
      readonly isRequired?: boolean;
    } & Form)
  /**
   * A text that changes with what may be read of the row's node: its existence, its properties at
   * these paths, and who wrote them.
   */
  | { readonly kind: 'version'; readonly paths: readonly string[] }
  /** An object about the same row; null where all of these fields lack a value (a map is none). */
  | {
      readonly kind: 'object';
      readonly members: readonly Member[];
      readonly unlessAllMissing?: readonly Field[];
    }
  /** A list of rows, as a JSON array. */
  | { readonly kind: 'list'; readonly rows: Rows; readonly item: Item }
  /** The only row of a list; null where it has none, SEVERAL where it has more. */
  | { readonly kind: 'one'; readonly rows: Rows; readonly item: Item }
  /**
   * For each of these lookups, in their order, the only node that it finds, as an item; null where
   * there is none, SEVERAL where there are more.
   */
  | {
      readonly kind: 'lookups';
      readonly keys: readonly LookupKey[];
      readonly lookups: Lookups | Parameter<Lookups>;
      readonly item: Item;
    }
  /** How many rows a list has, in all: its skip and limit do not count. */
  | { readonly kind: 'count'; readonly rows: Rows }
  /** A page of a list, as an object. `rows` has neither skip nor limit. */
  | {
      readonly kind: 'page';
      readonly rows: Rows;
      readonly page: Page;
      readonly members: readonly Member[];
    }
  /** Within a page. */
  | { readonly kind: 'items'; readonly item: Item }
  | {
      readonly kind: 'totalCount' | 'hasNextPage' | 'hasPreviousPage' | 'startCursor' | 'endCursor';
    }
  /** Within an item of a page: the item's own cursor. */
  | { readonly kind: 'cursor' }
  /** Figures over all rows of a list, as an object; `rows` has neither skip nor limit. */
  | { readonly kind: 'aggregate'; readonly rows: Rows; readonly members: readonly Member[] }
  /** The same for each group of rows that have equal values in all of these fields, as an array. */
  | {
      readonly kind: 'groups';
      readonly rows: Rows;
      readonly by: readonly Field[];
      readonly members: readonly Member[];
    }
  /** Within an aggregate or a group: how many rows, or values of a field, there are. */
  | { readonly kind: 'countOf'; readonly field?: Field }
  /** Within the same: how many different nodes the rows are of. */
  | { readonly kind: 'countNodes' }
  /** Within the same: a figure of the values of a field; null where there are none. */
  | ({ readonly kind: 'figure'; readonly figure: Figure; readonly field: Field } & Form)
  /** Within a group: the value of the field of this index in `by`. */
  | ({ readonly kind: 'groupValue'; readonly index: number } & Form)
  /** A shortest path, as an object about it; null where there is none, MISSING without its ends. */
  | {
      readonly kind: 'shortestPath';
      readonly search: PathSearch;
      readonly members: readonly Member[];
    }
  /** Of a path: its edges, counted; of a row of `around`: the edges on the shortest way to it. */
  | { readonly kind: 'length' }
  /** Of a weighted shortest path: the sum of its weights, as a number. */
  | { readonly kind: 'weight' }
  /** Of a path: from first to last, each as an item. The first node comes without an edge. */
  | { readonly kind: 'pathNodes' | 'pathEdges'; readonly item: Item };

/** Where one is undefined, nothing is found. */
export type Lookups = readonly (Lookup | undefined)[];

/** The nodes of a type whose fields all equal what a lookup gives. */
export interface LookupKey {
  readonly type: string;
  /** The id, the natural key and properties of nodes; the id or the key, if there, comes first. */
  readonly fields: readonly Field[];
  /**
   * Where the first field is a property: the paths of an index of the type, which begins with the
   * paths of the first fields.
   */
  readonly index?: readonly string[];
  /** The place of the key that is tried with the same values where nothing is found by this one. */
  readonly otherwise?: number;
  /** The plan ends with MISSING where nothing is found by this one, and no other is tried. */
  readonly isRequired?: boolean;
}

export interface Lookup {
  /** The place of its key. */
  readonly key: number;
  /** One for each field. Null equals nothing; ids and natural keys are strings. */
  readonly values: readonly Value[];
}

export const Figure = {
  MIN: 'min',
  MAX: 'max',
  SUM: 'sum',
  AVERAGE: 'average',
  SHORTEST: 'shortest',
  LONGEST: 'longest',
} as const;
export type Figure = (typeof Figure)[keyof typeof Figure];

/** Each row as an object: with these members, or those of the first case of its node's type. */
export type Item =
  | { readonly members: readonly Member[] }
  | { readonly cases: readonly { readonly type: string; readonly members: readonly Member[] }[] };

/** A list of rows: those of the source that fulfil the condition, in order, from `skip` on. */
export interface Rows {
  readonly source: Source;
  readonly where?: Condition;
  /** By these keys, then by identity; see schema/plan.md for the order of values and rows. */
  readonly order?: readonly SortKey[];
  /** Of `ids` in a list: rows stay in the order in which the ids are given. */
  readonly keepsOrder?: boolean;
  readonly skip?: number;
  readonly limit?: number;
}

export interface SortKey {
  readonly field: Field;
  readonly isDescending?: boolean;
}

/** Where rows come from. Only what exists, and what the caller sees. */
export type Source =
  | NodeSource
  /** Several, none of which has a node of another. */
  | { readonly kind: 'several'; readonly sources: readonly NodeSource[] }
  /** What the edges of the row's node lead to. A loop counts once where both directions do. */
  | ({ readonly kind: 'edges' } & Walk)
  /** The nodes that take so many edges at least to come to, and at most; each once. */
  | ({ readonly kind: 'around' } & Walk & Lengths)
  /** All ways of so many edges from the row's node, no edge twice in one; the last node counts. */
  | ({ readonly kind: 'paths' } & Walk & Lengths);

/** Nodes, wherever they are. */
export type NodeSource =
  | {
      readonly kind: 'ids';
      readonly ids: readonly (string | Parameter<string>)[];
      readonly type?: string;
    }
  /** All nodes of a type. */
  | { readonly kind: 'type'; readonly type: string }
  /** The nodes of a type whose indexed property has one of these values, which all differ. */
  | {
      readonly kind: 'values';
      readonly type: string;
      readonly path: string;
      readonly values: readonly Operand[];
    }
  /**
   * The nodes of a type by an index on these paths: those whose first properties equal the given
   * values, and whose next one lies between the bounds. Without bounds it may be missing.
   */
  | {
      readonly kind: 'range';
      readonly type: string;
      readonly paths: readonly string[];
      /** Fewer than there are paths, where there is a bound. */
      readonly given?: readonly Operand[];
      readonly lower?: Bound;
      readonly upper?: Bound;
    };

export interface Bound {
  readonly value: Operand;
  readonly isExcluded?: boolean;
}

export interface Walk {
  /** Edges of all types where it is absent. */
  readonly edgeType?: string;
  readonly direction: Direction;
  /** Of the nodes that are rows. Ways of `around` lead through these alone, others through all. */
  readonly targetType?: string;
}

export interface Lengths {
  /** From 1 on. */
  readonly least: number;
  /** PLAN_LENGTH_MAX at most. */
  readonly most: number;
}

export interface PathSearch {
  readonly from: string;
  readonly to: string;
  readonly edgeType?: string;
  readonly direction: Direction;
  /** Edges at most, of a path without weights; with weights there is no such bound. */
  readonly most?: number;
  /** A property of edges: those without a number of 0 or more there are not followed. */
  readonly weight?: string;
}

export interface Page {
  /** Rows at most: from the beginning, or from the end. */
  readonly size: number;
  readonly isFromEnd?: boolean;
  readonly after?: Place;
  readonly before?: Place;
  /** Goes into cursors: names the list and its order. */
  readonly scope: string;
}

/** Where a row stands in the order, whether it is still there or not. */
export interface Place {
  /** One for each sort key. */
  readonly values: readonly Value[];
  readonly id: string;
  readonly edgeKey?: number;
}

export const Operator = {
  EQUAL: 'equal',
  GREATER: 'greater',
  GREATER_OR_EQUAL: 'greaterOrEqual',
  LESS: 'less',
  LESS_OR_EQUAL: 'lessOrEqual',
  CONTAINS: 'contains',
  STARTS_WITH: 'startsWith',
  ENDS_WITH: 'endsWith',
  /** A list has an item that is equal. */
  INCLUDES: 'includes',
} as const;
export type Operator = (typeof Operator)[keyof typeof Operator];

export const Quantifier = { SOME: 'some', EVERY: 'every', NONE: 'none', SINGLE: 'single' } as const;
export type Quantifier = (typeof Quantifier)[keyof typeof Quantifier];

/** Two-valued: a comparison with a missing value is false, and `not` of it is true. */
export type Condition =
  | { readonly kind: 'all' | 'any'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'not'; readonly condition: Condition }
  | {
      readonly kind: 'compare';
      readonly field: Field;
      readonly operator: Operator;
      readonly value: Operand;
    }
  /** Equal to one of these. */
  | { readonly kind: 'in'; readonly field: Field; readonly values: readonly Value[] }
  | { readonly kind: 'missing'; readonly field: Field }
  /** How many of the rows that the edges of the row's node lead to fulfil a condition. */
  | ({
      readonly kind: 'related';
      readonly quantifier: Quantifier;
      readonly where: Condition;
    } & Walk);

/** Units of work that a node or edge counts which is looked at. */
export const PLAN_WORK_PER_ROW = WORK_PER_ROW;

/** What a plan may do, counted as schema/plan.md says. */
export interface PlanLimits {
  readonly work: number;
  readonly items: number;
  /** Of the answer, to within the room that is made ahead for an object. */
  readonly bytes: number;
}

export const PlanStatus = {
  OK: 'ok',
  /** A value that the format of its place cannot write. */
  UNREPRESENTABLE: 'unrepresentable',
  /** A required value that is not there. */
  MISSING: 'missing',
  /** More than one row where one was expected. */
  SEVERAL: 'several',
  /** More work than the limits allow. */
  WORK: 'work',
  ITEMS: 'items',
  BYTES: 'bytes',
} as const;
export type PlanStatus = (typeof PlanStatus)[keyof typeof PlanStatus];

/** Where in an answer rules held back values from the caller, whether they are there or not. */
export interface HiddenValues {
  /** Names of members and places in lists, up to HIDDEN_PLACES_MAX of these ways. */
  readonly places: readonly (readonly (string | number)[])[];
  /** How many more there are. */
  readonly more: number;
}

export type PlanAnswer =
  | {
      readonly status: typeof PlanStatus.OK;
      readonly json: AnswerJson;
      /** Absent where nothing was held back. */
      readonly hidden?: HiddenValues;
    }
  | { readonly status: Exclude<PlanStatus, typeof PlanStatus.OK> };

/** With the units of work that it took. */
export type CountedAnswer = PlanAnswer & { readonly spent: number };
