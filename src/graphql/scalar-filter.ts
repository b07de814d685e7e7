/** Compiles the operators on one scalar field to a test of its value. */

import { toHex } from '../base/bytes.ts';
import type { ScalarField } from '../definition/definition.ts';
import { IdValue, ListValue, sameValue, Timestamp, type Value } from '../delta/value.ts';
import { compareValues } from '../delta/value-order.ts';
import type { InputMap } from './builder.ts';
import { invalidInput } from './errors.ts';
import { storedItem, storedValue } from './scalars.ts';

type ValueTest = (value: Value) => boolean;

export function scalarTest(field: ScalarField, given: InputMap): ValueTest {
  const tests = Object.entries(given)
    .filter(([, operand]) => operand !== undefined)
    .map(([operator, operand]) => operatorTest(field, operator, operand));
  return (value) => tests.every((test) => test(value));
}

function operatorTest(field: ScalarField, operator: string, operand: unknown): ValueTest {
  if (operator === 'eq') return equalTo(storedValue(field, operand));
  if (operand === null) {
    throw invalidInput(`${operator} of a filter of ${field.name} expected a value, got null`);
  }
  if (operator === 'in') return among(field, operand as readonly unknown[]);
  if (operator === 'includes') return including(storedItem(field, operand));
  const wanted = storedValue(field, operand);
  switch (operator) {
    case 'gt':
      return (value) => value !== null && compareValues(value, wanted) > 0;
    case 'gte':
      return (value) => value !== null && compareValues(value, wanted) >= 0;
    case 'lt':
      return (value) => value !== null && compareValues(value, wanted) < 0;
    case 'lte':
      return (value) => value !== null && compareValues(value, wanted) <= 0;
    case 'contains':
      return textTest(wanted, (value, part) => value.includes(part));
    case 'startsWith':
      return textTest(wanted, (value, part) => value.startsWith(part));
    case 'endsWith':
      return textTest(wanted, (value, part) => value.endsWith(part));
    default:
      throw invalidInput(`a filter of ${field.name} expected an operator, got ${operator}`);
  }
}

/** 0 and -0 are equal here, as in every other GraphQL API, though their bytes differ. */
function equalTo(wanted: Value): ValueTest {
  if (wanted instanceof ListValue) return (value) => compareValues(value, wanted) === 0;
  if (wanted === 0) return (value) => value === 0;
  return (value) => sameValue(value, wanted);
}

function including(wanted: Value): ValueTest {
  return (value) =>
    value instanceof ListValue && value.items.some((item) => compareValues(item, wanted) === 0);
}

function among(field: ScalarField, operands: readonly unknown[]): ValueTest {
  const wanted = operands.map((operand) => {
    if (operand === null) {
      throw invalidInput(`in of a filter of ${field.name} expected values, got null`);
    }
    return storedValue(field, operand);
  });
  const names = new Set(wanted.map(setName));
  return (value) => names.has(setName(value));
}

/** Equal for equal values alone: a field may hold values of other kinds than its own. */
function setName(value: Value): unknown {
  if (value instanceof Timestamp) return `timestamp ${value.microseconds}`;
  if (value instanceof IdValue) return `id ${value.id}`;
  if (value instanceof Uint8Array) return `bytes ${toHex(value)}`;
  return typeof value === 'string' ? `text ${value}` : value;
}

function textTest(wanted: Value, test: (value: string, part: string) => boolean): ValueTest {
  if (typeof wanted !== 'string') throw invalidInput(`a text filter expected text, got ${wanted}`);
  return (value) => typeof value === 'string' && test(value, wanted);
}
