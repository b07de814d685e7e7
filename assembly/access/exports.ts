/** What the engine exports of permissions: programs, grants, questions, and the caller's sight. */

import { POOL_GRANTS, Pool } from '../memory/pool.ts';
import {
  ensureRegion,
  REGION_ACCESS,
  REGION_INPUT,
  REGION_QUESTION,
  regionAddress,
} from '../memory/region.ts';
import * as answers from './answer.ts';
import { listCandidates } from './answer.ts';
import { ElementRules } from './element-rules.ts';
import { Grant, TERMS_NEVER } from './grants.ts';
import { listGrantsOf, listGrantTo, listHeld } from './held.ts';
import { kindOfGrant } from './kinds.ts';
import * as grants from './load.ts';
import { findObject, ObjectRow } from './objects.ts';
import { Program } from './program.ts';
import * as sight from './sight.ts';
import * as writes from './writes.ts';

export { kindOfGrant, listCandidates, listGrantsOf, listGrantTo, listHeld };

/** Makes the input region large enough for a question about permissions; 0 without memory. */
export function ensureQuestion(bytes: u32): usize {
  return answers.ensureAccess() && ensureRegion(REGION_INPUT, bytes)
    ? regionAddress(REGION_INPUT)
    : 0;
}

/** The object of the permission model whose id stands in the input region, or 0. */
export function objectOf(type: u32, length: u32): u32 {
  return findObject(type, regionAddress(REGION_INPUT), length);
}

/** Address of an object: its id as a blob stands at the second word. */
export function objectAddress(object: u32): usize {
  return changetype<usize>(ObjectRow.at(object));
}

/** Address of the terms that a grant has at a height, or 0. */
export function termsOf(grant: u32, height: u32): u32 {
  const terms = Grant.at(grant).termsAt(height);
  return terms == TERMS_NEVER ? 0 : terms;
}

export function ensureProgram(bytes: u32): bool {
  return grants.ensureProgram(bytes);
}

export function ensureGrantsFor(count: u32): bool {
  return grants.ensureGrantsFor(count);
}

export function installProgram(bytes: u32, height: u32): bool {
  return grants.installProgram(bytes, height);
}

export function makeGrants(count: u32, height: u32): bool {
  return grants.makeGrants(count, height);
}

export function endGrants(count: u32, height: u32): u32 {
  return grants.endGrants(count, height);
}

/** Behind the last row of a grant; they are numbered from 1. `listHeld` lists a range of them. */
export function grantRows(): u32 {
  return Pool.of(POOL_GRANTS).count;
}

/** Begins to judge the prepared group; false without memory. */
export function beginJudging(): bool {
  return writes.beginJudging();
}

/** Judges a commit of the group as of a height: a status. */
export function judgeCommit(ordinal: u32, height: u32, actors: u32, actorCount: u32): u32 {
  return writes.judgeCommit(ordinal, height, actors, actorCount);
}

/** Masks all transactions of a commit of the group. */
export function maskCommit(ordinal: u32, transactions: u32): void {
  writes.maskCommit(ordinal, transactions);
}

/** Makes room for the question of a caller, and returns where it goes; 0 without memory. */
export function ensureSight(bytes: u32): usize {
  const isThere = sight.ensureSight() && ensureRegion(REGION_QUESTION, bytes);
  return isThere ? regionAddress(REGION_QUESTION) : 0;
}

/** From now on reads are for the caller whose question stands there; false without memory. */
export function beginSight(): bool {
  return sight.beginSight();
}

/** From now on reads are for everybody. */
export function endSight(): void {
  sight.endSight();
}

/** Answers the question in the input region: VERDICT_... */
export function check(): u32 {
  return answers.check();
}

export function listObjects(type: u32): u32 {
  return answers.listObjects(type);
}

export function listSubjects(type: u32, relation: u32): u32 {
  return answers.listSubjects(type, relation);
}

/** The relation that a verb asks for at a path (or 0) of a type, as of a height; 0 is denied. */
export function relationFor(height: u32, type: u32, path: u32, verb: u32): u32 {
  const program = Program.inForceAt(height);
  if (changetype<usize>(program) == 0) return 0;
  return ElementRules.of(program).relationFor(type, path, verb);
}

/** Address of what the last question has found out. */
export function inquiryAddress(): usize {
  return regionAddress(REGION_ACCESS);
}
