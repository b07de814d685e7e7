/**
 * `aggregate` and `groups` of connections: figures over all of their elements, or over those that
 * have equal values in some fields, whatever the page. What the caller may not read is missing.
 */

import { RELATED_ITEMS_ASSUMED } from '../base/limits.ts';
import type { CompositeType, EdgeProperties } from '../definition/definition.ts';
import { ElementKind, type Shape } from '../engine/plan.ts';
import {
  type Api,
  type FieldRefs,
  type InputMap,
  type ObjectFieldBuilder,
  type ObjectRef,
  objectType,
} from './builder.ts';
import { EDGE_VALUES, type ElementReader, NODE_VALUES } from './element.ts';
import { fieldAggregate } from './field-aggregates.ts';
import {
  type Elements,
  type Group,
  groupsOf,
  groupValues,
  keyFields,
  keysOf,
  scalarFieldEnum,
} from './groups.ts';
import { sizeExtensions } from './list-size.ts';
import type { Connection } from './page.ts';
import { type PlanRequest, placeWithin, planExtensions } from './plan-field.ts';
import { readField } from './plan-where.ts';

/** What figures are of: a type with its fields. */
export type AggregatedType = Pick<EdgeProperties, 'name' | 'fields'>;

/** Nodes of a union have no fields in common: only how many there are is told of them. */
export function aggregatedType(of: CompositeType): AggregatedType {
  return of.kind === 'union' ? { name: of.name, fields: [] } : of;
}

/** What a connection is of. */
export interface Aggregated<T> {
  /** `Airport`, or `AirportRoutes` of a relationship. */
  readonly name: string;
  readonly type: AggregatedType;
  /** Of a relationship, which may have edge properties. */
  readonly isOfEdges: boolean;
  readonly properties?: EdgeProperties | undefined;
  readonly elementsOf: (elements: readonly T[]) => Elements;
}

type Described = Omit<Aggregated<never>, 'elementsOf'>;

export function aggregateFields<T>(
  api: Api,
  t: ObjectFieldBuilder<Connection<T>>,
  of: Aggregated<T>,
): FieldRefs {
  const aggregate = t.field({
    description: 'Figures over all elements, whatever the page.',
    type: objectType<Elements>(api, `${of.name}Aggregate`, {
      fields: (inner) => figureFields(api, inner, of),
    }),
    extensions: planExtensions((request) => {
      const { rows } = placeWithin(request, 'connection');
      return { kind: 'aggregate', rows, members: request.members() };
    }),
    resolve: ({ elements }) => of.elementsOf(elements),
  });
  return keysIn(of.type) || keysIn(of.properties)
    ? { aggregate, groups: groupsField(api, t, of) }
    : { aggregate };
}

/** Whether elements can be grouped by fields of these. */
function keysIn(declared: AggregatedType | undefined): boolean {
  return keyFields(declared?.fields ?? []).length > 0;
}

/** `count`, `node` and `edge`. */
function figureFields<Source extends Elements>(
  api: Api,
  t: ObjectFieldBuilder<Source>,
  { type, isOfEdges, properties }: Described,
): FieldRefs {
  return {
    count: t.field({
      type: countType(api, isOfEdges),
      extensions: planExtensions(({ members }) => ({ kind: 'object', members: members() })),
      resolve: (source) => source,
    }),
    ...(type.fields.length > 0 && {
      node: fieldsField(api, t, { of: type, reader: NODE_VALUES, elements: ({ nodes }) => nodes }),
    }),
    ...(properties !== undefined && {
      edge: fieldsField(api, t, {
        of: properties,
        reader: EDGE_VALUES,
        elements: ({ edges }) => edges,
      }),
    }),
  };
}

function fieldsField<Source extends Elements, T>(
  api: Api,
  t: ObjectFieldBuilder<Source>,
  options: {
    readonly of: AggregatedType;
    readonly reader: ElementReader<T>;
    readonly elements: (source: Elements) => readonly T[];
  },
) {
  const { of, reader, elements } = options;
  const { fields } = of;
  return t.field({
    type: fieldAggregate(api, of),
    extensions: planExtensions(({ members }) => ({
      kind: 'object',
      members: members({ kind: 'figures', fields, of: reader.of }),
    })),
    resolve: (source) => ({
      fields,
      values: (graph, field) => elements(source).map((each) => reader.read(graph, each, field)),
    }),
  });
}

/** `NodeAggregate`, `RelationshipAggregate`: how many there are. */
function countType(api: Api, isOfEdges: boolean): ObjectRef<Elements> {
  return objectType<Elements>(api, isOfEdges ? 'RelationshipAggregate' : 'NodeAggregate', {
    fields: (t) => ({
      nodes: t.int({
        description: 'Different nodes.',
        // Several edges may lead to one node.
        extensions: planExtensions(() => ({ kind: isOfEdges ? 'countNodes' : 'countOf' })),
        resolve: ({ nodes }) => new Set(nodes).size,
      }),
      ...(isOfEdges && {
        edges: t.int({
          extensions: planExtensions(() => ({ kind: 'countOf' })),
          resolve: ({ edges }) => edges.length,
        }),
      }),
    }),
  });
}

function groupsField<T>(api: Api, t: ObjectFieldBuilder<Connection<T>>, of: Aggregated<T>) {
  const { type, properties } = of;
  const keys = (args: InputMap) => keysOf(type, properties, args);
  return t.field({
    description: 'Figures over elements with equal values in some fields, in the order of these.',
    type: [groupType(api, of)],
    args: {
      ...(keysIn(type) && {
        by: t.arg({ type: [scalarFieldEnum(api, type)], required: !keysIn(properties) }),
      }),
      ...(properties &&
        keysIn(properties) && { byEdge: t.arg({ type: [scalarFieldEnum(api, properties)] }) }),
    },
    extensions: {
      ...sizeExtensions({ listSize: () => RELATED_ITEMS_ASSUMED }),
      ...planExtensions((request) => {
        const { rows } = placeWithin(request, 'connection');
        const by = keys(request.args);
        const fields = by.map((key) => readField(key.field, key.of));
        return {
          kind: 'groups',
          rows,
          by: fields,
          members: request.members({ kind: 'group', by }),
        };
      }),
    },
    resolve: async ({ elements }, args, { graph, budget, deadline }) => {
      while (deadline.isTurnOver) await deadline.rest();
      const by = keys(args);
      budget.spend(elements.length * by.length);
      return budget.answer(groupsOf(graph, of.elementsOf(elements), by));
    },
  });
}

/** `AirportUniqueAggregate` */
function groupType(api: Api, of: Described): ObjectRef<Group> {
  const { name, type, properties } = of;
  return objectType<Group>(api, `${name}UniqueAggregate`, {
    fields: (t) => ({
      ...(keysIn(type) && {
        values: t.field({
          description: 'Of the fields in `by`.',
          type: groupValues(api, type, ElementKind.NODE),
          extensions: planExtensions((request) => valuesShape(request)),
          resolve: (group) => group,
        }),
      }),
      ...(properties !== undefined &&
        keysIn(properties) && {
          edgeValues: t.field({
            description: 'Of the fields in `byEdge`.',
            type: groupValues(api, properties, ElementKind.EDGE),
            extensions: planExtensions((request) => valuesShape(request)),
            resolve: (group) => group,
          }),
        }),
      ...figureFields(api, t, of),
    }),
  });
}

function valuesShape(request: PlanRequest): Shape {
  return { kind: 'object', members: request.members(placeWithin(request, 'group')) };
}
