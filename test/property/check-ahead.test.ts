/**
 * Checks that a thread makes ahead of prepare: one engine prepares with them, another checks the
 * same payloads itself. Both must take the same payloads, for the same needs, to the same state.
 */

import { beforeEach, describe, expect, test } from 'vitest';
import { STAGING_BYTES, STAGING_START } from '../../assembly/abi.ts';
import { toHex } from '../../src/base/bytes.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import type { AddressedDelta } from '../../src/delta/delta.ts';
import { PayloadLayout } from '../../src/delta/payload-reader.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import { Engine, type GroupCommit } from '../../src/engine/engine.ts';
import { EXAMINER_SCRATCH_BYTES, PayloadExaminer } from '../../src/engine/payload-examiner.ts';
import { Seeded } from '../seeded.ts';
import { mutateBytes, mutateStructure } from './door-mutations.ts';
import { randomPayload } from './door-payload.ts';

const SEED = 20_261_126;
const PAYLOADS = 1_500;
const SPACE = new Uint8Array(32).fill(1);
const AUTHOR = new Uint8Array(32).fill(2);
/** A commit that no engine has. */
const UNKNOWN = [new Uint8Array(32).fill(9)];
const SCRATCH = STAGING_START + STAGING_BYTES / 2;
/** Far more than any of these payloads needs. */
const ROOM = { address: STAGING_START + 4_194_304, bytes: 1_048_576 };

let engine: Engine;
let plain: Engine;
let examiner: PayloadExaminer;

beforeEach(async () => {
  // The same secret: the images of both must stay alike, word for word.
  [engine, plain] = [await newEngine(), await newEngine()];
  const { memory } = engine.memory;
  const scratchBytes = EXAMINER_SCRATCH_BYTES;
  examiner = await PayloadExaminer.create({ memory, scratch: SCRATCH, scratchBytes });
});

describe('a check that was made ahead', () => {
  test(`is made of what prepare takes, and of nothing else, from seed ${SEED} on`, () => {
    const seeded = new Seeded(SEED);
    const known: Uint8Array[] = [];
    const tally = { taken: 0, refused: 0, unknownReference: 0 };
    for (let count = 0; count < PAYLOADS; count++) {
      const payload = payloadOf(seeded, known);
      const commit = commitOf(payload, count);
      const staged = stage(payload);
      const isChecked = examiner.check(staged, AUTHOR, ROOM);
      const expected = refusal(() => plain.prepare([commit]));
      const name = `payload ${count} ${toHex(payload)}`;
      if (!isChecked) {
        tally.refused += 1;
        expect(expected, name).toBeDefined();
        continue;
      }
      const checked = { ...commit, address: staged.address, check: ROOM.address };
      expect(
        refusal(() => engine.prepare([checked])),
        name,
      ).toEqual(expected);
      if (expected !== undefined) {
        tally.unknownReference += 1;
        continue;
      }
      tally.taken += 1;
      expect(engine.apply(), name).toBe(plain.apply());
      known.push(commit.hash);
      if (known.length > 8) known.shift();
    }
    expect(engine.stateHash(false)).toBe(plain.stateHash(false));
    // What they reserved for each group was the same.
    expect(engine.imageBytes).toBe(plain.imageBytes);
    expect(tally.taken).toBeGreaterThan(PAYLOADS / 3);
    expect(tally.refused).toBeGreaterThan(PAYLOADS / 4);
    expect(tally.unknownReference).toBeGreaterThan(5);
  });

  test.each([
    ['values at indexed paths', () => 'City'],
    ['names', (number: number) => `Type${number}`],
  ])('counts the %s, each of which takes rows', (_, typeOf) => {
    const writer = new PayloadWriter();
    const subject = { element: 'node', id: '' } as const;
    const values = 20_000;
    for (let number = 0; number < values; number++) {
      const deltas: AddressedDelta[] = [
        {
          subject,
          delta: { operation: 'createNode', type: typeOf(number), number: BigInt(number) },
        },
        { subject, delta: { operation: 'set', path: 'name', value: `${number}` } },
      ];
      writer.add({ id: new Uint8Array(16), actor: 'user:a', deltas });
    }
    const commit = commitOf(writer.finish(), 0);
    const { address } = stage(commit.payloadBytes);
    expect(examiner.check({ address, bytes: commit.payloadBytes.length }, AUTHOR, ROOM)).toBe(true);
    engine.prepare([{ ...commit, address, check: ROOM.address }]);
    expect(engine.apply()).toBe(2 * values);
  });

  test('leaves the place of a refusal as it is, behind others of its group', () => {
    const subject = { element: 'node', id: 'AAAAAAAAAAAAAAAA' } as const;
    const set = { subject, delta: { operation: 'set', path: 'name', value: 'a' } } as const;
    const base = { kind: 'commit', hash: UNKNOWN[0] as Uint8Array, position: 0 } as const;
    const delta = { operation: 'increment', path: 'people', base, amount: 1n } as const;
    const [first, second] = [[set, set, set], [{ subject, delta }]].map((deltas, number) => {
      const writer = new PayloadWriter();
      for (const each of deltas) {
        writer.add({ id: new Uint8Array(16), actor: 'user:a', deltas: [each, each] });
      }
      return commitOf(writer.finish(), number);
    }) as [GroupCommit, GroupCommit];
    const { address } = stage(second.payloadBytes);
    const bytes = second.payloadBytes.length;
    expect(examiner.check({ address, bytes }, AUTHOR, ROOM)).toBe(true);
    const expected = refusal(() => plain.prepare([first, second]));
    expect(expected).toMatchObject({ facts: { commit: 1, transaction: 0, delta: 0 } });
    const checked = { ...second, address, check: ROOM.address };
    expect(refusal(() => engine.prepare([first, checked]))).toEqual(expected);
    // A check of other bytes is none.
    const moved = { ...first, address: address + 16, check: ROOM.address };
    engine.memory.bytes.set(first.payloadBytes, address + 16);
    engine.prepare([moved]);
    plain.prepare([first]);
    expect(engine.apply()).toBe(plain.apply());
    expect(engine.stateHash(false)).toBe(plain.stateHash(false));
  });

  test('is not made where there is too little room, whatever the room is', () => {
    const seeded = new Seeded(SEED);
    const payload = randomPayload(seeded, UNKNOWN);
    const staged = stage(payload);
    const bytes = Buffer.from(engine.memory.bytes.buffer);
    let made = 0;
    for (let room = 0; room < 2_048; room += 4) {
      bytes.fill(0xee, ROOM.address, ROOM.address + 4_096);
      const isMade = examiner.check(staged, AUTHOR, { address: ROOM.address, bytes: room });
      if (isMade) made += 1;
      else expect(made, `${room} bytes`).toBe(0);
      const after = bytes.subarray(ROOM.address + room, ROOM.address + 4_096);
      expect(
        after.every((byte) => byte === 0xee),
        `${room} bytes`,
      ).toBe(true);
    }
    expect(made).toBeGreaterThan(0);
  });

  test('is not made of a payload or in room that the memory does not have', () => {
    const staged = stage(randomPayload(new Seeded(SEED), UNKNOWN));
    const end = engine.memory.bytes.length;
    for (const room of [
      { address: end - 100, bytes: 4_096 },
      { address: 0xffff_fff0, bytes: 100 },
    ]) {
      expect(examiner.check(staged, AUTHOR, room)).toBe(false);
    }
    expect(examiner.check({ ...staged, address: end - 4 }, AUTHOR, ROOM)).toBe(false);
  });
});

/** With fields indexed, so that values are counted by their paths. */
async function newEngine(): Promise<Engine> {
  const made = await Engine.create(SPACE, new Seeded(3));
  for (const path of ['name', 'people', 'a.b.c']) made.declareIndex('City', path);
  return made;
}

function payloadOf(seeded: Seeded, known: readonly Uint8Array[]): Uint8Array {
  const references = seeded.chance(0.9) && known.length > 0 ? known : UNKNOWN;
  const payload = randomPayload(seeded, references);
  if (seeded.chance(0.5)) return payload;
  const other = randomPayload(seeded, references);
  return seeded.chance(0.5)
    ? mutateBytes(payload, seeded, other)
    : mutateStructure(payload, PayloadLayout.PLAIN, seeded);
}

function commitOf(payloadBytes: Uint8Array, number: number): GroupCommit {
  const hash = new Uint8Array(32);
  new DataView(hash.buffer).setUint32(0, number + 1);
  // Wrong counts are refused by both alike.
  const transactionCount = countOf(payloadBytes);
  return { payloadBytes, clock: BigInt(number + 1), author: AUTHOR, hash, transactionCount };
}

/** Transactions as far as their lengths lead. */
function countOf(payload: Uint8Array): number {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  let count = 0;
  let at = payload.length < 4 ? payload.length : 4 + view.getUint32(0, true);
  for (; at + 4 <= payload.length; at += 4 + view.getUint32(at, true)) count += 1;
  return count;
}

function stage(payload: Uint8Array): { address: number; bytes: number } {
  engine.memory.bytes.set(payload, STAGING_START + 64);
  return { address: STAGING_START + 64, bytes: payload.length };
}

function refusal(act: () => void): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return { code: error.code, message: error.message, facts: error.facts };
  }
}
