/**
 * How much one node holds for another, seen from outside: bytes that wait on the way, commits that
 * have no answer, and how often a session asks to be woken.
 */

import { COMMIT_BYTES_MAX } from '../delta/commit.ts';
import type { Tally } from './tally.ts';
import type { Verdict } from './verdict.ts';

/** Bytes of commits that may be on their way: small, so that it is met. */
export const WINDOW_BYTES = 16_384;
/** Of what is not taken by the network: beyond it a session sends no further commit. */
export const UNSENT_BYTES = 16_384;
/** Beside the commits: records of the chain, answers, and what is said of other nodes. */
const OTHER_BYTES = 65_536;
/** A session wakes for what it relays and tries again: not more often than a node writes. */
const WAKES_IN_A_SECOND_MAX = 200;

export class Bounds {
  readonly #tally: Tally;
  readonly #problems: string[] = [];
  /** The largest commit that was seen: one more than the window may be on its way. */
  #commitBytes = 0;
  #count = 0;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  unanswered(node: number, bytes: number, commitBytes: number): void {
    this.#commitBytes = Math.min(COMMIT_BYTES_MAX, Math.max(this.#commitBytes, commitBytes));
    this.#expect(node, 'bytes of commits without an answer', bytes, {
      most: WINDOW_BYTES + this.#commitBytes,
    });
  }

  output(node: number, bytes: number): void {
    const most = UNSENT_BYTES + WINDOW_BYTES + this.#commitBytes + OTHER_BYTES;
    this.#expect(node, 'bytes that wait for one node', bytes, { most });
  }

  wakes(node: number, inThisSecond: number): void {
    const most = WAKES_IN_A_SECOND_MAX;
    this.#expect(node, 'wakes of one session in a second', inThisSecond, { most });
  }

  verdict(): Verdict {
    return { check: 'bounded memory and work', count: this.#count, problems: this.#problems };
  }

  #expect(node: number, what: string, actual: number, { most }: { readonly most: number }): void {
    this.#count += 1;
    this.#tally.raise(`${what}, at most`, actual);
    if (actual > most) this.#problems.push(`node ${node}: ${actual} ${what}, ${most} at most`);
  }
}
