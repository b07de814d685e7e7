/** The host's reader of transactions against the writer and the grammar of test/reference. */

import { describe, expect, test } from 'vitest';
import { toHex } from '../../src/base/bytes.ts';
import { DatabaseError, ErrorCode } from '../../src/base/errors.ts';
import { PayloadLayout, readPayload } from '../../src/delta/payload-reader.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import { readTransaction } from '../../src/delta/transaction-reader.ts';
import { checkPayload } from '../reference/payload-grammar.ts';
import { Seeded } from '../seeded.ts';
import { mutateBytes, mutateStructure } from './door-mutations.ts';
import { randomPayload } from './door-payload.ts';

const SEED = 20_261;
const COUNT = 300;
const MUTATIONS = 12;

const space = new Uint8Array(32).fill(1);
const author = new Uint8Array(32).fill(2);
const commits = [new Uint8Array(32).fill(3), new Uint8Array(32).fill(4)];

describe('the reader of transactions', () => {
  test(`[C12]–[C21] what is read and written again has the same bytes, seed ${SEED}`, () => {
    const seeded = new Seeded(SEED);
    for (let count = 0; count < COUNT; count++) {
      const payload = randomPayload(seeded, commits);
      const writer = new PayloadWriter();
      for (const transaction of read(payload)) writer.add(transaction);
      expect(toHex(writer.finish()), `payload ${count}`).toBe(toHex(payload));
    }
  });

  test(`[C12]–[C20] mutated bytes get the verdict of the grammar, seed ${SEED}`, () => {
    const seeded = new Seeded(SEED);
    const tally = new Map<string, number>();
    for (let count = 0; count < COUNT * MUTATIONS; count++) {
      const payload = randomPayload(seeded, commits);
      const other = randomPayload(seeded, commits);
      const mutated = seeded.chance(0.5)
        ? mutateBytes(payload, seeded, other)
        : mutateStructure(payload, PayloadLayout.PLAIN, seeded);
      const expected = checkPayload(mutated, () => true) === undefined && isPlain(mutated);
      const actual = verdict(mutated);
      expect(actual === 'taken', `payload ${count} ${toHex(mutated)}`).toBe(expected);
      tally.set(actual, (tally.get(actual) ?? 0) + 1);
    }
    expect(tally.get('MALFORMED')).toBeGreaterThan(1000);
    expect(tally.get('taken')).toBeGreaterThan(300);
    expect(tally.get('LIMIT_EXCEEDED')).toBeGreaterThan(0);
  });
});

function read(payload: Uint8Array) {
  const { dictionary, transactions } = readPayload(payload);
  return transactions.map((transaction, index) =>
    readTransaction({ dictionary, transaction, index, space, author }),
  );
}

/** The grammar takes the leaves of commits in segments too; of a payload that it takes. */
function isPlain(payload: Uint8Array): boolean {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  let at = 4 + view.getUint32(0, true);
  while (at < payload.length && payload[at + 4] === 0) at += 4 + view.getUint32(at, true);
  return at === payload.length;
}

/** Which of several faults is met first is not compared: payloads are cut before they are read. */
function verdict(payload: Uint8Array): string {
  try {
    return read(payload).length === 0 ? ErrorCode.MALFORMED : 'taken';
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return error.code;
  }
}
