/**
 * Lookups: for each of many, the only node that is found by a key, in the order given. What is
 * looked up by ids and natural keys is so in groups: waits for memory overlap then, and four ids
 * are hashed at a time. abi-lookups.ts draws them.
 */

import {
  FIELD_WORDS,
  ID_BYTES,
  PLAN_ITEMS,
  PLAN_MISSING,
  PLAN_SEVERAL,
  SYMBOL_UNKNOWN,
  VALUE_WORDS,
} from '../abi.ts';
import { LOOKUP_BY_ID, LOOKUP_BY_INDEX, LOOKUP_BY_KEY } from '../abi-lookups.ts';
import { beginKeyIds, finishIds, idByKey } from '../delta/identity.ts';
import { Cell } from '../graph/cells.ts';
import { findIndex } from '../graph/declared.ts';
import { findNode, findNodeHashed, hashOfId, Node } from '../graph/elements.ts';
import { SymbolRow } from '../graph/symbols.ts';
import { blobData, blobLength } from '../memory/blobs.ts';
import { header } from '../memory/header.ts';
import { compareValues } from './compare.ts';
import { Field, readField } from './field.ts';
import { RangeSight } from './hidden-range.ts';
import { IndexWords } from './index-words.ts';
import { beginRange, nameRange, nextInRange } from './range.ts';
import { ensureRoom, Gathered, putRow, RowPlace } from './rows.ts';
import { popFrame, push, pushFrame, Run, scratchCell, stackAt } from './run.ts';
import { isNodeSeen, isSighted } from './sight.ts';
import { isText } from './texts.ts';

/** Lookups whose nodes are searched for together. */
const LOOKUPS_TOGETHER: u32 = 16;
const VALUE_BYTES: u32 = VALUE_WORDS * 4;

/** The words of a key in a plan. */
@unmanaged
class LookupKey {
  /** LOOKUP_BY_... */
  way: u32;
  type: u32;
  /** The source that is the index, or 0. */
  index: u32;
  /** How many of the first fields find nodes; the others are compared. */
  finding: u32;
  /** The key that is tried where nothing is found by this one, or 0. */
  otherwise: u32;
  fieldCount: u32;
  /** The plan ends where nothing is found by this one either. */
  isRequired: u32;

  @inline static at(address: usize): LookupKey {
    return changetype<LookupKey>(address);
  }

  @inline field(place: u32): Field {
    const fields = changetype<usize>(this) + offsetof<LookupKey>();
    return Field.at(fields + place * (FIELD_WORDS << 2));
  }
}

@unmanaged
class Lookup {
  key: u32;
  bytes: u32;

  @inline static at(address: usize): Lookup {
    return changetype<Lookup>(address);
  }

  @inline get values(): usize {
    return changetype<usize>(this) + offsetof<Lookup>();
  }
}

/** A lookup of the group that is under way. */
@unmanaged
class Sought {
  hash: u64;
  lookup: u32;
  /** Address of the id that is looked up; 0 where none is. */
  id: u32;
  /** The row of this id, or 0. */
  node: u32;
  unused: u32;
  /** Room for an id that is computed: ID_BYTES. */
  room0: u64;
  room1: u64;

  @inline static at(group: u32, index: u32): Sought {
    return changetype<Sought>(stackAt(group + index * offsetof<Sought>()));
  }

  @inline get room(): usize {
    return changetype<usize>(this) + offsetof<Sought>('room0');
  }
}

if (offsetof<Sought>() - offsetof<Sought>('room0') != ID_BYTES) ERROR('an id must fit its room');

/** Puts a row for each lookup, where nothing is found one without a node. May grow. */
export function putLookups(gathered: Gathered, source: usize): void {
  const run = Run.get();
  const count = load<u32>(source, 4);
  if (count > run.items) run.fail(PLAN_ITEMS);
  if (run.isOver || !ensureRoom(gathered, count)) return;
  const group = push(LOOKUPS_TOGETHER * offsetof<Sought>());
  beginKeyIds(header().space);
  let lookup: usize = load<u32>(source, 8);
  for (let from: u32 = 0; from < count && !run.isOver; from += LOOKUPS_TOGETHER) {
    const together = min(count - from, LOOKUPS_TOGETHER);
    lookup = seek(group, lookup, together);
    for (let index: u32 = 0; index < together && !run.isOver; index++) {
      const node = nodeOf(Sought.at(group, index));
      putRow(RowPlace.at(gathered, from + index), 0, node, 0);
    }
  }
  gathered.count = count;
}

/** Looks up the ids of the next lookups, and answers with the address behind these. */
function seek(group: u32, first: usize, count: u32): usize {
  let next = first;
  for (let index: u32 = 0; index < count; index++) {
    const lookup = Lookup.at(next);
    const sought = Sought.at(group, index);
    sought.lookup = <u32>next;
    sought.node = 0;
    sought.id = lookup.key == 0 ? 0 : <u32>idOf(LookupKey.at(lookup.key), lookup, sought.room);
    next += lookup.bytes;
  }
  finishIds();
  for (let index: u32 = 0; index < count; index++) {
    const sought = Sought.at(group, index);
    if (sought.id != 0) sought.hash = hashOfId(sought.id);
  }
  for (let index: u32 = 0; index < count; index++) {
    const sought = Sought.at(group, index);
    const id: usize = sought.id;
    if (id != 0) sought.node = findNodeHashed(load<u64>(id), load<u64>(id, 8), sought.hash);
  }
  return next;
}

/**
 * Address of the id that a key looks up, or 0; one that is computed stands there once the ids are
 * finished.
 */
function idOf(key: LookupKey, lookup: Lookup, room: usize): usize {
  const value = lookup.values;
  if (!isText(value)) return 0;
  const text = <u32>changetype<Cell>(value).value;
  if (key.way == LOOKUP_BY_ID) return blobLength(text) == ID_BYTES ? blobData(text) : 0;
  if (key.way != LOOKUP_BY_KEY || key.type == SYMBOL_UNKNOWN) return 0;
  const type = SymbolRow.at(key.type).text;
  idByKey(room, blobData(type), blobLength(type), blobData(text), blobLength(text));
  return room;
}

/** What a lookup finds by its key, or by those that are tried otherwise; or 0. May grow. */
function nodeOf(sought: Sought): u32 {
  const run = Run.get();
  const lookup = Lookup.at(sought.lookup);
  if (!run.lookAt() || lookup.key == 0) return 0;
  let key = LookupKey.at(lookup.key);
  let node = sought.node;
  let found = onlyNode(key, lookup, node);
  while (found == 0 && key.otherwise != 0 && run.lookAt()) {
    const other = LookupKey.at(key.otherwise);
    // The same id leads to the same row.
    const isSame = key.way == LOOKUP_BY_ID && other.way == LOOKUP_BY_ID;
    if (!isSame) node = findAlone(other, lookup, sought.room);
    found = onlyNode(other, lookup, node);
    key = other;
  }
  if (found == 0 && key.isRequired != 0) run.fail(PLAN_MISSING);
  return found;
}

/** What a key finds, of whose id there is this row; or 0. May grow. */
function onlyNode(key: LookupKey, lookup: Lookup, node: u32): u32 {
  return key.way == LOOKUP_BY_INDEX ? byIndex(key, lookup) : ifAsked(key, lookup, node);
}

/** The row of the id that a key looks up, or 0. */
function findAlone(key: LookupKey, lookup: Lookup, room: usize): u32 {
  const id = idOf(key, lookup, room);
  finishIds();
  return id == 0 ? 0 : findNode(id);
}

/** The node of a row, if it is there and is as the key asks; or 0. May grow. */
function ifAsked(key: LookupKey, lookup: Lookup, node: u32): u32 {
  if (node == 0 || Node.at(node).type != key.type || !isNodeSeen(node)) return 0;
  return areEqual(key, lookup, node) ? node : 0;
}

/** Whether the fields that nodes are not found by equal their values. May grow. */
function areEqual(key: LookupKey, lookup: Lookup, node: u32): bool {
  for (let place = key.finding; place < key.fieldCount; place++) {
    if (!Run.get().spend(1)) return false;
    const cell = readField(key.field(place), node, 0, scratchCell(0));
    if (cell == 0 || compareValues(cell, lookup.values + place * VALUE_BYTES) != 0) return false;
  }
  return true;
}

/** The only node that a key finds by its index, or 0; the run is over where there are more. */
function byIndex(key: LookupKey, lookup: Lookup): u32 {
  const run = Run.get();
  const words = IndexWords.at(key.index);
  const declared = words.isRange ? findIndex(words.type, words.paths, words.pathCount) : 0;
  if (declared == 0) return 0;
  const range = nameRange(declared, 0, key.finding);
  for (let place: u32 = 0; place < key.finding; place++) {
    store<u32>(range.cells + (place << 2), <u32>lookup.values + place * VALUE_BYTES);
  }
  beginRange(range, 0);
  const isOpen = !isSighted();
  const seen = RangeSight.at(pushFrame());
  // No value is missing: those who may not read one do not find the node.
  if (!isOpen) seen.begin(words.type, words.paths, words.isOpen ? 0 : key.finding);
  let found: u32 = 0;
  while (!run.isOver && (isOpen || run.passBy(1))) {
    const node = nextInRange();
    if (node == 0) break;
    if (!isOpen && !seen.sees(node)) continue;
    if (!run.lookAt() || !areEqual(key, lookup, node)) continue;
    if (found != 0) run.fail(PLAN_SEVERAL);
    found = node;
  }
  popFrame();
  return found;
}
