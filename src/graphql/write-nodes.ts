/**
 * Creates and updates nodes with what their input nests: nodes at the other end of relationships,
 * edges to them, and conditions that pick them. All of it goes into one draft.
 */

import { assert } from '../base/assert.ts';
import type { Field, NodeType, Relationship } from '../definition/definition.ts';
import { Scalar } from '../definition/definition.ts';
import { Direction } from '../engine/direction.ts';
import type { EdgeName, NodeRow } from '../engine/graph-view.ts';
import type { Budget } from './budget.ts';
import { givenAs, type InputMap, isInputMap } from './builder.ts';
import {
  edgePropertiesOf,
  nodeTypesOf,
  relationshipsByType,
  targetOf,
} from './definition-lookup.ts';
import { type DraftWriter, type EdgeElement, nothingMatches } from './draft-writer.ts';
import { type Related, relatedTo } from './element.ts';
import { invalidInput } from './errors.ts';
import { expectVersion } from './expected-version.ts';
import { relatedTest } from './filter.ts';
import { selectNodes } from './select.ts';
import { createValues, mergeValues, updateValues } from './write-values.ts';

export interface Writing {
  readonly writer: DraftWriter;
  readonly budget: Budget;
  /** A key for a node whose caller leaves it to the server. */
  readonly generateKey: () => string;
}

interface Owned {
  readonly id: string;
  readonly relationship: Relationship;
}

export function createNode(writing: Writing, type: NodeType, input: InputMap): string {
  const { writer } = writing;
  const node = writer.createNode(type.name, keyOf(writing, type, input));
  createValues(writer, node, { fields: type.fields, input });
  addRelated(writing, { type, id: node.id }, input);
  return node.id;
}

/** Creates a node; or sets what is given of one that has its key already. */
export function upsertNode(writing: Writing, type: NodeType, input: InputMap): string {
  const key = type.key === undefined ? undefined : givenAs(input, type.key.name);
  const { draft } = writing.writer;
  const id = typeof key === 'string' ? draft.nodeByKey(type.name, key) : undefined;
  if (id === undefined) return createNode(writing, type, input);
  mergeValues(writing.writer, { kind: 'node', id }, { fields: valuesOf(type), input });
  addRelated(writing, { type, id }, input);
  return id;
}

/** What creates nest: nodes at the other end of relationships, and edges to others. */
function addRelated(
  writing: Writing,
  { type, id }: { readonly type: NodeType; readonly id: string },
  input: InputMap,
): void {
  const { writer } = writing;
  for (const relationship of type.relationships) {
    const given = mapOf(givenAs(input, relationship.name));
    writer.within(relationship.name, () => {
      const byType = typesOfUnion(writing, relationship);
      if (byType === undefined) addTo(writing, { id, relationship }, given);
      for (const [name, each] of byType ?? []) {
        const nested = mapOf(givenAs(given, name));
        writer.within(name, () => addTo(writing, { id, relationship: each }, nested));
      }
    });
  }
}

function addTo(writing: Writing, owned: Owned, nested: InputMap): void {
  eachPart(writing, nested, 'create', (part) => createRelated(writing, owned, part));
  eachPart(writing, nested, 'connect', (part) => connect(writing, owned, part));
}

/** A relationship to a union is written by type; undefined of others. */
function typesOfUnion({ writer }: Writing, relationship: Relationship) {
  const target = targetOf(writer.draft.definition, relationship);
  return target.kind === 'union' ? relationshipsByType(relationship, target) : undefined;
}

function valuesOf({ fields, key }: NodeType): readonly Field[] {
  return fields.filter((field) => field !== key);
}

export function updateNode(writing: Writing, node: NodeRow, input: InputMap): void {
  const { writer } = writing;
  const { graph, definition } = writer.draft;
  const type = definition.nodeTypes.get(graph.nodeType(node));
  if (type === undefined || writer.isDeleted(node)) return;
  const id = graph.nodeId(node);
  updateValues(writer, { kind: 'node', id }, { fields: type.fields, input });
  for (const relationship of type.relationships) {
    const byType = typesOfUnion(writing, relationship);
    if (byType === undefined) {
      eachPart(writing, input, relationship.name, (part) =>
        updateRelationship(writing, { id, node, relationship }, part),
      );
      continue;
    }
    const given = mapOf(givenAs(input, relationship.name));
    writer.within(relationship.name, () => {
      for (const [name, each] of byType) {
        eachPart(writing, given, name, (part) =>
          updateRelationship(writing, { id, node, relationship: each }, part),
        );
      }
    });
  }
}

function updateRelationship(
  writing: Writing,
  owned: Owned & { readonly node: NodeRow },
  input: InputMap,
): void {
  const { writer } = writing;
  eachPart(writing, input, 'disconnect', (part) => {
    for (const { edge } of matching(writing, owned, part)) writer.deleteEdge(edge);
  });
  eachPart(writing, input, 'delete', (part) => {
    for (const { node } of matching(writing, owned, part)) writer.deleteNode(node);
  });
  eachPart(writing, input, 'update', (part) => {
    const found = matching(writing, owned, part);
    const nodes = [...new Set(found.map(({ node }) => node))];
    writer.within('ifVersion', () => expectVersion(writer.draft, nodes, part.ifVersion));
    for (const related of found) updateRelated(writing, owned.relationship, { related, part });
  });
  eachPart(writing, input, 'connect', (part) => connect(writing, owned, part));
  eachPart(writing, input, 'create', (part) => createRelated(writing, owned, part));
}

function updateRelated(
  writing: Writing,
  relationship: Relationship,
  { related, part }: { readonly related: Related; readonly part: InputMap },
): void {
  const { writer } = writing;
  const { edge, node } = part;
  const fields = edgePropertiesOf(writer.draft.definition, relationship)?.fields ?? [];
  const element: EdgeElement = { kind: 'edge', name: writer.edgeName(related.edge) };
  if (isInputMap(edge)) {
    writer.within('edge', () => updateValues(writer, element, { fields, input: edge }));
  }
  if (isInputMap(node)) writer.within('node', () => updateNode(writing, related.node, node));
}

/** What a relationship leads to that matches, without what this mutation has deleted already. */
function matching(
  { writer, budget }: Writing,
  { node, relationship }: Owned & { readonly node: NodeRow },
  part: InputMap,
): Related[] {
  const { graph, definition } = writer.draft;
  const related = relatedTo(graph, node, relationship);
  budget.spend(related.length);
  const where = part.where;
  const test = isInputMap(where)
    ? relatedTest({ definition, budget }, relationship, where)
    : () => true;
  return writer.within('where', () =>
    related.filter(
      ({ edge, node }) =>
        !writer.isEdgeDeleted(edge) && !writer.isDeleted(node) && test(graph, { edge, node }),
    ),
  );
}

function createRelated(writing: Writing, owned: Owned, part: InputMap): void {
  const { writer } = writing;
  const { definition } = writer.draft;
  const target = targetOf(definition, owned.relationship);
  const given = mapOf(part.node);
  const id = writer.within('node', () => {
    if (target.kind === 'node') return createNode(writing, target, given);
    // Of an interface: GraphQL has seen to it that one of its types is given.
    const type = nodeTypesOf(definition, target).find(({ name }) => isInputMap(given[name]));
    assert(type !== undefined, 'a node that is created has a type');
    return writer.within(type.name, () => createNode(writing, type, mapOf(given[type.name])));
  });
  writeEdge(writer, owned, { other: id, edge: mapOf(part.edge) });
}

function connect(writing: Writing, owned: Owned, part: InputMap): void {
  const { writer, budget } = writing;
  const { graph, definition } = writer.draft;
  const type = targetOf(definition, owned.relationship);
  const where = mapOf(mapOf(part.where).node);
  const found = writer.within('where', () =>
    selectNodes({ graph, definition, type, where, budget }).filter(
      (node) => !writer.isDeleted(node),
    ),
  );
  if (found.length === 0) {
    throw nothingMatches(`connect of ${owned.relationship.name} to ${type.name}`);
  }
  for (const node of found) {
    writeEdge(writer, owned, { other: graph.nodeId(node), edge: mapOf(part.edge) });
  }
}

function writeEdge(
  writer: DraftWriter,
  { id, relationship }: Owned,
  { other, edge }: { readonly other: string; readonly edge: InputMap },
): void {
  const [from, to] = relationship.direction === Direction.OUT ? [id, other] : [other, id];
  const name: EdgeName = { from, type: relationship.edgeType, to };
  const fields = edgePropertiesOf(writer.draft.definition, relationship)?.fields ?? [];
  const isNew = writer.createEdge(name);
  const write = isNew ? createValues : mergeValues;
  writer.within('edge', () => write(writer, { kind: 'edge', name }, { fields, input: edge }));
}

function keyOf(writing: Writing, type: NodeType, input: InputMap): string | undefined {
  if (type.key === undefined) return undefined;
  const given = givenAs(input, type.key.name);
  if (typeof given === 'string') return given;
  if (given === undefined && type.key.scalar === Scalar.ID) return writing.generateKey();
  return writing.writer.within(type.key.name, () => {
    throw invalidInput(`${type.name}.${type.key?.name} expected a key, got ${String(given)}`);
  });
}

/** GraphQL coerced what is there to its input type; an absent or null part holds nothing. */
function mapOf(value: unknown): InputMap {
  return isInputMap(value) ? value : {};
}

/** The parts of a list, each in its place. */
function eachPart(
  { writer }: Writing,
  input: InputMap,
  name: string,
  write: (part: InputMap) => void,
): void {
  const list: unknown = givenAs(input, name);
  if (!Array.isArray(list)) return;
  writer.within(name, () => {
    for (const [index, part] of list.entries()) {
      if (isInputMap(part)) writer.within(index, () => write(part));
    }
  });
}
