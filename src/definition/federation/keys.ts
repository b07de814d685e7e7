/** `@key(fields: "sku package")`: by which of its own fields others find a node. */

import type { ASTNode } from 'graphql';
import { ENTITY_KEY_PATHS_MAX, ENTITY_KEYS_MAX } from '../../base/limits.ts';
import { fieldAt } from '../compound-indexes.ts';
import { type DeclaredType, TypeRole } from '../declared-type.ts';
import type { Field, ScalarField } from '../definition.ts';
import { findArgument, stringArgument } from '../directives.ts';
import { BUILT_IN_ID, fieldAtPath, isOrdered, typeTextOf } from '../fields.ts';
import type { Mistakes } from '../mistakes.ts';
import { quoteShort } from '../syntax.ts';
import type { KeyWay } from './federation.ts';
import { selectedPaths } from './field-set.ts';
import type { FederationSyntax } from './take.ts';

/** As many values an index of several fields can be given at once. */
const INDEXED_PATHS_MAX = 3;

export interface WrittenKey {
  readonly paths: readonly string[];
  readonly isResolvable: boolean;
}

export interface TypeKey extends WrittenKey {
  /** Whether it is of an interface: its values are looked up in one order in all of its types. */
  readonly isOfInterface: boolean;
}

/** The keys of a type; those that are wrong are left out. */
export function keysOf({ applied }: FederationSyntax, typeName: string): readonly WrittenKey[] {
  const keys = (applied.get(typeName) ?? []).filter(({ name }) => name === 'key');
  // More are a mistake, and would be read again for each type of an interface.
  return keys.slice(0, ENTITY_KEYS_MAX).flatMap(({ at }) => {
    const paths = selectedPaths(stringArgument(at, 'fields') ?? '');
    const resolvable = findArgument(at, 'resolvable')?.value;
    const isResolvable = !(resolvable?.kind === 'BooleanValue' && !resolvable.value);
    return paths === undefined ? [] : [{ paths, isResolvable }];
  });
}

/** Of a node type and its interfaces. */
export function keysOfNodes(
  federation: FederationSyntax,
  name: string,
  interfaces: readonly string[],
): readonly TypeKey[] {
  const own = keysOf(federation, name).map((key) => ({ ...key, isOfInterface: false }));
  const others = interfaces.flatMap((each) => keysOf(federation, each));
  return [...own, ...others.map((key) => ({ ...key, isOfInterface: true }))];
}

export function checkKeys(
  federation: FederationSyntax,
  types: ReadonlyMap<string, DeclaredType>,
  mistakes: Mistakes,
): void {
  for (const type of types.values()) {
    const applied = federation.applied.get(type.name) ?? [];
    const keys = applied.filter(({ name }) => name === 'key');
    const isOfNodes = type.role === TypeRole.NODE || type.role === TypeRole.INTERFACE;
    for (const [index, { at }] of keys.entries()) {
      const what = `@key of type ${type.name}`;
      if (!isOfNodes) {
        const expected = '@key expected to be on a node type or an interface';
        mistakes.add(at, `${expected}, got ${type.role} ${type.name}`);
      } else if (index === ENTITY_KEYS_MAX) {
        mistakes.add(at, `type ${type.name} expected at most ${ENTITY_KEYS_MAX} keys, got more`);
      }
      const written = findArgument(at, 'fields')?.value ?? at;
      const text = stringArgument(at, 'fields') ?? '';
      const paths = selectedPaths(text);
      if (paths === undefined) {
        const expected = `${what} expected names of fields, as in "sku location { latitude }"`;
        mistakes.add(written, `${expected}, got ${quoteShort(JSON.stringify(text))}`);
      } else if (paths.length > ENTITY_KEY_PATHS_MAX) {
        const expected = `${what} expected at most ${ENTITY_KEY_PATHS_MAX} fields`;
        mistakes.add(written, `${expected}, got ${paths.length}`);
      } else checkPaths({ types, type, paths, what, at: written }, mistakes);
    }
    checkImplementedKeys(federation, type, mistakes);
    const isObject = applied.find(({ name }) => name === 'interfaceObject');
    if (isObject === undefined || (keys.length > 0 && type.role === TypeRole.NODE)) continue;
    const expected = '@interfaceObject expected a node type with @key';
    mistakes.add(isObject.at, `${expected}, got ${type.role} ${type.name}`);
  }
}

/** What is found by a key of an interface is of any of its types, each of which has the key. */
function checkImplementedKeys(
  federation: FederationSyntax,
  type: DeclaredType,
  mistakes: Mistakes,
): void {
  if (type.role !== TypeRole.NODE) return;
  const own = keysOf(federation, type.name).filter(({ isResolvable }) => isResolvable);
  const known = new Set(own.map(formOf));
  for (const at of type.at.interfaces ?? []) {
    for (const key of keysOf(federation, at.name.value)) {
      if (known.has(formOf(key))) continue;
      const expected = `type ${type.name} expected the key "${key.paths.join(' ')}" of interface`;
      mistakes.add(at, `${expected} ${at.name.value}, got none that is resolved here`);
    }
  }
}

/** The same for keys of the same fields, whatever their order. */
function formOf({ paths }: WrittenKey): string {
  return paths.toSorted().join(' ');
}

interface KeyPaths {
  readonly types: ReadonlyMap<string, DeclaredType>;
  readonly type: DeclaredType;
  readonly paths: readonly string[];
  readonly what: string;
  readonly at: ASTNode;
}

function checkPaths({ types, type, paths, what, at }: KeyPaths, mistakes: Mistakes): void {
  for (const [index, path] of paths.entries()) {
    const shown = quoteShort(path);
    const field = fieldAt(types, type, path);
    if (paths.indexOf(path) < index) {
      mistakes.add(at, `${what} expected each field once, got ${shown} again`);
    } else if (field === undefined && path !== BUILT_IN_ID) {
      mistakes.add(at, `${what} expected fields that are stored, got ${shown}`);
    } else if (field?.kind === 'nested') {
      mistakes.add(at, `${what} expected members of ${shown} in { }, got it alone`);
    } else if (field !== undefined && !isOrdered(field)) {
      const got = `${shown} of type ${typeTextOf(field)}`;
      mistakes.add(at, `${what} expected fields whose values have an order, got ${got}`);
    }
  }
}

/** What nodes of a type are found by. */
export interface Indexed {
  readonly name: string;
  readonly fields: readonly Field[];
  readonly key: ScalarField | undefined;
  readonly compoundIndexes: readonly (readonly string[])[];
}

/** Of a key that was checked: how nodes of a type are found by it, if an index is there. */
export function wayOf(
  type: Indexed,
  { paths, isOfInterface }: Pick<TypeKey, 'paths' | 'isOfInterface'>,
): KeyWay | undefined {
  const ahead = (by: KeyWay['by'], first: readonly string[], index: readonly string[] = []) => {
    const others = paths.filter((path) => !first.includes(path));
    return { type: type.name, by, paths: [...first, ...others], index };
  };
  const naturalKey = type.key?.path;
  if (naturalKey !== undefined && paths.includes(naturalKey)) return ahead('key', [naturalKey]);
  if (paths.includes(BUILT_IN_ID)) return ahead('id', [BUILT_IN_ID]);
  const firsts = isOfInterface ? paths.slice(0, 1) : paths;
  const alone = firsts.find((path) => isIndexed(fieldAtPath(type, path)));
  if (alone !== undefined) return ahead('index', [alone], [alone]);
  const count = Math.min(paths.length, INDEXED_PATHS_MAX);
  const index = type.compoundIndexes.find((each) => {
    return each.slice(0, count).every((path, place) => {
      return isOfInterface ? path === paths[place] : paths.includes(path);
    });
  });
  return index && ahead('index', index.slice(0, count), index);
}

function isIndexed(field: Field | undefined): boolean {
  return field?.kind === 'scalar' && (field.isUnique || field.isIndexed);
}

/** With an index for each key that would not be found by one. */
export function withKeyIndexes<Type extends Indexed>(type: Type, keys: readonly TypeKey[]): Type {
  let indexed = type;
  for (const key of keys) {
    const { paths, isResolvable } = key;
    if (!isResolvable || wayOf(indexed, key) !== undefined) continue;
    const index = paths.slice(0, INDEXED_PATHS_MAX);
    const [only, ...others] = index;
    indexed =
      others.length === 0 && only !== undefined
        ? { ...indexed, fields: withIndexAt(indexed.fields, only) }
        : { ...indexed, compoundIndexes: [...indexed.compoundIndexes, index] };
  }
  return indexed;
}

function withIndexAt(fields: readonly Field[], path: string): readonly Field[] {
  return fields.map((field) => {
    if (field.kind === 'nested') return { ...field, fields: withIndexAt(field.fields, path) };
    return field.path === path ? { ...field, isIndexed: true } : field;
  });
}
