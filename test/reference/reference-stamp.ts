/** Stamps, which order the writes of the obvious graph. */

/** Orders conflicting writes: by clock, then author, then commit, then position. */
export interface Stamp {
  readonly hlc: bigint;
  /** Hex of the author's key. */
  readonly author: string;
  /** Hex of the commit's hash. */
  readonly commit: string;
  /** Index of the transaction in its commit. */
  readonly position: number;
}

/** The transaction whose set an increment adds to, or whose add a removal has seen. */
export type Base = Pick<Stamp, 'commit' | 'position'>;

/** When something was written; the index is that of the delta in its transaction. */
export interface Write {
  readonly stamp: Stamp;
  readonly index: number;
}

export function compareStamps(left: Stamp, right: Stamp): number {
  if (left.hlc !== right.hlc) return left.hlc < right.hlc ? -1 : 1;
  if (left.author !== right.author) return left.author < right.author ? -1 : 1;
  if (left.commit !== right.commit) return left.commit < right.commit ? -1 : 1;
  return left.position - right.position;
}

export function latest(left: Stamp | undefined, right: Stamp): Stamp {
  return left !== undefined && compareStamps(left, right) > 0 ? left : right;
}
