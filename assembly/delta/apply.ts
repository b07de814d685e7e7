/**
 * Apply: carries out a prepared group in place. It cannot fail; an assertion here is a bug, and
 * traps. Returns how many changes it wrote to their region.
 */

import {
  CHANGE_BYTES,
  DESCRIPTOR_AUTHOR,
  DESCRIPTOR_CLOCK,
  DESCRIPTOR_HASH,
  DESCRIPTOR_TRANSACTIONS,
  ELEMENT_EDGE,
  ELEMENT_NODE,
  HASH_BYTES,
  ID_BYTES,
  OP_ADD,
  OP_CREATE_EDGE,
  OP_CREATE_NODE,
  OP_CREATE_NODE_BY_KEY,
  OP_DELETE,
  OP_INCREMENT,
  OP_REMOVE,
  OP_SELECT_EDGE,
  OP_SELECT_NODE,
  OP_SET,
  REFERENCE_NONE,
  SYMBOL_AUTHOR,
  VALUE_BOOL,
  VALUE_BYTES,
  VALUE_ID,
  VALUE_LIST,
  VALUE_MAP,
  VALUE_NULL,
  VALUE_STRING,
} from '../abi.ts';
import { OP_INSERT, OP_MOVE, OP_REMOVE_ITEMS } from '../abi-collections.ts';
import { HashIndex, INDEX_EDGES, INDEX_NODES } from '../container/hash-index.ts';
import { Cell } from '../graph/cells.ts';
import {
  FLAG_KEYED,
  hashOfName,
  NODE_BYTES,
  Node,
  touchEdge,
  touchNode,
} from '../graph/elements.ts';
import { intern, PATH_KEY } from '../graph/symbols.ts';
import { valueBytes } from '../graph/value-bytes.ts';
import { addCommit, Commit } from '../graph/writers.ts';
import { guard } from '../memory/guard.ts';
import { NAMED_ADDS, PROMISED, SUBJECT } from '../memory/header.ts';
import { REGION_CHANGES, regionAddress } from '../memory/region.ts';
import { beginAhead, nextEdge, nextNode } from './ahead.ts';
import { applyToSequence, makesPlaces } from './apply-sequences.ts';
import { Dictionary, internAll } from './dictionary.ts';
import { descriptorAt, Group } from './group.ts';
import { isMasked } from './masks.ts';
import { mergeCreate, mergeDelete, mergeIncrement, mergeSet } from './merge.ts';
import { mergeAdd, mergeRemove } from './merge-collections.ts';
import { namedAt } from './named.ts';
import { dictionaryAt } from './prepare.ts';
import {
  CREATE_BY_KEY_BYTES,
  CREATE_NODE_BYTES,
  deltaBytes,
  EDGE_NAME_BYTES,
  INCREMENT_BYTES,
  REMOVED_ADD_BYTES,
  REMOVED_COUNT_BYTES,
  SELECT_NODE_BYTES,
  SET_BYTES,
  TRANSACTION_HEADER_BYTES,
} from './reader.ts';
import { newCell, Subject, settle } from './subject.ts';
import { beginUndo, endUndo } from './undo.ts';

/** Applies the group that prepare accepted. */
export function applyGroup(): u32 {
  const group = Group.get();
  assert(group.isPrepared == 1);
  group.isPrepared = 0;
  const subject = changetype<Subject>(SUBJECT);
  const output = <u32>regionAddress(REGION_CHANGES);
  subject.changes = output;
  subject.undo = beginUndo();
  for (let ordinal: u32 = 0; ordinal < group.commits; ordinal++) applyCommit(subject, ordinal);
  endUndo(subject.undo);
  store<u64>(PROMISED, 0);
  return (subject.changes - output) / CHANGE_BYTES;
}

function applyCommit(subject: Subject, ordinal: u32): void {
  const descriptor = descriptorAt(ordinal);
  const dictionary = dictionaryAt(ordinal);
  const clock = load<u64>(descriptor, DESCRIPTOR_CLOCK);
  const author = intern(SYMBOL_AUTHOR, descriptor + DESCRIPTOR_AUTHOR, HASH_BYTES);
  const count = load<u32>(descriptor, DESCRIPTOR_TRANSACTIONS);
  internAll(dictionary);
  const commit = addCommit(descriptor + DESCRIPTOR_HASH, clock, author, count);
  const first = Commit.at(commit).firstTransaction;
  let at: usize = dictionary.transactions;
  beginAhead(dictionary, count);
  for (let position: u32 = 0; position < count; position++) {
    subject.transaction = first + position;
    const deltas: u32 = load<u16>(at + 4, 19);
    const end = at + 4 + load<u32>(at);
    subject.end = <u32>end;
    at += 4 + TRANSACTION_HEADER_BYTES;
    const hasEffect = !isMasked(descriptor, position);
    const hasPlaces = !hasEffect && makesPlaces(at, deltas);
    for (let delta: u32 = 0; delta < deltas; delta++) {
      at = hasEffect
        ? applyDelta(subject, dictionary, first, at)
        : passDelta(subject, dictionary, first, at, hasPlaces);
    }
    settle(subject);
    assert(at == end);
  }
}

function applyDelta(subject: Subject, dictionary: Dictionary, first: u32, at: usize): usize {
  switch (<u32>load<u8>(at)) {
    case OP_SELECT_NODE:
      settle(subject);
      subject.kind = ELEMENT_NODE;
      subject.row = touchNext(dictionary);
      return at + SELECT_NODE_BYTES;
    case OP_SELECT_EDGE:
      settle(subject);
      selectEdge(subject, dictionary, at);
      return at + EDGE_NAME_BYTES;
    case OP_CREATE_NODE:
      settle(subject);
      createNode(subject, dictionary, at, 0, 0);
      return at + CREATE_NODE_BYTES;
    case OP_CREATE_NODE_BY_KEY: {
      const length: u32 = load<u16>(at, 3);
      settle(subject);
      createNode(subject, dictionary, at, at + CREATE_BY_KEY_BYTES, length);
      return at + CREATE_BY_KEY_BYTES + length;
    }
    case OP_CREATE_EDGE:
      settle(subject);
      selectEdge(subject, dictionary, at);
      mergeCreate(subject);
      return at + EDGE_NAME_BYTES;
    case OP_DELETE:
      subject.next = <u32>at + 1;
      mergeDelete(subject);
      return at + 1;
    case OP_SET:
      return applySet(subject, dictionary, at);
    case OP_ADD:
      return applyAdd(subject, dictionary, at);
    case OP_REMOVE:
      return applyRemove(subject, dictionary, first, at);
    case OP_INSERT:
    case OP_REMOVE_ITEMS:
    case OP_MOVE:
      return applyToSequence(subject, dictionary, first, at, false);
    default:
      assert(<u32>load<u8>(at) == OP_INCREMENT);
      applyIncrement(subject, dictionary, first, at);
      return at + INCREMENT_BYTES;
  }
}

/**
 * Of a transaction that is masked, only what its ids are stays: the type, and the natural key, of
 * the nodes that it would create, so that what others write to such a node can be judged; and the
 * places that it makes, at which others have inserted.
 */
function passDelta(
  subject: Subject,
  dictionary: Dictionary,
  first: u32,
  at: usize,
  hasPlaces: bool,
): usize {
  switch (<u32>load<u8>(at)) {
    case OP_SELECT_NODE:
      if (hasPlaces) {
        subject.kind = ELEMENT_NODE;
        subject.row = touchNext(dictionary);
      } else nextNode(dictionary);
      return at + SELECT_NODE_BYTES;
    case OP_CREATE_NODE:
      nameNode(subject, dictionary, at, 0, 0);
      return at + CREATE_NODE_BYTES;
    case OP_CREATE_NODE_BY_KEY: {
      const length: u32 = load<u16>(at, 3);
      nameNode(subject, dictionary, at, at + CREATE_BY_KEY_BYTES, length);
      return at + CREATE_BY_KEY_BYTES + length;
    }
    case OP_SELECT_EDGE:
    case OP_CREATE_EDGE:
      if (hasPlaces) selectEdge(subject, dictionary, at);
      else nextEdge(dictionary);
      return at + EDGE_NAME_BYTES;
    case OP_INSERT:
    case OP_MOVE:
      return applyToSequence(subject, dictionary, first, at, true);
    default:
      return at + deltaBytes(at);
  }
}

function selectEdge(subject: Subject, dictionary: Dictionary, at: usize): void {
  const mention = nextEdge(dictionary);
  const type = dictionary.symbol(load<u16>(at, 33));
  const key = load<u32>(at, 35);
  let from = mention.from;
  let to = mention.to;
  let hash = mention.hash;
  let home: usize = mention.home;
  if (from == 0 || to == 0) {
    const nodes = HashIndex.of(INDEX_NODES);
    if (from == 0) from = touchNode(at + 1, hash, nodes.home(hash));
    if (to == 0) to = touchNode(at + 17, mention.toHash, nodes.home(mention.toHash));
    hash = hashOfName(from, to, type, key);
    home = HashIndex.of(INDEX_EDGES).home(hash);
  }
  subject.kind = ELEMENT_EDGE;
  subject.row = touchEdge(from, to, type, key, hash, home);
}

/** The row of the node that the next select or create names. */
function touchNext(dictionary: Dictionary): u32 {
  const mention = nextNode(dictionary);
  return mention.row != 0 ? mention.row : touchNode(mention.id, mention.hash, mention.home);
}

function createNode(
  subject: Subject,
  dictionary: Dictionary,
  at: usize,
  key: usize,
  length: u32,
): void {
  nameNode(subject, dictionary, at, key, length);
  mergeCreate(subject);
}

/** The id was computed with the checks; the type, and the natural key, are facts of the id. */
function nameNode(
  subject: Subject,
  dictionary: Dictionary,
  at: usize,
  key: usize,
  length: u32,
): void {
  const node = touchNext(dictionary);
  subject.kind = ELEMENT_NODE;
  subject.row = node;
  const row = Node.at(node);
  if (row.type != 0) return;
  guard(changetype<usize>(row), NODE_BYTES);
  row.typeAndFlags |= dictionary.symbol(load<u16>(at, 1));
  if (length == 0) return;
  row.typeAndFlags |= FLAG_KEYED;
  subject.next = <u32>key + length;
  const cell = newCell(subject, PATH_KEY);
  Cell.at(cell).put(VALUE_STRING, 0, key, length);
}

function applySet(subject: Subject, dictionary: Dictionary, at: usize): usize {
  const path = dictionary.symbol(load<u16>(at, 1));
  const value = at + SET_BYTES;
  const kind: u32 = load<u8>(value);
  const next = value + valueBytes(value);
  subject.next = <u32>next;
  switch (kind) {
    case VALUE_NULL:
    case VALUE_MAP:
      mergeSet(subject, path, kind, 0, 0, 0);
      break;
    case VALUE_BOOL:
      mergeSet(subject, path, kind, load<u8>(value, 1), 0, 0);
      break;
    case VALUE_STRING:
    case VALUE_BYTES:
    case VALUE_LIST:
      mergeSet(subject, path, kind, 0, value + 5, load<u32>(value, 1));
      break;
    case VALUE_ID:
      mergeSet(subject, path, kind, 0, value + 1, ID_BYTES);
      break;
    default:
      mergeSet(subject, path, kind, load<u64>(value, 1), 0, 0);
  }
  return next;
}

function applyIncrement(subject: Subject, dictionary: Dictionary, first: u32, at: usize): void {
  const path = dictionary.symbol(load<u16>(at, 1));
  const isNone = load<u16>(at, 3) == REFERENCE_NONE;
  const base = isNone ? 0 : namedAt(dictionary, first, at + 3);
  subject.next = <u32>at + INCREMENT_BYTES;
  mergeIncrement(subject, path, base, load<u64>(at, 7));
}

/** What a set shows waits while adds to it follow one another. */
function applyAdd(subject: Subject, dictionary: Dictionary, at: usize): usize {
  const next = at + deltaBytes(at);
  const isFollowed =
    next < subject.end && load<u8>(next) == OP_ADD && load<u16>(next, 1) == load<u16>(at, 1);
  subject.next = <u32>next;
  mergeAdd(subject, dictionary.symbol(load<u16>(at, 1)), at + SET_BYTES, isFollowed);
  return next;
}

function applyRemove(subject: Subject, dictionary: Dictionary, first: u32, at: usize): usize {
  const value = at + SET_BYTES;
  const counted = value + valueBytes(value);
  const count: u32 = load<u16>(counted);
  let named = counted + REMOVED_COUNT_BYTES;
  for (let index: u32 = 0; index < count; index++) {
    store<u32>(NAMED_ADDS + (index << 2), namedAt(dictionary, first, named));
    named += REMOVED_ADD_BYTES;
  }
  subject.next = <u32>named;
  mergeRemove(subject, dictionary.symbol(load<u16>(at, 1)), value, count);
  return named;
}
