import { describe, expect, test } from 'vitest';
import {
  PEER_BEGIN_MILLISECONDS,
  PEER_BEGINS_MAX,
  PEER_KEPT_OUT_MILLISECONDS_LEAST,
  PEER_KEPT_OUT_MILLISECONDS_MAX,
} from '../../src/base/connection-limits.ts';
import { PeerStanding } from '../../src/replication/peer-standing.ts';

describe('[Q32] the standing of a replica', () => {
  test('lets it begin so many times at once, and one more after a while', () => {
    const standing = new PeerStanding();
    const begins = (now: number, count: number) =>
      Array.from({ length: count }, () => standing.mayBegin(now));
    expect(begins(0, PEER_BEGINS_MAX)).toEqual(Array(PEER_BEGINS_MAX).fill(true));
    expect(begins(PEER_BEGIN_MILLISECONDS - 1, 1)).toEqual([false]);
    expect(begins(2 * PEER_BEGIN_MILLISECONDS, 3)).toEqual([true, true, false]);
    expect(begins(1e9, PEER_BEGINS_MAX + 1).indexOf(false)).toBe(PEER_BEGINS_MAX);
  });

  test('lets one begin for ever that opens a connection as often as replicas do', () => {
    const standing = new PeerStanding();
    for (let now = 0; now < 600_000; now += 300)
      expect(standing.mayBegin(now), `${now}`).toBe(true);
  });

  test('keeps it out for longer each time that it breaks the rules, up to a bound', () => {
    const standing = new PeerStanding();
    const times: number[] = [];
    let now = 0;
    for (let count = 0; count < 9; count++) {
      standing.broke(now);
      const from = now;
      while (standing.isKeptOut(now)) now += 500;
      expect(standing.mayBegin(now)).toBe(true);
      times.push(now - from);
    }
    const doubled = times.map((_, index) => PEER_KEPT_OUT_MILLISECONDS_LEAST * 2 ** index);
    expect(times).toEqual(doubled.map((each) => Math.min(each, PEER_KEPT_OUT_MILLISECONDS_MAX)));
  });

  test('forgets what is long ago', () => {
    const standing = new PeerStanding();
    for (let count = 0; count < 4; count++) standing.broke(0);
    const now = 2 * PEER_KEPT_OUT_MILLISECONDS_MAX;
    standing.broke(now);
    expect(standing.isKeptOut(now + PEER_KEPT_OUT_MILLISECONDS_LEAST)).toBe(false);
  });

  test('does not let one begin that is kept out', () => {
    const standing = new PeerStanding();
    standing.broke(0);
    expect(standing.mayBegin(PEER_KEPT_OUT_MILLISECONDS_LEAST - 1)).toBe(false);
    expect(standing.mayBegin(PEER_KEPT_OUT_MILLISECONDS_LEAST)).toBe(true);
  });
});
