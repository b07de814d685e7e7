/** Snapshots around single edges of a node with many, whose lists go through all their forms. */

import { Engine } from '../../src/engine/engine.ts';
import { applyDeltas, ENGINE_SPACE, itemId } from '../fixture/apply-deltas.ts';
import { listBytes } from '../fixture/block-bytes.ts';
import { Seeded } from '../seeded.ts';
import { isAsAtBegin } from './snapshot-around.ts';

/** Up to the second block of a chain. */
const EDGES = 1_060;
/** Up to here a snapshot is taken for each, then for each that makes the list grow, and some. */
const EACH = 80;
const PASSED_MAX = 12;
const CHUNK_BYTES = 8_388_608;

export class ListTally {
  /** Edges that came while a snapshot ran, and those of them that a list had no room for. */
  edges = 0;
  grown = 0;
}

/** Answers with how many edges the first snapshot is not as at its begin. */
export async function runLists(seed: number, tally: ListTally): Promise<string | undefined> {
  const random = new Seeded(seed);
  const engine = await Engine.create(ENGINE_SPACE, random);
  const chunk = Buffer.alloc(CHUNK_BYTES);
  // The ends' rows are in other pieces than those of the one that has the edges.
  addNodes(engine, EDGES);
  let next = EACH;
  for (let edges = 0; edges < EDGES; edges++) {
    if (edges > EACH && edges < next && !isGrowing(edges)) {
      addEdge(engine, edges);
      continue;
    }
    next = edges + random.between(1, PASSED_MAX);
    const isSame = isAsAtBegin(engine, chunk, () => addEdge(engine, edges));
    tally.edges += 1;
    if (isGrowing(edges)) tally.grown += 1;
    if (isSame) continue;
    return `with ${edges} edges, the image expected other bytes`;
  }
  return undefined;
}

function isGrowing(edges: number): boolean {
  return listBytes(edges) !== listBytes(edges + 1);
}

function addNodes(engine: Engine, count: number): void {
  const nodes = Array.from({ length: count }, (_, number) => ({
    subject: { element: 'node', id: itemId(number) } as const,
    delta: { operation: 'createNode', type: 'Item', number: BigInt(number) } as const,
  }));
  applyDeltas(engine, 0, nodes);
}

/** From the first node to the one of this number. */
function addEdge(engine: Engine, number: number): void {
  const ends = { from: itemId(0), to: itemId(number) };
  const subject = { element: 'edge', ...ends, type: 'WAY', key: 0 } as const;
  applyDeltas(engine, number + 1, [{ subject, delta: { operation: 'createEdge' } }]);
}
