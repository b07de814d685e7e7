/** Elements that have equal values in some fields: how they are asked for, and told. */

import type { EdgeProperties, Field, ScalarField } from '../definition/definition.ts';
import { isOrdered, scalarFields } from '../definition/fields.ts';
import type { Value } from '../delta/value.ts';
import type { EdgeRow, GraphView, NodeRow } from '../engine/graph-view.ts';
import { ElementKind } from '../engine/plan.ts';
import { type Api, type InputMap, type ObjectRef, objectType, once } from './builder.ts';
import { readEdge, readNode } from './element.ts';
import { invalidInput } from './errors.ts';
import { oneZero } from './figures.ts';
import { enumNames } from './names.ts';
import { comparison } from './ordering.ts';
import { type GroupKey, placeWithin, planExtensions, Unplannable } from './plan-field.ts';
import { formOf } from './plan-values.ts';
import { shownItem } from './scalars.ts';
import { itemType } from './value-types.ts';

/** Nodes; with the edges that led to them, each at the same place, where some did. */
export interface Elements {
  readonly nodes: readonly NodeRow[];
  readonly edges: readonly EdgeRow[];
}

/** Elements with equal values, one for each key. */
export interface Group extends Elements {
  readonly keys: readonly GroupKey[];
  readonly values: readonly Value[];
}

/** Declares the fields that elements are grouped by. */
type Declared = Pick<EdgeProperties, 'name' | 'fields'>;

const KEYS_MAX = 8;

/**
 * `AirportScalarField`: each field whose values have an order, nested ones by their path with `_`
 * for each dot.
 */
export function scalarFieldEnum(api: Api, { name, fields }: Declared) {
  return once(api, `${name}ScalarField`, () =>
    api.builder.enumType(`${name}ScalarField`, {
      values: Object.fromEntries(
        namedFields(fields).map(([value, { path }]) => [value, { value: path }]),
      ),
    }),
  );
}

/** `AirportUniqueField`: the values that a group has in common. */
export function groupValues(api: Api, of: Declared, element: ElementKind): ObjectRef<Group> {
  return objectType<Group>(api, `${of.name}UniqueField`, {
    fields: (t) =>
      Object.fromEntries(
        namedFields(of.fields).map(([name, field]) => [
          name,
          t.field({
            type: itemType(api, field),
            nullable: true,
            extensions: planExtensions((request) => {
              const index = indexOf(placeWithin(request, 'group').by, field, element);
              if (index < 0) throw new Unplannable();
              return { kind: 'groupValue', index, ...formOf(field) };
            }),
            resolve: ({ keys, values }) => {
              const index = indexOf(keys, field, element);
              if (index >= 0) return shownItem(field, oneZero(values[index] ?? null));
              throw invalidInput(`${name} expected to be a field that groups are by, got another`);
            },
          }),
        ]),
      ),
  });
}

/** The fields that the arguments name, by the values of the enums. */
export function keysOf(node: Declared, edge: Declared | undefined, args: InputMap): GroupKey[] {
  const keys = [
    ...keysIn(node.fields, args.by, ElementKind.NODE),
    ...keysIn(edge?.fields ?? [], args.byEdge, ElementKind.EDGE),
  ];
  if (keys.length >= 1 && keys.length <= KEYS_MAX) return keys;
  throw invalidInput(`groups expected to be by 1 to ${KEYS_MAX} fields, got ${keys.length}`);
}

/** In the order of their values. */
export function groupsOf(
  graph: GraphView,
  { nodes, edges }: Elements,
  keys: readonly GroupKey[],
): Group[] {
  const compare = comparison(keys.map(() => ({ isDescending: false })));
  const placed = nodes.map((node, index) => {
    const edge = edges[index];
    return {
      node,
      edge,
      values: keys.map((key) => read(graph, key, { node, edge })),
      identity: '',
    };
  });
  const groups: (Group & { readonly nodes: NodeRow[]; readonly edges: EdgeRow[] })[] = [];
  for (const { node, edge, values } of placed.toSorted(compare)) {
    let group = groups.at(-1);
    if (group === undefined || compare(placeOf(group.values), placeOf(values)) !== 0) {
      group = { keys, values, nodes: [], edges: [] };
      groups.push(group);
    }
    group.nodes.push(node);
    if (edge !== undefined) group.edges.push(edge);
  }
  return groups;
}

function read(
  graph: GraphView,
  { field, of }: GroupKey,
  { node, edge }: { readonly node: NodeRow; readonly edge: EdgeRow | undefined },
): Value {
  if (of === ElementKind.NODE) return readNode(graph, node, field);
  return edge === undefined ? null : readEdge(graph, edge, field);
}

function placeOf(values: readonly Value[]) {
  return { values, identity: '' };
}

function keysIn(fields: readonly Field[], paths: unknown, of: ElementKind): GroupKey[] {
  if (!Array.isArray(paths)) return [];
  const known = keyFields(fields);
  return paths.flatMap((path) => {
    const field = known.find((each) => each.path === path);
    return field === undefined ? [] : [{ field, of }];
  });
}

function namedFields(fields: readonly Field[]): (readonly [string, ScalarField])[] {
  const known = keyFields(fields);
  const names = enumNames(known.map(({ path }) => path));
  return known.map((field, index) => [names[index]?.[0] ?? field.name, field] as const);
}

/** Those that elements can be grouped by. */
export function keyFields(fields: readonly Field[]): ScalarField[] {
  return scalarFields(fields).filter(isOrdered);
}

function indexOf(keys: readonly GroupKey[], field: ScalarField, of: ElementKind): number {
  return keys.findIndex((key) => key.of === of && key.field.path === field.path);
}
