/** The vectors of commits as the text of their files: bytes in hex, and what they come to. */

import { toHex } from '../../src/base/bytes.ts';
import { readCommit } from '../reference/commit-reader.ts';
import { badCommits } from './bad-commits.ts';
import { badPayloads } from './bad-payloads.ts';
import { validCommits } from './commit-corpus.ts';

export const COMMIT_VECTORS = new URL('../../schema/vectors/commit/', import.meta.url);
export const VALID = 'valid.json';
export const INVALID = 'invalid.json';

/** A commit that verifies, and what it comes to. */
export interface ValidVector {
  readonly comment: string;
  readonly bytes: string;
  readonly hash: string;
  readonly form: 'full' | 'partial';
  readonly segments: number;
  readonly withheld: number;
  /** The payload that the engine is given. */
  readonly flat: string;
}

/** A commit that does not, and why. */
export interface InvalidVector {
  readonly comment: string;
  readonly bytes: string;
  readonly code: string;
  readonly reason: string;
}

/** Text by file name. */
export function commitVectors(): ReadonlyMap<string, string> {
  const valid = validCommits().map(({ comment, bytes }): ValidVector => {
    const read = readCommit(bytes);
    if (typeof read === 'string') throw new Error(`${comment}: ${read}`);
    const { hash, form, segments, withheld, flat } = read;
    return { comment, bytes: toHex(bytes), hash, form, segments, withheld, flat: toHex(flat) };
  });
  const invalid = [...badCommits(), ...badPayloads()].map(
    ({ comment, reason, bytes }): InvalidVector => ({
      comment,
      bytes: toHex(bytes),
      code: codeOf(reason),
      reason,
    }),
  );
  return new Map([
    [VALID, textOf(valid)],
    [INVALID, textOf(invalid)],
  ]);
}

/** The code column of schema/commit.md, for what decoding and verifying refuse. */
function codeOf(reason: string): string {
  if (reason.endsWith('.unsupported')) return 'UNSUPPORTED';
  const isRefused = ['signature.invalid', 'dictionary.mismatch', 'root.mismatch'].includes(reason);
  return isRefused ? 'REFUSED' : 'MALFORMED';
}

function textOf(vectors: readonly unknown[]): string {
  return `${JSON.stringify(vectors, undefined, 2)}\n`;
}
