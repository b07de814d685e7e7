/**
 * A definition for data that came without one: SDL from the names and types of its columns. The
 * text depends on the set of what is given alone, never on the order of files, columns or rows.
 * How names are chosen is in schema/definition.md; the maps lead from columns to those names.
 */

import { assert } from '../base/assert.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Definition, Scalar } from './definition.ts';
import { upperFirst } from './generated-names.ts';
import { graphqlName, MemberNames, TypeNames } from './infer-names.ts';
import { parseDefinition } from './parse.ts';

/** Field of the natural key where the data has no name for it. */
const KEY_NAME = 'key';
/** Stands for a file in the position of an error. */
const SOURCE_NAME = 'inferred';

export interface InferredField {
  /** As in the data; any text. */
  readonly name: string;
  readonly scalar: Scalar;
}

export interface InferredNodeType {
  /** The label of its nodes, as in the data. */
  readonly name: string;
  /** What the data calls the column of the natural key; `key` where it has no name. */
  readonly keyName?: string;
  readonly fields: readonly InferredField[];
}

export interface InferredEdgeType {
  /** As in the data; the edge type is stored under this name. */
  readonly name: string;
  /** Labels of the ends of its edges: each pair that occurs. */
  readonly pairs: readonly { readonly from: string; readonly to: string }[];
  readonly fields: readonly InferredField[];
}

export interface InferredColumns {
  readonly nodeTypes: readonly InferredNodeType[];
  readonly edgeTypes: readonly InferredEdgeType[];
}

/** Where the columns of one type went. */
export interface InferredNames {
  /** Name of the node type, or of the edge type as stored. */
  readonly type: string;
  /** Field of the natural key; edge types have none. */
  readonly key: string | undefined;
  /** Field name by the column's name. */
  readonly fields: ReadonlyMap<string, string>;
}

export interface InferredDefinition {
  readonly definition: Definition;
  /** By label. */
  readonly nodeTypes: ReadonlyMap<string, InferredNames>;
  /** By name in the data. */
  readonly edgeTypes: ReadonlyMap<string, InferredNames>;
}

/** Throws where two names of the data become one, or the whole breaks a rule of definitions. */
export function inferDefinition(columns: InferredColumns): InferredDefinition {
  const typeNames = new TypeNames();
  const nodes = new Map<string, NodeDraft>();
  for (const type of sortedByName(columns.nodeTypes)) {
    nodes.set(type.name, draftNode(type, typeNames));
  }
  const nodeTypes = new Map<string, InferredNames>();
  for (const [label, { names }] of nodes) nodeTypes.set(label, names);

  const edgeTypes = new Map<string, InferredNames>();
  const properties: string[] = [];
  for (const type of sortedByName(columns.edgeTypes)) {
    const fields = nameFields(type.fields, new MemberNames(undefined));
    edgeTypes.set(type.name, { type: type.name, key: undefined, fields });
    const propertiesName = fields.size === 0 ? undefined : typeNames.takeProperties(type.name);
    if (propertiesName !== undefined) {
      const lines = fieldLines(type.fields, fields);
      properties.push(typeText(`${propertiesName} @relationshipProperties`, lines));
    }
    addRelationships(type, propertiesName, nodes);
  }
  const texts = [...nodes.values()].map(({ names, lines }) =>
    typeText(`${names.type} @node`, lines),
  );
  const source = [...texts, ...properties].join('\n');
  return { definition: parseDefinition(source, { file: SOURCE_NAME }), nodeTypes, edgeTypes };
}

/** A node type while its relationships are still to come. */
interface NodeDraft {
  readonly names: InferredNames;
  readonly members: MemberNames;
  readonly lines: string[];
}

function draftNode(type: InferredNodeType, typeNames: TypeNames): NodeDraft {
  const members = new MemberNames(type.keyName ?? KEY_NAME);
  const fields = nameFields(type.fields, members);
  return {
    names: { type: typeNames.take(type.name), key: members.key, fields },
    members,
    lines: [`${members.key}: ID! @id`, ...fieldLines(type.fields, fields)],
  };
}

/** One relationship per other end, at both ends; each pair of ends counts once. */
function addRelationships(
  type: InferredEdgeType,
  properties: string | undefined,
  nodes: ReadonlyMap<string, NodeDraft>,
): void {
  for (const { from, to } of type.pairs) {
    assert(nodes.has(from) && nodes.has(to), 'the ends of an inferred edge type are node types');
  }
  const base = graphqlName(type.name);
  const suffix = properties === undefined ? '' : `, properties: "${properties}"`;
  for (const [label, node] of nodes) {
    const targets = otherEnds(
      type.pairs.filter(({ from }) => from === label),
      'to',
    );
    const sources = otherEnds(
      type.pairs.filter(({ to }) => to === label),
      'from',
    );
    const add = (wanted: string, direction: 'OUT' | 'IN', other: string) => {
      const name = node.members.takeRelationship(wanted);
      const edge = `type: ${JSON.stringify(type.name)}, direction: ${direction}${suffix}`;
      node.lines.push(`${name}: [${other}!]! @relationship(${edge})`);
    };
    for (const target of targets) {
      const other = typeOf(nodes, target);
      add(targets.length === 1 ? base : `${base}To${upperFirst(other)}`, 'OUT', other);
    }
    for (const source of sources) {
      const other = typeOf(nodes, source);
      add(sources.length === 1 ? `${base}In` : `${base}From${upperFirst(other)}`, 'IN', other);
    }
  }
}

function otherEnds(
  pairs: readonly { readonly from: string; readonly to: string }[],
  end: 'from' | 'to',
): string[] {
  return [...new Set(pairs.map((pair) => pair[end]))].sort(compare);
}

function typeOf(nodes: ReadonlyMap<string, NodeDraft>, label: string): string {
  const node = nodes.get(label);
  assert(node !== undefined, 'the ends of an inferred edge type are node types');
  return node.names.type;
}

/** One column may come from several files, if they agree on what it holds. */
function nameFields(
  fields: readonly InferredField[],
  members: MemberNames,
): ReadonlyMap<string, string> {
  const scalars = new Map<string, Scalar>();
  const names = new Map<string, string>();
  for (const { name, scalar } of sortedByName(fields)) {
    const known = scalars.get(name);
    if (known === undefined) {
      scalars.set(name, scalar);
      names.set(name, members.takeColumn(name));
    } else if (known !== scalar) {
      const types = [known, scalar].sort(compare).join(' and ');
      const message = `column ${JSON.stringify(name)} expected one type, got ${types}`;
      throw new DatabaseError(ErrorCode.INVALID_INPUT, message);
    }
  }
  return names;
}

function fieldLines(
  fields: readonly InferredField[],
  names: ReadonlyMap<string, string>,
): string[] {
  const scalars = new Map(fields.map(({ name, scalar }) => [name, scalar]));
  return [...names].map(([column, name]) => `${name}: ${scalars.get(column)}`);
}

function typeText(heading: string, lines: readonly string[]): string {
  return `type ${heading} {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
}

function sortedByName<T extends { readonly name: string }>(items: readonly T[]): T[] {
  return items.toSorted((left, right) => compare(left.name, right.name));
}

/** By code units, as every machine and locale does it alike. */
function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
