/** The operators of sequences in updates: their input types, and which changes they are. */

import { unreachable } from '../base/assert.ts';
import type { ScalarField } from '../definition/definition.ts';
import { typeNameOf } from '../definition/fields.ts';
import { collectionStem } from '../definition/generated-names.ts';
import type { ListItem } from '../delta/value.ts';
import type { SequenceChange } from '../space/sequence-change.ts';
import {
  type Api,
  type InputFieldBuilder,
  type InputMap,
  type InputRef,
  inputType,
} from './builder.ts';
import { invalidInput } from './errors.ts';
import { storedList } from './scalars.ts';
import { itemType, mutationsName } from './value-types.ts';

/** Each is one change. */
const OPERATORS = ['push', 'pop', 'insert', 'remove', 'move', 'merge'] as const;
type Operator = (typeof OPERATORS)[number];

export function isSequenceOperator(name: string): name is Operator {
  return OPERATORS.some((operator) => operator === name);
}

/** `SequenceStringMutations`: one change, or several in their order. */
export function sequenceMutations(api: Api, type: ScalarField): InputRef {
  return inputType(api, mutationsName(type), (t) => ({
    set: t.field({
      type: [itemType(api, type)],
      description: 'Replaces all values. Null removes the sequence.',
    }),
    ...changeFields(api, t, type),
    changes: t.field({
      type: [sequenceChange(api, type)],
      description: 'Each is made to what those before it have left.',
    }),
  }));
}

/** `UpdatesBytesMutations`: one of both. */
export function updatesMutations(api: Api, type: ScalarField): InputRef {
  return inputType(api, mutationsName(type), (t) => ({
    push: t.field({
      type: ['Bytes'],
      description: 'Updates of Yjs, each in the form of version 1.',
    }),
    merge: t.field({
      type: 'Boolean',
      description: 'true: all updates that are here become one, which says the same.',
    }),
  }));
}

function sequenceChange(api: Api, type: ScalarField): InputRef {
  const name = `${stemOf(type)}Change`;
  return inputType(api, name, (t) => changeFields(api, t, type), { isOneOf: true });
}

function changeFields(api: Api, t: InputFieldBuilder, type: ScalarField) {
  return {
    push: t.field({
      type: [itemType(api, type)],
      description: 'Adds values at the end; of several writers in the order in which they write.',
    }),
    pop: t.field({ type: 'Int', description: 'Takes so many values from the end.' }),
    insert: t.field({ type: insertedValues(api, type) }),
    remove: t.field({ type: sequenceRange(api) }),
    move: t.field({ type: sequenceMove(api) }),
  };
}

/** `SequenceStringInput` */
function insertedValues(api: Api, type: ScalarField): InputRef {
  return inputType(api, `${stemOf(type)}Input`, (t) => ({
    at: t.field({
      ...{ type: 'Int', required: true },
      description: 'The position of the first value, from 0; the length of the list: at its end.',
    }),
    values: t.field({ type: [itemType(api, type)], required: true }),
  }));
}

function sequenceRange(api: Api): InputRef {
  return inputType(api, 'SequenceRange', (t) => ({
    at: t.field({ type: 'Int', required: true, description: 'The first position, from 0.' }),
    count: t.field({ type: 'Int', description: '1 where absent.' }),
  }));
}

function sequenceMove(api: Api): InputRef {
  return inputType(api, 'SequenceMove', (t) => ({
    from: t.field({ type: 'Int', required: true }),
    to: t.field({
      ...{ type: 'Int', required: true },
      description: 'The position that the value has afterwards.',
    }),
  }));
}

function stemOf(type: ScalarField): string {
  return collectionStem('sequence', typeNameOf(type));
}

/** What an operator asks for; GraphQL has checked the types of its operand. */
export function readSequenceChange(
  field: ScalarField,
  operator: Operator,
  operand: unknown,
): SequenceChange {
  if (operand === null) {
    throw invalidInput(`${operator} of ${field.path} expected a value, got null`);
  }
  switch (operator) {
    case 'push':
      return { operation: 'append', values: itemsOf(field, operand) };
    case 'pop':
      return { operation: 'pop', count: Number(operand) };
    case 'insert': {
      const { at, values } = operand as InputMap;
      return { operation: 'insert', at: Number(at), values: itemsOf(field, values) };
    }
    case 'remove': {
      const { at, count } = operand as InputMap;
      return { operation: 'remove', at: Number(at), count: Number(count ?? 1) };
    }
    case 'move': {
      const { from, to } = operand as InputMap;
      return { operation: 'move', from: Number(from), to: Number(to) };
    }
    case 'merge':
      if (operand === true) return { operation: 'merge' };
      throw invalidInput(`merge of ${field.path} expected true, got ${String(operand)}`);
    default:
      return unreachable(operator);
  }
}

/** GraphQL coerced them to a list of the field's items. */
function itemsOf(field: ScalarField, operand: unknown): readonly ListItem[] {
  return storedList(field, operand as readonly unknown[]).items;
}
