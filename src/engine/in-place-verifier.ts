/**
 * Verification where it is called, of commits that stand in the engine's memory: an instance of the
 * engine hashes four transactions at once, which takes a fraction of what as many calls from
 * outside take.
 */

import type { Commit } from '../delta/commit.ts';
import { EXAMINER_SCRATCH_BYTES, PayloadExaminer } from './payload-examiner.ts';
import type { Staging } from './staging.ts';
import { inlineVerifier, type Verification, type Verifier, verifyInPlace } from './verifier.ts';

export interface InPlaceVerifierParts {
  readonly memory: WebAssembly.Memory;
  readonly staging: Staging;
}

export class InPlaceVerifier implements Verifier {
  readonly #parts: InPlaceVerifierParts;
  readonly #scratch: number;
  /** Made with the first commit: most spaces verify none. */
  #examiner: Promise<PayloadExaminer> | undefined;

  /** Takes its scratch from the staging area, before its first block. */
  constructor(parts: InPlaceVerifierParts) {
    this.#parts = parts;
    this.#scratch = parts.staging.reserve(EXAMINER_SCRATCH_BYTES);
  }

  async verify(commits: readonly Commit[]): Promise<readonly Verification[]> {
    if (commits.some(({ bytes }) => !(bytes.buffer instanceof SharedArrayBuffer))) {
      return await inlineVerifier.verify(commits);
    }
    const { memory, staging } = this.#parts;
    const [scratch, scratchBytes] = [this.#scratch, EXAMINER_SCRATCH_BYTES];
    this.#examiner ??= PayloadExaminer.create({ memory, scratch, scratchBytes });
    const examiner = await this.#examiner;
    return commits.map((commit) => {
      const { byteOffset, length } = commit.bytes;
      return verifyInPlace(commit, examiner, staging.roomBehind(byteOffset, length));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
