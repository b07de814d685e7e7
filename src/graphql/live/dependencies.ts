/**
 * What of the graph an answer depends on, read off its plan: elements of a type that are there or
 * not, and their properties. Where a plan names the nodes that it begins with, only what happens to
 * these, and to edges at them, counts. What no dependency names leaves the answer as it is.
 */

import { LIVE_NODES_NAMED_MAX } from '../../base/live-limits.ts';
import { Parameter } from '../../engine/parameter.ts';
import {
  type Condition,
  ElementKind,
  type Field,
  type Item,
  type LookupKey,
  type Lookups,
  type Member,
  type Operand,
  Operator,
  type PathSearch,
  type Plan,
  type Rows,
  type Shape,
  type Source,
  type Walk,
} from '../../engine/plan.ts';

/** Of nodes, as a plan names them. */
export type Ids = readonly (string | Parameter<string>)[];

export interface Dependency {
  readonly element: ElementKind;
  /** Of the element; any where absent. */
  readonly type: string | undefined;
  /** The first part of its path; where absent, whether the element is there. */
  readonly property: string | undefined;
  /** Only of these nodes, or of edges that one of them is an end of. */
  readonly at: Ids | undefined;
  /** Only of nodes that have one of these values. */
  readonly within: Within | undefined;
}

/** What the property at a path is equal to. */
export interface Within {
  readonly path: string;
  readonly values: readonly Operand[];
}

/** What the answer of a plan depends on; each once. */
export function dependenciesOf(plan: Plan): readonly Dependency[] {
  const reader = new PlanReader();
  reader.members(plan.members, NO_ROW);
  return reader.found;
}

/** The part of a path that a dependency names. */
export function propertyOf(path: string): string {
  const end = path.indexOf('.');
  return end === -1 ? path : path.slice(0, end);
}

/** What is known of the rows of a list. */
interface Row {
  /** Of their nodes; any where absent. */
  readonly types: readonly string[] | undefined;
  readonly edgeType: string | undefined;
  /** Their nodes, where the plan names them. */
  readonly at: Ids | undefined;
  /** What all of their nodes have, where a condition says so. */
  readonly within: Within | undefined;
}

const NO_ROW: Row = { types: [], edgeType: undefined, at: undefined, within: undefined };
const ANY_TYPE = [undefined];
const ANY_ELEMENT = { type: undefined, property: undefined, at: undefined, within: undefined };

class PlanReader {
  readonly found: Dependency[] = [];
  /** By where it counts, then by what it is. */
  readonly #known = new Map<Ids | Within | undefined, Set<string>>();

  members(members: readonly Member[], row: Row): void {
    for (const { shape } of members) this.#shape(shape, row);
  }

  #shape(shape: Shape, row: Row): void {
    switch (shape.kind) {
      case 'value':
        return this.#field(shape.field, row);
      case 'version':
        for (const path of shape.paths) this.#property(ElementKind.NODE, path, row);
        return;
      case 'object':
        for (const field of shape.unlessAllMissing ?? []) this.#field(field, row);
        return this.members(shape.members, row);
      case 'list':
      case 'one':
        return this.#item(shape.item, this.#rows(shape.rows, row));
      case 'lookups':
        return this.#item(shape.item, this.#lookups(shape));
      case 'count':
        this.#rows(shape.rows, row);
        return;
      case 'page':
      case 'aggregate':
        return this.members(shape.members, this.#rows(shape.rows, row));
      case 'groups': {
        const inner = this.#rows(shape.rows, row);
        for (const field of shape.by) this.#field(field, inner);
        return this.members(shape.members, inner);
      }
      case 'items':
        return this.#item(shape.item, row);
      case 'countOf':
        if (shape.field !== undefined) this.#field(shape.field, row);
        return;
      case 'figure':
        return this.#field(shape.field, row);
      case 'shortestPath':
        return this.members(shape.members, this.#search(shape.search));
      case 'pathNodes':
      case 'pathEdges':
        return this.#item(shape.item, row);
      case 'literal':
      case 'totalCount':
      case 'hasNextPage':
      case 'hasPreviousPage':
      case 'startCursor':
      case 'endCursor':
      case 'cursor':
      case 'countNodes':
      case 'groupValue':
      case 'length':
      case 'weight':
        return;
    }
  }

  #item(item: Item, row: Row): void {
    if ('members' in item) return this.members(item.members, row);
    for (const { type, members } of item.cases) this.members(members, { ...row, types: [type] });
  }

  #rows({ source, where, order = [] }: Rows, outer: Row): Row {
    const row = this.#source(source, outer, withinOf(source, where));
    if (where !== undefined) this.#condition(where, row);
    for (const { field } of order) this.#field(field, row);
    return row;
  }

  #source(source: Source, outer: Row, within?: Within): Row {
    switch (source.kind) {
      case 'several': {
        const types = source.sources.map((each) => this.#source(each, outer).types);
        const isKnown = types.every((some) => some !== undefined);
        return { ...NO_ROW, types: isKnown ? types.flat() : undefined };
      }
      case 'edges':
        return this.#walk(source, outer.at);
      case 'around':
      case 'paths':
        // Nodes between may be of any type.
        this.#add({ ...ANY_ELEMENT, element: ElementKind.NODE });
        return this.#walk(source, undefined);
      case 'ids': {
        const types = source.type === undefined ? undefined : [source.type];
        const at = source.ids.length > LIVE_NODES_NAMED_MAX ? undefined : source.ids;
        return this.#nodes({ ...NO_ROW, types, at });
      }
      case 'type':
        return this.#nodes({ ...NO_ROW, types: [source.type], within });
      case 'values':
        return this.#ordered([source.path], { ...NO_ROW, types: [source.type], within });
      case 'range':
        return this.#ordered(source.paths, { ...NO_ROW, types: [source.type], within });
    }
  }

  /** Of keys: whether nodes are there, and what they are found by. */
  #lookups({ keys, lookups }: Extract<Shape, { kind: 'lookups' }>): Row {
    const ids = idsOf(lookups);
    const rowOf = (some: readonly LookupKey[]): Row => {
      const areById = some.every(({ fields }) => fields[0]?.kind === 'id');
      const types = some.map(({ type }) => type);
      return { ...NO_ROW, types, at: areById ? ids : undefined };
    };
    for (const key of keys) {
      const row = this.#nodes(rowOf([key]));
      for (const field of key.fields) this.#field(field, row);
    }
    return rowOf(keys);
  }

  /** Nodes by an index. */
  #ordered(paths: readonly string[], row: Row): Row {
    for (const path of paths) this.#property(ElementKind.NODE, path, row);
    return this.#nodes(row);
  }

  #walk({ edgeType, targetType }: Pick<Walk, 'edgeType' | 'targetType'>, at: Ids | undefined): Row {
    this.#add({ ...ANY_ELEMENT, element: ElementKind.EDGE, type: edgeType, at });
    const types = targetType === undefined ? undefined : [targetType];
    return this.#nodes({ ...NO_ROW, types, edgeType });
  }

  #search({ edgeType, weight }: PathSearch): Row {
    const row = this.#walk(edgeType === undefined ? {} : { edgeType }, undefined);
    if (weight !== undefined) this.#property(ElementKind.EDGE, weight, row);
    return row;
  }

  #nodes(row: Row): Row {
    for (const type of row.types ?? ANY_TYPE) {
      const { at, within } = row;
      this.#add({ element: ElementKind.NODE, type, property: undefined, at, within });
    }
    return row;
  }

  #condition(condition: Condition, row: Row): void {
    switch (condition.kind) {
      case 'all':
      case 'any':
        for (const each of condition.conditions) this.#condition(each, row);
        return;
      case 'not':
        return this.#condition(condition.condition, row);
      case 'related':
        return this.#condition(condition.where, this.#walk(condition, row.at));
      case 'compare':
      case 'in':
      case 'missing':
        return this.#field(condition.field, row);
    }
  }

  /** What is no property stays as long as the element is there. */
  #field(field: Field, row: Row): void {
    if (field.kind === 'property') this.#property(field.of, field.path, row);
  }

  #property(element: ElementKind, path: string, row: Row): void {
    const property = propertyOf(path);
    if (element === ElementKind.EDGE) {
      return this.#add({ ...ANY_ELEMENT, element, type: row.edgeType, property });
    }
    // What a node is among the rows by, it may also come to be among them by.
    const isOwn = row.within !== undefined && propertyOf(row.within.path) === property;
    const within = isOwn ? undefined : row.within;
    for (const type of row.types ?? ANY_TYPE) {
      this.#add({ element, type, property, at: row.at, within });
    }
  }

  #add(dependency: Dependency): void {
    const { element, type, property, at, within } = dependency;
    const known = this.#known.get(at ?? within) ?? new Set();
    this.#known.set(at ?? within, known);
    const name = JSON.stringify([element, type, property]);
    if (known.has(name)) return;
    known.add(name);
    this.found.push(dependency);
  }
}

/** What lookups by id may name; undefined where it is told when the plan runs, or too much. */
function idsOf(lookups: Lookups | Parameter<Lookups>): Ids | undefined {
  if (lookups instanceof Parameter) return undefined;
  const ids = lookups.map((lookup) => lookup?.values[0]).filter((id) => typeof id === 'string');
  return ids.length > LIVE_NODES_NAMED_MAX ? undefined : ids;
}

/** What all nodes of a list have, by the index that it is read from or by its condition. */
function withinOf(source: Source, where: Condition | undefined): Within | undefined {
  if (source.kind === 'values') return { path: source.path, values: source.values };
  const conditions = where?.kind === 'all' ? where.conditions : [where];
  for (const condition of conditions) {
    if (condition?.kind !== 'compare' || condition.operator !== Operator.EQUAL) continue;
    const { field, value } = condition;
    const isOfNode = field.kind === 'property' && field.of === ElementKind.NODE;
    if (isOfNode) return { path: field.path, values: [value] };
  }
  return undefined;
}
