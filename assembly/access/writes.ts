/**
 * Judges the transactions of a prepared commit: whether the actor of each has the right to all that
 * it does, as of a height of the authority chain. Those that have not are masked (delta/masks.ts).
 * What the host writes into the input region is a question (question.ts) without object, relation
 * and subject, whose strangers are an actor and an object; and somewhere behind it, for each name
 * of an actor in the payload:
 *
 *     actor    number of the name u32, its object u32 (0: may not act), that of all of its type u32
 *
 * A select names no type: that of its node is told by a create in the graph, earlier in the group
 * or anywhere in its own commit. In the scratch region, while a group is judged:
 *
 *     head, text of an edge's object, memo, symbols, ids
 *     memo     actor u32, type of objects u32, relation u32, what is known u32 ...
 *     symbols  the engine's number for each name of the payload u32, 0 where nothing has it
 *     ids      address of a created id u32, its type u32 (TYPE_NONE: no name of the space) ...
 */

import {
  ID_BYTES,
  OP_CREATE_EDGE,
  OP_CREATE_NODE,
  OP_CREATE_NODE_BY_KEY,
  OP_DELETE,
  OP_SELECT_EDGE,
  OP_SELECT_NODE,
  STATUS_ASKS,
  STATUS_OK,
  STATUS_UNKNOWN_NODE,
  SYMBOL_ACTOR,
  SYMBOL_PATH,
  SYMBOL_RELATION,
  SYMBOLS_MAX,
} from '../abi.ts';
import {
  STRANGER,
  VERB_CREATE,
  VERB_DELETE,
  VERB_WRITE,
  VERDICT_ASK,
  VERDICT_DENIED,
  VERDICT_GRANTED,
} from '../abi-access.ts';
import { Dictionary } from '../delta/dictionary.ts';
import { descriptorAt, fail, Group } from '../delta/group.ts';
import { isMasked, mask } from '../delta/masks.ts';
import { dictionaryAt } from '../delta/prepare.ts';
import { deltaBytes, SYMBOL_HEADER_BYTES, TRANSACTION_HEADER_BYTES } from '../delta/reader.ts';
import { findNode, hashOfId, Node } from '../graph/elements.ts';
import { findSymbol } from '../graph/symbols.ts';
import { parentPathBytes, sameBytes } from '../memory/bytes.ts';
import { ensureRegion, REGION_SCRATCH, regionAddress } from '../memory/region.ts';
import { verdictOn } from './answer.ts';
import { putEdgeObject } from './element-object.ts';
import { ElementRules } from './element-rules.ts';
import { findObject } from './objects.ts';
import { Program, Rule } from './program.ts';
import { Inquiry, Question } from './question.ts';

const TEXT_AT: usize = 64;
const MEMO_AT: usize = 128;
const MEMO_PLACES: u32 = 256;
const MEMO_BYTES: usize = 16;
const SYMBOLS_AT: usize = MEMO_AT + <usize>MEMO_PLACES * MEMO_BYTES;
const IDS_AT: usize = SYMBOLS_AT + ((<usize>SYMBOLS_MAX + 1) << 2);
const ACTOR_BYTES: usize = 12;

const TYPE_NONE: u32 = 0xffffffff;
/** No verdict: the type of a node is not known. */
const UNKNOWN: u32 = 0x100;
/** What is known of all objects that no grant names, beside their verdict. */
const MEMO_IS_KNOWN: u32 = 1 << 8;
/** It is granted by unions alone, so for every object. */
const MEMO_IS_WHOLE: u32 = 1 << 9;
const MEMO_VERDICT: u32 = 0xff;

/** What is being judged. */
@unmanaged
class Judging {
  idMask: u32;
  dictionary: u32;
  /** Of the next create. */
  ids: u32;
  program: u32;
  /** The actor's object. */
  actor: u32;
  /** The subject's type, and the text that names its object. */
  type: u32;
  text: u32;
  textBytes: u32;
  isAsking: u32;
  /** The creates of the whole commit have been gone through. */
  isSurveyed: u32;

  @inline static get(): Judging {
    return changetype<Judging>(regionAddress(REGION_SCRATCH));
  }

  /** The engine's number for a name of the payload. */
  @inline symbol(number: u32): u32 {
    return load<u32>(changetype<usize>(this) + SYMBOLS_AT + ((<usize>number) << 2));
  }
}

@unmanaged
class Memo {
  actor: u32;
  objectType: u32;
  relation: u32;
  known: u32;

  static of(actor: u32, objectType: u32, relation: u32): Memo {
    const hash = (actor * 0x9e3779b1) ^ (objectType * 0x85ebca6b) ^ (relation * 0xc2b2ae35);
    const place = (hash >>> 16) & (MEMO_PLACES - 1);
    return changetype<Memo>(regionAddress(REGION_SCRATCH) + MEMO_AT + <usize>place * MEMO_BYTES);
  }

  isOf(actor: u32, objectType: u32, relation: u32): bool {
    if (this.known == 0 || this.actor != actor) return false;
    return this.objectType == objectType && this.relation == relation;
  }
}

@unmanaged
class CreatedId {
  id: u32;
  type: u32;

  @inline static at(place: u32): CreatedId {
    return changetype<CreatedId>(regionAddress(REGION_SCRATCH) + IDS_AT + ((<usize>place) << 3));
  }
}

if (offsetof<Judging>() > TEXT_AT) ERROR('the head must end before the text');
if (offsetof<Memo>() != MEMO_BYTES) ERROR('a memo must be 16 bytes');
if (offsetof<CreatedId>() != 8) ERROR('a created id must be 8 bytes');

/** Begins to judge the prepared group, commit by commit; false without memory. May grow. */
export function beginJudging(): bool {
  const wanted = Group.get().nodes * 2;
  let places: u32 = 64;
  while (places < wanted) places <<= 1;
  if (!ensureRegion(REGION_SCRATCH, <u32>IDS_AT + (places << 3))) return false;
  Judging.get().idMask = places - 1;
  memory.fill(changetype<usize>(CreatedId.at(0)), 0, (<usize>places) << 3);
  return true;
}

/**
 * Judges a commit of the group as of a height; once at least, in their order. What is masked
 * already is passed over. `actors` is where they stand behind the question. STATUS_ASKS where
 * conditions are to be evaluated first, which the inquiry lists; STATUS_UNKNOWN_NODE where the type
 * of a node is not known, and what is known does not mask the transaction.
 */
export function judgeCommit(ordinal: u32, height: u32, actors: u32, actorCount: u32): u32 {
  const judging = Judging.get();
  const dictionary = dictionaryAt(ordinal);
  const program = Program.inForceAt(height);
  Question.get().height = height;
  Inquiry.get().begin(program);
  judging.dictionary = <u32>changetype<usize>(dictionary);
  judging.ids = dictionary.ids;
  judging.program = <u32>changetype<usize>(program);
  judging.isAsking = 0;
  judging.isSurveyed = 0;
  memory.fill(changetype<usize>(judging) + MEMO_AT, 0, <usize>MEMO_PLACES * MEMO_BYTES);
  findSymbols(dictionary);
  const descriptor = descriptorAt(ordinal);
  let unknown: usize = 0;
  let at: usize = dictionary.transactions;
  for (let position: u32 = 0; at < dictionary.payloadEnd; position++) {
    const end = at + 4 + load<u32>(at);
    if (judging.program == 0 || isMasked(descriptor, position)) passTransaction(judging, at);
    else {
      const isActor = beginActor(judging, Question.at(actors), actorCount, load<u16>(at + 4, 17));
      const verdict = judgeTransaction(judging, at, isActor);
      if (verdict == VERDICT_ASK) judging.isAsking = 1;
      else if (verdict == UNKNOWN) unknown = at;
      else if (verdict != VERDICT_GRANTED) mask(descriptor, position);
    }
    at = end;
  }
  if (judging.isAsking != 0) return STATUS_ASKS;
  return unknown == 0
    ? STATUS_OK
    : fail(STATUS_UNKNOWN_NODE, <u32>(unknown - dictionary.payload), 0, 0);
}

/** Whether all deltas are granted; UNKNOWN where one may be, and the others are. */
function judgeTransaction(judging: Judging, transaction: usize, isActor: bool): u32 {
  const deltas: u32 = load<u16>(transaction + 4, 19);
  let at = transaction + 4 + TRANSACTION_HEADER_BYTES;
  let verdict = isActor ? VERDICT_GRANTED : VERDICT_DENIED;
  let isUnknown = false;
  for (let delta: u32 = 0; delta < deltas; delta++) {
    const own = judgeDelta(judging, at);
    if (own == UNKNOWN) isUnknown = true;
    else if (verdict == VERDICT_GRANTED || own == VERDICT_DENIED) verdict = own;
    at += deltaBytes(at);
  }
  return verdict == VERDICT_GRANTED && isUnknown ? UNKNOWN : verdict;
}

/** Takes what a transaction says of the types of nodes, and asks nothing. */
function passTransaction(judging: Judging, transaction: usize): void {
  const deltas: u32 = load<u16>(transaction + 4, 19);
  let at = transaction + 4 + TRANSACTION_HEADER_BYTES;
  for (let delta: u32 = 0; delta < deltas; delta++) {
    const operation: u32 = load<u8>(at);
    if (operation == OP_CREATE_NODE || operation == OP_CREATE_NODE_BY_KEY) nameCreated(judging, at);
    at += deltaBytes(at);
  }
}

/** Masks all transactions of a commit of the group. */
export function maskCommit(ordinal: u32, transactions: u32): void {
  const descriptor = descriptorAt(ordinal);
  for (let position: u32 = 0; position < transactions; position++) mask(descriptor, position);
}

function findSymbols(dictionary: Dictionary): void {
  const symbols = regionAddress(REGION_SCRATCH) + SYMBOLS_AT;
  for (let number: u32 = 0; number < dictionary.symbolCount; number++) {
    const at = dictionary.symbolAt(number);
    const kind: u32 = load<u8>(at);
    let symbol: u32 = 0;
    if (kind != SYMBOL_ACTOR && kind != SYMBOL_RELATION) {
      symbol = findNearest(kind, at + SYMBOL_HEADER_BYTES, load<u8>(at, 1));
    }
    store<u32>(symbols + ((<usize>number) << 2), symbol);
  }
}

/** A path that nothing has named yet counts as the nearest one above it that something has. */
function findNearest(kind: u32, text: usize, length: u32): u32 {
  let symbol = findSymbol(kind, text, length);
  let bytes = length;
  while (symbol == 0 && kind == SYMBOL_PATH && bytes != 0) {
    bytes = parentPathBytes(text, bytes);
    if (bytes != 0) symbol = findSymbol(kind, text, bytes);
  }
  return symbol;
}

/** Whether the actor of a transaction may act at all, and who it is from here on. */
function beginActor(judging: Judging, actors: usize, count: u32, symbol: u32): bool {
  for (let at = actors; at < actors + <usize>count * ACTOR_BYTES; at += ACTOR_BYTES) {
    if (load<u32>(at) != symbol) continue;
    const question = Question.get();
    judging.actor = load<u32>(at, 4);
    question.subject = judging.actor;
    question.subjectRelation = 0;
    question.all = load<u32>(at, 8);
    if (judging.actor == 0) return false;
    Inquiry.get().beginSubject(question);
    return true;
  }
  // What is known of the actor before says nothing of this one.
  judging.actor = 0;
  return false;
}

/** The verdict on one delta; what it selects or creates is the subject of those behind it. */
function judgeDelta(judging: Judging, at: usize): u32 {
  switch (<u32>load<u8>(at)) {
    case OP_SELECT_NODE: {
      const type = typeOfNode(judging, at + 1);
      judging.type = type;
      if (type == 0) return UNKNOWN;
      judging.text = <u32>at + 1;
      judging.textBytes = ID_BYTES;
      return VERDICT_GRANTED;
    }
    case OP_CREATE_NODE:
    case OP_CREATE_NODE_BY_KEY: {
      judging.text = judging.ids;
      judging.textBytes = ID_BYTES;
      judging.type = nameCreated(judging, at);
      return judgeVerb(judging, VERB_CREATE, 0);
    }
    case OP_SELECT_EDGE:
      selectEdge(judging, at);
      return VERDICT_GRANTED;
    case OP_CREATE_EDGE:
      selectEdge(judging, at);
      return judgeVerb(judging, VERB_CREATE, 0);
    case OP_DELETE:
      return judgeVerb(judging, VERB_DELETE, 0);
    default:
      return judgeVerb(judging, VERB_WRITE, judging.symbol(load<u16>(at, 1)));
  }
}

/** Keeps the type of the next node that is created, and answers it. */
function nameCreated(judging: Judging, at: usize): u32 {
  const symbol = judging.symbol(load<u16>(at, 1));
  const type = symbol == 0 ? TYPE_NONE : symbol;
  addCreated(judging, judging.ids, type);
  judging.ids += ID_BYTES;
  return type;
}

function selectEdge(judging: Judging, at: usize): void {
  const text = regionAddress(REGION_SCRATCH) + TEXT_AT;
  const type = judging.symbol(load<u16>(at, 33));
  judging.type = type == 0 ? TYPE_NONE : type;
  judging.text = <u32>text;
  judging.textBytes = putEdgeObject(text, at + 1, at + 17, load<u32>(at, 35));
}

/** The verdict on what a verb asks for, of the subject or a path of it. */
function judgeVerb(judging: Judging, verb: u32, path: u32): u32 {
  if (judging.type == 0) return UNKNOWN;
  if (judging.actor == 0) return VERDICT_DENIED;
  const program = Program.at(judging.program);
  const element = ElementRules.of(program).ruleFor(judging.type, path);
  if (changetype<usize>(element) == 0) return VERDICT_DENIED;
  const relation = element.relation(verb);
  const rule = program.ruleOf(element.objectType, relation);
  if (rule == 0) return VERDICT_DENIED;
  const memo = Memo.of(judging.actor, element.objectType, relation);
  if (!memo.isOf(judging.actor, element.objectType, relation)) {
    const verdict = ask(STRANGER + 1, element.objectType, relation);
    const isWhole = verdict == VERDICT_GRANTED && Rule.at(rule).root == 0;
    memo.actor = judging.actor;
    memo.objectType = element.objectType;
    memo.relation = relation;
    memo.known = MEMO_IS_KNOWN | (isWhole ? MEMO_IS_WHOLE : 0) | verdict;
  }
  if ((memo.known & MEMO_IS_WHOLE) != 0) return VERDICT_GRANTED;
  const object = findObject(element.objectType, judging.text, judging.textBytes);
  if (object == 0) return memo.known & MEMO_VERDICT;
  return ask(object, element.objectType, relation);
}

/** The verdict for the actor on one object; an inquiry goes over many of these. */
function ask(object: u32, objectType: u32, relation: u32): u32 {
  const question = Question.get();
  const inquiry = Inquiry.get();
  question.object = object;
  question.relation = relation;
  store<u32>(Question.at(question.strangers), objectType, 4);
  inquiry.visits = 0;
  inquiry.limit = 0;
  return verdictOn(object);
}

/** The type of a node that was created, here or in the group; 0 where it is not known. */
function typeOfNode(judging: Judging, id: usize): u32 {
  const node = findNode(id);
  if (node != 0 && Node.at(node).type != 0) return Node.at(node).type;
  const type = createdType(judging, id);
  if (type != 0 || judging.isSurveyed != 0) return type;
  surveyCreates(judging);
  return createdType(judging, id);
}

/** Keeps the types of all nodes that the commit creates: the create may stand behind the select. */
function surveyCreates(judging: Judging): void {
  const dictionary = changetype<Dictionary>(judging.dictionary);
  const ids = judging.ids;
  judging.isSurveyed = 1;
  judging.ids = dictionary.ids;
  let at: usize = dictionary.transactions;
  while (at < dictionary.payloadEnd) {
    passTransaction(judging, at);
    at += 4 + load<u32>(at);
  }
  judging.ids = ids;
}

function createdType(judging: Judging, id: usize): u32 {
  let place = <u32>hashOfId(id) & judging.idMask;
  for (let row = CreatedId.at(place); row.id != 0; row = CreatedId.at(place)) {
    if (sameBytes(row.id, id, ID_BYTES)) return row.type;
    place = (place + 1) & judging.idMask;
  }
  return 0;
}

function addCreated(judging: Judging, id: usize, type: u32): void {
  let place = <u32>hashOfId(id) & judging.idMask;
  for (let row = CreatedId.at(place); row.id != 0; row = CreatedId.at(place)) {
    if (sameBytes(row.id, id, ID_BYTES)) return;
    place = (place + 1) & judging.idMask;
  }
  CreatedId.at(place).id = <u32>id;
  CreatedId.at(place).type = type;
}
