/** A thread that verifies commits where they stand; verifier-pool.ts starts it. */

import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../base/assert.ts';
import { decodeCommit } from '../delta/commit.ts';
import { PayloadExaminer, type PayloadExaminerParts } from './payload-examiner.ts';
import { verifyInPlace } from './verifier.ts';
import {
  placesOf,
  type Refusal,
  type VerifyAnswer,
  type VerifyRequest,
  WORDS_PER_COMMIT,
} from './verifier-message.ts';

const port = parentPort;
assert(port !== null, 'a verifier runs in a thread');
const parts = workerData as PayloadExaminerParts;
const examiner = await PayloadExaminer.create(parts);

port.on('message', ({ batch, places }: VerifyRequest) => {
  const { buffer } = parts.memory;
  const refusals: Refusal[] = [];
  const checked = new Uint8Array(places.length / WORDS_PER_COMMIT);
  for (let index = 0; index < checked.length; index++) {
    examiner.touchAhead();
    const { commit, room } = placesOf(places, index);
    const decoded = decodeCommit(new Uint8Array(buffer, commit.address, commit.bytes));
    const { refusal, check } = verifyInPlace(decoded, examiner, room);
    if (check !== undefined) checked[index] = 1;
    if (refusal === undefined) continue;
    const { code, message, facts } = refusal;
    refusals.push({ index, code, message, facts });
  }
  port.postMessage({ batch, refusals, checked } satisfies VerifyAnswer);
});
