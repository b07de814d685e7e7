/** What the benches ask of an engine; the WASM engine and the C++ version answer alike. */

import type { GroupCommit } from '../../src/engine/engine.ts';

/** Seconds of processor time, and what must be equal wherever the same work was done. */
export interface Timed {
  readonly seconds: number;
  readonly answer: readonly number[];
}

export interface Contender {
  /** An empty space. */
  start(space: Uint8Array): Promise<void>;
  /** One group for each commit. Answers changes, and what exists then: nodes, edges. */
  apply(commits: readonly GroupCommit[]): Promise<Timed>;
  /** Looks up each id of 16 bytes by a call of its own. Answers the sum of the rows found. */
  lookUp(ids: Uint8Array): Promise<Timed>;
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
  close(): Promise<void>;
}
