/**
 * Where the authority records of a log stand. They are few, and all other entries are commits:
 * so they say at which position each commit is.
 */

export class AuthorityPositions {
  readonly #positions: number[] = [];

  /** Ascending. */
  get all(): readonly number[] {
    return this.#positions;
  }

  /** Adds a position above all that are here. */
  add(position: number): void {
    this.#positions.push(position);
  }

  /** Position of the n-th commit of a log of this length, n from 1. */
  positionOfCommit(ordinal: number, length: number): number | undefined {
    if (!Number.isInteger(ordinal) || ordinal < 1) return undefined;
    let [low, high] = [0, this.#positions.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const commitsBefore = (this.#positions[middle] as number) - middle - 1;
      if (commitsBefore < ordinal) low = middle + 1;
      else high = middle;
    }
    const position = ordinal + low;
    return position <= length ? position : undefined;
  }
}
