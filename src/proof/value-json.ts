/**
 * Values as JSON that names their kind: numbers are text, because a JSON reader rounds integers
 * above 2^53 and has no NaN, no infinity and no -0.
 */

import { VALUE_BYTES_MAX } from '../../assembly/abi.ts';
import { isNodeId } from '../delta/node-id.ts';
import {
  EMPTY_MAP,
  IdValue,
  isListItem,
  ListValue,
  MapMarker,
  Timestamp,
  type Value,
} from '../delta/value.ts';
import type { JsonFields } from './json-fields.ts';

/** Each has a byte for its kind and one of content at least. */
const LIST_ITEMS_MAX = VALUE_BYTES_MAX / 2;

export function valueJson(value: Value): unknown {
  if (value === null) return { kind: 'null' };
  if (typeof value === 'boolean') return { kind: 'bool', value };
  if (typeof value === 'bigint') return { kind: 'int64', value: String(value) };
  if (typeof value === 'number') return { kind: 'float64', value: floatText(value) };
  if (typeof value === 'string') return { kind: 'string', value };
  if (value instanceof Uint8Array) return { kind: 'bytes', value: value.toBase64() };
  if (value instanceof Timestamp) return { kind: 'timestamp', value: String(value.microseconds) };
  if (value instanceof MapMarker) return { kind: 'map' };
  if (value instanceof ListValue) return { kind: 'list', value: value.items.map(valueJson) };
  return { kind: 'id', value: value.id };
}

export function readValue(fields: JsonFields): Value {
  const kind = fields.text('kind');
  switch (kind) {
    case 'null':
      return null;
    case 'bool': {
      const value = fields.value('value');
      if (typeof value === 'boolean') return value;
      throw fields.malformed('value to be true or false', value);
    }
    case 'int64':
      return fields.int64('value');
    case 'float64': {
      const text = fields.text('value');
      const value = Number(text);
      if (floatText(value) === text) return value;
      throw fields.malformed('value to be the shortest text of a float64', text);
    }
    case 'string':
      return fields.text('value');
    case 'bytes':
      return fields.bytes('value');
    case 'timestamp':
      return new Timestamp(fields.int64('value'));
    case 'id': {
      const id = fields.text('value');
      if (isNodeId(id)) return new IdValue(id);
      throw fields.malformed('value to be an id', id);
    }
    case 'map':
      return EMPTY_MAP;
    case 'list':
      return readItems(fields);
    default:
      throw fields.malformed('a kind of value', kind);
  }
}

function readItems(fields: JsonFields): ListValue {
  const items = fields.objects('value', LIST_ITEMS_MAX).map(readValue);
  const wrong = items.find((item) => !isListItem(item));
  if (wrong !== undefined) throw fields.malformed('items that lists can hold', valueJson(wrong));
  return new ListValue(items.filter(isListItem));
}

/** The shortest decimal that reads back as the same float64, as ECMAScript writes it. */
function floatText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
