/**
 * A permission model: for each type the relations that an object of it may have, and for each
 * relation who holds it. What is written is the language of OpenFGA, schema 1.1; parse-model.ts
 * makes a model from it, and is its only maker.
 */

export interface Model {
  readonly types: ReadonlyMap<string, ModelType>;
  readonly conditions: ReadonlyMap<string, Condition>;
}

export interface ModelType {
  readonly name: string;
  readonly relations: ReadonlyMap<string, Relation>;
}

export interface Relation {
  readonly name: string;
  readonly rewrite: Rewrite;
  /** The subjects that a tuple of this relation may name; none where no tuple may. */
  readonly subjects: readonly SubjectType[];
}

/** `user`, `group#member` or `user:*`, each with a condition or without. */
export interface SubjectType {
  readonly type: string;
  readonly relation?: string;
  readonly isWildcard: boolean;
  readonly condition?: string;
}

/** Who holds a relation. */
export type Rewrite =
  /** The subjects of its tuples. */
  | { readonly kind: 'direct' }
  /** Who holds another relation of the object. */
  | { readonly kind: 'computed'; readonly relation: string }
  /** Who holds a relation of the objects that another names: `viewer from parent`. */
  | { readonly kind: 'from'; readonly relation: string; readonly tupleset: string }
  | { readonly kind: 'union' | 'intersection'; readonly parts: readonly Rewrite[] }
  /** `base but not subtract`. */
  | { readonly kind: 'exclusion'; readonly base: Rewrite; readonly subtract: Rewrite };

/** A rule in CEL over parameters that a question and a tuple give. */
export interface Condition {
  readonly name: string;
  readonly expression: string;
  readonly parameters: ReadonlyMap<string, ParameterType>;
}

export type ParameterType =
  | { readonly kind: ScalarKind }
  | { readonly kind: 'list' | 'map'; readonly element: ParameterType };

export const SCALAR_KINDS = [
  'any',
  'bool',
  'string',
  'int',
  'uint',
  'double',
  'duration',
  'timestamp',
  'ipaddress',
] as const;
export type ScalarKind = (typeof SCALAR_KINDS)[number];
