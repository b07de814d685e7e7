/**
 * Tells what was changed behind points of the log, as those who watched were told when it happened:
 * the log is replayed into an engine beside the one that is written. All who ask at a time are
 * served by one pass from the earliest point on, in turns of the event loop; whoever comes while
 * the pass is still before its point goes with it. Nothing is kept once nobody asks.
 */

import type { AuthorityRecord } from '../authority/record.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { SINCE_LISTENERS_MAX, SINCE_TURN_TRANSACTIONS } from '../base/limits.ts';
import type { AppliedChanges } from './changes.ts';
import { PastGraph, type PastGraphParts } from './past-graph.ts';
import {
  type SinceEnd,
  SinceGone,
  type SinceListener,
  type SincePoint,
  type TransactionChanges,
} from './space.ts';

export interface PastChangesParts extends PastGraphParts {
  /** Of the last entry of the log that shows. */
  readonly position: () => number;
  /** Of the authority chain. */
  readonly height: () => number;
}

interface Asked {
  readonly point: SincePoint;
  readonly listener: SinceListener;
  /** What showed when it was asked. */
  readonly head: number;
  /** The first entry that is still to be told. */
  next: number;
  readonly settle: (end: SinceEnd) => void;
  readonly fail: (error: unknown) => void;
}

export class PastChanges {
  readonly #parts: PastChangesParts;
  readonly #asked = new Set<Asked>();
  /** Of these, whom the graph tells what it goes on to. */
  readonly #told = new Set<Asked>();
  #graph: PastGraph | undefined;
  /** Records that have come into force while it is begun. */
  #unheard: AuthorityRecord[] | undefined;
  /** What the graph has gone on to in this turn. */
  #heard: TransactionChanges[] = [];
  #serving: Promise<void> | undefined;
  #isClosed = false;

  constructor(parts: PastChangesParts) {
    this.#parts = parts;
  }

  since(point: SincePoint, listener: SinceListener): Promise<SinceEnd> {
    const head = this.#parts.position();
    const gone = this.#whyNot(point, head);
    if (gone !== undefined) return Promise.resolve({ kind: 'gone', reason: gone });
    const next = point.index === undefined ? point.position + 1 : point.position;
    if (next > head) {
      const height = this.#parts.height();
      return Promise.resolve({ kind: 'told', position: head, height, heightBefore: height });
    }
    return new Promise<SinceEnd>((settle, fail) => {
      this.#asked.add({ point, listener, head, next, settle, fail });
      this.#serving ??= this.#serve();
    });
  }

  /** Takes a record that has just come into force. */
  accept(record: AuthorityRecord, withdraws: () => boolean): void {
    if (this.#asked.size === 0) return;
    // The commits that it leaves out were told, and can be told no more.
    if (withdraws()) return this.#endAll(SinceGone.WITHDRAWN);
    this.#graph?.accept(record);
    this.#unheard?.push(record);
  }

  /** Commits before have no effect any more, which were told and can be told no more. */
  withdraw(): void {
    this.#endAll(SinceGone.WITHDRAWN);
  }

  /** Resolves once the log is read no more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#endAll(SinceGone.CLOSED);
    this.#graph?.abandon();
    await this.#serving;
  }

  #whyNot({ position, index }: SincePoint, head: number): SinceGone | undefined {
    if (this.#isClosed) return SinceGone.CLOSED;
    // Before the first entry there is no transaction.
    const least = index === undefined ? 0 : 1;
    if (!Number.isSafeInteger(position) || position < least || position > head) {
      return SinceGone.UNKNOWN;
    }
    return this.#asked.size >= SINCE_LISTENERS_MAX ? SinceGone.TOO_MANY : undefined;
  }

  async #serve(): Promise<void> {
    while (this.#asked.size > 0) {
      // What is asked in this turn of the event loop goes together.
      await this.#parts.turn();
      await this.#pass();
    }
    this.#graph = undefined;
    this.#serving = undefined;
  }

  /** From the earliest point on, until nobody hears any more. */
  async #pass(): Promise<void> {
    const first = [...this.#asked].reduce((least, { next }) => Math.min(least, next), Infinity);
    if (first === Infinity) return;
    try {
      const graph = await this.#reach(first - 1);
      this.#admit(graph);
      while (this.#told.size > 0 && !graph.isVoid) {
        const head = [...this.#told].reduce((most, asked) => Math.max(most, asked.head), 0);
        await graph.advance({ kind: 'position', position: head });
      }
    } catch (error) {
      this.#graph = undefined;
      this.#fail(error);
    } finally {
      this.#told.clear();
    }
  }

  /** A graph of just a position, which follows what comes behind it. */
  async #reach(position: number): Promise<PastGraph> {
    const cut = { kind: 'position', position } as const;
    const graph = this.#graph;
    const isNear = graph !== undefined && !graph.isVoid && graph.position <= position;
    const reached = isNear ? graph : await this.#begin(position);
    await reached.advance(cut);
    return reached;
  }

  async #begin(position: number): Promise<PastGraph> {
    // Two of them would take twice the memory.
    this.#graph = undefined;
    const unheard: AuthorityRecord[] = [];
    this.#unheard = unheard;
    try {
      const graph = await PastGraph.begin(this.#parts, { kind: 'position', position });
      for (const record of unheard) graph.accept(record);
      if (this.#asked.size === 0) graph.abandon();
      graph.follow({
        applied: (changes) => this.#hear(changes),
        withdrawn: () => this.#withdraw(graph.position),
        reached: () => this.#tell(graph),
      });
      this.#graph = graph;
      return graph;
    } finally {
      this.#unheard = undefined;
    }
  }

  /** Those whose points are not behind the graph. */
  #admit(graph: PastGraph): void {
    for (const asked of this.#asked) {
      if (asked.next > graph.position) this.#told.add(asked);
    }
  }

  #hear(changes: AppliedChanges): void {
    const first = changes.firstPosition;
    const told = [...this.#told].filter(({ next }) => next < first + changes.commits);
    if (told.length === 0) return;
    const isNamed = told.some(({ point }) => point.index !== undefined && point.position >= first);
    const interests = told.map(({ listener }) => listener.interest);
    this.#heard.push(...changes.read(isNamed ? undefined : interests, interests));
  }

  #withdraw(position: number): void {
    for (const asked of this.#told) {
      if (asked.next <= position) this.#end(asked, { kind: 'gone', reason: SinceGone.WITHDRAWN });
    }
  }

  /** Tells what this turn of the graph has brought, and ends with those who know all. */
  async #tell(graph: PastGraph): Promise<void> {
    const transactions = this.#heard;
    this.#heard = [];
    const { position } = graph;
    let count = 0;
    const gone = [...this.#asked].filter(({ listener }) => listener.isGone);
    for (const asked of gone) this.#end(asked, leftOf(asked, graph));
    for (const asked of this.#told) {
      for (const transaction of transactions) {
        if (!isBehind(transaction, asked)) continue;
        count += 1;
        if (count % SINCE_TURN_TRANSACTIONS === 0) await this.#parts.turn();
        if (!this.#asked.has(asked)) break;
        if (!(await this.#hears(asked, transaction))) this.#end(asked, leftOf(asked, graph));
      }
      asked.next = Math.max(asked.next, position + 1);
      if (asked.head <= position) this.#end(asked, toldUpTo(position, asked, graph));
    }
    if (this.#asked.size === 0) graph.abandon();
    this.#admit(graph);
  }

  /** What fails for one ends with it. */
  async #hears(asked: Asked, transaction: TransactionChanges): Promise<boolean> {
    try {
      return await asked.listener.hear(transaction);
    } catch (error) {
      this.#asked.delete(asked);
      asked.fail(error);
      return false;
    }
  }

  #end(asked: Asked, end: SinceEnd): void {
    this.#told.delete(asked);
    if (this.#asked.delete(asked)) asked.settle(end);
  }

  #endAll(reason: SinceGone): void {
    for (const asked of this.#asked) this.#end(asked, { kind: 'gone', reason });
  }

  #fail(error: unknown): void {
    const reason = reasonOf(error);
    if (reason !== undefined) return this.#endAll(reason);
    for (const { fail } of this.#asked) fail(error);
    this.#asked.clear();
  }
}

function isBehind({ position, index }: TransactionChanges, { point, next }: Asked): boolean {
  if (position < next) return false;
  return position > point.position || index >= (point.index ?? Infinity);
}

function leftOf({ point }: Asked, graph: PastGraph): SinceEnd {
  return { kind: 'left', heightBefore: graph.heightAt(point.position) };
}

function toldUpTo(position: number, { point }: Asked, graph: PastGraph): SinceEnd {
  const heightBefore = graph.heightAt(point.position);
  return { kind: 'told', position, height: graph.heightAt(position), heightBefore };
}

function reasonOf(error: unknown): SinceGone | undefined {
  if (!(error instanceof DatabaseError)) return undefined;
  switch (error.code) {
    case ErrorCode.LIMIT_EXCEEDED:
      return SinceGone.TOO_LARGE;
    case ErrorCode.CORRUPT:
      return SinceGone.DAMAGED;
    default:
      return undefined;
  }
}
