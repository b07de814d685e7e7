/**
 * A type between text and model: its names and directives are read, while nested types are not yet
 * expanded and nothing that spans types is checked.
 */

import type {
  ASTNode,
  ConstDirectiveNode,
  EnumTypeDefinitionNode,
  FieldDefinitionNode,
  InterfaceTypeDefinitionNode,
  ObjectTypeDefinitionNode,
  UnionTypeDefinitionNode,
} from 'graphql';
import type {
  AccessRelations,
  ComputedField,
  EnumType,
  Field,
  Relationship,
} from './definition.ts';
import type { Directives } from './directives.ts';
import type { ExternalField } from './federation/federation.ts';
import type { FederationSyntax } from './federation/take.ts';
import type { Mistakes } from './mistakes.ts';

export const TypeRole = {
  NODE: 'node type',
  EDGE_PROPERTIES: 'edge properties',
  NESTED: 'nested type',
  INTERFACE: 'interface',
} as const;
export type TypeRole = (typeof TypeRole)[keyof typeof TypeRole];

/** What the text calls a type before its fields are read. */
export interface TypeHeading {
  readonly at: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;
  readonly name: string;
  readonly role: TypeRole;
  /** `@node`, where the type has it. */
  readonly node: ConstDirectiveNode | undefined;
  readonly access: AccessRelations | undefined;
  readonly plural: string;
  /** Where the plural was written, or else the type's name. */
  readonly pluralAt: ASTNode;
}

export interface DeclaredEnum {
  readonly at: EnumTypeDefinitionNode;
  readonly type: EnumType;
}

export interface DeclaredUnion {
  readonly at: UnionTypeDefinitionNode;
  readonly name: string;
  readonly plural: string;
  readonly pluralAt: ASTNode;
}

/** What a text declares, by name, before the fields of its types are read. */
export interface DeclaredNames {
  /** Interfaces among them. */
  readonly types: ReadonlyMap<string, TypeHeading>;
  readonly enums: ReadonlyMap<string, DeclaredEnum>;
  readonly unions: ReadonlyMap<string, DeclaredUnion>;
  readonly federation: DeclaredFederation;
}

/** What is read beside the names: which fields are other subgraphs', and which need those. */
export interface DeclaredFederation extends FederationSyntax {
  /** External fields that nothing is kept of, by `Airport.name`. */
  readonly unkept: ReadonlySet<string>;
}

/** What the reader of one field is given. */
export interface FieldSyntax {
  readonly at: FieldDefinitionNode;
  readonly heading: TypeHeading;
  readonly directives: Directives;
  readonly declared: DeclaredNames;
  readonly mistakes: Mistakes;
}

export interface DeclaredField {
  readonly at: FieldDefinitionNode;
  /** As a member of its own type alone: the path is the name, a nested field is empty. */
  readonly field: Field;
}

export interface DeclaredComputed {
  readonly at: FieldDefinitionNode;
  /** The `requires` argument, or else the directive. */
  readonly requiresAt: ASTNode;
  /** The `fields` argument of `@requires`, or else the field. */
  readonly externalAt: ASTNode;
  readonly field: ComputedField;
}

export interface DeclaredExternal {
  readonly at: FieldDefinitionNode;
  readonly field: ExternalField;
}

export interface DeclaredRelationship {
  readonly at: FieldDefinitionNode;
  /** The `properties` argument, or else the directive. */
  readonly propertiesAt: ASTNode;
  readonly relationship: WrittenRelationship;
}

/** A relationship as far as its own text tells. */
export type WrittenRelationship = Omit<Relationship, 'targetTypes' | 'stem'>;

/** `@declareRelationship`: a relationship that the types of an interface have. */
export interface DeclaredDeclaration {
  readonly at: FieldDefinitionNode;
  readonly name: string;
  readonly target: string;
}

export interface DeclaredType extends TypeHeading {
  readonly fields: readonly DeclaredField[];
  readonly computed: readonly DeclaredComputed[];
  /** Of other subgraphs: only their names are known here. */
  readonly externals: readonly DeclaredExternal[];
  readonly relationships: readonly DeclaredRelationship[];
  /** Of an interface. */
  readonly declarations: readonly DeclaredDeclaration[];
}
