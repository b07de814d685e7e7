/** Wrong texts of values, E23 and E24 of schema/plan.md and the formats. */

import { IdValue, ListValue, MapMarker, Timestamp, type Value } from '../../src/delta/value.ts';
import type { Form, Format } from '../../src/engine/plan.ts';
import type { PlanRules } from '../reference/plan-context.ts';
import { PLAN_RULES } from '../reference/reference-plan.ts';

const right = PLAN_RULES;

export const WRONG_PLAN_JSON: Readonly<Record<string, Partial<PlanRules>>> = {
  'control characters are left as they are': {
    text: (text) => right.text(text).replaceAll(/\\u001f/g, '\u001f'),
  },
  'line breaks are escaped by number': {
    text: (text) => right.text(text).replaceAll('\\n', '\\u000a'),
  },
  'only ASCII is left as it is': {
    text: (text) =>
      right.text(text).replaceAll(/[\u007f-\uffff]/g, (unit) => {
        return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
      }),
  },
  'slashes are escaped': { text: (text) => right.text(text).replaceAll('/', '\\/') },
  '−0 has a sign': formatting((value) => (Object.is(value, -0) ? '-0' : undefined)),
  'what is not finite is text': formatting((value, format) => {
    const isNumber = typeof value === 'number' && format === 'any';
    return isNumber && !Number.isFinite(value) ? `"${value}"` : undefined;
  }),
  'numbers are written without exponents': formatting((value) => {
    const isWhole = typeof value === 'number' && Number.isInteger(value);
    return isWhole && !Object.is(value, -0) ? String(BigInt(value)) : undefined;
  }),
  'an int64 has the digits of a float64': formatting((value) => {
    return typeof value === 'bigint' ? String(Number(value)) : undefined;
  }),
  'an int32 has 33 bits': formatting((value, format) => {
    const isLarge = typeof value === 'bigint' && value >= -(2n ** 32n) && value < 2n ** 32n;
    return isLarge && format === 'int32' ? String(value) : undefined;
  }),
  'a moment has 3 decimals': formatting((value, format) => {
    if (!(value instanceof Timestamp) || format !== 'timestamp') return undefined;
    const milliseconds = value.microseconds / 1000n;
    const isNear = milliseconds > -62_167_219_200_000n && milliseconds < 253_402_300_800_000n;
    return isNear ? `"${new Date(Number(milliseconds)).toISOString()}"` : undefined;
  }),
  'a year may have 5 digits': formatting((value, format) => {
    if (!(value instanceof Timestamp) || format !== 'timestamp') return undefined;
    if (value.microseconds < 253_402_300_800_000_000n) return undefined;
    return `"+010000-01-01T00:00:00.000Z"`;
  }),
  'bytes are base64url': formatting((value) => {
    const isBytes = value instanceof Uint8Array;
    return isBytes ? `"${Buffer.from(value).toString('base64url')}"` : undefined;
  }),
  'a map is null': formatting((value) => (value instanceof MapMarker ? 'null' : undefined)),
  'an id is no text': {
    format: (context, value, form) => {
      const isId = value instanceof IdValue && form.format === 'text';
      return isId ? undefined : right.format(context, value, form);
    },
  },
  'a list of one item is the item': {
    format: (context, value, form) => {
      const [only, ...others] = value instanceof ListValue ? value.items : [];
      const isOne = only !== undefined && others.length === 0;
      return right.format(context, isOne ? only : value, isOne ? withoutList(form) : form);
    },
  },
  'an empty list is null': formatting((value) => {
    return value instanceof ListValue && value.items.length === 0 ? 'null' : undefined;
  }),
  'whatever is no list is one of one item': {
    format: (context, value, form) => {
      const isOther = form.isList === true && !(value instanceof ListValue);
      if (!isOther) return right.format(context, value, form);
      const item = right.format(context, value, withoutList(form));
      return item === undefined ? undefined : `[${item}]`;
    },
  },
  'every text is among some': {
    format: (context, value, { among: _, ...form }) => right.format(context, value, form),
  },
  'a map keeps an object from being null': { isLacking: (value) => value === null },
  'the last case of a type counts': {
    membersFor: (item, type) => {
      if ('members' in item) return item.members;
      return item.cases.findLast((each) => each.type === type)?.members;
    },
  },
  'the first case counts where none is of the type': {
    membersFor: (item, type) => {
      const members = right.membersFor(item, type);
      return members ?? ('cases' in item ? item.cases[0]?.members : undefined);
    },
  },
};

function withoutList({ isList: _, ...form }: Form): Form {
  return form;
}

/** Undefined leaves it to the right format. */
function formatting(change: (value: Value, format: Format) => string | undefined) {
  return {
    format: (context, value, form: Form) => {
      return change(value, form.format) ?? right.format(context, value, form);
    },
  } satisfies Partial<PlanRules>;
}
