/**
 * References to nodes as the engine looks them up: all of an operation in one call, whatever their
 * types and keys are.
 */

import { assert } from '../../base/assert.ts';
import type { Definition, NodeType, ScalarField } from '../../definition/definition.ts';
import type { EntityKey, KeyWay } from '../../definition/federation/federation.ts';
import { BUILT_IN_ID, fieldAtPath } from '../../definition/fields.ts';
import type { Value } from '../../delta/value.ts';
import { ElementKind, type Field, type Lookup, type LookupKey } from '../../engine/plan.ts';
import { nodeTypeOf } from '../definition-lookup.ts';
import { readField } from '../plan-where.ts';
import { storedValue } from '../scalars.ts';
import { coercedKey, readRepresentation, type Telling } from './representation.ts';

/** A key of an entity, as its values are read. */
interface KeyPlace {
  /** The place of its first way in the table. */
  readonly place: number;
  /** Of each value in the way's order: where it stands among the key's paths, and its field. */
  readonly values: readonly { readonly from: number; readonly field: ScalarField | undefined }[];
}

export class EntityLookups {
  /** All ways to find a node by a key; what they take is the same for all ways of a key. */
  readonly keys: readonly LookupKey[];
  readonly #definition: Definition;
  readonly #places: ReadonlyMap<EntityKey, KeyPlace>;

  constructor(definition: Definition) {
    const keys: LookupKey[] = [];
    const places = new Map<EntityKey, KeyPlace>();
    for (const entity of definition.federation?.entities.values() ?? []) {
      for (const key of entity.keys) {
        const [first] = key.ways;
        if (first === undefined) continue;
        const areAlike = key.ways.every((way) => way.paths.join() === first.paths.join());
        assert(areAlike, 'values of a key of an interface have one order in all of its types');
        places.set(key, { place: keys.length, values: valuesOf(definition, key, first) });
        const last = key.ways.at(-1);
        for (const way of key.ways) {
          const own = lookupKey(nodeTypeOf(definition, way.type), way);
          keys.push(way === last ? own : { ...own, otherwise: keys.length + 1 });
        }
      }
    }
    this.#definition = definition;
    this.keys = keys;
    this.#places = places;
  }

  /** Throws INVALID_INPUT for what names no entity. */
  lookup(representation: unknown, telling: Telling): Lookup {
    const { key, values } = readRepresentation(this.#definition, representation, telling);
    const known = this.#places.get(key);
    assert(known !== undefined, 'a key is found in some way');
    const stored: Value[] = [];
    for (const { from, field } of known.values) {
      const value = coercedKey(values[from], field, key.paths[from] ?? '');
      stored.push(
        field === undefined || value === null ? (value as Value) : storedValue(field, value),
      );
    }
    return { key: known.place, values: stored };
  }
}

function valuesOf(definition: Definition, key: EntityKey, way: KeyWay): KeyPlace['values'] {
  const type = nodeTypeOf(definition, way.type);
  return way.paths.map((path) => ({ from: key.paths.indexOf(path), field: scalarAt(type, path) }));
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
