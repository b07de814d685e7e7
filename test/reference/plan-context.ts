/**
 * What the parts of the reference's plans share: rows, and the rules as functions that are called
 * by way of the context, so that a test can put a wrong one in the place of each.
 */

import type { Value } from '../../src/delta/value.ts';
import { Parameter } from '../../src/engine/parameter.ts';
import type {
  Condition,
  Figure,
  Form,
  Item,
  Lookup,
  LookupKey,
  Lookups,
  Member,
  Operator,
  Page,
  PathSearch,
  Place,
  PlanStatus,
  Quantifier,
  Rows,
  SortKey,
  Source,
  Walk,
} from '../../src/engine/plan.ts';
import type { EdgeFacts } from './reference-delta.ts';
import type { ReferenceGraph } from './reference-graph.ts';

/** What stands in a plan without parameters, which are not the reference's. */
export function told<T>(operand: T | Parameter<T>): T {
  if (operand instanceof Parameter) throw new TypeError('a plan expected no parameter, got one');
  return operand;
}

export interface Row {
  /** The node's id. */
  readonly node: string;
  /** The edge that led to the node. */
  readonly edge?: EdgeFacts | undefined;
  /** Whether the edge enters the node of the list. */
  readonly isEntering?: boolean | undefined;
  /** Of a path: its nodes from the first on, each but the first with the edge that led there. */
  readonly path?: readonly Row[] | undefined;
  /** Of a path or of a row of `around`. */
  readonly length?: number | undefined;
  /** Of a weighted path. */
  readonly weight?: number | undefined;
}

export interface CutPage {
  readonly shown: readonly Row[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/** What ends a plan without bytes, of what the reference answers. */
export type PlanFailure = Extract<PlanStatus, 'unrepresentable' | 'missing' | 'several'>;

export interface PlanContext {
  readonly graph: ReferenceGraph;
  readonly rules: PlanRules;
  /** Told what was come by, for coverage. */
  readonly see: (what: string) => void;
  readonly fail: (failure: PlanFailure) => void;
  /** The way to what is written: names of members and places in lists. */
  readonly place: readonly (string | number)[];
  /** Told where a value is held back. */
  readonly hide: (place: readonly (string | number)[]) => void;
}

export interface PlanRules {
  compareValues(left: Value, right: Value): number;
  compareIdentity(left: Row, right: Row): number;
  comparePlaces(context: PlanContext, keys: readonly SortKey[], places: PlacePair): number;
  holdsOperator(context: PlanContext, operator: Operator, values: Operands): boolean;
  holdsQuantifier(quantifier: Quantifier, truths: readonly boolean[]): boolean;
  holds(context: PlanContext, condition: Condition, row: Row): boolean;
  steps(context: PlanContext, node: string, walk: Walk): Row[];
  sourceRows(context: PlanContext, source: Source, row: Row | undefined): Row[];
  /** Those of a list before it is cut, in order. */
  allRows(context: PlanContext, rows: Rows, row: Row | undefined): Row[];
  cutRows(context: PlanContext, rows: Rows, row: Row | undefined): Row[];
  /** What each lookup finds. */
  lookUpAll(context: PlanContext, keys: readonly LookupKey[], lookups: Lookups): Row[][];
  /** What a lookup finds by its key, or by those that are tried otherwise. */
  lookUp(context: PlanContext, keys: readonly LookupKey[], lookup: Lookup | undefined): Row[];
  /** The nodes that a key finds by these values. */
  foundBy(context: PlanContext, key: LookupKey, values: readonly Value[]): Row[];
  count(context: PlanContext, rows: Rows, row: Row | undefined): number;
  cutPage(context: PlanContext, cut: PageCut): CutPage;
  /** Rows in their groups, which are in order. */
  groups(context: PlanContext, rows: readonly Row[], by: readonly ReadField[]): Row[][];
  /** Of values that are there; undefined where it cannot be represented. */
  figure(context: PlanContext, figure: Figure, values: readonly Value[]): Value | undefined;
  /** Whether a path that is one of all ways goes on by this step. */
  canFollow(path: readonly Row[], step: Row): boolean;
  shortestPath(context: PlanContext, search: PathSearch): Row | undefined;
  weight(value: Value): number | undefined;
  text(text: string): string;
  /** JSON of a value that is there; undefined where the form cannot write it. */
  format(context: PlanContext, value: Value, form: Form): string | undefined;
  cursor(context: PlanContext, scope: string, place: Place): string;
  /** Of a node, by what it has at these paths. */
  version(graph: ReferenceGraph, node: string, paths: readonly string[]): string;
  /** Members of an item; undefined where no case is for the type. */
  membersFor(item: Item, type: string): readonly Member[] | undefined;
  /** Whether an object that is null without values counts this one as none. */
  isLacking(value: Value): boolean;
}

export interface PlacePair {
  readonly left: Place;
  readonly right: Place;
}

export interface Operands {
  readonly value: Value;
  readonly operand: Value;
}

export type ReadField = (row: Row) => Value;

export interface PageCut {
  /** All rows, in order. */
  readonly rows: readonly Row[];
  readonly keys: readonly SortKey[];
  readonly page: Page;
}
