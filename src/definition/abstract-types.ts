/** Interfaces and unions as they are declared: which node types they stand for. */

import { assert } from '../base/assert.ts';
import {
  type DeclaredNames,
  type DeclaredType,
  type DeclaredUnion,
  TypeRole,
  type WrittenRelationship,
} from './declared-type.ts';
import type {
  Field,
  InterfaceType,
  NodeType,
  Relationship,
  ScalarField,
  UnionType,
} from './definition.ts';
import { keyOf } from './fields.ts';
import { relationshipStem } from './generated-names.ts';
import { expandFields } from './nesting.ts';

/** What is declared, with the fields of its types. */
export interface Declared extends DeclaredNames {
  readonly types: ReadonlyMap<string, DeclaredType>;
}

/** The node types of each interface and each union, by its name, in declared order. */
export function nodeTypesByName({ types, unions }: Declared): Map<string, readonly string[]> {
  const nodeTypes = new Map<string, string[]>();
  for (const { role, name } of types.values()) {
    if (role === TypeRole.INTERFACE) nodeTypes.set(name, []);
  }
  for (const { role, name, at } of types.values()) {
    if (role !== TypeRole.NODE) continue;
    const implemented = new Set((at.interfaces ?? []).map((each) => each.name.value));
    for (const each of implemented) nodeTypes.get(each)?.push(name);
  }
  for (const { name, at } of unions.values()) {
    nodeTypes.set(
      name,
      (at.types ?? []).map((member) => member.name.value),
    );
  }
  return nodeTypes;
}

/** A relationship of a type that was checked, with what other declarations tell of it. */
export function buildRelationship(
  written: WrittenRelationship,
  owner: DeclaredType,
  declared: Declared & { readonly nodeTypes: ReadonlyMap<string, readonly string[]> },
): Relationship {
  const { types, nodeTypes } = declared;
  const declaring = (owner.at.interfaces ?? []).find(({ name }) =>
    types.get(name.value)?.declarations.some((each) => each.name === written.name),
  );
  return {
    ...written,
    targetTypes: nodeTypes.get(written.target) ?? [written.target],
    stem: relationshipStem(declaring?.name.value ?? owner.name, written.name, declared),
  };
}

/** All of its types have its fields and relationships alike, so the first of them tells. */
export function buildInterface(
  type: DeclaredType,
  { types }: Declared,
  owners: readonly NodeType[],
): InterfaceType {
  const own = owners.map((owner) => new Map(owner.fields.map((field) => [field.name, field])));
  const fields = expandFields(
    type.fields.map(({ field }) => field),
    types,
  ).map((field) => sharedField(field, own));
  return {
    kind: 'interface',
    name: type.name,
    plural: type.plural,
    description: type.at.description?.value,
    fields,
    relationships: type.declarations.map(({ at, name }) => {
      const shared = owners[0]?.relationships.find((each) => each.name === name);
      assert(shared !== undefined, 'a type has what its interfaces declare');
      return { ...shared, description: at.description?.value };
    }),
    key: keyOf(fields),
    nodeTypes: owners.map(({ name }) => name),
  };
}

/** The server sets a timestamp where it is one in any of the types; the rest is alike in all. */
function sharedField(field: Field, owners: readonly ReadonlyMap<string, Field>[]): Field {
  if (field.kind === 'nested') return field;
  const own = owners.flatMap((fields) => fields.get(field.name) ?? []);
  const scalars = own.filter((each): each is ScalarField => each.kind === 'scalar');
  const stamps = scalars.flatMap(({ timestamp }) => timestamp ?? []);
  return {
    ...field,
    isKey: scalars.some(({ isKey }) => isKey),
    collection: scalars[0]?.collection,
    timestamp:
      stamps.length === 0
        ? undefined
        : {
            onCreate: stamps.some(({ onCreate }) => onCreate),
            onUpdate: stamps.some(({ onUpdate }) => onUpdate),
          },
  };
}

export function buildUnion(
  { name, plural, at }: DeclaredUnion,
  nodeTypes: readonly string[],
): UnionType {
  return {
    kind: 'union',
    name,
    plural,
    description: at.description?.value,
    nodeTypes,
  };
}
