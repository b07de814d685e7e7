import { expect, test } from 'vitest';
import { KeyedSets } from '../../src/base/keyed-sets.ts';
import { Seeded } from '../seeded.ts';

test('holds what a map of sets holds, and no empty set', () => {
  const random = new Seeded(20_261_127);
  const things = Array.from({ length: 4 }, (_, number) => ({ number }));
  const sets = new KeyedSets<number, object>();
  const plain = new Map<number, Set<object>>();
  for (let round = 0; round < 5_000; round++) {
    const [key, thing] = [random.below(3), random.pick(things)];
    const known = plain.get(key) ?? new Set();
    if (random.chance(0.5)) {
      sets.add(key, thing);
      plain.set(key, known.add(thing));
    } else {
      sets.remove(key, thing);
      known.delete(thing);
      if (known.size === 0) plain.delete(key);
    }
    expect(sets.size).toBe(plain.size);
    expect(new Set(sets.get(key) ?? [])).toEqual(plain.get(key) ?? new Set());
    const all = new Map([...sets].map(([each, held]) => [each, new Set(held)]));
    expect(all).toEqual(plain);
  }
});

test('what is taken out while a set is gone over is gone over once', () => {
  const sets = new KeyedSets<string, object>();
  const things = [{}, {}, {}];
  for (const thing of things) sets.add('a', thing);
  const seen: object[] = [];
  for (const thing of sets.get('a') ?? []) {
    seen.push(thing);
    sets.remove('a', thing);
  }
  expect(seen).toEqual(things);
  expect(sets.size).toBe(0);
});
