/**
 * Compiles a `where` to a test of one node, or of an edge and the node it leads to. Logic is
 * two-valued: a comparison with a missing value is false, and NOT of it is true.
 */

import type {
  CompositeType,
  Definition,
  Field,
  FieldedType,
  Relationship,
  UnionType,
} from '../definition/definition.ts';
import { BUILT_IN_ID, hasOwnId } from '../definition/fields.ts';
import { TYPE_FILTER } from '../definition/generated-names.ts';
import type { GraphView, NodeRow } from '../engine/graph-view.ts';
import type { Budget } from './budget.ts';
import { givenAs, type InputMap, isInputMap } from './builder.ts';
import {
  edgePropertiesOf,
  nodeTypeOf,
  relationshipsByType,
  targetOf,
} from './definition-lookup.ts';
import { type Related, readEdge, readNode, relatedTo, type ValueReader } from './element.ts';
import { invalidInput } from './errors.ts';
import { combine, type Test } from './filter-logic.ts';
import { scalarTest } from './scalar-filter.ts';

export interface FilterContext {
  readonly definition: Definition;
  /** What its tests look at is spent from it. */
  readonly budget: Budget;
}

/** Of nodes of a type, or of those of an interface or a union. */
export function compositeTest(
  filter: FilterContext,
  of: CompositeType,
  where: InputMap,
): Test<NodeRow> {
  if (of.kind !== 'union') return nodeTest(filter, of, where);
  return ofGivenTypes(of, where, {
    typeOf: (graph, node: NodeRow) => graph.nodeType(node),
    test: (type, given) => nodeTest(filter, nodeTypeOf(filter.definition, type), given),
  });
}

function nodeTest(filter: FilterContext, type: FieldedType, where: InputMap): Test<NodeRow> {
  return combine(where, (name, given) => {
    if (name === BUILT_IN_ID && !hasOwnId(type)) return idTest(given);
    if (name === TYPE_FILTER && type.kind === 'interface') return typeTest(given);
    const relationship = type.relationships.find(
      (each) => name === each.name || name === `${each.name}Connection`,
    );
    if (relationship === undefined) {
      return fieldTest(filter, { fields: type.fields, name, given, read: readNode });
    }
    const isConnection = name !== relationship.name;
    return relationshipTest(filter, { relationship, given }, (inner) =>
      isConnection
        ? relatedTest(filter, relationship, inner)
        : targetTest(filter, relationship, inner),
    );
  });
}

/** The test of `{ node, edge }`. */
export function relatedTest(
  filter: FilterContext,
  relationship: Relationship,
  where: InputMap,
): Test<Related> {
  const target = targetOf(filter.definition, relationship);
  if (target.kind === 'union') {
    const byType = new Map(relationshipsByType(relationship, target));
    return ofGivenTypes(target, where, {
      typeOf: (graph, { node }: Related) => graph.nodeType(node),
      test: (type, given) => relatedTest(filter, byType.get(type) ?? relationship, given),
    });
  }
  const fields = edgePropertiesOf(filter.definition, relationship)?.fields ?? [];
  return combine(where, (name, given) => {
    if (name === 'node') return targetTest(filter, relationship, given);
    const test = valuesTest(filter, fields, given, readEdge);
    return (graph, { edge }) => test(graph, edge);
  });
}

function targetTest(
  filter: FilterContext,
  relationship: Relationship,
  where: InputMap,
): Test<Related> {
  const test = compositeTest(filter, targetOf(filter.definition, relationship), where);
  return (graph, { node }) => test(graph, node);
}

function relationshipTest(
  { budget }: FilterContext,
  condition: { readonly relationship: Relationship; readonly given: InputMap },
  compile: (where: InputMap) => Test<Related>,
): Test<NodeRow> {
  const { relationship, given } = condition;
  const tests = Object.entries(given).map(([quantifier, where]) => {
    if (where === null || where === undefined) {
      const what = `${quantifier} of a filter of ${relationship.name}`;
      throw invalidInput(`${what} expected conditions, got null`);
    }
    // GraphQL coerced it to the input type of the relationship's conditions.
    return quantified(quantifier, compile(where as InputMap));
  });
  return (graph, node) => {
    const related = relatedTo(graph, node, relationship);
    budget.spend(related.length + 1);
    return tests.every((test) => test(graph, related));
  };
}

function quantified(quantifier: string, test: Test<Related>): Test<readonly Related[]> {
  switch (quantifier) {
    case 'some':
      return (graph, related) => related.some((each) => test(graph, each));
    case 'all':
      return (graph, related) => related.every((each) => test(graph, each));
    case 'none':
      return (graph, related) => !related.some((each) => test(graph, each));
    case 'single':
      return (graph, related) => related.filter((each) => test(graph, each)).length === 1;
    default:
      throw invalidInput(`a filter expected some, all, none or single, got ${quantifier}`);
  }
}

/** Of what holds values alone. */
export function valuesTest<T>(
  filter: FilterContext,
  fields: readonly Field[],
  where: InputMap,
  read: ValueReader<T>,
): Test<T> {
  return combine(where, (name, given) => fieldTest(filter, { fields, name, given, read }));
}

interface FieldCondition<T> {
  readonly fields: readonly Field[];
  readonly name: string;
  readonly given: InputMap;
  readonly read: ValueReader<T>;
}

function fieldTest<T>(
  filter: FilterContext,
  { fields, name, given, read }: FieldCondition<T>,
): Test<T> {
  const field = fields.find((each) => each.name === name);
  if (field === undefined) throw invalidInput(`where expected a field, got ${name}`);
  if (field.kind === 'nested') return valuesTest(filter, field.fields, given, read);
  const test = scalarTest(field, given);
  const { budget } = filter;
  return (graph, element) => {
    budget.test();
    return test(read(graph, element, field));
  };
}

/** In a filter of a union those that are given. Undefined where it names none: all match then. */
export function typesGiven(
  { nodeTypes }: UnionType,
  where: InputMap,
): readonly (readonly [string, InputMap])[] | undefined {
  const given = nodeTypes.flatMap((type) => {
    const part = givenAs(where, type);
    return isInputMap(part) ? [[type, part] as const] : [];
  });
  return given.length === 0 ? undefined : given;
}

/** Nodes of the types that a filter of a union names, of which each has a filter of its own. */
function ofGivenTypes<T>(
  union: UnionType,
  where: InputMap,
  by: {
    readonly typeOf: (graph: GraphView, element: T) => string;
    readonly test: (type: string, given: InputMap) => Test<T>;
  },
): Test<T> {
  const given = typesGiven(union, where);
  if (given === undefined) return () => true;
  const tests = new Map(given.map(([type, part]) => [type, by.test(type, part)]));
  return (graph, element) => tests.get(by.typeOf(graph, element))?.(graph, element) ?? false;
}

/** GraphQL coerced it to a list of names of types. */
function typeTest(given: unknown): Test<NodeRow> {
  const types = new Set(given as readonly string[]);
  return (graph, node) => types.has(graph.nodeType(node));
}

function idTest(given: InputMap): Test<NodeRow> {
  const ids = wantedIds(given);
  return (graph, node) => ids === undefined || ids.has(graph.nodeId(node));
}

/** The ids that `{ eq, in }` admits; undefined where it admits all. */
export function wantedIds(given: InputMap): ReadonlySet<unknown> | undefined {
  const { eq, in: among } = given;
  if (eq === null || among === null) throw invalidInput('a filter of id expected ids, got null');
  if (eq === undefined && among === undefined) return undefined;
  const ids = among === undefined ? [eq] : (among as readonly unknown[]);
  return new Set(ids.filter((id) => eq === undefined || id === eq));
}
