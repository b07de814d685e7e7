/** A graph as it was, to whoever asked for it, until it is given back. */

import type { AuthorityChain } from '../authority/chain.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../log/log.ts';
import type { CommitPlaces } from './commit-places.ts';
import type { PastGraph } from './past-graph.ts';
import { ReadableGraph, type ReadableGraphParts } from './readable-graph.ts';
import type { PastSpace } from './space.ts';
import { WrittenValues } from './written-values.ts';

/** Of the space that the graph is of, as it is now. */
export interface LentGraphParts extends Pick<ReadableGraphParts, 'access'> {
  readonly clock: Clock;
  readonly log: Log;
  readonly chain: AuthorityChain;
  readonly places: CommitPlaces;
}

export class LentGraph extends ReadableGraph implements PastSpace {
  #giveBack: (() => void) | undefined;

  /** `giveBack` is called once. */
  constructor(past: PastGraph, parts: LentGraphParts, giveBack: () => void) {
    const { view, permissions } = past;
    const writes = new WrittenValues({ ...parts, view });
    super({ ...parts, view, permissions, height: () => past.height, writes });
    this.#giveBack = giveBack;
  }

  [Symbol.dispose](): void {
    this.#giveBack?.();
    this.#giveBack = undefined;
  }
}
