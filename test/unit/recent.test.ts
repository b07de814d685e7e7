import { expect, test } from 'vitest';
import { Recent } from '../../src/base/recent.ts';
import { Seeded } from '../seeded.ts';

test('it keeps what is used, whatever else comes, and never more than its weight', () => {
  const recent = new Recent<number, number>(100);
  const random = new Seeded(3);
  recent.set(-1, -1, 5);
  for (let key = 0; key < 1_000; key++) {
    recent.set(key, key, random.between(1, 10));
    expect(recent.weight).toBeLessThanOrEqual(100);
    expect(recent.get(key)).toBe(key);
    expect(recent.get(-1)).toBe(-1);
  }
  expect(recent.get(0)).toBe(undefined);
});

test('what was used longer ago than half of the weight is dropped, the newest are not', () => {
  const recent = new Recent<number, number>(20);
  for (let key = 0; key < 100; key++) recent.set(key, key, 1);
  for (let key = 91; key < 100; key++) expect(recent.get(key)).toBe(key);
  for (let key = 0; key < 80; key++) expect(recent.get(key)).toBe(undefined);
});

test('an entry that is set again has its new weight, and one too heavy is none', () => {
  const recent = new Recent<string, number>(20);
  recent.set('a', 1, 4);
  recent.set('a', 2, 6);
  expect([recent.get('a'), recent.weight]).toEqual([2, 6]);
  recent.set('a', 3, 11);
  expect([recent.get('a'), recent.weight]).toEqual([undefined, 0]);
});
