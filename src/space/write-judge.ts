/**
 * Judges what commits do, per transaction: as of the record that a commit cites, and again as of
 * each later one that narrows rights, up to the first that keeps it. What one of these does not
 * allow is masked: it stays in the log, and has no effect (schema/authority.md, A21).
 */

import * as abi from '../../assembly/abi.ts';
import * as access from '../../assembly/abi-access.ts';
import { type AsOf, ConditionVerdicts } from '../access/condition-verdicts.ts';
import { contextAt } from '../access/context-at.ts';
import { USER_TYPE } from '../access/principal.ts';
import { WILDCARD } from '../access/tuple.ts';
import type { AuthorityChain } from '../authority/chain.ts';
import { type PermissionChain, principalFor } from '../authority/permission-chain.ts';
import { toHex, utf8 } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { ACCESS_CHECK_VISITS_MAX } from '../base/limits.ts';
import { clockMilliseconds } from '../delta/clock.ts';
import type { VerifiedCommit } from '../delta/commit.ts';
import type { CommitHeader } from '../delta/header.ts';
import { actorNames } from '../delta/payload-reader.ts';
import { type Engine, spaceFull } from '../engine/engine.ts';
import { prepareError } from '../engine/failure.ts';
import { SymbolTable } from '../engine/symbol-table.ts';
import type { Forks } from './forks.ts';

const QUESTION_WORDS = 13;
const STRANGER_WORDS = 2;
const ACTOR_WORDS = 3;
/** Transactions that are told of by one word of masks. */
const MASK_BITS = 32;
const WORD_BYTES = 4;

export interface WriteJudgeParts {
  readonly engine: Engine;
  readonly forks: Forks;
  /** The chain as far as the log has it. */
  readonly ahead: AuthorityChain;
  readonly permissions: PermissionChain;
}

/** The commits with transactions that are masked, and their positions. */
export type Masked = ReadonlyMap<VerifiedCommit, readonly number[]>;

const NONE: Masked = new Map();

export class WriteJudge {
  readonly #parts: WriteJudgeParts;
  readonly #symbols: SymbolTable;

  constructor(parts: WriteJudgeParts) {
    this.#parts = parts;
    this.#symbols = new SymbolTable(parts.engine);
  }

  /**
   * Judges the group that the engine has prepared, whose masks `apply` follows. Throws CONFLICT,
   * with the place of the commit, where it depends on the type of a node that is not known yet.
   */
  judge(commits: readonly VerifiedCommit[]): Masked {
    const heights = commits.map((commit) => this.#heightsOf(commit));
    const isAsked = commits.some((commit, index) => this.#isAsked(commit, heights[index] ?? []));
    if (!isAsked) return NONE;
    const { exports } = this.#parts.engine;
    if (exports.beginJudging() !== 1) throw spaceFull();
    const masked = new Map<VerifiedCommit, readonly number[]>();
    for (const [ordinal, commit] of commits.entries()) {
      this.#judge(commit, ordinal, heights[ordinal] ?? []);
      const positions = this.#masks(ordinal, commit.header.transactionCount);
      if (positions.length > 0) masked.set(commit, positions);
    }
    return masked;
  }

  /** Heights of the chain at which a commit is judged, the cited one first. */
  #heightsOf({ header }: VerifiedCommit): number[] {
    const { ahead } = this.#parts;
    const cited = ahead.heightOf(header.authority) ?? 0;
    return ahead.narrowings.heightsOf(toHex(header.author), header.sequence, cited);
  }

  /** Whether anything is in force, or taken away, that the commit could be masked by. */
  #isAsked({ header }: VerifiedCommit, heights: readonly number[]): boolean {
    const { ahead, permissions } = this.#parts;
    if (this.#isForked(header)) return true;
    return heights.some(
      (height) => permissions.at(height) !== undefined || !ahead.isAuthor(header.author, height),
    );
  }

  #isForked(header: CommitHeader): boolean {
    return this.#parts.forks.masks(header, this.#parts.ahead);
  }

  /**
   * What is masked as of one height needs no answer as of another. So where a type was not known
   * is asked again, after what the other heights mask.
   */
  #judge(commit: VerifiedCommit, ordinal: number, heights: readonly number[]): void {
    const { ahead, engine } = this.#parts;
    const { author, transactionCount } = commit.header;
    if (this.#isForked(commit.header)) {
      engine.exports.maskCommit(ordinal, transactionCount);
      return;
    }
    const isRevoked = heights.some((height) => !ahead.isAuthor(author, height));
    if (isRevoked) engine.exports.maskCommit(ordinal, transactionCount);
    const statuses = heights.map((height) => this.#judgeAt(commit, ordinal, height));
    for (const [index, height] of heights.entries()) {
      if (statuses[index] === abi.STATUS_OK) continue;
      const status = this.#judgeAt(commit, ordinal, height);
      if (status !== abi.STATUS_OK) throw unknownNode(status, engine, ordinal);
    }
  }

  #judgeAt(commit: VerifiedCommit, ordinal: number, height: number): number {
    const { permissions, engine } = this.#parts;
    const model = permissions.at(height)?.model;
    const context = contextAt(clockMilliseconds(commit.header.clock));
    const asOf = model === undefined ? undefined : { model, height };
    const conditions = asOf && new ConditionVerdicts(engine, this.#symbols, { asOf, context });
    const actors = this.#actorWords(commit, asOf);
    for (;;) {
      const actorsAt = this.#writeQuestion(height, conditions?.words ?? [], actors);
      const count = actors.length / ACTOR_WORDS;
      const status = engine.exports.judgeCommit(ordinal, height, actorsAt, count);
      if (status !== abi.STATUS_ASKS) return status;
      conditions?.settleAsked();
    }
  }

  /** For each name of an actor: its number, its object, and that of all of its type. */
  #actorWords({ payload, header }: VerifiedCommit, asOf: AsOf | undefined): number[] {
    if (asOf === undefined) return [];
    const organisation = this.#parts.ahead.author(header.author)?.organisation;
    const all = this.#userObject(WILDCARD);
    return actorNames(payload).flatMap(({ number, name }) => {
      const { id } = principalFor(organisation, name) ?? {};
      if (id === undefined) return [];
      const object = this.#userObject(id) || access.STRANGER;
      return [number, object, id === WILDCARD ? 0 : all];
    });
  }

  #userObject(id: string): number {
    const { exports } = this.#parts.engine;
    const type = this.#symbols.find(abi.SYMBOL_NODE_TYPE, USER_TYPE);
    if (type === 0) return 0;
    const bytes = utf8(id);
    this.#parts.engine.putInput(bytes);
    return exports.objectOf(type, bytes.length) >>> 0;
  }

  /**
   * Puts a question without object and subject, and actors behind it; answers where these stand.
   */
  #writeQuestion(height: number, conditions: readonly number[], actors: readonly number[]): number {
    const { engine } = this.#parts;
    const strangersAt = QUESTION_WORDS;
    const conditionsAt = strangersAt + STRANGER_WORDS;
    const actorsAt = conditionsAt + conditions.length;
    const words = [
      ...[height, 0, 0, 0, 0, 0, ACCESS_CHECK_VISITS_MAX],
      ...[STRANGER_WORDS, strangersAt * WORD_BYTES, 0, 0],
      ...[conditions.length / 2, conditionsAt * WORD_BYTES],
      ...[this.#symbols.find(abi.SYMBOL_NODE_TYPE, USER_TYPE), 0],
      ...conditions,
      ...actors,
    ];
    const address = engine.exports.ensureQuestion(words.length * WORD_BYTES) >>> 0;
    if (address === 0) throw spaceFull();
    engine.memory.wordView(address, words.length).set(words);
    return actorsAt * WORD_BYTES;
  }

  /** Positions of the transactions of a commit that are masked. */
  #masks(ordinal: number, transactionCount: number): number[] {
    const { exports, memory } = this.#parts.engine;
    const count = Math.ceil(transactionCount / MASK_BITS);
    const positions: number[] = [];
    for (const [index, word] of memory.words(exports.masksOf(ordinal) >>> 0, count).entries()) {
      for (let rest = word; rest !== 0; rest &= rest - 1) {
        positions.push(index * MASK_BITS + (MASK_BITS - 1 - Math.clz32(rest & -rest)));
      }
    }
    return positions;
  }
}

/** What this server signs is admitted by the same rules before: nothing of it is masked. */
export function notAllowed(): DatabaseError {
  return new DatabaseError(
    ErrorCode.FORBIDDEN,
    'a transaction expected an actor who may do all that it does, got one who may not',
  );
}

/** The error of a commit of the group that waits for a node. */
function unknownNode(status: number, engine: Engine, ordinal: number): DatabaseError {
  if (status === abi.STATUS_SPACE_FULL) return spaceFull();
  const error = prepareError(status, engine.exports);
  return new DatabaseError(error.code, error.message, {
    cause: error,
    facts: { ...error.facts, commit: ordinal },
  });
}
