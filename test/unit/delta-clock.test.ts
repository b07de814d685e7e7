import { describe, expect, test } from 'vitest';
import { clockMilliseconds, nextClock } from '../../src/delta/clock.ts';

describe('the hybrid logical clock', () => {
  test('follows real time while that is ahead', () => {
    const clock = nextClock(5n, 1_750_000_000_000);
    expect(clockMilliseconds(clock)).toBe(1_750_000_000_000);
    expect(clock & 0xffffn).toBe(0n);
  });

  test('counts on from the greatest it has seen while real time is behind or the same', () => {
    const ahead = nextClock(0n, 2_000_000_000_000);
    expect(nextClock(ahead, 1_000_000_000_000)).toBe(ahead + 1n);
    expect(nextClock(ahead, 2_000_000_000_000)).toBe(ahead + 1n);
  });

  test('passes into the next millisecond when the counter is full', () => {
    const full = (nextClock(0n, 1_000) | 0xffffn) as bigint;
    const next = nextClock(full, 1_000);
    expect(next).toBe(full + 1n);
    expect(clockMilliseconds(next)).toBe(1_001);
  });

  test('always grows', () => {
    let clock = 0n;
    for (const milliseconds of [5, 5, 3, 0, 9, 9, 1]) {
      const next = nextClock(clock, milliseconds);
      expect(next).toBeGreaterThan(clock);
      clock = next;
    }
  });
});
