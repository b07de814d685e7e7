/**
 * Fields of an answer that permissions hold back from the caller. Each is null, and told in the
 * answer's `extensions.hidden`, whether there is a value or not: otherwise that would be told.
 */

import { HIDDEN_PLACES_MAX } from '../../assembly/abi-access.ts';

/** Where a field stands: names in the answer, and places in lists. */
export type AnswerPath = readonly (string | number)[];

/** An entry of `extensions.hidden`. */
export interface HiddenField {
  readonly path: AnswerPath;
  readonly code: 'NOT_GRANTED';
  /** What the caller would need of the node or edge. */
  readonly relation: string | undefined;
}

export class HiddenFields {
  readonly #fields: HiddenField[] = [];
  #more = 0;

  add(path: AnswerPath, relation: string | undefined): void {
    if (this.#fields.length < HIDDEN_PLACES_MAX) {
      this.#fields.push({ path, code: 'NOT_GRANTED', relation });
    } else this.#more += 1;
  }

  addMore(count: number): void {
    this.#more += count;
  }

  /** For the next change of a subscription. */
  restart(): void {
    this.#fields.length = 0;
    this.#more = 0;
  }

  /** Undefined where nothing is hidden. */
  get extensions(): Record<string, unknown> | undefined {
    if (this.#fields.length === 0) return undefined;
    const hidden = this.#fields.toSorted((left, right) => comparePaths(left.path, right.path));
    return { hidden, ...(this.#more > 0 && { hiddenMore: this.#more }) };
  }
}

function comparePaths(left: AnswerPath, right: AnswerPath): number {
  for (const [index, part] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (part === other) continue;
    if (typeof part === 'number' && typeof other === 'number') return part - other;
    return String(part) < String(other) ? -1 : 1;
  }
  return left.length - right.length;
}
