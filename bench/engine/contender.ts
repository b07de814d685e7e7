/** What the benches ask of an engine, of its C++ version and of peers; all answer alike. */

import type { GroupCommit } from '../../src/engine/engine.ts';

/** Seconds of processor time, and what must be equal wherever the same work was done. */
export interface Timed {
  readonly seconds: number;
  /** What was done in them, where that is not what the work names. */
  readonly operations?: number;
  readonly answer: readonly number[];
}

export interface Around {
  readonly rows: Uint32Array;
  readonly hops: number;
}

/** Whoever holds the graph. The n-th node that was created has row n, from 1 on. */
export interface Reader {
  readonly name: string;
  /** Looks up each id of 16 bytes by a call of its own. Answers the sum of the rows found. */
  lookUp(ids: Uint8Array): Promise<Timed>;
  /** The distinct nodes within so many hops of each row. Answers their count and sum of rows. */
  around(query: Around): Promise<Timed>;
  close(): Promise<void>;
}

/** Whoever answers in values of JavaScript. */
export interface ValueReader extends Reader {
  /** The three fields of each row. Answers the sums of the numbers and of the texts' lengths. */
  readValues(rows: Uint32Array): Promise<Timed>;
}

export interface Contender extends Reader {
  /** An empty space. */
  start(space: Uint8Array): Promise<void>;
  /** One group for each commit. Answers changes, and what exists then: nodes, edges. */
  apply(commits: Iterable<GroupCommit>): Promise<Timed>;
  /** The sum of the rows of the ids, whether they were created or only named. */
  sumOfRows(ids: Uint8Array): Promise<number>;
  /** The outgoing edges of each row. Answers their count and the sum of their rows. */
  expand(rows: Uint32Array): Promise<Timed>;
  /** A shortest path along outgoing edges. Answers its edges' count and the sum of their rows. */
  findPath(ends: { readonly from: number; readonly to: number }): Promise<Timed>;
  /** A sum over what a reader sees: ids, values and edges, in whatever order. */
  checksum(): Promise<number>;
  /** Of all that is kept, writers too; sorts, so it takes long for a large graph. */
  stateHash(): Promise<string>;
}
