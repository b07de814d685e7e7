/**
 * The small world that random operations act on: few names, so that writes meet one another, and
 * values of every kind, so that answers differ where they should.
 */

import { nodeIdByKey, nodeIdByNumber } from '../../src/delta/node-id.ts';
import {
  EMPTY_MAP,
  IdValue,
  isListItem,
  ListValue,
  Timestamp,
  type Value,
} from '../../src/delta/value.ts';
import type { Seeded } from '../seeded.ts';

export const SPACE = new Uint8Array(32).fill(0x53);

/** Their order as bytes differs from their order as signed numbers. */
export const AUTHORS = [0x10, 0x7f, 0x80, 0xf0].map((byte) => new Uint8Array(32).fill(byte));

export const NODE_TYPES = ['Place', 'Note'] as const;
export const EDGE_TYPES = ['WAY', 'ABOUT'] as const;
export const EDGE_KEYS = [0, 0, 0, 1, 0xffff_ffff] as const;

/** Nested at three depths; `atx` begins like `at` and is not below it. */
export const PATHS = ['name', 'visits', 'at', 'at.x', 'at.x.deep', 'at.y', 'atx'] as const;
export const PATH_UNUSED = 'never.written';
/** Holds lists more often than other values. */
export const PATH_OF_LISTS = 'at.y';

/** What an index may be declared on. */
export const INDEXABLE = [
  ['Place', 'name'],
  ['Place', 'visits'],
  ['Place', 'at.x'],
  ['Note', 'name'],
  ['Note', 'at'],
] as const;

/** What an index of several properties may be declared on. */
export const COMPOUND: readonly (readonly [type: string, ...paths: string[]])[] = [
  ['Place', 'name', 'visits'],
  ['Place', 'visits', 'at.x', 'name'],
  ['Note', 'at', 'name', 'visits', 'at.y'],
];

/** A node that a create can make, with what its create says. */
export type CreatableNode =
  | { readonly id: string; readonly type: string; readonly key: string }
  | {
      readonly id: string;
      readonly type: string;
      readonly number: bigint;
      readonly author: number;
    };

const KEYS: readonly (readonly [type: string, key: string])[] = [
  ['Place', 'a'],
  ['Place', 'Zürich'],
  ['Place', 'k'.repeat(300)],
  ['Note', 'a'],
];
const NUMBERS = [0n, 2n ** 64n - 1n];

export const NODES: readonly CreatableNode[] = [
  ...KEYS.map(([type, key]) => ({ id: nodeIdByKey({ space: SPACE, type, key }), type, key })),
  ...AUTHORS.flatMap((key, author) =>
    NUMBERS.map((number, index) => {
      const type = NODE_TYPES[(author + index) % NODE_TYPES.length] as string;
      return {
        id: nodeIdByNumber({ space: SPACE, author: key, type, number }),
        type,
        number,
        author,
      };
    }),
  ),
];

/** Ids that nothing ever creates. */
export const ABSENT = ['0000000000000000', 'zzzzzzzzzzzzzzzz'];
export const IDS: readonly string[] = [...NODES.map(({ id }) => id), ...ABSENT];

/** What JSON escapes and what it leaves; two that UTF-8 and UTF-16 order differently. */
const MARKS = ['"quoted" \\ / \b\f\n\r\t\u0000\u001f\u007f\u2028', 'red\uff5e', 'red😀'];
export const TEXTS = ['', 'red', 'green', 'blué', 'r'.repeat(31), 'long '.repeat(70), ...MARKS];
const WHOLE = [0n, 1n, 1n, 2n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 31n, -(2n ** 31n)];
/** Some are written with an exponent; some sums depend on the order of adding. */
const FLOATS = [
  ...[0, -0, 1, 0.1, 0.7, -2.5, 100, 5e-324, 1e-7, 1e21, 123456789012345680000, 2 ** 53 + 2],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1e300, Number.MAX_VALUE],
];
/** With and without parts of a millisecond, and at both ends of the years of RFC 3339. */
const MOMENTS = [
  ...[0n, 1n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 1_709_251_199_123_000n, 1_234_567n],
  ...[-62_167_219_200_000_000n, -62_167_219_200_000_001n],
  ...[253_402_300_799_999_999n, 253_402_300_800_000_000n],
];
const FEW_ITEMS = ['red', 'green', 1n, 0, -0, true];
const BYTES = [new Uint8Array(0), Uint8Array.of(0x72, 0x65, 0x64), new Uint8Array(200).fill(7)];

/** Any value; mostly one of few that two nodes may share. */
export function randomValue(random: Seeded): Value {
  return random.chance(0.12) ? randomList(random) : valueOfOne(random);
}

/** Mostly of few items, so that some lists are equal, or begin alike. */
function randomList(random: Seeded): ListValue {
  const isOfAll = random.chance(0.3);
  const item = () => (isOfAll ? valueOfOne(random) : random.pick(FEW_ITEMS));
  const items = Array.from({ length: random.pick([0, 1, 1, 2, 2, 3, 12]) }, item);
  return new ListValue(items.filter(isListItem));
}

function valueOfOne(random: Seeded): Value {
  switch (random.below(12)) {
    case 0:
      return null;
    case 1:
      return EMPTY_MAP;
    case 2:
      return random.chance(0.5);
    case 3:
      return random.pick(FLOATS);
    case 4:
      return random.pick(BYTES);
    case 5:
      return new Timestamp(random.pick(MOMENTS));
    case 6:
      return new IdValue(random.pick(IDS));
    case 7:
    case 8:
    case 9:
      return random.pick(WHOLE);
    default:
      return random.pick(TEXTS);
  }
}
