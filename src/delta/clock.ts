/**
 * The hybrid logical clock: 47 bits of milliseconds and 16 bits of counter in one int64. It grows
 * with every commit and never runs behind a parent; it orders writes and proves nothing.
 * Source: S. Kulkarni et al., "Logical Physical Clocks" (2014).
 */

const COUNTER_BITS = 16n;
const CLOCK_MAX = 2n ** 63n - 1n;

/** The clock of a new commit, given the greatest it has seen and the time now. */
export function nextClock(greatest: bigint, milliseconds: number): bigint {
  const now = BigInt(milliseconds) << COUNTER_BITS;
  return now > greatest ? now : greatest + 1n;
}

/** Milliseconds since 1970-01-01 UTC. */
export function clockMilliseconds(clock: bigint): number {
  return Number(clock >> COUNTER_BITS);
}

/** The greatest clock of a millisecond; of those before and after all clocks the nearest. */
export function greatestClock(milliseconds: number): bigint {
  const next = BigInt(milliseconds + 1) << COUNTER_BITS;
  return next < 1n ? 0n : next > CLOCK_MAX ? CLOCK_MAX : next - 1n;
}
