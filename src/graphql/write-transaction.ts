/** One mutation, or one operation of a batch, as a transaction of its own. */

import { Timestamp } from '../delta/value.ts';
import type { NodeRow } from '../engine/graph-view.ts';
import type { InputPlace } from '../space/space.ts';
import type { Context } from './context.ts';
import { DraftWriter } from './draft-writer.ts';
import { findNode } from './element.ts';
import { randomKey } from './key.ts';
import { mutationError } from './mutation-error.ts';
import type { Writing } from './write-nodes.ts';

const MICROSECONDS_PER_MILLISECOND = 1000n;

export type Counts = Pick<
  DraftWriter,
  'nodesCreated' | 'nodesDeleted' | 'relationshipsCreated' | 'relationshipsDeleted'
>;

export interface Outcome {
  readonly nodes: readonly NodeRow[];
  readonly counts: Counts;
}

/**
 * Runs `build` as one transaction and finds the nodes that it names, as they are after it. What
 * fails is told with the place in the input, within `within`, that it is about.
 */
export async function writeTransaction(
  context: Context,
  build: (writing: Writing) => readonly string[],
  within?: InputPlace,
): Promise<Outcome> {
  const { space, graph, clock, random, budget, deadline, actor } = context;
  let place: () => InputPlace | undefined = () => within;
  try {
    const { result } = await space.write({ actor }, (draft) => {
      place = () => draft.place ?? within;
      draft.place = within;
      // One whose client has gone while it waited is not written.
      deadline.resume();
      deadline.check();
      const now = new Timestamp(BigInt(clock.now()) * MICROSECONDS_PER_MILLISECOND);
      const writer = new DraftWriter(draft, now);
      return { writer, ids: build({ writer, budget, generateKey: () => randomKey(random) }) };
    });
    deadline.resume();
    const nodes = result.ids
      .map((id) => findNode(graph, id))
      // Another transaction may have deleted it since.
      .filter((node) => node !== undefined);
    return { nodes, counts: result.writer };
  } catch (error) {
    throw mutationError(error, place());
  }
}
