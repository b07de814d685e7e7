/**
 * Every single bit of valid commits flipped, one after the other: each time the commit is refused,
 * for a reason that the oracle calls right, and the reference reader gives the same one.
 */

import { DatabaseError } from '../../src/base/errors.ts';
import { decodeCommit, verifyCommit } from '../../src/delta/commit.ts';
import { readCommit } from '../reference/commit-reader.ts';
import { FlipOracle, flipped } from '../reference/flip-oracle.ts';
import type { NamedCommit } from '../vectors/commit-corpus.ts';

export interface FlipOptions {
  readonly commits: readonly NamedCommit[];
  /** The reader to try; another shows that the check bites. */
  readonly verify?: (bytes: Uint8Array) => void;
}

export class FlipTally {
  flips = 0;
  readonly reasons = new Map<string, number>();
  readonly parts = new Map<string, number>();

  lines(): string[] {
    const counted = (counts: ReadonlyMap<string, number>) =>
      [...counts].map(([name, count]) => `${name} ${count}`).join(', ');
    return [
      `${this.flips} flips refused, each for a right reason`,
      `by reason: ${counted(this.reasons)}`,
      `by part: ${counted(this.parts)}`,
    ];
  }
}

/** Throws at the first flip that is taken, or refused for a wrong reason. */
export function checkFlips(options: FlipOptions): FlipTally {
  const { commits, verify = verifyBytes } = options;
  const tally = new FlipTally();
  for (const { comment, bytes } of commits) {
    verify(bytes);
    const oracle = new FlipOracle(bytes);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = flipped(bytes, bit);
      const { part, reasons } = oracle.at(bit);
      const where = `${comment}, bit ${bit} (${part})`;
      const reason = reasonOf(changed, verify);
      if (reason === undefined) throw new Error(`${where} expected a refusal, got a commit`);
      if (!reasons.includes(reason)) {
        throw new Error(`${where} expected ${reasons.join(' or ')}, got ${reason}`);
      }
      const other = readCommit(changed);
      if (other !== reason) throw new Error(`${where}: ${reason}, by the reference ${other}`);
      tally.flips += 1;
      tally.reasons.set(reason, (tally.reasons.get(reason) ?? 0) + 1);
      tally.parts.set(part, (tally.parts.get(part) ?? 0) + 1);
    }
  }
  return tally;
}

export function verifyBytes(bytes: Uint8Array): void {
  verifyCommit(decodeCommit(bytes));
}

/** The reason why bytes are refused; undefined for a commit that verifies. */
export function reasonOf(
  bytes: Uint8Array,
  verify: (bytes: Uint8Array) => void = verifyBytes,
): string | undefined {
  try {
    verify(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof DatabaseError) return String(error.facts.reason);
    throw error;
  }
}
