/**
 * The members of an epoch that vote, and how many of them decide (schema/quorum.md, QC1 to QC4).
 * A quorum is ⌊2W/3⌋ + 1 of all weights W: any two have more in common than may be faulty.
 */

import { assert } from '../base/assert.ts';
import { compareBytes, toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { VOTER_WEIGHT_MAX, VOTERS_MAX } from '../base/quorum-limits.ts';
import { isRegistrableKey } from '../crypto/registrable-key.ts';

export interface Voter {
  /** Ed25519 key that signs the member's votes. */
  readonly key: Uint8Array;
  /** 1 where members count alike. */
  readonly weight: number;
}

/** Weight that decides, of the weight of all. */
export function quorumOf(weight: number): number {
  return Math.floor((2 * weight) / 3) + 1;
}

/** Weight that may be faulty without harm: less than a third of all. */
export function toleratedOf(weight: number): number {
  return Math.floor((weight - 1) / 3);
}

export class Voters {
  readonly epoch: number;
  /** Ascending by key. */
  readonly all: readonly Voter[];
  readonly weight: number;
  readonly #weights: ReadonlyMap<string, number>;

  /** Throws INVALID_INPUT for voters that no epoch may have. */
  constructor(epoch: number, voters: readonly Voter[]) {
    expectVoters(voters);
    this.epoch = epoch;
    this.all = voters.toSorted((left, right) => compareBytes(left.key, right.key));
    this.#weights = new Map(voters.map(({ key, weight }) => [toHex(key), weight]));
    this.weight = voters.reduce((sum, { weight }) => sum + weight, 0);
  }

  get quorum(): number {
    return quorumOf(this.weight);
  }

  get tolerated(): number {
    return toleratedOf(this.weight);
  }

  /** Of a voter by its key in hex; 0 of anybody else. */
  weightOf(key: string): number {
    return this.#weights.get(key) ?? 0;
  }

  /** Of several, each of whom stands there once. */
  weightOfAll(keys: Iterable<string>): number {
    let weight = 0;
    for (const key of keys) weight += this.weightOf(key);
    assert(weight <= this.weight, 'each voter counts once');
    return weight;
  }
}

function expectVoters(voters: readonly Voter[]): void {
  if (voters.length === 0 || voters.length > VOTERS_MAX) {
    throw invalid(`1 to ${VOTERS_MAX} voters`, `${voters.length}`);
  }
  const keys = new Set(voters.map(({ key }) => toHex(key)));
  if (keys.size < voters.length) throw invalid('each voter once', 'one twice');
  for (const { key, weight } of voters) {
    if (!isRegistrableKey(key)) throw invalid('keys that may be registered', toHex(key));
    const isWeight = Number.isInteger(weight) && weight >= 1 && weight <= VOTER_WEIGHT_MAX;
    if (!isWeight) throw invalid(`weights from 1 to ${VOTER_WEIGHT_MAX}`, `${weight}`);
  }
}

function invalid(expected: string, actual: string): DatabaseError {
  return new DatabaseError(ErrorCode.INVALID_INPUT, `an epoch expected ${expected}, got ${actual}`);
}
