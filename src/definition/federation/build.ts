/** What a text that was checked says to Federation, as a definition keeps it. */

import { Kind, print } from 'graphql';
import { assert } from '../../base/assert.ts';
import type { DeclaredFederation, DeclaredType } from '../declared-type.ts';
import type { NodeType } from '../definition.ts';
import { findArgument } from '../directives.ts';
import type { Applied, CacheHint, Entity, ExternalField, Federation } from './federation.ts';
import { keysOf, type TypeKey, wayOf } from './keys.ts';
import { CACHE_CONTROL } from './specification.ts';
import { SCHEMA } from './take.ts';

/** Undefined where the text has no link to Federation. */
export function buildFederation(
  federation: DeclaredFederation,
  types: ReadonlyMap<string, DeclaredType>,
  nodeTypes: {
    readonly all: ReadonlyMap<string, NodeType>;
    /** Those that each interface stands for. */
    readonly byInterface: ReadonlyMap<string, readonly string[]>;
  },
): Federation | undefined {
  const { links, extensions, directives } = federation;
  if (!links.isFederated) return undefined;
  const entities = new Map<string, Entity>();
  const externals = new Map<string, readonly ExternalField[]>();
  for (const { name, externals: fields } of types.values()) {
    if (fields.length > 0)
      externals.set(
        name,
        fields.map(({ field }) => field),
      );
    const own = nodeTypes.byInterface.get(name) ?? [name];
    const owners = own.flatMap((each) => nodeTypes.all.get(each) ?? []);
    const isOfInterface = nodeTypes.byInterface.has(name);
    const keys = keysOf(federation, name).map((key) => ({ ...key, isOfInterface }));
    const entity = buildEntity(name, keys, owners);
    if (entity !== undefined) entities.set(name, entity);
  }
  const names = {
    shareable: links.writtenName('shareable'),
    inaccessible: links.writtenName('inaccessible'),
  };
  const foreign = [...types.keys()].filter((name) => isForeign(federation, name));
  return {
    foreign: new Set(foreign),
    extensions: extensions.map(print),
    directives: directives.filter(({ name }) => name.value !== CACHE_CONTROL).map(print),
    applied: buildApplied(federation, keyFieldsOf(federation, types)),
    entities,
    externals,
    cacheHints: cacheHintsOf(federation),
    names,
  };
}

/** The fields that are the beginning of a key's path, by `Airport.code`. */
function keyFieldsOf(
  federation: DeclaredFederation,
  types: ReadonlyMap<string, DeclaredType>,
): ReadonlySet<string> {
  const fields = new Set<string>();
  for (const { name, at } of types.values()) {
    const interfaces = (at.interfaces ?? []).map((each) => each.name.value);
    const keys = [name, ...interfaces].flatMap((each) => keysOf(federation, each));
    for (const path of keys.flatMap(({ paths }) => paths)) {
      fields.add(`${name}.${path.split('.')[0]}`);
    }
  }
  return fields;
}

function buildApplied(
  federation: DeclaredFederation,
  keyFields: ReadonlySet<string>,
): Map<string, readonly Applied[]> {
  const applied = new Map<string, readonly Applied[]>();
  for (const [coordinate, all] of federation.applied) {
    // It stands in the extensions.
    if (coordinate === SCHEMA) continue;
    // What a key is made of is known here, whatever an extension of the first version calls it.
    const told = all.filter(({ name }) => {
      return name !== CACHE_CONTROL && (name !== 'external' || !keyFields.has(coordinate));
    });
    applied.set(
      coordinate,
      told.map(({ name, at }) => ({ name, text: print(at) })),
    );
  }
  return applied;
}

function cacheHintsOf({ applied }: DeclaredFederation): Map<string, CacheHint> {
  const hints = new Map<string, CacheHint>();
  for (const [coordinate, all] of applied) {
    for (const { name, at } of all) {
      if (name !== CACHE_CONTROL) continue;
      const maxAge = findArgument(at, 'maxAge')?.value;
      const scope = findArgument(at, 'scope')?.value;
      hints.set(coordinate, {
        maxAge: maxAge?.kind === Kind.INT ? Number(maxAge.value) : undefined,
        isPrivate: scope?.kind === Kind.ENUM && scope.value === 'PRIVATE',
      });
    }
  }
  return hints;
}

/** Whether a type is extended here, stands for an interface elsewhere, or cannot be found here. */
function isForeign(federation: DeclaredFederation, name: string): boolean {
  const names = new Set((federation.applied.get(name) ?? []).map((each) => each.name));
  const isExtended = federation.extended.has(name) || names.has('extends');
  if (isExtended || names.has('interfaceObject')) return true;
  const keys = keysOf(federation, name);
  return keys.length > 0 && !keys.some(({ isResolvable }) => isResolvable);
}

/** Undefined for a type that nothing is found of here. */
function buildEntity(
  name: string,
  written: readonly TypeKey[],
  owners: readonly NodeType[],
): Entity | undefined {
  const keys = written
    .filter(({ isResolvable }) => isResolvable)
    .map((key) => ({ paths: key.paths, ways: owners.map((owner) => knownWay(owner, key)) }));
  return keys.length === 0 ? undefined : { name, keys };
}

function knownWay(owner: NodeType, key: TypeKey) {
  const way = wayOf(owner, key);
  assert(way !== undefined, 'a key that can be resolved has an index');
  return way;
}
