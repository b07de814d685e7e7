/**
 * The engine reads for one caller at a time, or for everybody. A sight is what it needs to know of
 * a caller, in the form that it reads (assembly/access/caller.ts): the question that all rules are
 * asked with. Conditions are evaluated here: what was read is read again with what they came to,
 * until it depends on no more of them.
 */

import * as abi from '../../assembly/abi.ts';
import * as access from '../../assembly/abi-access.ts';
import { assert } from '../base/assert.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { SIGHT_CONDITIONS_MAX } from '../base/limits.ts';
import type { Caller } from './caller.ts';
import type { Engine } from './engine.ts';
import { noRoomToAnswer } from './failure.ts';
import type { SymbolTable } from './symbol-table.ts';

const STATE_AT = abi.IMAGE_START + access.SIGHT_STATE_OFFSET;
const VERSION_AT = abi.IMAGE_START + access.PERMISSION_VERSION_OFFSET;
const HEAD_WORDS = 13;
const STRANGER_WORDS = 2;
const TERMS_HEAD_BYTES = 12;
/** Sets of grants that one question may look at. */
const QUESTION_VISITS_MAX = 100_000;
/** The id of the object that is everybody of a type. */
const EVERYBODY = '*';
/** In the place of a type that nothing uses. */
const UNUSED = 0x7fff_ffff;

export class Sight {
  readonly #engine: Engine;
  readonly #symbols: SymbolTable;
  readonly #caller: Caller;
  /** By grant, as of the version. */
  readonly #verdicts = new Map<number, number>();
  /** Of the permissions when it was written last. */
  #version = 0;

  constructor(engine: Engine, symbols: SymbolTable, caller: Caller) {
    this.#engine = engine;
    this.#symbols = symbols;
    this.#caller = caller;
  }

  /** Whether a single read may depend on conditions: it never looks at too much. */
  get mayAsk(): boolean {
    return this.#caller.hasConditions;
  }

  /**
   * Whether what was just read depends on conditions: they are evaluated, and it is to be read
   * again. Throws LIMIT_EXCEEDED where too much would have to be looked at.
   */
  asks(): boolean {
    const state = this.#engine.memory.u32(STATE_AT);
    if (state === 0) return false;
    if ((state & access.SIGHT_OVER) !== 0) throw tooMuch('fewer grants to be looked at');
    const { exports, memory } = this.#engine;
    const inquiry = exports.inquiryAddress() >>> 0;
    const count = memory.u32(inquiry + access.INQUIRY_ASKED_COUNT);
    assert(count > 0, 'a sight that asks says for which conditions');
    for (const grant of memory.words(inquiry + access.INQUIRY_ASKED, count)) this.#settle(grant);
    this.begin();
    return true;
  }

  #settle(grant: number): void {
    assert(!this.#verdicts.has(grant), 'a condition is asked for once');
    if (this.#verdicts.size === SIGHT_CONDITIONS_MAX) {
      throw tooMuch(`at most ${SIGHT_CONDITIONS_MAX} conditions`);
    }
    const { exports, memory } = this.#engine;
    const terms = exports.termsOf(grant, this.#caller.height) >>> 0;
    assert(terms !== 0, 'a condition that is asked for has terms');
    const name = this.#symbols.text(memory.u32(terms + 4));
    const context = memory.utf8(terms + TERMS_HEAD_BYTES, memory.u32(terms + 8));
    this.#verdicts.set(grant, this.#caller.verdictOf(name, context));
  }

  /** From now on the engine reads for this caller: puts the question where it stands. */
  begin(): void {
    const engine = this.#engine;
    const { memory, exports } = engine;
    const version = memory.u32(VERSION_AT);
    // A grant that was made again may have other terms.
    if (version !== this.#version) this.#verdicts.clear();
    this.#version = version;
    const words = this.#words();
    const address = exports.ensureSight(words.length * 4) >>> 0;
    if (address === 0) throw noRoomToAnswer();
    memory.wordView(address, words.length).set(words);
    if (exports.beginSight() !== 1) throw noRoomToAnswer();
    engine.sight = this;
  }

  #words(): number[] {
    const { subject, height } = this.#caller;
    const type = this.#symbols.find(abi.SYMBOL_NODE_TYPE, subject.type) || UNUSED;
    const isEverybody = subject.id === EVERYBODY;
    const flag = isEverybody ? access.OBJECT_ALL : 0;
    const verdicts = [...this.#verdicts].sort(([left], [right]) => left - right).flat();
    const strangersAt = HEAD_WORDS * 4;
    const verdictsAt = strangersAt + STRANGER_WORDS * 4;
    return [
      ...[height, 0, 0, this.#objectOf(subject) || access.STRANGER, 0],
      isEverybody ? 0 : this.#objectOf({ ...subject, id: EVERYBODY }),
      ...[QUESTION_VISITS_MAX, STRANGER_WORDS, strangersAt, 0, verdictsAt],
      ...[verdicts.length / 2, verdictsAt],
      ...[(type | flag) >>> 0, UNUSED],
      ...verdicts,
    ];
  }

  /** The object that a grant names, or 0. */
  #objectOf({ type, id }: Caller['subject']): number {
    const symbol = this.#symbols.find(abi.SYMBOL_NODE_TYPE, type);
    if (symbol === 0) return 0;
    const bytes = Buffer.from(id);
    this.#engine.putInput(bytes);
    return this.#engine.exports.objectOf(symbol, bytes.length) >>> 0;
  }
}

/** From now on the engine reads for a caller; for everybody without one. */
export function useSight(engine: Engine, sight: Sight | undefined): void {
  if (sight === undefined) useNone(engine);
  else sight.begin();
}

/** From now on the engine reads for everybody. Stands before each change of the permissions. */
export function useNone(engine: Engine): void {
  if (engine.sight === undefined) return;
  engine.exports.endSight();
  engine.sight = undefined;
}

function tooMuch(expected: string): DatabaseError {
  const message = `reading for a caller expected ${expected}, got more`;
  return new DatabaseError(ErrorCode.LIMIT_EXCEEDED, message);
}
