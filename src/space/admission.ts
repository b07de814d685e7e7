/**
 * The checks that only a transaction this server is about to sign must pass: against the data
 * definition, the current graph, and the rest of the commit that is being made.
 */

import { VALUE_NULL } from '../../assembly/abi.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type {
  Definition,
  EdgeType,
  Field,
  NodeType,
  ScalarField,
} from '../definition/definition.ts';
import {
  describeText,
  fieldAtPath,
  isTextOf,
  itemTypeOf,
  kindOfValue,
} from '../definition/fields.ts';
import { quoteShort } from '../definition/syntax.ts';
import { isNodeId } from '../delta/node-id.ts';
import { IdValue, ListValue, Timestamp, type Value, valueKind } from '../delta/value.ts';
import { Direction } from '../engine/direction.ts';

const KIND_NAMES = [
  'null',
  'bool',
  'int64',
  'float64',
  'string',
  'bytes',
  'timestamp',
  'id',
  'map',
  'counter',
  'list',
] as const;

export function nodeTypeNamed(definition: Definition, name: string): NodeType {
  const type = definition.nodeTypes.get(name);
  if (type !== undefined) return type;
  throw invalid(`a node type expected one of ${list(definition.nodeTypes.keys())}`, name);
}

export function edgeTypeNamed(definition: Definition, name: string): EdgeType {
  const type = definition.edgeTypes.get(name);
  if (type !== undefined) return type;
  throw invalid(`an edge type expected one of ${list(definition.edgeTypes.keys())}`, name);
}

/** The scalar field at a path; `owner` is the type's name, for the message. */
export function scalarFieldAt(owner: string, fields: readonly Field[], path: string): ScalarField {
  const field = fieldAtPath({ fields }, path);
  if (field?.kind === 'scalar') return field;
  const actual = field === undefined ? path : `${path}, which holds fields of its own`;
  throw invalid(`${owner} expected a declared field`, actual);
}

/**
 * A value must be of its field's kind and of its enum, or null where the field is not required. A
 * required member of a nested field may be null too: the end of the transaction asks whether the
 * whole is gone.
 */
export function expectValue(owner: string, field: ScalarField, value: Value): void {
  if (field.isKey) {
    throw invalid(`${owner}.${field.path} expected to stay as created`, 'a new value');
  }
  const expected = kindOfValue(field);
  const actual = valueKind(value);
  if (value instanceof ListValue && actual === expected) {
    for (const item of value.items) expectValue(owner, itemTypeOf(field), item);
    return;
  }
  if (actual === expected) {
    expectText(owner, field, value);
    return;
  }
  if (actual === VALUE_NULL && (!field.required || isMember(field))) return;
  throw invalid(`${owner}.${field.path} expected ${KIND_NAMES[expected]}`, kindName(actual));
}

function expectText(owner: string, field: ScalarField, value: Value): void {
  if (typeof value !== 'string' || isTextOf(field, value)) return;
  const expected = `${owner}.${field.path} expected ${describeText(field)}`;
  throw invalid(expected, quoteShort(JSON.stringify(value)));
}

/** What the bytes of a payload can hold: more would be cut, and the commit refused or wrong. */
export function expectInRange(owner: string, value: Value): void {
  if (value instanceof ListValue) {
    for (const item of value.items) expectInRange(owner, item);
    return;
  }
  if (typeof value === 'string' && !value.isWellFormed()) {
    throw invalid(`${owner} expected well-formed Unicode`, 'a lone surrogate');
  }
  const number = value instanceof Timestamp ? value.microseconds : value;
  if (typeof number === 'bigint' && number !== BigInt.asIntN(64, number)) {
    throw invalid(`${owner} expected an int64`, String(number));
  }
  if (value instanceof IdValue && !isNodeId(value.id)) {
    throw invalid(`${owner} expected an id of 16 base62 characters`, JSON.stringify(value.id));
  }
}

/** An edge type joins only types that a relationship names. */
export function expectEnds(
  definition: Definition,
  edgeType: string,
  from: string,
  to: string,
): void {
  for (const [name, type] of definition.nodeTypes) {
    for (const relationship of type.relationships) {
      if (relationship.edgeType !== edgeType) continue;
      const isOut = relationship.direction === Direction.OUT;
      if (isOut ? name === from : name === to) {
        if (relationship.targetTypes.includes(isOut ? to : from)) return;
      }
    }
  }
  throw invalid(
    `an edge ${edgeType} expected ends that a relationship declares`,
    `${from} → ${to}`,
  );
}

/**
 * Required fields must hold a value when a transaction ends: `read` gives what a path will hold.
 * Members of a nested field are required once the nested field is, or holds anything.
 */
export function expectComplete(
  owner: string,
  fields: readonly Field[],
  read: (path: string) => Value,
): void {
  for (const field of fields) {
    if (field.kind === 'nested') {
      if (field.required || holdsAny(field.fields, read)) expectComplete(owner, field.fields, read);
      continue;
    }
    if (!field.required || field.isKey || field.defaultValue !== undefined) continue;
    if (read(field.path) === null) {
      throw invalid(`${owner}.${field.path} expected a value`, 'none');
    }
  }
}

/** The field of the type itself that a path lies in. */
export function rootField(fields: readonly Field[], path: string): Field | undefined {
  return fields.find((field) => path === field.path || path.startsWith(`${field.path}.`));
}

export function invalid(expected: string, actual: string): DatabaseError {
  return new DatabaseError(ErrorCode.INVALID_INPUT, `${expected}, got ${actual}`);
}

export function exists(what: string, actual: string): DatabaseError {
  return new DatabaseError(
    ErrorCode.ALREADY_EXISTS,
    `${what} expected a value that no other node has, got ${actual}`,
  );
}

function isMember(field: ScalarField): boolean {
  return field.path !== field.name;
}

function holdsAny(fields: readonly Field[], read: (path: string) => Value): boolean {
  return fields.some((field) =>
    field.kind === 'nested' ? holdsAny(field.fields, read) : read(field.path) !== null,
  );
}

function kindName(kind: number): string {
  return KIND_NAMES[kind] ?? 'another kind';
}

function list(names: Iterable<string>): string {
  return [...names].join(', ');
}
