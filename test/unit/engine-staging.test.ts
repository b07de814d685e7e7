import { describe, expect, test } from 'vitest';
import { STAGING_BYTES, STAGING_START } from '../../assembly/abi.ts';
import { Staging } from '../../src/engine/staging.ts';
import { Seeded } from '../seeded.ts';

const AREA = { start: 1_600, bytes: 256 };

describe('the staging area', () => {
  test('hands out blocks one behind the other, at multiples of 16', () => {
    const staging = new Staging();
    expect([staging.take(1), staging.take(17), staging.take(0)]).toEqual([
      STAGING_START,
      STAGING_START + 16,
      STAGING_START + 48,
    ]);
  });

  test('gives a block of its whole size, and no larger one', () => {
    expect(new Staging().take(STAGING_BYTES)).toBe(STAGING_START);
    expect(new Staging().take(STAGING_BYTES + 1)).toBeUndefined();
  });

  test('has room again where a block was released, whatever stays before it', () => {
    const staging = new Staging(AREA);
    const [first, second] = [staging.take(128), staging.take(128)];
    expect(staging.take(16)).toBeUndefined();
    staging.release(second as number);
    expect(staging.take(64)).toBe(1_728);
    staging.release(first as number);
    expect(staging.take(192)).toBeUndefined();
    expect(staging.take(128)).toBe(1_600);
  });

  test('joins what was released with what is free on both sides', () => {
    const staging = new Staging(AREA);
    const blocks = [64, 64, 64, 64].map((bytes) => staging.take(bytes) as number);
    for (const index of [0, 2, 3, 1]) staging.release(blocks[index] as number);
    expect(staging.take(256)).toBe(1_600);
    expect(staging.blocks).toBe(1);
  });

  test('keeps the scratch that was cut from its end', () => {
    const staging = new Staging(AREA);
    expect(staging.reserve(30)).toBe(1_824);
    expect(staging.reserve(16)).toBe(1_808);
    expect(staging.take(209)).toBeUndefined();
    expect(staging.take(208)).toBe(1_600);
    expect(() => staging.reserve(16)).toThrow('scratch is cut before blocks are taken');
  });

  test('takes no block back twice', () => {
    const staging = new Staging();
    const block = staging.take(16) as number;
    staging.release(block);
    expect(() => staging.release(block)).toThrow('released once');
  });
});

test('random blocks never overlap, and all of the area comes back', () => {
  const random = new Seeded(20_260_201);
  const met = { full: 0, reused: 0, 'released early': 0 };
  for (let sequence = 0; sequence < 200; sequence++) {
    const staging = new Staging(AREA);
    const end = staging.reserve(random.below(60));
    const held: { address: number; end: number }[] = [];
    let last = 0;
    for (let step = 0; step < 200; step++) {
      if (random.chance(0.5) && held.length > 0) {
        const index = random.chance(0.6) ? 0 : random.below(held.length);
        if (index > 0) met['released early'] += 1;
        staging.release((held.splice(index, 1)[0] as { address: number }).address);
        continue;
      }
      const bytes = random.below(100);
      const address = staging.take(bytes);
      if (address === undefined) {
        met.full += 1;
        expect(held.length, 'an empty area takes what fits').toBeGreaterThan(0);
        continue;
      }
      if (address < last) met.reused += 1;
      last = address;
      expect(address % 16).toBe(0);
      expect(address).toBeGreaterThanOrEqual(AREA.start);
      expect(address + bytes).toBeLessThanOrEqual(end);
      for (const other of held) {
        expect(address >= other.end || address + bytes <= other.address).toBe(true);
      }
      held.push({ address, end: address + Math.max(1, bytes) });
    }
    for (const { address } of held) staging.release(address);
    expect(staging.take(end - AREA.start)).toBe(AREA.start);
  }
  for (const count of Object.values(met)) expect(count).toBeGreaterThan(100);
});
