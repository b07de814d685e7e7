/** [Q33] What differs between many authors is found by ranges of their keys. */

import { describe, expect, test } from 'vitest';
import { toHex } from '../../src/base/bytes.ts';
import { PEER_RANGE_ROUNDS_MAX } from '../../src/base/connection-limits.ts';
import { KeySet } from '../../src/base/key-set.ts';
import { Seeded } from '../../src/base/seeded.ts';
import { Reconciliation, TipRanges } from '../../src/replication/peer-ranges.ts';
import type { AuthorTip } from '../../src/space/frontier.ts';

interface Run {
  readonly bytes: number;
  readonly frames: number;
  readonly heard: readonly (readonly AuthorTip[])[];
}

describe('[Q33] ranges of authors', () => {
  test.each([
    ['a few of many', 20_000, 100],
    ['none', 1_000, 0],
    ['all', 500, 500],
    ['one', 65_536, 1],
    ['one of one', 1, 1],
  ])('tell both sides what the other holds, where %s differ', (_, count, differing) => {
    const random = new Seeded(count + differing);
    const tips = tipsOf(random, count);
    const other = changed(random, tips, differing);
    const { heard, bytes, frames } = run(tips, other);
    expect(heard.map(textOf)).toEqual([textOf(other), textOf(tips)]);
    expect(frames).toBeLessThanOrEqual(6);
    // All of them would be 72 bytes each.
    if (differing === 100) expect(bytes).toBeLessThan((20_000 * 72) / 4);
  });

  test('are found right for any two sets', () => {
    const random = new Seeded(7);
    let differing = 0;
    for (let round = 0; round < 300; round++) {
      const tips = tipsOf(random, random.below(400));
      const most = random.chance(0.5) ? 5 : tips.length;
      const other = changed(random, tips, random.below(most + 1));
      if (textOf(tips) !== textOf(other)) differing += 1;
      expect(run(tips, other).heard.map(textOf), `${round}`).toEqual([textOf(other), textOf(tips)]);
    }
    expect(differing).toBeGreaterThan(200);
  });

  test('have a fingerprint that every tip, and nothing else, changes', () => {
    const random = new Seeded(3);
    const tips = tipsOf(random, 50);
    const whole = toHex(new TipRanges(tips).fingerprint());
    const seen = new Set([whole]);
    for (let left = 0; left < tips.length; left++) {
      const fewer = new TipRanges(tips.toSpliced(left, 1)).fingerprint();
      seen.add(toHex(fewer));
    }
    expect(seen.size).toBe(tips.length + 1);
    const part = new TipRanges(tips).fingerprint(10, 20);
    expect(toHex(part)).toBe(toHex(new TipRanges(tips.slice(10, 20)).fingerprint()));
  });

  test('leave out authors whom nothing here knows', () => {
    const random = new Seeded(4);
    const [mine, theirs] = [tipsOf(random, 300), tipsOf(random, 300)];
    const ranges = new Reconciliation(new TipRanges(mine), keysOf(mine));
    const other = new Reconciliation(new TipRanges(theirs), keysOf(theirs));
    exchange(ranges, other);
    expect([ranges.theirs, other.theirs]).toEqual([[], []]);
  });

  test.each([
    ['a bound before the last one', bytesOf(['ff', 0], ['00', 0]), 'MALFORMED'],
    ['an unknown mode', bytesOf(['ff', 4]), 'MALFORMED'],
    ['a list that is cut short', [...bytesOf(['ff', 2]), 1, 0, 0, 0], 'MALFORMED'],
    ['a list of more than there is', [...bytesOf(['ff', 2]), 255, 255, 255, 255], 'MALFORMED'],
    ['no mode', bytesOf(['ff', 0]).slice(0, -1), 'MALFORMED'],
  ])('are refused with %s', (_, body, code) => {
    const tips = tipsOf(new Seeded(5), 300);
    const ranges = new Reconciliation(new TipRanges(tips), keysOf(tips));
    expect(() => ranges.answer(Uint8Array.from(body))).toThrow(expect.objectContaining({ code }));
  });

  test('are refused with authors that are not of the range, or not ascending', () => {
    const tips = tipsOf(new Seeded(6), 300);
    const list = (bound: string, ...listed: readonly (AuthorTip | undefined)[]) =>
      Uint8Array.from([
        ...bytesOf([bound, 3]),
        ...[listed.length, 0, 0, 0],
        ...listed.flatMap((tip) => [...(tip?.author ?? []), ...new Uint8Array(40)]),
      ]);
    const answer = (body: Uint8Array) => () =>
      new Reconciliation(new TipRanges(tips), keysOf(tips)).answer(body);
    const malformed = expect.objectContaining({ code: 'MALFORMED' });
    expect(answer(list('ff', tips[1], tips[0]))).toThrow(malformed);
    expect(answer(list('ff', tips[1], tips[1]))).toThrow(malformed);
    expect(answer(list('10', tips.at(-1)))).toThrow(malformed);
    expect(answer(list('ff', tips[0], tips[1]))()).toBeUndefined();
  });

  test('end with one who goes on asking', () => {
    const tips = tipsOf(new Seeded(8), 300);
    const ranges = new Reconciliation(new TipRanges(tips), keysOf(tips));
    const asking = Uint8Array.from([...bytesOf(['ff', 1]), ...new Uint8Array(16)]);
    for (let round = 0; round < PEER_RANGE_ROUNDS_MAX; round++) ranges.answer(asking);
    expect(() => ranges.answer(asking)).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
    );
  });
});

function tipsOf(random: Seeded, count: number): AuthorTip[] {
  const tips = Array.from({ length: count }, () => {
    return { author: random.bytes(32), hash: random.bytes(32), sequence: 1 + random.below(1_000) };
  });
  return tips.sort(byName);
}

/** More last commits of the author of a tip: now and then more than are told one by one. */
function branchesOf(random: Seeded, { author }: AuthorTip): AuthorTip[] {
  const count = random.chance(0.1) ? 40 : 1;
  return tipsOf(random, count).map((tip) => ({ ...tip, author }));
}

function byName(left: AuthorTip, right: AuthorTip): number {
  const authors = Buffer.compare(left.author, right.author);
  return authors === 0 ? Buffer.compare(left.hash, right.hash) : authors;
}

/** Some with another commit, some with several, some that are gone, and some that are new. */
function changed(random: Seeded, tips: readonly AuthorTip[], count: number): AuthorTip[] {
  const other = [...tips];
  for (let left = count; left > 0; left--) {
    const at = random.below(other.length + 1);
    const draw = random.below(5);
    const tip = other[at];
    if (draw === 0 || tip === undefined) other.push(...tipsOf(random, 1));
    else if (draw === 1) other.splice(at, 1);
    else if (draw === 2) other.push(...branchesOf(random, tip));
    else other[at] = { ...tip, hash: random.bytes(32), sequence: tip.sequence + 1 };
  }
  return other.sort(byName);
}

function run(tips: readonly AuthorTip[], other: readonly AuthorTip[]): Run {
  const known = keysOf([...tips, ...other]);
  const [one, two] = [tips, other].map((each) => new Reconciliation(new TipRanges(each), known));
  if (one === undefined || two === undefined) throw new Error('there are two');
  const { bytes, frames } = exchange(one, two);
  return { bytes, frames, heard: [sorted(one.theirs), sorted(two.theirs)] };
}

function exchange(one: Reconciliation, two: Reconciliation): { bytes: number; frames: number } {
  let [bytes, frames] = [0, 0];
  let next: Uint8Array | undefined = one.begin();
  for (let to = two; next !== undefined; to = to === two ? one : two) {
    bytes += next.length;
    frames += 1;
    next = to.answer(next);
  }
  expect([one.isOver, two.isOver]).toEqual([true, true]);
  return { bytes, frames };
}

function keysOf(tips: readonly AuthorTip[]): KeySet {
  const keys = new KeySet();
  for (const { author } of tips) keys.add(author);
  return keys;
}

function sorted(tips: readonly AuthorTip[]): AuthorTip[] {
  return [...tips].sort(byName);
}

function textOf(tips: readonly AuthorTip[]): string {
  return tips
    .map(({ author, hash, sequence }) => `${toHex(author)} ${toHex(hash)} ${sequence}`)
    .join('\n');
}

function bytesOf(...ranges: readonly (readonly [string, number])[]): number[] {
  return ranges.flatMap(([byte, mode]) => [...Array(32).fill(Number.parseInt(byte, 16)), mode]);
}
