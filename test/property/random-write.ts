/** Writes one value of a node or an edge that is there, as most changes of a graph are. */

import { DatabaseError } from '../../src/base/errors.ts';
import type { Value } from '../../src/delta/value.ts';
import type { EdgeName, GraphView, NodeRow } from '../../src/engine/graph-view.ts';
import type { Space } from '../../src/space/space.ts';
import type { Seeded } from '../seeded.ts';

const INTEGERS = [-1n, 0n, 1n, 7n];
const TEXTS = ['', 'a', 'b', 'ab'];
const FLOATS = [0, 0.1, 1.5];
const FLAGS = [true, false];
const LINK = { strength: INTEGERS, label: TEXTS, share: FLOATS, isOld: FLAGS };

/** Of each type of graphql-definition.ts, some properties with values that they may have. */
const NODE_VALUES: Readonly<Record<string, Readonly<Record<string, readonly Value[]>>>> = {
  Item: {
    note: TEXTS,
    genre: TEXTS,
    rank: INTEGERS,
    count: INTEGERS,
    score: FLOATS,
    isRare: FLAGS,
  },
  Maker: { note: TEXTS, name: TEXTS, rank: INTEGERS, born: INTEGERS },
  Part: { size: INTEGERS },
};
const EDGE_VALUES: typeof NODE_VALUES = {
  NEXT: LINK,
  LINKS: LINK,
  KNOWS: LINK,
  MADE: { year: INTEGERS },
};

/** As an actor; what it may not write, or would leave an element incomplete, is left. */
export async function writeValue(space: Space, actor: string, random: Seeded): Promise<void> {
  const { graph } = space;
  const nodes = Object.keys(NODE_VALUES).flatMap((type) => graph.nodesOfType(type));
  if (nodes.length === 0) return;
  const node = random.pick(nodes);
  const edges = Object.keys(EDGE_VALUES).flatMap((type) => edgesOf(graph, node, type));
  const written = space.write({ actor }, (draft) => {
    if (edges.length > 0 && random.chance(0.6)) {
      const edge = random.pick(edges);
      const [path, value] = randomValue(random, EDGE_VALUES[edge.type] ?? {});
      draft.setEdgeValue(edge, path, value);
    } else {
      const [path, value] = randomValue(random, NODE_VALUES[graph.nodeType(node)] ?? {});
      draft.setNodeValue(graph.nodeId(node), path, value);
    }
  });
  await written.catch((error) => {
    if (!(error instanceof DatabaseError)) throw error;
  });
}

function edgesOf(graph: GraphView, node: NodeRow, type: string): EdgeName[] {
  return graph.edges(node, type, 'OUT').map((edge) => {
    const { from, to } = graph.edgeEnds(edge);
    return { from: graph.nodeId(from), type, to: graph.nodeId(to), key: graph.edgeKey(edge) };
  });
}

function randomValue(
  random: Seeded,
  values: Readonly<Record<string, readonly Value[]>>,
): readonly [path: string, value: Value] {
  const path = random.pick(Object.keys(values));
  return [path, random.pick(values[path] ?? [null])];
}
