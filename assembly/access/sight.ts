/**
 * What the caller sees for whom the engine reads: the rules of the program in force, as they are
 * for it (row-rule.ts). They are kept from one caller to the next, behind the caller in its region:
 *
 *     at        0  type u32   4  path u32   8  epoch u32   12  offset of its rule u32     × 1,024
 *     caller    0  subject u32   4  all of its type u32   8  height u32   12  version u32
 *              16  hash of the verdicts u64   24  number u32, or 0 where the place is free
 *     table    number of a rule u32 ...          rules    as row-rule.ts draws them
 *
 * A rule stays where it is while a caller reads. Where a table is half full, all of it is forgotten
 * before the next call.
 */

import { SEEN_NONE, SIGHT_OVER, STRANGER, VERB_READ } from '../abi-access.ts';
import { hashBytes } from '../container/keyed-hash.ts';
import {
  PERMISSION_VERSION,
  SIGHT,
  SIGHT_FRESH,
  SIGHT_NONE,
  SIGHT_STATE,
  SIGHT_USED,
} from '../memory/header.ts';
import { ensureRegion, REGION_ACCESS, REGION_SIGHT, regionBytes } from '../memory/region.ts';
import { CALLER_BYTES, Caller, markUsed } from './caller.ts';
import { ElementRules } from './element-rules.ts';
import { ACCESS_BYTES } from './judge.ts';
import { Program } from './program.ts';
import { ROW_RULE_BYTES, RowRule } from './row-rule.ts';

const PLACES_AT: usize = CALLER_BYTES;
const PLACES: u32 = 1024;
const PLACE_BYTES: u32 = 16;
const CALLERS_AT: usize = PLACES_AT + PLACES * PLACE_BYTES;
const CALLERS: u32 = 2048;
const KEPT_BYTES: u32 = 32;
const TABLE_AT: usize = CALLERS_AT + CALLERS * KEPT_BYTES;
const RULES_MAX: u32 = 8192;
const TABLE_PLACES: u32 = RULES_MAX * 2;
const RULES_AT: usize = TABLE_AT + TABLE_PLACES * 4;
const SIGHT_BYTES: u32 = <u32>RULES_AT + RULES_MAX * ROW_RULE_BYTES;

/** Makes room for a caller; false without memory. May grow. */
export function ensureSight(): bool {
  return ensureRegion(REGION_ACCESS, ACCESS_BYTES) && ensureRegion(REGION_SIGHT, SIGHT_BYTES);
}

/**
 * From now on the engine reads for the caller whose question stands in its region: for everybody
 * where no model is in force. False without memory. May grow.
 */
export function beginSight(): bool {
  const caller = Caller.get();
  const program = Program.inForceAt(caller.question.height);
  store<u32>(SIGHT, SIGHT_NONE);
  if (changetype<usize>(program) == 0) return true;
  const isNew = caller.ruleCount == 0;
  if ((isNew || caller.isStale != 0 || caller.pages.isFull) && !forget(caller)) return false;
  caller.begin(<u32>changetype<usize>(program));
  caller.number = findCaller(caller);
  caller.epoch += 1;
  caller.visits = 0;
  store<u32>(SIGHT, caller.isStale == 0 ? SIGHT_FRESH : SIGHT_USED);
  return true;
}

/** From now on it reads for everybody. */
export function endSight(): void {
  store<u32>(SIGHT, SIGHT_NONE);
}

/** Stands before each call that reads for a caller: what was looked at counts anew. May grow. */
export function refreshSight(): void {
  if (load<u32>(SIGHT) == SIGHT_USED) refreshUsed();
}

function refreshUsed(): void {
  const caller = Caller.get();
  caller.visits = 0;
  store<u32>(SIGHT_STATE, 0);
  store<u32>(SIGHT, SIGHT_FRESH);
  if (caller.isStale != 0 || caller.pages.isFull) beginSight();
}

/** After rows have come to stand for others: what is kept of them goes at the next call. */
export function forgetRows(): void {
  if (regionBytes(REGION_SIGHT) == 0) return;
  Caller.get().isStale = 1;
  markUsed();
}

/** What a path of a type, or the type for 0, is read by; it stays where it is. May grow. */
export function ruleAt(kind: u32, type: u32, path: u32): RowRule {
  const caller = Caller.get();
  const slot = ((type * 0x9e3779b1) ^ (path * 0x85ebca6b)) >>> 7;
  const place = changetype<usize>(caller) + PLACES_AT + (slot & (PLACES - 1)) * PLACE_BYTES;
  const isKept = load<u32>(place) == type && load<u32>(place, 4) == path;
  if (isKept && load<u32>(place, 8) == caller.epoch) {
    return RowRule.at(changetype<usize>(caller) + load<u32>(place, 12));
  }
  markUsed();
  const rule = findRule(caller, kind, type, path, VERB_READ);
  store<u32>(place, type);
  store<u32>(place, path, 4);
  store<u32>(place, caller.epoch, 8);
  store<u32>(place, <u32>(changetype<usize>(rule) - changetype<usize>(caller)), 12);
  return rule;
}

/** The same for any verb: what is not read by is looked up each time. May grow. */
export function ruleFor(kind: u32, type: u32, path: u32, verb: u32): RowRule {
  if (verb == VERB_READ) return ruleAt(kind, type, path);
  markUsed();
  return findRule(Caller.get(), kind, type, path, verb);
}

function findRule(caller: Caller, kind: u32, type: u32, path: u32, verb: u32): RowRule {
  const program = Program.at(caller.program);
  const element = ElementRules.of(program).ruleFor(type, path);
  if (changetype<usize>(element) == 0) return ruleOf(caller, 0);
  const rule = program.ruleOf(element.objectType, element.relation(verb));
  // The first rule is none: it denies all.
  return rule == 0 ? ruleOf(caller, 0) : rowRule(caller, kind, rule, element.objectType);
}

/** A rule of the program as it is for this caller on nodes, or on edges. */
function rowRule(caller: Caller, kind: u32, rule: u32, objectType: u32): RowRule {
  let at = ((rule * 0x9e3779b1) ^ (caller.number * 0x85ebca6b) ^ kind) >>> 6;
  let held = load<u32>(tablePlace(caller, at));
  for (; held != 0; held = load<u32>(tablePlace(caller, at))) {
    const row = ruleOf(caller, held);
    if (row.rule == rule && row.caller == caller.number && row.kind == kind) {
      if (!row.isSettled) row.settle();
      return row;
    }
    at += 1;
  }
  if (caller.ruleCount == RULES_MAX) {
    store<u32>(SIGHT_STATE, SIGHT_OVER);
    return ruleOf(caller, 0);
  }
  const added = ruleOf(caller, caller.ruleCount);
  memory.fill(changetype<usize>(added), 0, ROW_RULE_BYTES);
  added.caller = caller.number;
  added.kind = kind;
  added.rule = rule;
  added.objectType = objectType;
  store<u32>(tablePlace(caller, at), caller.ruleCount);
  caller.ruleCount += 1;
  if (caller.ruleCount * 2 > RULES_MAX) caller.isStale = 1;
  added.settle();
  return added;
}

/** The number of the caller that the question is about, known or new. */
function findCaller(caller: Caller): u32 {
  const question = caller.question;
  const subject: u32 = question.subject < STRANGER ? question.subject : 0;
  const version = load<u32>(PERMISSION_VERSION);
  const verdicts = changetype<usize>(question) + question.conditions;
  const hash = hashBytes(verdicts, question.conditionCount << 3, 0);
  let at = (subject * 0x9e3779b1) ^ (question.all * 0x85ebca6b) ^ question.height ^ <u32>hash;
  let place = callerPlace(caller, at);
  for (; load<u32>(place, 24) != 0; place = callerPlace(caller, at)) {
    const isSubject = load<u32>(place) == subject && load<u32>(place, 4) == question.all;
    const isThen = load<u32>(place, 8) == question.height && load<u32>(place, 12) == version;
    if (isSubject && isThen && load<u64>(place, 16) == hash) return load<u32>(place, 24);
    at += 1;
  }
  caller.callerCount += 1;
  if (caller.callerCount * 2 > CALLERS) caller.isStale = 1;
  caller.lastNumber += 1;
  store<u32>(place, subject);
  store<u32>(place, question.all, 4);
  store<u32>(place, question.height, 8);
  store<u32>(place, version, 12);
  store<u64>(place, hash, 16);
  store<u32>(place, caller.lastNumber, 24);
  return caller.lastNumber;
}

/** Sets all up, or forgets it; false without memory. May grow. */
function forget(caller: Caller): bool {
  const tables = changetype<usize>(caller) + PLACES_AT;
  memory.fill(tables, 0, RULES_AT + ROW_RULE_BYTES - PLACES_AT);
  caller.isStale = 0;
  caller.callerCount = 0;
  caller.ruleCount = 1;
  ruleOf(caller, 0).state = SEEN_NONE;
  return caller.pages.clear();
}

function ruleOf(caller: Caller, number: u32): RowRule {
  return RowRule.at(changetype<usize>(caller) + RULES_AT + number * ROW_RULE_BYTES);
}

function tablePlace(caller: Caller, at: u32): usize {
  return changetype<usize>(caller) + TABLE_AT + ((at & (TABLE_PLACES - 1)) << 2);
}

function callerPlace(caller: Caller, at: u32): usize {
  return changetype<usize>(caller) + CALLERS_AT + (at & (CALLERS - 1)) * KEPT_BYTES;
}
