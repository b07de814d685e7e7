/**
 * The data definition of a space: node types, their fields and relationships, as parsed from SDL
 * (`@node @relationship @relationshipProperties @id @unique @index @set @sequence @updates @text
 * @default @timestamp @access @customResolver`), with interfaces and unions as names for several
 * node types.
 * It is versioned state of the authority chain, so it holds data only, and prints back to one SDL
 * text.
 */

import type { Value } from '../delta/value.ts';
import type { Direction } from '../engine/direction.ts';
import type { Federation } from './federation/federation.ts';

/** Scalars a field can have in SDL; each is stored as exactly one kind of value. */
export const Scalar = {
  ID: 'ID',
  String: 'String',
  Int: 'Int',
  BigInt: 'BigInt',
  Float: 'Float',
  Boolean: 'Boolean',
  DateTime: 'DateTime',
  Bytes: 'Bytes',
  Duration: 'Duration',
  JSON: 'JSON',
} as const;
export type Scalar = (typeof Scalar)[keyof typeof Scalar];

/**
 * `@access(read:, write:)`: the relations of the permission model that reading and writing here
 * ask for, in the place of those that go by the name of the verb.
 */
export interface AccessRelations {
  readonly read: string | undefined;
  readonly write: string | undefined;
}

/** `enum`: names that are stored as text, in declared order. */
export interface EnumType {
  readonly name: string;
  readonly description: string | undefined;
  readonly values: readonly EnumValue[];
  /** Of the values. */
  readonly names: readonly string[];
}

export interface EnumValue {
  readonly name: string;
  readonly description: string | undefined;
  /** The reason of `@deprecated`. */
  readonly deprecated: string | undefined;
}

/** What the values of a field are. */
export interface ValueType {
  readonly scalar: Scalar;
  /** The enum that they are values of: their scalar is String then. */
  readonly enumType: EnumType | undefined;
  /** Whether a value is a list of these: `[Int!]`. */
  readonly isList: boolean;
}

/**
 * What a list is merged from, where it is not one value: each has a directive of its name, and
 * operators and deltas of its own.
 */
export const Collection = {
  /** Values that are added and removed one by one, each there once. */
  SET: 'set',
  /** Values in an order, between which others are inserted, and which are removed and moved. */
  SEQUENCE: 'sequence',
  /** Updates of a Yjs document, to which more are added alone. */
  UPDATES: 'updates',
} as const;
export type Collection = (typeof Collection)[keyof typeof Collection];

/** A field that holds one value in the cell at `path`. */
export interface ScalarField extends ValueType {
  readonly kind: 'scalar';
  readonly name: string;
  /** Where the value lives: the name, or `outer.name` inside a nested field. */
  readonly path: string;
  readonly required: boolean;
  /** `@id`: the natural key; immutable, always required, read with `GraphView.nodeKey`. */
  readonly isKey: boolean;
  readonly isUnique: boolean;
  readonly isIndexed: boolean;
  /** Of a list: what it is merged from; undefined where it is one value. */
  readonly collection: Collection | undefined;
  /** `@default(value:)`. */
  readonly defaultValue: Value | undefined;
  /** `@timestamp(operations:)`; set by the server when a node or edge is created or updated. */
  readonly timestamp: { readonly onCreate: boolean; readonly onUpdate: boolean } | undefined;
  readonly access: AccessRelations | undefined;
  readonly description: string | undefined;
  /** The reason of `@deprecated`. */
  readonly deprecated: string | undefined;
}

/** A field whose type is an object without identity: its members live at longer paths. */
export interface NestedField {
  readonly kind: 'nested';
  readonly name: string;
  readonly path: string;
  /** Name of the object type; `Point` (latitude, longitude: Float!) is built in. */
  readonly typeName: string;
  readonly required: boolean;
  readonly fields: readonly Field[];
  readonly access: AccessRelations | undefined;
  readonly description: string | undefined;
  readonly deprecated: string | undefined;
}

export type Field = ScalarField | NestedField;

/**
 * `@customResolver(requires:)`, `@requires(fields:)`: never stored; a function of the server's
 * owner makes its value.
 */
export interface ComputedField extends ValueType {
  readonly name: string;
  readonly required: boolean;
  /** Paths of fields of the same type that hold values: what the function is given. */
  readonly requires: readonly string[];
  /** `@text(of:, name:)`: the server makes it of updates of a Yjs document, without a function. */
  readonly text: TextSource | undefined;
  /** `@requires(fields:)`: paths of fields of other subgraphs, which a gateway gives. */
  readonly external: readonly string[];
  readonly description: string | undefined;
  readonly deprecated: string | undefined;
}

export interface TextSource {
  /** The field that holds the updates; it is in `requires` as well. */
  readonly of: string;
  /** The root type of the document whose text it is. */
  readonly root: string;
}

/** `@relationship(type:, direction:, properties:)` on a list of nodes. */
export interface Relationship {
  readonly name: string;
  /** The edge type, as stored: `ROUTE`. */
  readonly edgeType: string;
  /** OUT or IN; never BOTH. */
  readonly direction: Direction;
  /** Name of the type at the other end: a node type, an interface or a union. */
  readonly target: string;
  /** Names of the node types that can be there. */
  readonly targetTypes: readonly string[];
  /** What the names of its types in the API begin with: `AirportRoutes`. */
  readonly stem: string;
  /** Name of the `@relationshipProperties` type, when the edge has properties. */
  readonly properties: string | undefined;
  readonly description: string | undefined;
}

export interface NodeType {
  readonly kind: 'node';
  readonly name: string;
  /** Names the type's list in the API: `airports`. `@node(plural:)`, or `pluralOf` the name. */
  readonly plural: string;
  readonly description: string | undefined;
  readonly fields: readonly Field[];
  readonly computed: readonly ComputedField[];
  readonly relationships: readonly Relationship[];
  /** Names of the interfaces that it implements. */
  readonly interfaces: readonly string[];
  /** Paths of the fields that are indexed together: `@node(indexes:)`. */
  readonly compoundIndexes: readonly (readonly string[])[];
  readonly access: AccessRelations | undefined;
  /** The `@id` field, if the type has one. At most one, of scalar ID or String. */
  readonly key: ScalarField | undefined;
}

/**
 * `interface`: what the node types that implement it have in common. It holds no data: a field is
 * one of each of them, and so is a relationship (`@declareRelationship`).
 */
export interface InterfaceType {
  readonly kind: 'interface';
  readonly name: string;
  /** `@plural(value:)`, or `pluralOf` the name. */
  readonly plural: string;
  readonly description: string | undefined;
  readonly fields: readonly Field[];
  readonly relationships: readonly Relationship[];
  /** The field that is the natural key of all of them. */
  readonly key: ScalarField | undefined;
  /** Names of the node types that implement it. */
  readonly nodeTypes: readonly string[];
}

/** `union`: a name for several node types. */
export interface UnionType {
  readonly kind: 'union';
  readonly name: string;
  readonly plural: string;
  readonly description: string | undefined;
  readonly nodeTypes: readonly string[];
}

export type AbstractType = InterfaceType | UnionType;

/** What lists and relationships are of. */
export type CompositeType = NodeType | AbstractType;

/** A composite type with fields of its own. */
export type FieldedType = NodeType | InterfaceType;

/** The fields of all edges that name this `@relationshipProperties` type. */
export interface EdgeProperties {
  readonly name: string;
  readonly description: string | undefined;
  readonly fields: readonly Field[];
  readonly computed: readonly ComputedField[];
  readonly access: AccessRelations | undefined;
}

export interface EdgeType {
  /** As stored: `ROUTE`. */
  readonly name: string;
  readonly properties: EdgeProperties | undefined;
}

export interface Definition {
  /** The SDL it was parsed from, as given. */
  readonly source: string;
  readonly nodeTypes: ReadonlyMap<string, NodeType>;
  readonly interfaceTypes: ReadonlyMap<string, InterfaceType>;
  readonly unionTypes: ReadonlyMap<string, UnionType>;
  readonly edgeTypes: ReadonlyMap<string, EdgeType>;
  /** Where it is a subgraph of Apollo Federation. */
  readonly federation: Federation | undefined;
}
