/** `@node(indexes: [["owner", "due"]])`: fields of a node type that are indexed together. */

import { type ConstDirectiveNode, Kind, type StringValueNode } from 'graphql';
import type { DeclaredType } from './declared-type.ts';
import type { Field } from './definition.ts';
import { areIndexes, findArgument } from './directives.ts';
import { BUILT_IN_NESTED, isOrdered, typeTextOf } from './fields.ts';
import type { Mistakes } from './mistakes.ts';
import { quoteShort } from './syntax.ts';

type WrittenIndex = readonly StringValueNode[];

/** The paths of each index that a type has of several fields. */
export function compoundIndexes(node: ConstDirectiveNode | undefined): string[][] {
  return writtenIndexes(node).map((index) => index.map(({ value }) => value));
}

/** Each names fields of its type that hold values, and no index comes twice. */
export function checkIndexes(types: ReadonlyMap<string, DeclaredType>, mistakes: Mistakes): void {
  for (const type of types.values()) {
    const known = new Set<string>();
    for (const index of writtenIndexes(type.node)) {
      const names = index.map(({ value }) => value);
      const [first] = index;
      if (first !== undefined && known.has(names.join())) {
        mistakes.add(
          first,
          `type ${type.name} expected each index once, got ${names.join()} again`,
        );
      }
      known.add(names.join());
      for (const [place, path] of index.entries()) {
        checkPath(types, { type, path, isRepeated: names.indexOf(path.value) < place }, mistakes);
      }
    }
  }
}

function checkPath(
  types: ReadonlyMap<string, DeclaredType>,
  at: {
    readonly type: DeclaredType;
    readonly path: StringValueNode;
    readonly isRepeated: boolean;
  },
  mistakes: Mistakes,
): void {
  const { type, path, isRepeated } = at;
  const what = `an index of type ${type.name}`;
  const field = fieldAt(types, type, path.value);
  if (isRepeated) {
    mistakes.add(path, `${what} expected fields that differ, got ${quoteShort(path.value)} again`);
  } else if (field === undefined || field.kind === 'nested' || field.isKey) {
    const got = field?.kind === 'scalar' ? 'its natural key' : quoteShort(path.value);
    mistakes.add(path, `${what} expected the name of a field that holds a value, got ${got}`);
  } else if (!isOrdered(field)) {
    const got = `${quoteShort(path.value)} of type ${typeTextOf(field)}`;
    mistakes.add(path, `${what} expected fields whose values have an order, got ${got}`);
  }
}

/** Nested types are not expanded yet: each segment leads to the next type. */
export function fieldAt(
  types: ReadonlyMap<string, DeclaredType>,
  type: DeclaredType,
  path: string,
): Field | undefined {
  let fields: readonly Field[] = type.fields.map(({ field }) => field);
  let found: Field | undefined;
  for (const name of path.split('.')) {
    found = fields.find((field) => field.name === name);
    if (found === undefined) return undefined;
    const within = found.kind === 'nested' ? found.typeName : '';
    const declared = types.get(within)?.fields.map(({ field }) => field);
    fields = declared ?? BUILT_IN_NESTED.get(within) ?? [];
  }
  return found;
}

function writtenIndexes(node: ConstDirectiveNode | undefined): readonly WrittenIndex[] {
  const value = findArgument(node, 'indexes')?.value;
  if (value === undefined || !areIndexes(value) || value.kind !== Kind.LIST) return [];
  return value.values.map((index) => {
    const items = index.kind === Kind.LIST ? index.values : [];
    return items.filter((item) => item.kind === Kind.STRING);
  });
}
