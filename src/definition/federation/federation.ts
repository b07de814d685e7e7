/**
 * What a definition says to Apollo Federation, as data: how its types are found by others, and what
 * is told of them to a supergraph.
 */

import type { FederationName } from './specification.ts';

export interface Federation {
  /** `extend schema @link(…)`, as it was written. */
  readonly extensions: readonly string[];
  /** Definitions of directives, as they were written. */
  readonly directives: readonly string[];
  /** What stands on types, fields and values, by `Airport`, `Airport.name` or `Status.OPEN`. */
  readonly applied: ReadonlyMap<string, readonly Applied[]>;
  /** Types that others find by a key, by their names: node types and interfaces. */
  readonly entities: ReadonlyMap<string, Entity>;
  /** Names of types that are other subgraphs': those have the queries for them. */
  readonly foreign: ReadonlySet<string>;
  /** Fields of other subgraphs that are not kept here, by the type that names them. */
  readonly externals: ReadonlyMap<string, readonly ExternalField[]>;
  /** How long answers may be kept, by `Airport` or `Airport.name`. */
  readonly cacheHints: ReadonlyMap<string, CacheHint>;
  /** How directives that the API adds are written here. */
  readonly names: Readonly<Record<'shareable' | 'inaccessible', string>>;
}

export interface Applied {
  /** Undefined for one that the definition defines itself. */
  readonly name: FederationName | undefined;
  /** As it was written: `@key(fields: "code")`. */
  readonly text: string;
}

export interface Entity {
  readonly name: string;
  /** Of `@key`, in their order, those that can be resolved here. */
  readonly keys: readonly EntityKey[];
}

export interface EntityKey {
  /** What it is made of, in the order that it was written in: `id`, `sku`, `location.latitude`. */
  readonly paths: readonly string[];
  /** How nodes are found by it: of an interface those of each of its types. */
  readonly ways: readonly KeyWay[];
}

/** How nodes of a type are found by a key. */
export interface KeyWay {
  /** Name of the node type. */
  readonly type: string;
  /**
   * Which of the paths comes first: the built-in id or the natural key, by which there is at most
   * one node; or those of an index, in its order.
   */
  readonly by: 'id' | 'key' | 'index';
  /** The paths of the key in the order in which they are looked up. */
  readonly paths: readonly string[];
  /** Of `index`: its paths, of which the first ones are also those of the key. */
  readonly index: readonly string[];
}

/** `@cacheControl(maxAge: 60, scope: PRIVATE)` */
export interface CacheHint {
  /** Seconds. */
  readonly maxAge: number | undefined;
  /** Whether it is kept for one caller alone. */
  readonly isPrivate: boolean;
}

export interface ExternalField {
  readonly name: string;
  /** As it was written: `[Int!]!`. */
  readonly type: string;
  readonly description: string | undefined;
}
