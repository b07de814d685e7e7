/** Who wrote what a cell holds. */

/** Which transaction wrote something: the commit's hash and the position in it. */
export interface Writer {
  readonly commit: Uint8Array;
  readonly position: number;
}

/** What the cell at a path holds, shown or not; the base of the next increment. */
export interface StoredCell {
  readonly kind: number;
  /** Of the set that wins the path; undefined where nobody has set it. */
  readonly writer: Writer | undefined;
}
