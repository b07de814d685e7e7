/** Writes the values of one node or edge: what the caller gives, defaults and timestamps. */

import { SEQUENCE_CHANGES_MAX } from '../base/collection-limits.ts';
import {
  Collection,
  type Field,
  type NestedField,
  type ScalarField,
} from '../definition/definition.ts';
import { scalarFields } from '../definition/fields.ts';
import { givenAs, type InputMap, isInputMap } from './builder.ts';
import type { DraftWriter, Element, ListChange } from './draft-writer.ts';
import { invalidInput, limitExceeded } from './errors.ts';
import { storedList, storedValue } from './scalars.ts';
import { isSequenceOperator, readSequenceChange } from './sequence-inputs.ts';

export function createValues(
  writer: DraftWriter,
  element: Element,
  given: { readonly fields: readonly Field[]; readonly input: InputMap },
): void {
  const { fields, input } = given;
  for (const field of fields) {
    const value = givenAs(input, field.name);
    writer.within(value === undefined ? undefined : field.name, () => {
      if (field.kind === 'nested') createNested(writer, element, { field, value });
      else if (!field.isKey) createValue(writer, element, { field, value });
    });
  }
}

/** Applies operators. Returns whether there were any. */
export function updateValues(
  writer: DraftWriter,
  element: Element,
  given: { readonly fields: readonly Field[]; readonly input: InputMap },
): boolean {
  const isChanged = applyOperators(writer, element, given);
  if (isChanged) stampUpdate(writer, element, given.fields);
  return isChanged;
}

/** Sets values that the caller gives to a node or an edge that was there already. */
export function mergeValues(
  writer: DraftWriter,
  element: Element,
  given: { readonly fields: readonly Field[]; readonly input: InputMap },
): void {
  const { fields, input } = given;
  const named = fields.filter((field) => givenAs(input, field.name) !== undefined);
  for (const field of named) {
    const value = givenAs(input, field.name);
    writer.within(field.name, () => {
      if (field.kind === 'nested') setNested(writer, element, { field, value });
      else writer.set(element, field, storedValue(field, value));
    });
  }
  if (named.length > 0) stampUpdate(writer, element, fields);
}

function createValue(
  writer: DraftWriter,
  element: Element,
  { field, value }: { readonly field: ScalarField; readonly value: unknown },
): void {
  if (field.timestamp?.onCreate === true) {
    writer.set(element, field, writer.now);
  } else if (value !== undefined) {
    const stored = storedValue(field, value);
    // A new element has no value yet that null could remove.
    if (stored !== null || field.required) writer.set(element, field, stored);
  } else if (field.defaultValue !== undefined) {
    writer.set(element, field, field.defaultValue);
  }
}

function createNested(
  writer: DraftWriter,
  element: Element,
  { field, value }: { readonly field: NestedField; readonly value: unknown },
): void {
  if (isInputMap(value)) createValues(writer, element, { fields: field.fields, input: value });
}

function applyOperators(
  writer: DraftWriter,
  element: Element,
  { fields, input }: { readonly fields: readonly Field[]; readonly input: InputMap },
): boolean {
  let isChanged = false;
  for (const field of fields) {
    const operators = givenAs(input, field.name);
    if (operators === undefined) continue;
    const apply = () => applyTo(writer, element, { field, operators });
    isChanged = writer.within(field.name, apply) || isChanged;
  }
  return isChanged;
}

function applyTo(
  writer: DraftWriter,
  element: Element,
  { field, operators }: { readonly field: Field; readonly operators: unknown },
): boolean {
  if (!isInputMap(operators)) {
    throw invalidInput(`${field.path} expected operators such as { set: … }, got null`);
  }
  if (field.kind === 'scalar') return applyOperator(writer, element, { field, operators });
  const { set, ...members } = operators;
  if (set !== undefined) {
    writer.within('set', () => setNested(writer, element, { field, value: set }));
  }
  const isChanged = applyOperators(writer, element, { fields: field.fields, input: members });
  return isChanged || set !== undefined;
}

function applyOperator(
  writer: DraftWriter,
  element: Element,
  { field, operators }: { readonly field: ScalarField; readonly operators: InputMap },
): boolean {
  const [operator, ...others] = Object.entries(operators).filter(
    ([, value]) => value !== undefined,
  );
  if (operator === undefined) return false;
  const [name, operand] = operator;
  if (field.collection === Collection.SET && name !== 'set' && operators.set === undefined) {
    changeSet(writer, element, { field, operators });
    return true;
  }
  if (others.length > 0) {
    const names = [name, ...others.map(([other]) => other)].join(', ');
    throw invalidInput(`${field.path} expected one operator, got ${names}`);
  }
  const isSequence =
    field.collection === Collection.SEQUENCE || field.collection === Collection.UPDATES;
  if (isSequence && name !== 'set') {
    writer.within(name, () => changeSequence(writer, element, { field, name, operand }));
    return true;
  }
  writer.within(name, () => {
    if (field.isList && name !== 'set') {
      writer.changeList(element, field, listChange(field, name, operand));
      return;
    }
    const value = storedValue(field, operand);
    if (name === 'set') {
      writer.set(element, field, value);
    } else if (typeof value === 'bigint') {
      writer.increment(element, field, name === 'add' ? value : -value);
    } else {
      throw invalidInput(`${name} of ${field.path} expected a number, got null`);
    }
  });
  return true;
}

/** Of a set two operators may stand together, since it is clear what comes first. */
function changeSet(
  writer: DraftWriter,
  element: Element,
  { field, operators }: { readonly field: ScalarField; readonly operators: InputMap },
): void {
  for (const name of ['remove', 'add'] as const) {
    const operand = operators[name];
    if (operand === undefined) continue;
    writer.within(name, () => {
      if (operand === null) {
        throw invalidInput(`${name} of ${field.path} expected values, got null`);
      }
      // GraphQL coerced it to a list of the field's items.
      const { items } = storedList(field, operand as readonly unknown[]);
      writer.changeSet(element, field, { [name]: items });
    });
  }
}

/** One change, or several in their order, each of what those before it have left. */
function changeSequence(
  writer: DraftWriter,
  element: Element,
  of: { readonly field: ScalarField; readonly name: string; readonly operand: unknown },
): void {
  const { field, name, operand } = of;
  if (isSequenceOperator(name)) {
    writer.changeSequence(element, field, readSequenceChange(field, name, operand));
    return;
  }
  if (!Array.isArray(operand)) {
    throw invalidInput(`${name} of ${field.path} expected a list of changes, got null`);
  }
  if (operand.length > SEQUENCE_CHANGES_MAX) {
    throw limitExceeded({
      ...{ limit: 'SEQUENCE_CHANGES_MAX', what: `${name} of ${field.path}` },
      ...{ max: SEQUENCE_CHANGES_MAX, actual: operand.length },
    });
  }
  for (const [index, change] of operand.entries()) {
    writer.within(index, () => {
      for (const [each, value] of Object.entries(change as InputMap)) {
        if (!isSequenceOperator(each)) continue;
        const apply = () =>
          writer.changeSequence(element, field, readSequenceChange(field, each, value));
        writer.within(each, apply);
      }
    });
  }
}

/** Push and pop read what is there, as far as the commit that is made has come. */
function listChange(field: ScalarField, operator: string, operand: unknown): ListChange {
  if (operand === null) {
    throw invalidInput(`${operator} of ${field.path} expected a value, got null`);
  }
  if (operator === 'push') {
    // GraphQL coerced it to a list of the field's items.
    const added = storedList(field, operand as readonly unknown[]).items;
    return (items) => [...items, ...added];
  }
  const count = Number(operand);
  if (count < 0) throw invalidInput(`pop of ${field.path} expected a count from 0, got ${count}`);
  return (items) => items.slice(0, Math.max(0, items.length - count));
}

/** Replaces a nested object as a whole: members that are not given lose their values. */
function setNested(
  writer: DraftWriter,
  element: Element,
  { field, value }: { readonly field: NestedField; readonly value: unknown },
): void {
  if (!isInputMap(value)) {
    if (field.required) {
      throw invalidInput(`${field.path} expected a value, as it is required, got null`);
    }
    for (const member of scalarFields(field.fields)) {
      writer.set(element, { ...member, required: false }, null);
    }
    return;
  }
  for (const member of field.fields) {
    const given = givenAs(value, member.name);
    writer.within(given === undefined ? undefined : member.name, () => {
      if (member.kind === 'nested') {
        setNested(writer, element, { field: member, value: given ?? null });
      } else {
        writer.set(element, member, storedValue(member, given ?? null));
      }
    });
  }
}

function stampUpdate(writer: DraftWriter, element: Element, fields: readonly Field[]): void {
  for (const field of fields) {
    if (field.kind === 'scalar' && field.timestamp?.onUpdate === true) {
      writer.set(element, field, writer.now);
    }
  }
}
