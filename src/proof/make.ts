/** Makes the proof of a write from the commit that holds it and the authority that it cites. */

import { assert } from '../base/assert.ts';
import { inclusionPath, partsOf } from '../crypto/merkle-proof.ts';
import type { Commit } from '../delta/commit.ts';
import type { Transaction } from '../delta/delta.ts';
import { leafBytes, leafHashes } from '../delta/leaves.ts';
import { readPayload } from '../delta/payload-reader.ts';
import { readTransaction } from '../delta/transaction-reader.ts';
import { type ClaimTarget, claimOf } from './claim.ts';
import { encodeProof } from './document.ts';

export interface ProofParts {
  readonly commit: Commit;
  /** Index of the transaction in the commit. */
  readonly index: number;
  /** Records of the authority chain, from genesis to the one that the commit cites. */
  readonly authority: readonly Uint8Array[];
  /** What the transaction wrote. */
  readonly target: ClaimTarget;
}

/** The one line of a proof. Throws LIMIT_EXCEEDED where the parts are too much for one. */
export function makeProof({ commit, index, authority, target }: ProofParts): string {
  const { header, signature } = commit;
  const payload = readPayload(commit.payloadBytes, commit.layout);
  const claim = claimOf(transactionOf(commit, index), header.clock, target);
  assert(claim !== undefined, 'a writer wrote what names it');
  const place = { index, size: payload.transactionCount };
  return encodeProof({
    space: header.space,
    claim,
    authority,
    header: commit.headerBytes,
    signature,
    dictionary: payload.dictionary,
    transaction: leafBytes(payload, index),
    index,
    path: inclusionPath(place, partsOf(leafHashes(payload))),
  });
}

/**
 * One transaction of a commit that the engine accepted, with its deltas. Throws UNSUPPORTED for
 * one in segments.
 */
export function transactionOf(commit: Commit, index: number): Transaction {
  const payload = readPayload(commit.payloadBytes, commit.layout);
  const { dictionary } = payload;
  const { space, author } = commit.header;
  const transaction = payload.transaction(index);
  return readTransaction({ dictionary, transaction, index, space, author });
}
