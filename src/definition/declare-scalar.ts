/** One field with a scalar type, and the directives that only such a field can have. */

import { type ConstDirectiveNode, type FieldDefinitionNode, print } from 'graphql';
import type { Value } from '../delta/value.ts';
import { type DeclaredField, type TypeHeading, TypeRole } from './declared-type.ts';
import { defaultValue, describeDefault } from './default-value.ts';
import { Collection, Scalar, type ValueType } from './definition.ts';
import {
  accessRelations,
  type Directives,
  deprecationReason,
  findArgument,
  timestampOperations,
} from './directives.ts';
import { isOrdered, typeTextOf } from './fields.ts';
import type { Mistakes } from './mistakes.ts';
import { quoteShort } from './syntax.ts';

interface ScalarSyntax {
  readonly at: FieldDefinitionNode;
  readonly heading: TypeHeading;
  readonly directives: Directives;
  readonly mistakes: Mistakes;
  readonly type: ValueType;
  readonly required: boolean;
}

export function declareScalarField(syntax: ScalarSyntax): DeclaredField {
  const { at, directives, type, required } = syntax;
  checkPlaces(syntax);
  checkIndex(syntax);
  checkKey(syntax);
  checkTimestamp(syntax);
  checkCollection(syntax);
  const timestamp = directives.get('timestamp');
  const name = at.name.value;
  return {
    at,
    field: {
      kind: 'scalar',
      name,
      path: name,
      ...type,
      required,
      isKey: directives.has('id'),
      isUnique: directives.has('unique'),
      isIndexed: directives.has('index'),
      collection: Object.values(Collection).find((name) => directives.has(name)),
      defaultValue: readDefault(syntax),
      timestamp: timestamp === undefined ? undefined : timestampOperations(timestamp),
      access: accessRelations(directives),
      description: at.description?.value,
      deprecated: deprecationReason(directives),
    },
  };
}

/** Keys and indexes are of nodes; a nested value is written whole, so nothing fills it in. */
function checkPlaces({ at, heading, directives, mistakes }: ScalarSyntax): void {
  if (heading.role === TypeRole.NODE) return;
  const got = `field ${at.name.value} of ${heading.role} ${heading.name}`;
  for (const [name, written] of directives) {
    if (name === 'id' || name === 'unique' || name === 'index') {
      mistakes.add(written, `@${name} expected a field of a node type, got ${got}`);
    } else if (!isOfMembers(name) && heading.role === TypeRole.NESTED) {
      mistakes.add(written, `@${name} expected a field outside nested types, got ${got}`);
    }
  }
}

/** Indexes are in the order of values. */
function checkIndex({ at, directives, mistakes, type }: ScalarSyntax): void {
  if (isOrdered(type)) return;
  for (const name of ['unique', 'index']) {
    const written = directives.get(name);
    if (written === undefined) continue;
    const got = `field ${at.name.value} of type ${typeTextOf(type)}`;
    mistakes.add(written, `@${name} expected a field whose values have an order, got ${got}`);
  }
}

/** Whether members of nested types may have a directive. */
function isOfMembers(directive: string): boolean {
  return directive === 'deprecated' || directive === 'access' || isCollection(directive);
}

function isCollection(directive: string): directive is Collection {
  return Object.values<string>(Collection).includes(directive);
}

function checkKey({ at, directives, mistakes, type, required }: ScalarSyntax): void {
  if (!directives.has('id')) return;
  const what = `@id field ${at.name.value}`;
  const name = typeTextOf(type);
  if (name !== Scalar.ID && name !== Scalar.String) {
    mistakes.add(
      at.type,
      `${what} expected type ID! or String!, got ${quoteShort(print(at.type))}`,
    );
  } else if (!required) {
    mistakes.add(at.type, `${what} expected type ${name}!, got ${name}`);
  }
  const reasons: readonly (readonly [string, string])[] = [
    ['unique', 'as a key is unique already'],
    ['index', 'as a key is indexed already'],
    ['default', 'as a key is given at creation'],
    ['timestamp', 'as a key is given at creation'],
    ['access', 'as a key is seen with its node'],
  ];
  for (const [other, reason] of reasons) {
    const directive = directives.get(other);
    if (directive === undefined) continue;
    mistakes.add(directive, `${what} expected no @${other}, ${reason}, got it`);
  }
}

function checkTimestamp({ at, directives, mistakes, type }: ScalarSyntax): void {
  const directive = directives.get('timestamp');
  if (directive === undefined) return;
  const what = `@timestamp field ${at.name.value}`;
  if (typeTextOf(type) !== Scalar.DateTime) {
    mistakes.add(directive, `${what} expected type DateTime, got ${typeTextOf(type)}`);
  }
  const other = directives.get('default');
  if (other !== undefined) mistakes.add(other, `${what} expected no @default, got it`);
}

/** One value has nothing that could be merged, and what is merged is so by one rule. */
function checkCollection(syntax: ScalarSyntax): void {
  const { at, heading, directives, mistakes, type } = syntax;
  checkUpdates(syntax);
  const [, second] = [...directives].filter(([name]) => isCollection(name));
  if (second !== undefined) {
    const names = Object.values(Collection).map((name) => `@${name}`);
    const what = `field ${at.name.value} of type ${heading.name}`;
    mistakes.add(second[1], `${what} expected one of ${names.join(', ')}, got both`);
  }
  if (type.isList) return;
  for (const [name, written] of directives) {
    if (!isCollection(name)) continue;
    const got = `field ${at.name.value} of type ${typeTextOf(type)}`;
    mistakes.add(written, `@${name} expected a list of values, got ${got}`);
  }
}

/** None of them is ever taken back, so that there is no list that it would have to be. */
function checkUpdates({ at, heading, directives, mistakes, type, required }: ScalarSyntax): void {
  const directive = directives.get(Collection.UPDATES);
  if (directive === undefined) return;
  const isOfBytes = type.isList && type.scalar === Scalar.Bytes;
  if (!isOfBytes || required) {
    const got = `field ${at.name.value} of type ${typeTextOf(type)}${required ? '!' : ''}`;
    mistakes.add(directive, `@updates expected a field of type [Bytes!], got ${got}`);
  }
  const given = directives.get('default');
  if (given !== undefined) mistakes.add(given, '@updates expected no @default, got it');
  if (heading.role !== TypeRole.NESTED) return;
  const got = `field ${at.name.value} of nested type ${heading.name}`;
  mistakes.add(directive, `@updates expected a field outside nested types, got ${got}`);
}

function readDefault({ at, directives, mistakes, type }: ScalarSyntax): Value | undefined {
  const directive: ConstDirectiveNode | undefined = directives.get('default');
  const literal = findArgument(directive, 'value')?.value;
  if (literal === undefined) return undefined;
  const value = defaultValue(type, literal);
  if (value === undefined) {
    const got = quoteShort(print(literal));
    const what = `@default of ${typeTextOf(type)} field ${at.name.value}`;
    mistakes.add(literal, `${what} expected ${describeDefault(type)}, got ${got}`);
  }
  return value;
}
