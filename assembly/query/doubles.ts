/**
 * Doubles: the values of a field that several nodes have. They stand side by side in the index of
 * the field, where most entries are told apart by their keys, without reading their nodes.
 *
 *     output   0  values u32   4  of each that is listed: nodes u32, and their rows u32 ...
 *
 * What a caller does not see is passed by, and so is a value that it sees at one node alone: what
 * is charged depends on the doubles that it sees, or on nodes that it sees all.
 */

import { ELEMENT_NODE, PLAN_OK, PLAN_SPACE_FULL, WORK_PER_ROW } from '../abi.ts';
import { SEEN_ALL } from '../abi-access.ts';
import { sortRows } from '../container/sort.ts';
import { Element } from '../graph/elements.ts';
import { areKeysOfOthers, kindOfEntry } from '../graph/value-order.ts';
import { compareCells } from '../graph/values.ts';
import { visibleCell } from '../graph/visibility.ts';
import { REGION_OUTPUT, regionAddress } from '../memory/region.ts';
import { beginOrder } from './order.ts';
import { nextEntry, nextInRange } from './range.ts';
import { indexOfPath, isTakenEarlier, LIST_FULL, LIST_OVER } from './read.ts';
import {
  beginRun,
  bytesOfAnswer,
  hasRoom,
  PASSED_PER_UNIT,
  popFrame,
  pushFrame,
  Run,
  scratchCell,
} from './run.ts';
import { isFieldSeen, isNodeSeen, isSighted, rowsSeen } from './sight.ts';

/** In the place of a bound where there is none. */
const NO_BOUND: u32 = 0xffffffff;

@unmanaged
class Doubles {
  declared: u32;
  path: u32;
  /** Only values of this kind are the field's. */
  kind: u32;
  /** Whether all nodes are seen. */
  isOpen: u32;
  /** Values that were found, and how many of them are listed at most. */
  found: u32;
  listed: u32;
  /** Nodes that are seen and have the value that is walked; where in the output they begin. */
  nodes: u32;
  start: u32;
  /** Whether a second node has it. */
  isDouble: u32;
  steps: u32;

  @inline static at(address: usize): Doubles {
    return changetype<Doubles>(address);
  }

  /** An entry is walked over; false where it is too many. */
  step(): bool {
    this.steps += 1;
    return this.steps % PASSED_PER_UNIT != 0 || this.count(1);
  }

  /** For a caller who does not see all, as if it were hidden. */
  count(units: u32): bool {
    return this.isOpen != 0 ? Run.get().spend(units) : Run.get().passBy(units);
  }

  /** Whether two entries, one after the other, have one value. */
  areSame(entry: usize, next: usize): bool {
    if (kindOfEntry(next) != this.kind) return false;
    if (areKeysOfOthers(this.declared, entry, next) || !this.count(1)) return false;
    return compareCells(this.cellOf(entry), this.cellOf(next)) == 0;
  }

  /** Takes two nodes that have one value, of which the first may be taken already. May grow. */
  join(entry: usize, next: usize): void {
    if (this.isDouble == 0) {
      this.isDouble = 1;
      this.begin();
      this.take(nodeOf(entry));
    }
    this.take(nodeOf(next));
  }

  /** Lists the nodes that have the value, or drops them. */
  end(): void {
    if (this.isDouble == 0) return;
    this.isDouble = 0;
    const run = Run.get();
    const nodes = this.nodes;
    // Sorted with as many comparisons.
    const digits: u32 = 32 - clz(nodes);
    const isFound = nodes > 1 && run.spend(<i64>nodes * (WORK_PER_ROW + (digits << 1)));
    const start = regionAddress(REGION_OUTPUT) + this.start;
    if (isFound && this.found < this.listed) {
      store<u32>(start, nodes);
      sortRows(start + 4, nodes, isTakenEarlier);
    } else run.out = <u32>start;
    if (isFound) this.found += 1;
  }

  /** Room for how many nodes there are. May grow. */
  private begin(): void {
    this.nodes = 0;
    this.start = bytesOfAnswer();
    put(0);
  }

  private take(node: u32): void {
    if (isNodeSeen(node) && isFieldSeen(ELEMENT_NODE, node, this.path)) {
      this.nodes += 1;
      put(node);
    } else this.count(1);
  }

  private cellOf(entry: usize): usize {
    return visibleCell(Element.at(ELEMENT_NODE, nodeOf(entry)), this.path);
  }
}

/**
 * Finds so many doubles at most, in the order of their values, from where the input says, and lists
 * the nodes of the first of them, each by who took it first. The bytes that it lists, LIST_FULL or
 * LIST_OVER. May grow.
 */
export function listDoubles(
  type: u32,
  path: u32,
  kind: u32,
  flags: u32,
  listed: u32,
  most: u32,
  work: u32,
): u32 {
  if (!beginRun(work, NO_BOUND, NO_BOUND)) return LIST_FULL;
  const declared = indexOfPath(type, path);
  const doubles = Doubles.at(pushFrame());
  doubles.declared = declared;
  doubles.path = path;
  doubles.kind = kind;
  doubles.listed = listed;
  doubles.isOpen = areAllSeen(type, path) ? 1 : 0;
  put(0);
  if (declared != 0) {
    beginOrder(declared, path, flags, scratchCell(0));
    walk(doubles, most);
  }
  store<u32>(regionAddress(REGION_OUTPUT), doubles.found);
  popFrame();
  const status = Run.get().status;
  if (status == PLAN_SPACE_FULL) return LIST_FULL;
  return status == PLAN_OK ? bytesOfAnswer() : LIST_OVER;
}

function walk(doubles: Doubles, most: u32): void {
  const run = Run.get();
  let last: usize = 0;
  while (!run.isOver && doubles.found < most) {
    const entry = nextEntry();
    if (entry == 0 || !doubles.step()) break;
    if (last != 0 && doubles.areSame(last, entry)) doubles.join(last, entry);
    else doubles.end();
    last = entry;
    nextInRange();
  }
  doubles.end();
}

function areAllSeen(type: u32, path: u32): bool {
  if (!isSighted()) return true;
  return rowsSeen(type, 0).state == SEEN_ALL && rowsSeen(type, path).state == SEEN_ALL;
}

function nodeOf(entry: usize): u32 {
  return load<u32>(entry, 12);
}

/** Appends a word to the output. May grow. */
function put(word: u32): void {
  const run = Run.get();
  if (!hasRoom(4)) return;
  store<u32>(run.out, word);
  run.out += 4;
}
