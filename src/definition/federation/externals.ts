/**
 * `@external`: fields that other subgraphs have. What is part of a key here, and what a
 * relationship provides, is kept in this graph, too; of the others only the names are known, and
 * values where a gateway gives them.
 */

import { type DocumentNode, type FieldDefinitionNode, Kind } from 'graphql';
import { stringArgument } from '../directives.ts';
import { namedType } from '../syntax.ts';
import { selectedPaths } from './field-set.ts';
import { keysOf } from './keys.ts';
import type { FederationSyntax } from './take.ts';

type Fields = ReadonlyMap<string, FieldDefinitionNode>;

/** The coordinates of external fields that nothing is kept of. */
export function unkeptExternals(
  document: DocumentNode,
  federation: FederationSyntax,
): ReadonlySet<string> {
  const unkept = new Set<string>();
  for (const [coordinate, applied] of federation.applied) {
    if (applied.some(({ name }) => name === 'external')) unkept.add(coordinate);
  }
  if (unkept.size === 0) return unkept;
  const types = fieldsByType(document);
  for (const [name, { interfaces }] of types) {
    const keys = [name, ...interfaces].flatMap((each) => keysOf(federation, each));
    for (const path of keys.flatMap(({ paths }) => paths)) {
      unkept.delete(`${name}.${path.split('.')[0]}`);
    }
  }
  const keeping = new Keeping(types, unkept);
  for (const [coordinate, applied] of federation.applied) {
    const [typeName = '', fieldName = ''] = coordinate.split('.');
    const field = types.get(typeName)?.fields.get(fieldName);
    for (const { name, at } of applied) {
      if (name !== 'provides' || field === undefined) continue;
      const paths = selectedPaths(stringArgument(at, 'fields') ?? '') ?? [];
      for (const path of paths) keeping.along(path, namedType(field.type));
    }
  }
  return unkept;
}

export interface WrittenType {
  readonly fields: Fields;
  readonly interfaces: readonly string[];
  /** Of a union, and of an interface: the types that it stands for. */
  readonly members: readonly string[];
}

export function fieldsByType({ definitions }: DocumentNode): ReadonlyMap<string, WrittenType> {
  const types = new Map<string, WrittenType>();
  const implementing = new Map<string, string[]>();
  for (const definition of definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    for (const { name } of definition.interfaces ?? []) {
      const known = implementing.get(name.value);
      if (known === undefined) implementing.set(name.value, [definition.name.value]);
      else known.push(definition.name.value);
    }
  }
  for (const definition of definitions) {
    switch (definition.kind) {
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_DEFINITION: {
        const name = definition.name.value;
        const fields = new Map((definition.fields ?? []).map((each) => [each.name.value, each]));
        const interfaces = (definition.interfaces ?? []).map((each) => each.name.value);
        types.set(name, { fields, interfaces, members: implementing.get(name) ?? [] });
        break;
      }
      case Kind.UNION_TYPE_DEFINITION: {
        const members = (definition.types ?? []).map(({ name }) => name.value);
        types.set(definition.name.value, { fields: new Map(), interfaces: [], members });
        break;
      }
      default:
    }
  }
  return types;
}

class Keeping {
  readonly #types: ReadonlyMap<string, WrittenType>;
  readonly #unkept: Set<string>;
  /** Paths that were followed already, by the type that they begin at. */
  readonly #followed = new Set<string>();

  constructor(types: ReadonlyMap<string, WrittenType>, unkept: Set<string>) {
    this.#types = types;
    this.#unkept = unkept;
  }

  /** Keeps each field that a path leads through. */
  along(path: string, typeName: string): void {
    const followed = `${typeName} ${path}`;
    const type = this.#types.get(typeName);
    if (type === undefined || this.#followed.has(followed)) return;
    this.#followed.add(followed);
    const [name = '', ...rest] = path.split('.');
    for (const owner of [typeName, ...type.members]) {
      const field = this.#types.get(owner)?.fields.get(name);
      if (field === undefined) continue;
      this.#unkept.delete(`${owner}.${name}`);
      if (rest.length > 0) this.along(rest.join('.'), namedType(field.type));
    }
  }
}
