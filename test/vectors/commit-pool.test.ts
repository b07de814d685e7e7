import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fromHex } from '../../src/base/bytes.ts';
import { type Commit, decodeCommit } from '../../src/delta/commit.ts';
import { engineMemory } from '../../src/engine/module.ts';
import { Staging } from '../../src/engine/staging.ts';
import { VerifierPool } from '../../src/engine/verifier-pool.ts';
import { reasonOf } from '../property/flips.ts';
import {
  COMMIT_VECTORS,
  INVALID,
  type InvalidVector,
  VALID,
  type ValidVector,
} from './commit-vectors.ts';

let memory: WebAssembly.Memory;
let staging: Staging;
let pool: VerifierPool;

beforeAll(() => {
  memory = engineMemory();
  staging = new Staging();
  pool = new VerifierPool({ memory, staging, threads: 1 });
});

afterAll(async () => {
  await pool[Symbol.asyncDispose]();
});

test('[C23] threads that hash in WebAssembly give every vector its reason', async () => {
  const vectors = [...read<ValidVector>(VALID), ...read<InvalidVector>(INVALID)];
  const decoded = vectors.flatMap((vector) => {
    const commit = staged(fromHex(vector.bytes));
    return commit === undefined ? [] : [{ vector, commit }];
  });
  const answers = await pool.verify(decoded.map(({ commit }) => commit));
  for (const [index, { vector }] of decoded.entries()) {
    const expected = 'reason' in vector ? vector.reason : undefined;
    expect(answers[index]?.refusal?.facts.reason, vector.comment).toBe(expected);
  }
  const refused = answers.filter(({ refusal }) => refusal !== undefined).length;
  expect(refused).toBeGreaterThan(60);
  expect(decoded.length - refused).toBe(read<ValidVector>(VALID).length);
});

/** A commit that decodes, in the memory that the threads see. */
function staged(bytes: Uint8Array): Commit | undefined {
  if (isUndecodable(bytes)) return undefined;
  const address = staging.take(bytes.length);
  if (address === undefined) throw new Error('the staging area takes all vectors');
  const place = new Uint8Array(memory.buffer, address, bytes.length);
  place.set(bytes);
  return decodeCommit(place);
}

function isUndecodable(bytes: Uint8Array): boolean {
  return reasonOf(bytes, (read) => void decodeCommit(read)) !== undefined;
}

function read<T>(name: string): T[] {
  return JSON.parse(readFileSync(new URL(name, COMMIT_VECTORS), 'utf8')) as T[];
}
