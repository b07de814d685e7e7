import { expect, test } from 'vitest';
import type { AddressedDelta } from '../../src/delta/delta.ts';
import { Engine } from '../../src/engine/engine.ts';
import { ElementKind, type Plan } from '../../src/engine/plan.ts';
import { EngineView } from '../../src/engine/view.ts';
import { applyDeltas, ENGINE_SPACE, itemId } from '../fixture/apply-deltas.ts';
import { NO_LIMITS } from '../fixture/plan-limits.ts';
import { Seeded } from '../seeded.ts';

const VALUES_AT_ONCE = 5_000;
const random = new Seeded(20_261_126);

test('floats of any bits are written as JavaScript writes them', async () => {
  const view = new DataView(new ArrayBuffer(8));
  await expectWritten(20_000, () => {
    view.setBigUint64(0, bits64());
    const value = view.getFloat64(0);
    return Number.isFinite(value) ? value : 0;
  });
});

test('so are decimals of a few digits, and floats right beside them', async () => {
  const view = new DataView(new ArrayBuffer(8));
  await expectWritten(40_000, () => {
    const digits = random.between(1, 17);
    const integer = Number(1n + (bits64() % 10n ** BigInt(digits)));
    const value = Number(`${integer}e${random.between(-25, 8)}`);
    if (random.chance(0.6)) return random.chance(0.5) ? value : -value;
    view.setFloat64(0, value);
    view.setBigInt64(0, view.getBigInt64(0) + BigInt(random.between(-1, 1)));
    return Math.abs(view.getFloat64(0));
  });
});

test('so are powers of ten and of two, and what is next to them', async () => {
  const edges = Array.from({ length: 600 }, (_, index) => [
    Number(`1e${index - 300}`),
    2 ** (index - 300),
    Number(`9.999999999999999e${index - 300}`),
    10 ** (index % 22) - 1,
    (index - 300) / 1e6,
  ]).flat();
  let next = 0;
  await expectWritten(edges.length, () => edges[next++] as number);
});

test('integers have all of their digits', async () => {
  const powers = Array.from({ length: 19 }, (_, index) => 10n ** BigInt(index));
  const edges = powers.flatMap((power) => [power - 1n, power, -power, 1n - power]);
  const limits = [2n ** 63n - 1n, -(2n ** 63n)];
  const some = Array.from({ length: 10_000 }, () =>
    BigInt.asIntN(64, bits64() >> BigInt(random.between(0, 63))),
  );
  const values = [...edges, ...limits, ...some];
  let next = 0;
  await expectWritten(values.length, () => values[next++] as bigint);
});

function bits64(): bigint {
  return Buffer.from(random.bytes(8)).readBigUInt64LE();
}

/** Of nodes that hold one value each. */
async function expectWritten(count: number, nextValue: () => number | bigint): Promise<void> {
  const engine = await Engine.create(ENGINE_SPACE, new Seeded(1));
  const view = new EngineView(engine);
  for (let first = 0; first < count; first += VALUES_AT_ONCE) {
    const size = Math.min(VALUES_AT_ONCE, count - first);
    const values = Array.from({ length: size }, nextValue);
    const ids = values.map((_, index) => itemId(first + index));
    const deltas = values.flatMap((value, index): AddressedDelta[] => {
      const subject = { element: 'node', id: ids[index] as string } as const;
      const number = BigInt(first + index);
      return [
        { subject, delta: { operation: 'createNode', type: 'Item', number } },
        { subject, delta: { operation: 'set', path: 'value', value } },
      ];
    });
    applyDeltas(engine, first / VALUES_AT_ONCE, deltas);
    const answer = view.answer(planOf(ids), NO_LIMITS);
    const json = 'json' in answer ? answer.json.toString() : answer.status;
    const items = values.map((value) => `{"value":${value === 0 ? 0 : String(value)}}`);
    expect(json === `{"list":[${items.join(',')}]}`, firstDifference(json, items)).toBe(true);
  }
}

function planOf(ids: readonly string[]): Plan {
  const field = { kind: 'property', of: ElementKind.NODE, path: 'value' } as const;
  const item = { members: [{ name: 'value', shape: { kind: 'value', field, format: 'any' } }] };
  const rows = { source: { kind: 'ids', ids }, keepsOrder: true } as const;
  return { members: [{ name: 'list', shape: { kind: 'list', rows, item } }] } as Plan;
}

function firstDifference(json: string, items: readonly string[]): string {
  const written = json.slice('{"list":['.length, -2).split(/(?<=\}),/);
  const index = items.findIndex((item, place) => item !== written[place]);
  return `expected ${items[index]}, got ${written[index]}`;
}
