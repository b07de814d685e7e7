/** Apply of the deltas of sequences: what they name is looked up, then they merge. */

import { AT_ROOT, LEFT_OF, OP_INSERT, OP_MOVE, OP_REMOVE_ITEMS } from '../abi-collections.ts';
import { nameRun } from '../graph/sequence-items.ts';
import { Dictionary } from './dictionary.ts';
import { endChange, mergeInsert, mergeMove, mergeRemoveItems } from './merge-sequences.ts';
import { namedAt } from './named.ts';
import {
  deltaBytes,
  INSERTED_COUNT_BYTES,
  ITEM_NAME_BYTES,
  NAMED_OFFSET,
  NUMBER_OFFSET,
  REMOVE_ITEMS_BYTES,
  REMOVED_RUN_BYTES,
  SET_BYTES,
  SIDE_BYTES,
  sideBytes,
} from './reader.ts';
import { Subject } from './subject.ts';

/** Of a transaction that is masked, only the places that it makes stay. */
export function applyToSequence(
  subject: Subject,
  dictionary: Dictionary,
  first: u32,
  at: usize,
  isMasked: bool,
): usize {
  const path = dictionary.symbol(load<u16>(at, 1));
  const next = at + deltaBytes(at);
  subject.next = <u32>next;
  switch (<u32>load<u8>(at)) {
    case OP_INSERT: {
      const counted = at + NAMED_OFFSET + sideBytes(at + NAMED_OFFSET);
      namePlace(subject, dictionary, first, at + NAMED_OFFSET);
      const values = counted + INSERTED_COUNT_BYTES;
      const number = load<u16>(at, NUMBER_OFFSET);
      mergeInsert(subject, path, number, values, load<u16>(counted), isMasked);
      break;
    }
    case OP_MOVE: {
      const item = at + NAMED_OFFSET;
      namePlace(subject, dictionary, first, item + ITEM_NAME_BYTES);
      const writer = namedAt(dictionary, first, item);
      const number = load<u16>(at, NUMBER_OFFSET);
      mergeMove(subject, path, number, writer, load<u16>(item, 4), isMasked);
      break;
    }
    default:
      assert(<u32>load<u8>(at) == OP_REMOVE_ITEMS && !isMasked);
      mergeRemoveItems(subject, path, nameRuns(dictionary, first, at));
  }
  if (!isFollowed(subject, at)) endChange(subject, path);
  return next;
}

/** Whether one of the deltas makes places. */
export function makesPlaces(first: usize, deltas: u32): bool {
  let at = first;
  for (let delta: u32 = 0; delta < deltas; delta++) {
    const operation: u32 = load<u8>(at);
    if (operation == OP_INSERT || operation == OP_MOVE) return true;
    at += deltaBytes(at);
  }
  return false;
}

/** Whether another delta to the same sequence follows at once. */
function isFollowed(subject: Subject, at: usize): bool {
  const next: usize = subject.next;
  if (next >= subject.end) return false;
  const operation: u32 = load<u8>(next);
  if (operation < OP_INSERT || operation > OP_MOVE) return false;
  return load<u16>(next, 1) == load<u16>(at, 1);
}

/** Where an item comes. */
function namePlace(subject: Subject, dictionary: Dictionary, first: u32, at: usize): void {
  const side: u32 = load<u8>(at);
  subject.isLeft = side == LEFT_OF ? 1 : 0;
  subject.parent = side == AT_ROOT ? 0 : namedAt(dictionary, first, at + SIDE_BYTES);
  subject.parentNumber = side == AT_ROOT ? 0 : load<u16>(at, SIDE_BYTES + 4);
}

/** Answers how many. */
function nameRuns(dictionary: Dictionary, first: u32, at: usize): u32 {
  const count: u32 = load<u16>(at, SET_BYTES);
  let run = at + REMOVE_ITEMS_BYTES;
  for (let index: u32 = 0; index < count; index++) {
    const items = load<u16>(run, ITEM_NAME_BYTES);
    nameRun(index, namedAt(dictionary, first, run), load<u16>(run, 4), items);
    run += REMOVED_RUN_BYTES;
  }
  return count;
}
