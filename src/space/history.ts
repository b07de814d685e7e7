/**
 * Answers questions about the graph as it was. Few such graphs are kept, each in a memory of its
 * own, so questions wait for one another: all that wait at a time are answered from the earliest
 * cut to the latest, and a graph goes on from one to the next. Questions of one cut share it.
 */

import type { AuthorityRecord } from '../authority/record.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { HISTORY_QUESTIONS_MAX } from '../base/limits.ts';
import type { Log } from '../log/log.ts';
import { type Cut, type CutParts, cutAt } from './cut.ts';
import { LentGraph, type LentGraphParts } from './lent-graph.ts';
import { PastGraph, type PastGraphParts } from './past-graph.ts';
import type { PastPoint, PastSpace } from './space.ts';

/** What the graphs as they were may take. */
export interface HistoryOptions {
  /** Of linear memory, each. */
  readonly memoryBytesMax: number;
  /** How many are kept. */
  readonly graphsMax: number;
  /** How long they are kept without a question. */
  readonly idleMilliseconds: number;
}

export interface HistoryParts extends HistoryOptions, PastGraphParts, CutParts, LentGraphParts {
  readonly log: Log;
}

interface Question {
  readonly cut: Cut;
  readonly settle: (past: PastSpace) => void;
  readonly fail: (error: unknown) => void;
}

interface Kept {
  readonly past: PastGraph;
  /** Questions that read it. */
  loans: number;
  /** Called once nobody reads it. */
  onFree: (() => void) | undefined;
}

export class History {
  readonly #parts: HistoryParts;
  /** The one that was used last at the end. */
  #kept: Kept[] = [];
  /** While a graph is begun: records that have come into force since. */
  #unheard: AuthorityRecord[] | undefined;
  /** While a graph is begun: whether it may have been made of what has no effect any more. */
  #isBegunVoid = false;
  readonly #waiting: Question[] = [];
  /** Questions that were asked and have no graph yet. */
  #asked = 0;
  #serving: Promise<void> | undefined;
  #idle: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(parts: HistoryParts) {
    this.#parts = parts;
  }

  /** Throws LIMIT_EXCEEDED where too many wait, or where the graph is too large. */
  async at(point: PastPoint): Promise<PastSpace> {
    if (this.#isClosed) throw closed();
    if (this.#asked >= HISTORY_QUESTIONS_MAX) throw tooMany();
    this.#asked += 1;
    try {
      const cut = await cutAt(point, this.#parts, this.#parts.turn);
      return await new Promise<PastSpace>((settle, fail) => {
        this.#waiting.push({ cut, settle, fail });
        this.#serving ??= this.#serve();
      });
    } finally {
      this.#asked -= 1;
    }
  }

  /** Takes a record that has just come into force. */
  accept(record: AuthorityRecord): void {
    for (const { past } of this.#kept) past.accept(record);
    this.#unheard?.push(record);
  }

  /** Commits before have no effect any more that had one: what graphs show is to be made again. */
  void(): void {
    for (const { past } of this.#kept) past.abandon();
    this.#isBegunVoid = this.#unheard !== undefined;
  }

  /** Gives all graphs up; resolves once the log is read no more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#idle);
    for (const kept of this.#kept) {
      kept.past.abandon();
      kept.onFree?.();
    }
    await this.#serving;
    this.#kept = [];
  }

  async #serve(): Promise<void> {
    clearTimeout(this.#idle);
    while (this.#waiting.length > 0) {
      // What is asked in this turn of the event loop goes together.
      await this.#parts.turn();
      const together = this.#waiting.splice(0).sort(byCut);
      while (together.length > 0) await this.#serveFirst(together);
    }
    this.#serving = undefined;
    this.#rest();
  }

  /** Answers the first question, and those that the same graph answers. */
  async #serveFirst(together: Question[]): Promise<void> {
    const [first] = together;
    if (first === undefined) return;
    try {
      const kept = await this.#reach(first.cut);
      const { past } = kept;
      for (const question of take(together, (each) => each === first || past.isAt(each.cut))) {
        question.settle(this.#lend(kept));
      }
    } catch (error) {
      for (const question of take(together, ({ cut }) => isSame(cut, first.cut))) {
        question.fail(error);
      }
    }
  }

  /** A graph that is at a cut, and stays there for now. */
  async #reach(cut: Cut): Promise<Kept> {
    for (;;) {
      if (this.#isClosed) throw closed();
      const kept = this.#nearest(cut) ?? (await this.#begin(cut));
      if (!kept.past.isAt(cut)) {
        await this.#free(kept);
        if (kept.past.leadsTo(cut)) await this.#within(() => kept.past.advance(cut));
      }
      if (!kept.past.isVoid) {
        this.#kept = [...this.#kept.filter((other) => other !== kept), kept];
        return kept;
      }
      await this.#giveUp(kept);
    }
  }

  /** The one that has the least way to go to a cut. */
  #nearest(cut: Cut): Kept | undefined {
    return this.#kept
      .filter(({ past }) => past.leadsTo(cut))
      .reduce<Kept | undefined>(
        (best, kept) => (best && best.past.commits >= kept.past.commits ? best : kept),
        undefined,
      );
  }

  /** Begins a graph, in the place of the one that was used the longest time ago. */
  async #begin(cut: Cut): Promise<Kept> {
    for (const kept of this.#kept.filter(({ past }) => past.isVoid)) await this.#giveUp(kept);
    while (this.#kept.length >= this.#parts.graphsMax) await this.#giveUp(this.#kept[0]);
    const unheard: AuthorityRecord[] = [];
    this.#unheard = unheard;
    try {
      const past = await this.#within(() => PastGraph.begin(this.#parts, cut));
      for (const record of unheard) past.accept(record);
      if (this.#isBegunVoid) past.abandon();
      const kept: Kept = { past, loans: 0, onFree: undefined };
      this.#kept.push(kept);
      return kept;
    } finally {
      this.#unheard = undefined;
      this.#isBegunVoid = false;
    }
  }

  /** Waits until nobody reads a graph, and keeps it no longer. */
  async #giveUp(kept: Kept | undefined): Promise<void> {
    if (kept === undefined) return;
    await this.#free(kept);
    this.#kept = this.#kept.filter((other) => other !== kept);
  }

  async #free(kept: Kept): Promise<void> {
    if (kept.loans === 0 || this.#isClosed) return;
    await new Promise<void>((resolve) => {
      kept.onFree = resolve;
    });
  }

  #lend(kept: Kept): PastSpace {
    kept.loans += 1;
    return new LentGraph(kept.past, this.#parts, () => {
      kept.loans -= 1;
      if (kept.loans > 0) return;
      kept.onFree?.();
      kept.onFree = undefined;
      this.#rest();
    });
  }

  /** Once nothing is asked or read any more, the graphs are kept for some time. */
  #rest(): void {
    clearTimeout(this.#idle);
    const isUsed = this.#serving !== undefined || this.#kept.some(({ loans }) => loans > 0);
    if (isUsed || this.#isClosed) return;
    this.#idle = setTimeout(() => {
      if (this.#serving === undefined) this.#kept = this.#kept.filter(({ loans }) => loans > 0);
    }, this.#parts.idleMilliseconds).unref();
  }

  /** Says of a memory without room whose it is. */
  async #within<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (cause) {
      if (!(cause instanceof DatabaseError) || cause.code !== ErrorCode.LIMIT_EXCEEDED) throw cause;
      throw tooLarge(this.#parts.memoryBytesMax, cause);
    }
  }
}

/** Takes those that fit out of a list. */
function take(questions: Question[], fits: (question: Question) => boolean): Question[] {
  const taken = questions.filter(fits);
  const left = questions.filter((question) => !taken.includes(question));
  questions.splice(0, questions.length, ...left);
  return taken;
}

function byCut(left: Question, right: Question): number {
  return sizeOf(left.cut) - sizeOf(right.cut);
}

/** How far a cut goes, as near as it is known: few entries of a log are no commits. */
function sizeOf(cut: Cut): number {
  return cut.kind === 'position' ? cut.position : cut.commits;
}

function isSame(left: Cut, right: Cut): boolean {
  return left.kind === right.kind && sizeOf(left) === sizeOf(right);
}

function tooMany(): DatabaseError {
  return new DatabaseError(
    ErrorCode.LIMIT_EXCEEDED,
    `questions about the graph as it was expected at most ${HISTORY_QUESTIONS_MAX} to wait, ` +
      'got one more',
    { facts: { limit: 'HISTORY_QUESTIONS_MAX', max: HISTORY_QUESTIONS_MAX } },
  );
}

function tooLarge(max: number, cause: DatabaseError): DatabaseError {
  return new DatabaseError(
    ErrorCode.LIMIT_EXCEEDED,
    `a graph as it was expected at most ${max} bytes of memory, got more`,
    { cause, facts: { limit: 'HISTORY_MEMORY_BYTES_MAX', max } },
  );
}

function closed(): DatabaseError {
  return new DatabaseError(
    ErrorCode.UNAVAILABLE,
    'a question about the graph as it was expected an open space, got a closed one',
  );
}
