/**
 * Verifies a proof offline: no database, no network, no clock (schema/proof.md). Each step trusts
 * only what the steps before have shown.
 */

import { AuthorityChain } from '../authority/chain.ts';
import { decodeRecord } from '../authority/record.ts';
import { sameBytes, toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { sha256 } from '../crypto/hash.ts';
import { cidText } from '../crypto/identifier.ts';
import { leafHash } from '../crypto/merkle.ts';
import { rootOfInclusion } from '../crypto/merkle-proof.ts';
import { checkSignature } from '../delta/commit.ts';
import type { Transaction } from '../delta/delta.ts';
import { type CommitHeader, decodeHeader } from '../delta/header.ts';
import { readTransaction } from '../delta/transaction-reader.ts';
import { type Claim, claimOf, createdNode, isNodeOf, sameClaimedNode } from './claim.ts';
import { decodeProof, encodeProof, type Proof } from './document.ts';

/** Why a proof fails. Stable, and printed by the command. */
export const ProofReason = {
  /** The document is none, or not in its one form. */
  FORM: 'FORM',
  /** A format in it is newer than this program. */
  UNSUPPORTED: 'UNSUPPORTED',
  HEADER: 'HEADER',
  SIGNATURE: 'SIGNATURE',
  /** The authority chain does not hold, or is not the one that the commit cites. */
  AUTHORITY: 'AUTHORITY',
  SPACE: 'SPACE',
  /** The authority chain does not let this author write. */
  AUTHOR: 'AUTHOR',
  DICTIONARY: 'DICTIONARY',
  /** The transaction is not in the commit at this index. */
  INCLUSION: 'INCLUSION',
  TRANSACTION: 'TRANSACTION',
  /** The node is not of the type that the claim says. */
  NODE: 'NODE',
  /** The transaction does not write what the claim says. */
  CLAIM: 'CLAIM',
} as const;
export type ProofReason = (typeof ProofReason)[keyof typeof ProofReason];

export type ProofVerdict =
  | {
      readonly valid: true;
      /** Hex of the space's id. */
      readonly space: string;
      readonly claim: Claim;
      /** CID of the commit. */
      readonly commit: string;
      /** Hex of the key that signed it. */
      readonly author: string;
      readonly sequence: number;
    }
  | { readonly valid: false; readonly reason: ProofReason; readonly message: string };

/** The verdict on the one line of a proof, without a line feed. Throws for nothing in the text. */
export function verifyProof(text: string): ProofVerdict {
  try {
    const proof = step(ProofReason.FORM, () => decodeProof(text));
    const header = verifiedHeader(proof);
    verifyAuthority(proof, header);
    const transaction = includedTransaction(proof, header);
    verifyClaim(proof, header, transaction);
    return {
      valid: true,
      space: toHex(header.space),
      claim: proof.claim,
      commit: cidText(sha256(proof.header)),
      author: toHex(header.author),
      sequence: header.sequence,
    };
  } catch (error) {
    if (!(error instanceof ProofFailure)) throw error;
    return { valid: false, reason: error.reason, message: error.message };
  }
}

class ProofFailure extends Error {
  readonly reason: ProofReason;

  constructor(
    message: string,
    options: { readonly reason: ProofReason; readonly cause?: unknown },
  ) {
    super(message, options);
    this.reason = options.reason;
  }
}

function verifiedHeader(proof: Proof): CommitHeader {
  const header = step(ProofReason.HEADER, () => decodeHeader(proof.header));
  const { signature } = proof;
  const hash = sha256(proof.header);
  step(ProofReason.SIGNATURE, () => checkSignature({ hash, header, signature }));
  const isOfSpace = sameBytes(header.space, proof.space);
  expect(isOfSpace, ProofReason.SPACE, `a commit of space ${toHex(proof.space)}`);
  return header;
}

/** The chain is judged by the rules that every replica judges it by. */
function verifyAuthority({ authority, space }: Proof, header: CommitHeader): void {
  const chain = new AuthorityChain();
  step(ProofReason.AUTHORITY, () => {
    for (const bytes of authority) chain.accept(decodeRecord(bytes));
  });
  expect(chain.length > 0, ProofReason.AUTHORITY, 'an authority chain');
  expect(sameBytes(chain.space, space), ProofReason.SPACE, 'the genesis record of its space');
  const isCited = sameBytes(chain.head, header.authority);
  expect(isCited, ProofReason.AUTHORITY, 'the authority chain up to what the commit cites');
  const isAuthor = chain.isAuthor(header.author, chain.length - 1);
  expect(isAuthor, ProofReason.AUTHOR, 'an author whom the chain certifies');
}

function includedTransaction(proof: Proof, header: CommitHeader): Transaction {
  const isDictionary = sameBytes(sha256(proof.dictionary), header.dictionary);
  expect(isDictionary, ProofReason.DICTIONARY, 'the dictionary that the commit hashes');
  const place = { index: proof.index, size: header.transactionCount };
  const isWhole = proof.path.every((hash) => hash.length === 32);
  expect(isWhole, ProofReason.FORM, 'a path of hashes');
  const root = rootOfInclusion(leafHash(proof.transaction), proof.path, place);
  const isIncluded = root !== undefined && sameBytes(root, header.root);
  expect(isIncluded, ProofReason.INCLUSION, `the transaction at index ${proof.index}`);
  const { dictionary, transaction, index } = proof;
  const { space, author } = header;
  return step(ProofReason.TRANSACTION, () =>
    readTransaction({ dictionary, transaction, index, space, author }),
  );
}

/** What the transaction says is derived anew and compared in its one form. */
function verifyClaim(proof: Proof, header: CommitHeader, transaction: Transaction): void {
  const { claim } = proof;
  const derived = claimOf(transaction, header.clock, claim);
  const isDerived =
    derived !== undefined && encodeProof({ ...proof, claim: derived }) === encodeProof(proof);
  expect(isDerived, ProofReason.CLAIM, 'a transaction that writes what it claims');
  const { subject } = claim;
  if (subject.element !== 'node') return;
  const isNode = isNodeOf(header.space, subject);
  expect(isNode, ProofReason.NODE, `a node of type ${subject.type} with this id`);
  const created = createdNode(transaction, subject.id, header.author);
  const isSame = created === undefined || sameClaimedNode(created, subject);
  expect(isSame, ProofReason.NODE, 'the node that the transaction creates');
}

/** What is wrong with the bytes of a step is the reason of that step. */
function step<T>(reason: ProofReason, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const isNewer = error.code === ErrorCode.UNSUPPORTED;
    throw new ProofFailure(error.message, {
      reason: isNewer ? ProofReason.UNSUPPORTED : reason,
      cause: error,
    });
  }
}

function expect(holds: boolean, reason: ProofReason, expected: string): void {
  if (!holds) throw new ProofFailure(`a proof expected ${expected}, got another`, { reason });
}
