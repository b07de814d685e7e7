/** Makes the proof of a write from the commit that holds it and the authority that it cites. */

import { assert } from '../base/assert.ts';
import { leafHash } from '../crypto/merkle.ts';
import { inclusionPath, partsOf } from '../crypto/merkle-proof.ts';
import { type Commit, commitHeaderBytes } from '../delta/commit.ts';
import type { Transaction } from '../delta/delta.ts';
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
  const { dictionary, transactions } = readPayload(commit.payloadBytes);
  const transaction = transactions[index];
  const claim = claimOf(transactionOf(commit, index), header.clock, target);
  assert(transaction !== undefined && claim !== undefined, 'a writer wrote what names it');
  const place = { index, size: transactions.length };
  return encodeProof({
    space: header.space,
    claim,
    authority,
    header: commitHeaderBytes(commit),
    signature,
    dictionary,
    transaction,
    index,
    path: inclusionPath(place, partsOf(transactions.map(leafHash))),
  });
}

/** One transaction of a commit that the engine accepted, with its deltas. */
export function transactionOf({ header, payloadBytes }: Commit, index: number): Transaction {
  const { dictionary, transactions } = readPayload(payloadBytes);
  const transaction = transactions[index];
  assert(transaction !== undefined, 'a transaction has its place');
  const { space, author } = header;
  return readTransaction({ dictionary, transaction, index, space, author });
}
