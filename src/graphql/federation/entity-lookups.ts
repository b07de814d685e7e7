/**
 * References to nodes as the engine looks them up: all of an operation in one call, whatever their
 * types and keys are.
 */

import { assert } from '../../base/assert.ts';
import type { Definition, NodeType, ScalarField } from '../../definition/definition.ts';
import type { Entity, EntityKey, KeyWay } from '../../definition/federation/federation.ts';
import { BUILT_IN_ID, fieldAtPath } from '../../definition/fields.ts';
import type { Value } from '../../delta/value.ts';
import type { GraphView } from '../../engine/graph-view.ts';
import { ElementKind, type Field, type Lookup, type LookupKey } from '../../engine/plan.ts';
import { AbsentNode } from '../absent-node.ts';
import { nodeTypeOf } from '../definition-lookup.ts';
import { readField } from '../plan-where.ts';
import {
  expectRepresentation,
  type KeyField,
  keyValues,
  noEntity,
  noKeyOf,
  storedKey,
  type Telling,
} from './representation.ts';

interface KnownEntity {
  readonly entity: Entity;
  readonly keys: readonly KnownKey[];
}

/** A key of an entity, as its values are read. */
interface KnownKey {
  /** The place of its first way in the table. */
  readonly place: number;
  readonly fields: readonly KeyField[];
}

export class EntityLookups {
  /** All ways to find a node by a key; what they take is the same for all ways of a key. */
  readonly keys: readonly LookupKey[];
  readonly #entities: ReadonlyMap<string, KnownEntity>;
  /** By the place of the first way of a key. */
  readonly #byPlace = new Map<number, KnownKey>();

  constructor(definition: Definition) {
    const table: LookupKey[] = [];
    const entities = new Map<string, KnownEntity>();
    for (const entity of definition.federation?.entities.values() ?? []) {
      const keys = entity.keys.map((key) => addKey(table, definition, key));
      entities.set(entity.name, { entity, keys });
      for (const key of keys) this.#byPlace.set(key.place, key);
    }
    this.keys = table;
    this.#entities = entities;
  }

  /** Throws INVALID_INPUT for what names no entity. */
  lookup(given: unknown, telling: Telling): Lookup {
    expectRepresentation(given);
    const known = this.#entities.get(given.__typename);
    if (known === undefined) throw noEntity(given);
    for (const { place, fields } of known.keys) {
      const values = keyValues(given, fields);
      if (values === undefined) continue;
      return { key: place, values: fields.map((field, at) => storedKey(values[at], field)) };
    }
    throw noKeyOf(known.entity, given, telling);
  }

  /** Of a lookup that finds nothing: the node that others have; undefined of this graph's own. */
  absent({ key, values }: Lookup, graph: GraphView): AbsentNode | undefined {
    const { type, isRequired } = this.keys[key] ?? {};
    if (type === undefined || isRequired !== true || values.includes(null)) return undefined;
    const byPath = new Map<string, Value>();
    let id: string | undefined;
    for (const [index, { field }] of (this.#byPlace.get(key)?.fields ?? []).entries()) {
      const value = values[index] ?? null;
      if (field !== undefined) byPath.set(field.path, value);
      if (field === undefined) id = String(value);
      else if (field.isKey) id = graph.idOfKey(type, String(value));
    }
    return new AbsentNode(type, id, byPath);
  }
}

/** Adds its ways to the table. */
function addKey(table: LookupKey[], definition: Definition, { ways }: EntityKey): KnownKey {
  const [first] = ways;
  assert(first !== undefined, 'a key is found in some way');
  const areAlike = ways.every((way) => way.paths.join() === first.paths.join());
  assert(areAlike, 'values of a key of an interface have one order in all of its types');
  const place = table.length;
  const last = ways.at(-1);
  for (const way of ways) {
    const own = lookupKey(nodeTypeOf(definition, way.type), way);
    // Of what others have, and this graph nothing, resolvers answer.
    const isRequired = definition.federation?.foreign.has(way.type) === true;
    table.push(way === last ? { ...own, isRequired } : { ...own, otherwise: table.length + 1 });
  }
  const type = nodeTypeOf(definition, first.type);
  return { place, fields: first.paths.map((path) => keyField(path, scalarAt(type, path))) };
}

function keyField(path: string, field: ScalarField | undefined): KeyField {
  return { path, names: path.split('.'), field };
}

function lookupKey(type: NodeType, way: KeyWay): LookupKey {
  const fields = way.paths.map((path) => fieldOf(type, path));
  const { type: name, by, index } = way;
  return { type: name, fields, ...(by === 'index' && { index }) };
}

function fieldOf(type: NodeType, path: string): Field {
  const field = scalarAt(type, path);
  return field === undefined ? { kind: 'id' } : readField(field, ElementKind.NODE);
}

/** Undefined for the built-in id. */
export function scalarAt(type: NodeType, path: string): ScalarField | undefined {
  const field = fieldAtPath(type, path);
  assert(field?.kind === 'scalar' || path === BUILT_IN_ID, 'a key is made of values');
  return field?.kind === 'scalar' ? field : undefined;
}
