/** Few values of each scalar, so that operands meet what is stored and many sort keys are equal. */

import type { Seeded } from '../seeded.ts';
import { KEYS, VALUES } from './graphql-definition.ts';

export interface SemanticsValues {
  readonly values: Readonly<Record<string, readonly unknown[]>>;
  readonly keys: readonly string[];
}

const PREFIX = 'a long beginning that many have '.repeat(9);
/** What is taken for the same, or in another order, by rules that are nearly right. */
const CONFUSED: Readonly<Record<string, readonly (readonly unknown[])[]>> = {
  String: [
    ...[
      ['\u{1F600}', '\uffff'],
      ['\ue000b', '\u{10000}a'],
      ['b\u{1F600}', 'b\ufffd', 'bbb'],
    ],
    ...[
      ['a', 'A', 'b'],
      ['abA', 'Ba'],
      ['\u00e9', 'e\u0301'],
      ['e\u0301\u0302', 'e\u0302\u0301'],
    ],
    ...[
      [PREFIX, `${PREFIX}a`, `${PREFIX}\u{10000}`],
      [`${PREFIX}\uffff`, `${PREFIX}\u{10ffff}`],
    ],
    ...[
      ['\u{1F600}\u{1F601}', 'abc'],
      ['10', '9'],
      ['', ' ', '\u0000'],
    ],
  ],
  ID: [
    ['k1', 'K1'],
    ['\u{1F600}', '\uffff'],
    ['10', '9'],
  ],
  State: [
    ['A', 'aba', 'OPEN'],
    ['open', 'OPEN', 'CLOSED'],
    ['text', 'CLOSED', 'aba'],
  ],
  BigInt: [
    ['9007199254740992', '9007199254740993'],
    ['-9007199254740993', '-9007199254740992'],
  ],
  Float: [
    [0.1, 0.2, 0.3],
    [1e16, 1, -1e16],
    [-0, 0, 5e-324],
  ],
  DateTime: [
    ['2024-02-29T12:00:00.000001Z', '2024-02-29T12:00:00.000002Z'],
    ['2024-02-29T12:00:00.5+02:00', '2024-02-29T10:00:00.500Z', '2024-02-29T12:00:00.000Z'],
    ['1969-12-31T23:59:59.999999Z', '1969-12-31T23:59:59.999998Z'],
  ],
  Bytes: [
    ['AAE=', '/+8='],
    ['eHg=', '+A=='],
    ['', 'AA=='],
  ],
};
/** What parts of text are looked for in. */
const PARTED: Readonly<Record<string, readonly (readonly unknown[])[]>> = {
  String: [
    ['aba', 'Ab', 'bab'],
    ['abA', 'Bab', 'ba'],
    ['x\u{1F600}x', '\u{1F600}X', 'xX'],
  ],
  ID: [
    ['k1k', '1K', 'K1'],
    ['\u{1F600}k', 'k\u{1F600}', 'K'],
  ],
};
const MOST_KEYS = 10;

export function randomValues(random: Seeded): SemanticsValues {
  const values = Object.entries(VALUES).map(([scalar, some]) => {
    const others = Array.from({ length: random.between(1, 3) }, () => random.pick(some));
    const pairs = CONFUSED[scalar] ?? [[]];
    const parted = PARTED[scalar] ?? pairs;
    return [scalar, [...random.pick(pairs), ...random.pick(parted), ...others]] as const;
  });
  const keys = KEYS.filter(() => random.chance(0.8)).slice(0, MOST_KEYS);
  const own = Object.fromEntries(values);
  // Conditions name the enum, the reference does not.
  const Enum = own.State ?? [];
  return { values: { ...own, Boolean: [true, false], Enum }, keys };
}
