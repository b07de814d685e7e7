/** Few values of each scalar, so that operands meet what is stored and many sort keys are equal. */

import type { Seeded } from '../seeded.ts';
import { KEYS, VALUES } from './graphql-definition.ts';

export interface SemanticsValues {
  readonly values: Readonly<Record<string, readonly unknown[]>>;
  readonly keys: readonly string[];
}

const PREFIX = 'a long beginning that many have '.repeat(9);
const MORE: Readonly<Record<string, readonly unknown[]>> = {
  String: [
    ...['a', 'b', 'c', '\ud7ff', '\ue000', '\u{1F600}\u{1F600}', 'b\u{1F600}a', 'e\u0301\u0302'],
    ...[`${PREFIX}a`, `${PREFIX}b`, `${PREFIX}\uffff`, `${PREFIX}\u{10000}`, PREFIX],
  ],
  BigInt: ['9007199254740992', '9007199254740993', '9007199254740995', '-9007199254740993', '7'],
  Float: [0.1, 0.2, 0.3, -0, 1e16, 1, -1e16, 2.5],
  DateTime: ['2024-02-29T12:00:00.000002Z', '2024-02-29T12:00:00.000001+00:00'],
};
const MOST_KEYS = 10;

export function randomValues(random: Seeded): SemanticsValues {
  const values = Object.entries(VALUES).map(([scalar, some]) => {
    const all = [...some, ...(MORE[scalar] ?? [])];
    const count = random.between(3, 7);
    return [scalar, Array.from({ length: count }, () => random.pick(all))] as const;
  });
  const keys = KEYS.filter(() => random.chance(0.8)).slice(0, MOST_KEYS);
  const own = Object.fromEntries(values);
  return { values: { ...own, Boolean: [true, false] }, keys };
}
