/**
 * Answers questions about permissions from the model and the grants in an engine's memory.
 * Conditions are evaluated here: a question is asked again with what they came to, until the answer
 * depends on no more of them.
 */

import * as access from '../../assembly/abi-access.ts';
import type { DatabaseError } from '../base/errors.ts';
import { ACCESS_CHECK_VISITS_MAX, ACCESS_LIST_VISITS_MAX } from '../base/limits.ts';
import { type Engine, spaceFull } from '../engine/engine.ts';
import type { EngineExports } from '../engine/exports.ts';
import { SymbolTable } from '../engine/symbol-table.ts';
import { AccessError, AccessReason } from './access-error.ts';
import type { Context } from './condition.ts';
import { type AsOf, ConditionVerdicts } from './condition-verdicts.ts';
import type { CheckQuestion, ListObjectsQuestion, ListUsersQuestion } from './question.ts';
import { QuestionForm, type QuestionParts } from './question-form.ts';
import { type ObjectName, type Subject, type Tuple, WILDCARD } from './tuple.ts';

const LIST_FULL = 0xffffffff;

export class Permissions {
  readonly #engine: Engine;
  readonly #symbols: SymbolTable;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#symbols = new SymbolTable(engine);
  }

  /**
   * Whether a subject has a relation to an object; to all of its type, where the object's id is
   * the wildcard: by grants of all of it alone. The model can answer the question. Throws
   * LIMIT_EXCEEDED where too much would have to be looked at, and the error of a condition that
   * decides.
   */
  check(question: CheckQuestion, asOf: AsOf): boolean {
    const { object, relation, subject } = question;
    const allOf = allOfSubject(subject);
    const parts = { object, relation, subject, allOf, visitsMax: ACCESS_CHECK_VISITS_MAX };
    const inquiry = this.#begin(parts, question, asOf);
    const verdict = inquiry.run(
      (exports) => exports.check(),
      (verdict) => verdict === access.VERDICT_GRANTED || verdict === access.VERDICT_DENIED,
    );
    if (verdict === access.VERDICT_FAILED) throw inquiry.failure;
    return verdict === access.VERDICT_GRANTED;
  }

  /** The objects of a type to which a subject has a relation. */
  listObjects(question: ListObjectsQuestion, asOf: AsOf): ObjectName[] {
    const { type, relation, subject } = question;
    const parts = {
      relation,
      subject,
      allOf: allOfSubject(subject),
      visitsMax: ACCESS_LIST_VISITS_MAX,
    };
    const inquiry = this.#begin(parts, question, asOf);
    const symbol = inquiry.type(type);
    return inquiry.list((exports) => exports.listObjects(symbol));
  }

  /** Subjects that grants name, and who have a relation to an object. */
  listUsers(question: ListUsersQuestion, asOf: AsOf): Subject[] {
    return this.#listSubjects(question, asOf, (exports, type, relation) =>
      exports.listSubjects(type, relation),
    );
  }

  /** Subjects that the grants on the ways from an object name, whether they have it or not. */
  listCandidates(question: ListUsersQuestion, asOf: AsOf): Subject[] {
    return this.#listSubjects(question, asOf, (exports, type, relation) =>
      exports.listCandidates(type, relation),
    );
  }

  #listSubjects(
    question: ListUsersQuestion,
    asOf: AsOf,
    ask: (exports: EngineExports, type: number, relation: number) => number,
  ): Subject[] {
    const { object, relation, filter } = question;
    const allOf = filter.relation === undefined ? filter.type : undefined;
    const parts = { object, relation, allOf, visitsMax: ACCESS_LIST_VISITS_MAX };
    const inquiry = this.#begin(parts, question, asOf);
    const type = inquiry.type(filter.type);
    const wanted = filter.relation === undefined ? 0 : inquiry.relation(filter.relation);
    const names = inquiry.list((exports) => ask(exports, type, wanted));
    const set = filter.relation;
    return set === undefined ? names : names.map((name) => ({ ...name, relation: set }));
  }

  #begin(parts: QuestionParts, question: Given, asOf: AsOf): Inquiry {
    return new Inquiry(this.#engine, this.#symbols, { parts, given: question, asOf });
  }
}

/** What a question brings along. */
interface Given {
  readonly context: Context;
  readonly contextualTuples: readonly Tuple[];
}

type Ask = (exports: EngineExports) => number;

/** One question, and what its conditions have come to. */
class Inquiry {
  readonly #engine: Engine;
  readonly #form: QuestionForm;
  readonly #conditions: ConditionVerdicts;

  constructor(
    engine: Engine,
    symbols: SymbolTable,
    { parts, given, asOf }: { parts: QuestionParts; given: Given; asOf: AsOf },
  ) {
    this.#engine = engine;
    this.#conditions = new ConditionVerdicts(engine, symbols, { asOf, context: given.context });
    const { height } = asOf;
    const grants = given.contextualTuples.map((tuple) => ({
      tuple,
      verdict: this.#conditions.verdictOf(tuple.condition),
    }));
    this.#form = new QuestionForm(engine, symbols, { height, parts, grants });
  }

  /** Why an answer failed. */
  get failure(): DatabaseError {
    const { memory, exports } = this.#engine;
    const limit = memory.u32((exports.inquiryAddress() >>> 0) + access.INQUIRY_LIMIT);
    const { failure } = this.#conditions;
    if (limit === 0 && failure !== undefined) return failure;
    const what =
      limit === access.LIMIT_DEPTH
        ? `an answer at most ${access.ACCESS_DEPTH_MAX} grants away`
        : 'fewer grants to be looked at';
    return new AccessError(AccessReason.DEPTH, `a question expected ${what}, got more`);
  }

  /** The symbols of names: looked up before a question is written where they would stand. */
  type(name: string): number {
    return this.#form.type(name);
  }

  relation(name: string): number {
    return this.#form.relation(name);
  }

  /** Asks until no condition is missing, or the answer is decided without. */
  run(ask: Ask, isDecided: (answer: number) => boolean): number {
    for (;;) {
      this.#form.write(this.#conditions.words);
      const answer = ask(this.#engine.exports) >>> 0;
      if (this.#conditions.settleAsked() === 0 || isDecided(answer)) return answer;
    }
  }

  list(ask: Ask): ObjectName[] {
    const count = this.run(ask, () => false);
    if (count === LIST_FULL) throw spaceFull();
    const { exports, memory } = this.#engine;
    const inquiry = exports.inquiryAddress() >>> 0;
    const isOver = memory.u32(inquiry + access.INQUIRY_LIMIT) !== 0;
    const undecided = memory.u32(inquiry + access.INQUIRY_UNDECIDED);
    if (isOver || undecided === access.VERDICT_FAILED) throw this.failure;
    const numbers = memory.words(exports.outputAddress() >>> 0, count);
    return Array.from(numbers, (number) => this.#form.nameOf(number));
  }
}

/** The type whose wildcard counts for a subject. */
function allOfSubject({ type, id, relation }: Subject): string | undefined {
  return id === WILDCARD || relation !== undefined ? undefined : type;
}
