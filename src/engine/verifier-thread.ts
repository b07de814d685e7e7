/** A thread that verifies commits where they stand; verifier-pool.ts starts it. */

import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../base/assert.ts';
import { decodeCommit } from '../delta/commit.ts';
import { LeafHasher, type LeafHasherParts } from './leaf-hasher.ts';
import { refusalInPlace } from './verifier.ts';
import type { Refusal, VerifyAnswer, VerifyRequest } from './verifier-pool.ts';

const port = parentPort;
assert(port !== null, 'a verifier runs in a thread');
const parts = workerData as LeafHasherParts;
const hasher = await LeafHasher.create(parts);

port.on('message', ({ batch, places }: VerifyRequest) => {
  const { buffer } = parts.memory;
  const refusals: Refusal[] = [];
  for (let index = 0; index * 2 < places.length; index++) {
    const [address, length] = places.subarray(index * 2, index * 2 + 2) as unknown as number[];
    const refusal = refusalInPlace(decodeCommit(new Uint8Array(buffer, address, length)), hasher);
    if (refusal === undefined) continue;
    const { code, message, facts } = refusal;
    refusals.push({ index, code, message, facts });
  }
  port.postMessage({ batch, refusals } satisfies VerifyAnswer);
});
