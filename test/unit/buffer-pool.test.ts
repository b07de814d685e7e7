import { expect, test } from 'vitest';
import { BufferPool } from '../../src/base/buffer-pool.ts';
import { Seeded } from '../seeded.ts';

const OPTIONS = { bytesLargest: 65_536, bytesKept: 131_072 };

test('no two that are out share memory, and what is given back is used again', () => {
  const pool = new BufferPool(OPTIONS);
  const random = new Seeded(11);
  const out: { readonly buffer: Buffer; readonly mark: number }[] = [];
  const seen = new Set<ArrayBufferLike>();
  let again = 0;
  for (let step = 0; step < 1_500; step++) {
    const mark = step % 251;
    const buffer = pool.take(random.between(1, 80_000)).fill(mark);
    if (pool.isPooled(buffer) && seen.has(buffer.buffer)) again += 1;
    seen.add(buffer.buffer);
    out.push({ buffer, mark });
    if (out.length < 8) continue;
    const [given] = out.splice(random.below(out.length), 1);
    expect(given?.buffer.equals(Buffer.alloc(given.buffer.length, given.mark))).toBe(true);
    if (given !== undefined) pool.giveBack(given.buffer);
  }
  expect(again).toBeGreaterThan(500);
});

test('one that is given back twice, or is not of the pool, is not given out twice', () => {
  const pool = new BufferPool(OPTIONS);
  const first = pool.take(5_000);
  pool.giveBack(first);
  pool.giveBack(first);
  pool.giveBack(Buffer.alloc(8_192));
  pool.giveBack(new BufferPool(OPTIONS).take(5_000));
  const taken = [pool.take(5_000), pool.take(5_000)];
  expect(taken[0]?.buffer).toBe(first.buffer);
  expect(taken[1]?.buffer).not.toBe(first.buffer);
});

test('small ones and very large ones are not pooled', () => {
  const pool = new BufferPool(OPTIONS);
  expect([4_095, 4_096, 65_536, 65_537].map((length) => pool.isPooled(pool.take(length)))).toEqual([
    ...[false, true, true, false],
  ]);
});
