/**
 * A rule as it is for one caller: granted or denied on all rows of a kind, or row by row. It is
 * decided on all at once where no grant tells the objects of its type apart, or where it is a union
 * that is granted on an object which no grant names. Else what it came to on a row is kept in bits.
 *
 *     rule   0  caller u32   4  kind u32   8  rule of the program u32 (0: none, denied)
 *           12  type of its objects u32   16  state u32   20  verdict on a stranger u32
 *           24  epoch of the state u32   28  number of the last page u32 + 1   32  that page u32
 *           36  unused
 */

import { ELEMENT_NODE, ID_BYTES } from '../abi.ts';
import {
  RULE_RETURNS,
  SEEN_ALL,
  SEEN_NONE,
  SEEN_ROWS,
  VERDICT_ASK,
  VERDICT_GRANTED,
} from '../abi-access.ts';
import { Node } from '../graph/elements.ts';
import { BITS_DENIED, BITS_GRANTED, BITS_NONE, bitsOf, numberOf, putBits } from './bits.ts';
import { Caller, markUsed } from './caller.ts';
import { findEdgeObject } from './edge-object.ts';
import { findAll, findObject, findSet, SetRow } from './objects.ts';
import { Rule } from './program.ts';

export const ROW_RULE_BYTES: u32 = 40;

@unmanaged
export class RowRule {
  caller: u32;
  kind: u32;
  rule: u32;
  objectType: u32;
  state: u32;
  stranger: u32;
  epoch: u32;
  pageNumber: u32;
  page: u32;
  unused: u32;

  @inline static at(address: usize): RowRule {
    return changetype<RowRule>(address);
  }

  /** Whether it is granted on a row of its kind. May grow, without moving this. */
  sees(row: u32): bool {
    return this.seesInPlace(row);
  }

  /** The same, without a call where it was decided: for single reads, which are short. */
  @inline seesInPlace(row: u32): bool {
    if (this.state != SEEN_ROWS) return this.state == SEEN_ALL;
    // Mostly it was decided, and in the same page as the row before.
    const isSamePage = this.pageNumber == numberOf(row) + 1;
    const bits = isSamePage ? bitsOf(this.page, row) : BITS_NONE;
    return bits == BITS_NONE ? this.seesAnew(row) : bits == BITS_GRANTED;
  }

  private seesAnew(row: u32): bool {
    const page = this.pageOf(row);
    return page == 0 ? this.decide(row) == VERDICT_GRANTED : this.bits(page, row) == BITS_GRANTED;
  }

  /** The page of a row; 0 where there is no room for one. May grow, without moving this. */
  pageOf(row: u32): u32 {
    const number = numberOf(row) + 1;
    if (this.pageNumber != number) {
      markUsed();
      this.page = Caller.get().pages.find(this.number, row);
      this.pageNumber = this.page == 0 ? 0 : number;
    }
    return this.page;
  }

  /** What it says of a row in its page, which is decided now where it was not. */
  bits(page: u32, row: u32): u32 {
    const bits = bitsOf(page, row);
    if (bits != BITS_NONE) return bits;
    return this.put(page, row) ? BITS_GRANTED : BITS_DENIED;
  }

  /** Decides it on a row and keeps that, unless a condition is to be evaluated first. */
  put(page: u32, row: u32): bool {
    const verdict = this.decide(row);
    if (verdict == VERDICT_ASK) return false;
    const isGranted = verdict == VERDICT_GRANTED;
    putBits(page, row, isGranted ? BITS_GRANTED : BITS_DENIED);
    return isGranted;
  }

  /** Finds out whether all rows are alike, for this caller; once, or until conditions are known. */
  settle(): void {
    const caller = Caller.get();
    this.epoch = caller.epoch;
    const row = Rule.at(this.rule);
    this.stranger = caller.verdictOnStranger(this.objectType, this.rule);
    if (this.stranger == VERDICT_GRANTED && row.root == 0) this.state = SEEN_ALL;
    else if (this.hasOwnGrants(row) || (row.flags & RULE_RETURNS) != 0) this.state = SEEN_ROWS;
    else this.state = this.stranger == VERDICT_GRANTED ? SEEN_ALL : SEEN_NONE;
  }

  /** Whether what it came to depends on no condition, or on those alone that are known. */
  get isSettled(): bool {
    if (this.state == 0) return false;
    return this.stranger != VERDICT_ASK || this.epoch == Caller.get().epoch;
  }

  private decide(row: u32): u32 {
    const object =
      this.kind == ELEMENT_NODE
        ? findObject(this.objectType, changetype<usize>(Node.at(row)), ID_BYTES)
        : findEdgeObject(this.objectType, row);
    if (object == 0) return this.stranger;
    return Caller.get().verdictOn(object, this.rule);
  }

  /** Whether a grant of a relation that it asks for was ever made for a single object. */
  private hasOwnGrants(rule: Rule): bool {
    const all = findAll(this.objectType);
    if (all == 0) return false;
    for (let index: u32 = 0; index < rule.leafCount; index++) {
      const set = findSet(all, rule.leaf(index).relation);
      if (set != 0 && SetRow.at(set).hasOwn) return true;
    }
    return false;
  }

  /** Names it among all that there are. */
  @inline private get number(): u32 {
    return <u32>(changetype<usize>(this) - changetype<usize>(Caller.get()));
  }
}

if (offsetof<RowRule>() != ROW_RULE_BYTES) ERROR('a rule must be 40 bytes');
