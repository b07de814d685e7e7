/**
 * What a list asks of most nodes, made ready before the first: that a property of the node compares
 * with a value of 8 bytes at most. It is a range of words, which are ordered as signed integers the
 * way the values of the kind are; a float below 0 has all bits but its sign turned for that. What
 * is not as simple, the condition itself decides.
 */

import {
  CONDITION_ALL,
  CONDITION_COMPARE,
  FIELD_NODE,
  OPERATOR_EQUAL,
  OPERATOR_GREATER,
  OPERATOR_GREATER_OR_EQUAL,
  OPERATOR_LESS,
  OPERATOR_LESS_OR_EQUAL,
  SYMBOL_UNKNOWN,
  VALUE_BOOL,
  VALUE_FLOAT64,
  VALUE_INT64,
  VALUE_TIMESTAMP,
} from '../abi.ts';
import { SEEN_ALL } from '../abi-access.ts';
import { BITS_GRANTED, BITS_NONE, PAGE_GRANTED, WORD_ROWS_MASK, wordFrom } from '../access/bits.ts';
import { RowRule } from '../access/row-rule.ts';
import { Cell, findCell, findCellInFirst, PATH_MASK, pathWithKind } from '../graph/cells.ts';
import { FLAG_DELETED, FLAG_EXISTS, NODE_BYTES, Node, TYPE_MASK } from '../graph/elements.ts';
import { PATH_NESTED, SymbolRow } from '../graph/symbols.ts';
import { Field } from './field.ts';
import { isSighted, rowsSeen } from './sight.ts';

export const FILTER_FAILS: u32 = 0;
export const FILTER_HOLDS: u32 = 1;
/** The condition is to be asked. */
export const FILTER_OPEN: u32 = 2;

const NAN: i64 = 0x7ff8000000000000;

@unmanaged
export class Filter {
  /** Path and kind of the cells that it decides on. */
  pathAndKind: u32;
  /** Whether the condition asks for nothing else. */
  isWhole: u32;
  /** The bits that are turned in a word below 0. */
  turned: i64;
  low: i64;
  high: i64;
  /** What the caller sees of the nodes, and of the property of these: 0 where that is all. */
  rows: u32;
  values: u32;
  /** Nodes of the type that `pass` went over last, and of these the ones that hold. */
  passed: u32;
  held: u32;

  @inline static at(address: usize): Filter {
    return changetype<Filter>(address);
  }

  /** Of a condition on nodes of a type that begins with such a comparison; false for others. */
  begin(condition: usize, type: u32): bool {
    if (condition == 0) return false;
    const isAll = load<u32>(condition) == CONDITION_ALL && load<u32>(condition, 4) != 0;
    const first: usize = isAll ? <usize>load<u32>(condition, 8) : condition;
    if (load<u32>(first) != CONDITION_COMPARE) return false;
    const field = Field.at(first + 12);
    if (field.kind != FIELD_NODE || field.path == SYMBOL_UNKNOWN) return false;
    if ((SymbolRow.at(field.path).flags & PATH_NESTED) != 0) return false;
    this.isWhole = isAll ? 0 : 1;
    if (isSighted()) {
      const rows = rowsSeen(type, 0);
      const values = rowsSeen(type, field.path);
      this.rows = unlessAll(rows);
      // The row is seen: what goes by its own rule is, too.
      this.values = values === rows ? 0 : unlessAll(values);
    }
    return this.take(load<u32>(first, 4), field.path, load<u32>(first, 8));
  }

  /** Asks of a node that is there; an answer other than FILTER_OPEN counts as one comparison. */
  ask(row: Node): u32 {
    if ((row.typeAndFlags & FLAG_DELETED) != 0) return FILTER_OPEN;
    const at = findCell(row.cells, this.pathAndKind & PATH_MASK);
    if (at == 0) return FILTER_FAILS;
    const cell = Cell.at(at);
    if (cell.pathAndKind != this.pathAndKind) return FILTER_OPEN;
    const word = <i64>cell.value;
    const turned = word ^ ((word >> 63) & this.turned);
    return turned >= this.low && turned <= this.high ? FILTER_HOLDS : FILTER_FAILS;
  }

  /**
   * Goes over rows that stand one behind the other up to the first whose answer is greater than
   * `settled`, and returns its address, or the end. It counts the nodes of the type, and of these
   * the ones that hold. No branch depends on what nodes have: no processor foretells that.
   */
  pass(begin: usize, end: usize, typeAndExists: u32, settled: u32): usize {
    const pathAndKind = this.pathAndKind;
    const turns = this.turned;
    const low = this.low;
    const span = this.high - low;
    let passed: u32 = 0;
    let held: u32 = 0;
    let address = begin;
    for (; address < end; address += NODE_BYTES) {
      const row = changetype<Node>(address);
      if ((row.typeAndFlags & (TYPE_MASK | FLAG_EXISTS)) != typeAndExists) continue;
      let outcome: u32;
      const at = findCellInFirst(row.cells, pathAndKind);
      if (at != 0 && (row.typeAndFlags & FLAG_DELETED) == 0) {
        const word = <i64>Cell.at(at).value;
        outcome = u32(<u64>((word ^ ((word >> 63) & turns)) - low) <= <u64>span);
      } else outcome = this.ask(row);
      if (outcome > settled) break;
      passed += 1;
      held += outcome;
    }
    this.passed = passed;
    this.held = held;
    return address;
  }

  /** Whether the caller sees the property of all nodes that it sees. */
  @inline get isOpen(): bool {
    return this.values == 0;
  }

  /** Whether the caller sees all of the nodes, and the property of each. */
  @inline get isWide(): bool {
    return (this.rows | this.values) == 0;
  }

  /**
   * The same for a caller: a node that is hidden is none, and a property that is hidden fails. The
   * rows, the first of which has a number, have one page; without room for it, it returns 0.
   */
  passSeen(begin: usize, end: usize, node: u32, typeAndExists: u32, settled: u32): usize {
    const rows = RowRule.at(this.rows);
    const values = RowRule.at(this.values);
    const rowPage: u32 = this.rows == 0 ? PAGE_GRANTED : rows.pageOf(node);
    const valuePage: u32 = this.values == 0 ? PAGE_GRANTED : values.pageOf(node);
    if (rowPage == 0 || valuePage == 0) return 0;
    const pathAndKind = this.pathAndKind;
    const turns = this.turned;
    const low = this.low;
    const span = this.high - low;
    let seen: u64 = 0;
    let read: u64 = 0;
    let passed: u32 = 0;
    let held: u32 = 0;
    let number = node;
    let address = begin;
    for (; address < end; address += NODE_BYTES, number++) {
      if (number == node || (number & WORD_ROWS_MASK) == 0) {
        seen = wordFrom(rowPage, number);
        read = wordFrom(valuePage, number);
      }
      let isSeen = <u32>seen & BITS_GRANTED;
      let isRead = <u32>read & BITS_GRANTED;
      seen >>= 2;
      read >>= 2;
      const row = changetype<Node>(address);
      if ((row.typeAndFlags & (TYPE_MASK | FLAG_EXISTS)) != typeAndExists) continue;
      if (isSeen == BITS_NONE || isRead == BITS_NONE) {
        isSeen = rows.bits(rowPage, number);
        isRead = values.bits(valuePage, number);
      }
      // What is hidden is not looked at: that saves more than a branch costs.
      if (isSeen != BITS_GRANTED) continue;
      let outcome: u32;
      const at = findCellInFirst(row.cells, pathAndKind);
      if (at != 0 && (row.typeAndFlags & FLAG_DELETED) == 0) {
        const word = <i64>Cell.at(at).value;
        outcome = u32(<u64>((word ^ ((word >> 63) & turns)) - low) <= <u64>span);
      } else outcome = this.ask(row);
      outcome &= 0 - (isRead >>> 1);
      if (outcome > settled) break;
      passed += 1;
      held += outcome;
    }
    this.passed = passed;
    this.held = held;
    return address;
  }

  private take(operator: u32, path: u32, value: usize): bool {
    if (value == 0) return false;
    const cell = changetype<Cell>(value);
    const kind = cell.kind;
    const isFloat = kind == VALUE_FLOAT64;
    const isWord = kind == VALUE_BOOL || kind == VALUE_INT64 || kind == VALUE_TIMESTAMP;
    if (!isFloat && !isWord) return false;
    this.pathAndKind = pathWithKind(path, kind);
    this.turned = isFloat ? i64.MAX_VALUE : 0;
    let word = <i64>cell.value;
    if (isFloat && F64.isNaN(reinterpret<f64>(word))) word = NAN;
    word ^= (word >> 63) & this.turned;
    // -0 and 0 are equal, and next to each other.
    const isZero = isFloat && (word == 0 || word == -1);
    return this.bound(operator, isZero ? -1 : word, isZero ? 0 : word);
  }

  /** `least` and `most` are the words that are equal to the value. */
  private bound(operator: u32, least: i64, most: i64): bool {
    this.low = i64.MIN_VALUE;
    this.high = i64.MAX_VALUE;
    if (operator == OPERATOR_EQUAL || operator == OPERATOR_GREATER_OR_EQUAL) this.low = least;
    if (operator == OPERATOR_EQUAL || operator == OPERATOR_LESS_OR_EQUAL) this.high = most;
    if (operator == OPERATOR_GREATER) {
      if (most == i64.MAX_VALUE) return false;
      this.low = most + 1;
    }
    if (operator == OPERATOR_LESS) {
      if (least == i64.MIN_VALUE) return false;
      this.high = least - 1;
    }
    return operator <= OPERATOR_LESS_OR_EQUAL;
  }
}

/** The address of a rule that does not grant all, or 0. */
function unlessAll(rule: RowRule): u32 {
  return rule.state == SEEN_ALL ? 0 : <u32>changetype<usize>(rule);
}
