/** Shortest paths: the engine's answer against a plain breadth-first search in the reference. */

import { Direction } from '../../src/engine/direction.ts';
import type { Path, PathQuery } from '../../src/engine/graph-view.ts';
import type { EngineView } from '../../src/engine/view.ts';
import type { ReferenceGraph } from '../reference/reference-graph.ts';
import type { Seeded } from '../seeded.ts';
import type { Coverage } from './coverage.ts';
import { EDGE_TYPES, IDS } from './graph-names.ts';

const QUERIES = 6;

export interface PathComparison {
  readonly view: EngineView;
  readonly reference: ReferenceGraph;
  readonly ids?: readonly string[];
  readonly random: Seeded;
  readonly coverage: Coverage;
}

interface Search {
  readonly from: string;
  readonly to: string;
  readonly maxDepth: number;
  readonly direction: Direction;
  readonly edgeType: string | undefined;
}

export function* pathDifference({
  view,
  reference,
  ids = IDS,
  random,
  coverage,
}: PathComparison): Generator<{
  readonly question: string;
  readonly engine: string;
  readonly reference: string;
}> {
  const there = ids.filter((id) => reference.exists(id) && view.nodeById(id) !== undefined);
  for (let asked = 0; asked < QUERIES && there.length > 0; asked++) {
    const search = {
      from: random.pick(there),
      to: random.pick(there),
      maxDepth: random.pick([0, 1, 2, 3, 64, 5000]),
      direction: random.pick([Direction.OUT, Direction.IN, Direction.BOTH]),
      edgeType: random.pick([...EDGE_TYPES, undefined, undefined, 'UNKNOWN']),
    };
    const steps = distance(reference, search);
    coverage.seePath(steps);
    const engine = pathText(view, search);
    const expected = steps === undefined ? 'none' : `${steps} edges`;
    if (engine === expected) continue;
    yield { question: `path ${JSON.stringify(search)}`, engine, reference: expected };
  }
}

/** Edges of a shortest path, found by widening a ring of ids. */
function distance(reference: ReferenceGraph, search: Search): number | undefined {
  const { from, to, maxDepth } = search;
  const reached = new Set([from]);
  let ring = [from];
  for (let depth = 0; ; depth++) {
    if (reached.has(to)) return depth;
    if (depth >= maxDepth || ring.length === 0) return undefined;
    ring = ring.flatMap((id) => neighbours(reference, id, search)).filter((id) => !reached.has(id));
    for (const id of ring) reached.add(id);
  }
}

function neighbours(reference: ReferenceGraph, id: string, search: Search): string[] {
  const { direction, edgeType } = search;
  return reference.edges(id).flatMap((edge) => {
    if (edgeType !== undefined && edge.type !== edgeType) return [];
    if (edge.from === id && direction !== Direction.IN) return [edge.to];
    return edge.to === id && direction !== Direction.OUT ? [edge.from] : [];
  });
}

/** Its length, or what is wrong with it. */
function pathText(view: EngineView, search: Search): string {
  const from = view.nodeById(search.from);
  const to = view.nodeById(search.to);
  if (from === undefined || to === undefined) return 'no such node';
  const { maxDepth, direction, edgeType } = search;
  const query = { from, to, maxDepth, direction, ...(edgeType === undefined ? {} : { edgeType }) };
  const path = view.shortestPath(query);
  if (path === undefined) return 'none';
  return whyBroken(view, query, path) ?? `${path.edges.length} edges`;
}

function whyBroken(view: EngineView, query: PathQuery, { nodes, edges }: Path): string | undefined {
  if (nodes[0] !== query.from || nodes.at(-1) !== query.to) return 'a path between other nodes';
  if (nodes.length !== edges.length + 1) return 'a path of other lengths';
  for (const [index, edge] of edges.entries()) {
    const [before, after] = [nodes[index], nodes[index + 1]];
    const { from, to } = view.edgeEnds(edge);
    const isAlong = query.direction !== Direction.IN && from === before && to === after;
    const isAgainst = query.direction !== Direction.OUT && to === before && from === after;
    if (!isAlong && !isAgainst) return `a path with a gap at ${index}`;
    const type = view.edgeType(edge);
    if (query.edgeType !== undefined && type !== query.edgeType) return `a path over ${type}`;
    const name = { from: view.nodeId(from), type, to: view.nodeId(to), key: view.edgeKey(edge) };
    if (view.edgeByName(name) !== edge) return `a path over a hidden edge at ${index}`;
  }
  return undefined;
}
