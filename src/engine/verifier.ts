/**
 * Verification of commits, wherever it runs. All verifiers have one verdict for a commit: that of
 * `verifyCommit`, with the same error.
 */

import { sameBytes } from '../base/bytes.ts';
import { DatabaseError } from '../base/errors.ts';
import { type Commit, checkSignature, verifyCommit } from '../delta/commit.ts';
import { PayloadLayout } from '../delta/payload-reader.ts';
import type { LeafHasher } from './leaf-hasher.ts';

export interface Verifier extends AsyncDisposable {
  /** For each commit, in order, why it is refused; undefined where it is not. */
  verify(commits: readonly Commit[]): Promise<readonly (DatabaseError | undefined)[]>;
}

/** Verifies where it is called: in browsers, and in simulations. */
export const inlineVerifier: Verifier = {
  verify: async (commits) => commits.map(refusalOf),
  [Symbol.asyncDispose]: async () => undefined,
};

/**
 * The verdict on a commit that stands in an engine's memory. Hashes that are computed there can
 * only say that it holds; whatever else there is to say, `verifyCommit` says.
 */
export function refusalInPlace(commit: Commit, hasher: LeafHasher): DatabaseError | undefined {
  try {
    if (holdsHashes(commit, hasher)) checkSignature(commit);
    else verifyCommit(commit);
    return undefined;
  } catch {
    return refusalOf(commit);
  }
}

/** Of leaves that are plain; what the same bytes come to in another layout is not asked here. */
function holdsHashes({ header, layout, payloadBytes }: Commit, hasher: LeafHasher): boolean {
  if (layout !== PayloadLayout.PLAIN) return false;
  const hashes = hasher.hash(payloadBytes.byteOffset, payloadBytes.length);
  return (
    hashes !== undefined &&
    hashes.transactionCount === header.transactionCount &&
    sameBytes(hashes.dictionary, header.dictionary) &&
    sameBytes(hashes.root, header.root)
  );
}

function refusalOf(commit: Commit): DatabaseError | undefined {
  try {
    verifyCommit(commit);
    return undefined;
  } catch (error) {
    if (error instanceof DatabaseError) return error;
    throw error;
  }
}
