import { beforeAll, describe, expect, test } from 'vitest';
import {
  IMAGE_START,
  MERKLE_HASHES,
  STAGING_BYTES,
  STAGING_START,
  WORK_BYTES,
} from '../../assembly/abi.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { leafHash, merkleRoot } from '../../src/crypto/merkle.ts';
import { readPayload } from '../../src/delta/payload-reader.ts';
import { Engine } from '../../src/engine/engine.ts';
import { engineMemory } from '../../src/engine/module.ts';
import { EXAMINER_SCRATCH_BYTES, PayloadExaminer } from '../../src/engine/payload-examiner.ts';
import { Seeded } from '../seeded.ts';

const SCRATCH = STAGING_START + STAGING_BYTES / 2;
const SEED = 20_260_301;

let memory: WebAssembly.Memory;
let examiner: PayloadExaminer;

beforeAll(async () => {
  memory = engineMemory();
  const scratchBytes = EXAMINER_SCRATCH_BYTES;
  examiner = await PayloadExaminer.create({ memory, scratch: SCRATCH, scratchBytes });
});

describe('[C7] the hashes of a payload', () => {
  test('are those of the host, for every length of a leaf up to three blocks', () => {
    for (let length = 21; length < 200; length++) {
      const random = new Seeded(length);
      const payload = payloadOf([length, length, 21], random, length);
      expect(hashInMemory(payload), `${length} bytes`).toEqual(hashOnHost(payload));
    }
  });

  test('are those of the host, for every count up to 70 and the largest', () => {
    for (const count of [...Array.from({ length: 70 }, (_, index) => index + 1), 65_535]) {
      const payload = payloadOf(new Array<number>(count).fill(21), new Seeded(count));
      expect(hashInMemory(payload), `${count} transactions`).toEqual(hashOnHost(payload));
    }
  });

  test(`are those of the host under random payloads, from seed ${SEED} on`, () => {
    for (let seed = SEED; seed < SEED + 300; seed++) {
      const random = new Seeded(seed);
      const most = random.pick([30, 100, 2_000]);
      const lengths = Array.from({ length: random.between(1, 40) }, () => random.between(21, most));
      const payload = payloadOf(lengths, random, random.below(300));
      expect(hashInMemory(payload, 1 + random.below(64)), `seed ${seed}`).toEqual(
        hashOnHost(payload),
      );
    }
  });

  test('leave the bytes around the scratch and the image alone', () => {
    const bytes = Buffer.from(memory.buffer);
    const payload = payloadOf([30, 40, 50], new Seeded(1));
    hashInMemory(payload);
    const end = STAGING_START + 64 + payload.length;
    expect(bytes.subarray(SCRATCH + EXAMINER_SCRATCH_BYTES).every((byte) => byte === 0)).toBe(true);
    expect(bytes.subarray(SCRATCH - 4_096, SCRATCH).every((byte) => byte === 0)).toBe(true);
    expect(bytes.subarray(STAGING_START + 64, end).equals(payload)).toBe(true);
  });
});

describe('a payload whose lengths do not fit has no hashes', () => {
  test('under mutations, exactly when the host refuses it', () => {
    const met = { refused: 0, taken: 0 };
    for (let seed = SEED; seed < SEED + 2_000; seed++) {
      const random = new Seeded(seed);
      const payload = Buffer.from(payloadOf([30, 25, 90], random, 20));
      for (let count = random.between(1, 3); count > 0; count--) {
        const at = random.pick([0, 1, 2, 24, 25, 28, 58, 59, 62, random.below(payload.length)]);
        payload[at] = random.below(256);
      }
      const cut = random.chance(0.3) ? payload.subarray(0, random.below(payload.length)) : payload;
      const expected = hashOnHost(cut);
      met[expected === undefined ? 'refused' : 'taken'] += 1;
      expect(hashInMemory(cut), `seed ${seed}`).toEqual(expected);
    }
    expect(Math.min(met.refused, met.taken)).toBeGreaterThan(200);
  });

  test('when a leaf is not plain', () => {
    const payload = payloadOf([30, 30], new Seeded(1));
    payload[payload.length - 30] = 1;
    expect(hashInMemory(payload)).toBeUndefined();
  });

  test('when it has no transaction', () => {
    expect(hashInMemory(payloadOf([], new Seeded(1)))).toBeUndefined();
  });

  test('when it has more transactions than the scratch takes', async () => {
    const scratchBytes = WORK_BYTES + MERKLE_HASHES + 3 * 32;
    const small = await PayloadExaminer.create({ memory, scratch: SCRATCH, scratchBytes });
    const hash = (count: number) => {
      const payload = payloadOf(new Array<number>(count).fill(21), new Seeded(1));
      Buffer.from(memory.buffer).set(payload, STAGING_START);
      return small.hash({ address: STAGING_START, bytes: payload.length });
    };
    expect([hash(3), hash(4)]).toEqual([expect.anything(), undefined]);
  });

  test('when it leaves the memory', () => {
    const end = memory.buffer.byteLength;
    for (const [address, bytes] of [
      [end - 100, 101],
      [0xffff_fff0, 100],
      [end, 0],
    ] as const) {
      expect(examiner.hash({ address, bytes })).toBeUndefined();
    }
  });
});

test('the root over given leaves is that of the host, for 1 to 200 leaves', () => {
  const leaves = Array.from({ length: 200 }, (_, index) => leafHash(Uint8Array.of(index)));
  for (let count = 1; count <= leaves.length; count++) {
    const some = leaves.slice(0, count);
    expect(Buffer.from(examiner.root(some)), `${count}`).toEqual(Buffer.from(merkleRoot(some)));
  }
  expect(() => examiner.root([])).toThrow('a Merkle tree has at least one leaf');
});

test('two examiners on one memory do not disturb one another', async () => {
  const scratch = SCRATCH + 4 * 1024 * 1024;
  const other = await PayloadExaminer.create({
    memory,
    scratch,
    scratchBytes: EXAMINER_SCRATCH_BYTES,
  });
  const payload = payloadOf([30, 40, 50], new Seeded(1));
  const expected = hashInMemory(payload);
  expect(other.hash({ address: STAGING_START + 64, bytes: payload.length })).toEqual(expected);
  expect(examiner.hash({ address: STAGING_START + 64, bytes: payload.length })).toEqual(expected);
});

test('memory that is touched ahead stays as it is', async () => {
  const engine = await Engine.create(new Uint8Array(32).fill(3), new Seeded(1));
  const top = IMAGE_START + engine.imageBytes;
  engine.memory.ensure(top + 4_194_304);
  const scratchBytes = EXAMINER_SCRATCH_BYTES;
  const shared = engine.memory.memory;
  const beside = await PayloadExaminer.create({ memory: shared, scratch: SCRATCH, scratchBytes });
  const bytes = engine.memory.bytes;
  const pattern = Buffer.alloc(1_048_576, 'what is here stays');
  pattern.copy(bytes, top);
  const image = engine.image();
  for (let round = 0; round < 3; round++) beside.touchAhead();
  expect(bytes.subarray(top, top + pattern.length).equals(pattern)).toBe(true);
  expect(bytes.subarray(top + pattern.length).every((byte) => byte === 0)).toBe(true);
  expect(engine.image()).toEqual(image);
});

/** Random bytes in transactions of these lengths, behind a dictionary. */
function payloadOf(lengths: readonly number[], random: Seeded, names = 16): Uint8Array {
  const parts = [word(4 + names), random.bytes(4 + names)];
  for (const length of lengths) {
    const transaction = random.bytes(length);
    transaction[0] = 0;
    parts.push(word(length), transaction);
  }
  return Buffer.concat(parts);
}

function hashInMemory(payload: Uint8Array, offset = 64): unknown {
  Buffer.from(memory.buffer).set(payload, STAGING_START + offset);
  return examiner.hash({ address: STAGING_START + offset, bytes: payload.length });
}

function hashOnHost(payload: Uint8Array): unknown {
  try {
    const { dictionary, transactions } = readPayload(payload);
    if (transactions.some(([leaf]) => leaf !== 0)) return undefined;
    const root = new Uint8Array(merkleRoot(transactions.map(leafHash)));
    return { transactionCount: transactions.length, dictionary: sha256(dictionary), root };
  } catch {
    return undefined;
  }
}

function word(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}
