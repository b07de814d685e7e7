/**
 * Reads a ReferenceGraph through the interface of the engine. Rows are handed out at first sight
 * and stay valid after a delete, so that changes can still name what is gone.
 */

import { assert } from '../../src/base/assert.ts';
import { sameValue, type Value, valueKind } from '../../src/delta/value.ts';
import { compareValues } from '../../src/delta/value-order.ts';
import { Direction } from '../../src/engine/direction.ts';
import type {
  Doubles,
  DoublesQuery,
  EdgeName,
  EdgeRow,
  GraphView,
  NodeRow,
  OrderRange,
  Path,
  PathQuery,
} from '../../src/engine/graph-view.ts';
import type { CountedAnswer, Plan } from '../../src/engine/plan.ts';
import { inOrder } from './order.ts';
import { type EdgeFacts, edgeElement } from './reference-delta.ts';
import type { NodeFacts, ReferenceGraph } from './reference-graph.ts';
import { answerPlan } from './reference-plan.ts';
import { compareStamps, type Stamp } from './reference-stamp.ts';

export class ReferenceView implements GraphView {
  readonly #graph: ReferenceGraph;
  readonly #nodeRows = new Map<string, NodeRow>();
  readonly #nodes: NodeFacts[] = [];
  readonly #edgeRows = new Map<string, EdgeRow>();
  readonly #edges: EdgeFacts[] = [];

  constructor(graph: ReferenceGraph) {
    this.#graph = graph;
  }

  nodeById(id: string): NodeRow | undefined {
    return this.#graph.exists(id) ? this.nodeRow(id) : undefined;
  }

  nodeByKey(type: string, key: string): NodeRow | undefined {
    const node = this.#graph.nodeByKey(type, key);
    return node === undefined ? undefined : this.nodeRow(node.id);
  }

  idOfKey(type: string, key: string): string | undefined {
    return this.#graph.nodeByKey(type, key)?.id;
  }

  /** By create stamp; nodes of one transaction by id. */
  nodesByValue(type: string, path: string, value: Value): NodeRow[] {
    return this.#holders(type, path, (shown) => shown !== null && sameValue(shown, value));
  }

  #holders(type: string, path: string, isIt: (shown: Value) => boolean): NodeRow[] {
    const found: { readonly id: string; readonly stamp: Stamp }[] = [];
    for (const { id } of this.#graph.nodes(type)) {
      const stamp = this.#graph.writtenBy(id, path);
      if (stamp !== undefined && isIt(this.#graph.value(id, path))) found.push({ id, stamp });
    }
    found.sort((l, r) => compareStamps(l.stamp, r.stamp) || (l.id < r.id ? -1 : 1));
    return found.map(({ id }) => this.nodeRow(id));
  }

  nodesInOrder(type: string, path: string, range: OrderRange): NodeRow[] {
    const items = this.#graph
      .nodes(type)
      .map(({ id }) => ({ id, value: this.#graph.value(id, path) }))
      .filter(({ value }) => value !== null);
    return inOrder(items, range).map(({ id }) => this.nodeRow(id));
  }

  doubles({ type, path, kind, after, upTo, most, listed }: DoublesQuery): Doubles {
    const values = this.#graph.nodes(type).map(({ id }) => this.#graph.value(id, path));
    const apart = values
      .filter((value) => valueKind(value) === kind)
      .filter((value) => after === undefined || compareValues(value, after) > 0)
      .filter((value) => upTo === undefined || compareValues(value, upTo) <= 0)
      .toSorted(compareValues);
    const firsts = apart.filter(
      (value, index) => index === 0 || compareValues(value, apart[index - 1] ?? null) !== 0,
    );
    const nodes = firsts
      .map((value) => this.#holders(type, path, (other) => compareValues(value, other) === 0))
      .filter((holders) => holders.length > 1)
      .slice(0, most);
    return { found: nodes.length, nodes: nodes.slice(0, listed), rows: 0 };
  }

  nodesOfType(type: string): NodeRow[] {
    return this.#graph.nodes(type).map(({ id }) => this.nodeRow(id));
  }

  nodeId(node: NodeRow): string {
    return this.#nodeAt(node).id;
  }

  nodeType(node: NodeRow): string {
    return this.#nodeAt(node).type;
  }

  nodeKey(node: NodeRow): string | undefined {
    return this.#nodeAt(node).key;
  }

  nodeValue(node: NodeRow, path: string): Value {
    return this.#graph.value(this.nodeId(node), path);
  }

  nodeValues(nodes: readonly NodeRow[], paths: readonly string[]): Value[] {
    return nodes.flatMap((node) => paths.map((path) => this.nodeValue(node, path)));
  }

  edges(node: NodeRow, edgeType: string | undefined, direction: Direction): EdgeRow[] {
    return this.#edgesAt(node, edgeType, direction).map((edge) => this.edgeRow(edge));
  }

  edgeByName(name: EdgeName): EdgeRow | undefined {
    return this.#graph.hasEdge(name) ? this.edgeRow({ key: 0, ...name }) : undefined;
  }

  edgeEnds(edge: EdgeRow): { readonly from: NodeRow; readonly to: NodeRow } {
    const { from, to } = this.edgeName(edge);
    return { from: this.nodeRow(from), to: this.nodeRow(to) };
  }

  edgeType(edge: EdgeRow): string {
    return this.edgeName(edge).type;
  }

  edgeKey(edge: EdgeRow): number {
    return this.edgeName(edge).key;
  }

  edgeValue(edge: EdgeRow, path: string): Value {
    return this.#graph.value(edgeElement(this.edgeName(edge)), path);
  }

  shortestPath(query: PathQuery): Path | undefined {
    const reached = new Map<NodeRow, { readonly before: NodeRow; readonly edge: EdgeRow } | null>();
    reached.set(query.from, null);
    let ring = [query.from];
    for (let depth = 0; depth < query.maxDepth && !reached.has(query.to); depth++) {
      const next: NodeRow[] = [];
      for (const node of ring) {
        for (const edge of this.#edgesAt(node, query.edgeType, query.direction)) {
          const row = this.edgeRow(edge);
          const { from, to } = this.edgeEnds(row);
          const other = from === node ? to : from;
          if (reached.has(other)) continue;
          reached.set(other, { before: node, edge: row });
          next.push(other);
        }
      }
      ring = next;
    }
    if (!reached.has(query.to)) return undefined;
    const nodes = [query.to];
    const edges: EdgeRow[] = [];
    for (let step = reached.get(query.to); step; step = reached.get(step.before)) {
      nodes.unshift(step.before);
      edges.unshift(step.edge);
    }
    return { nodes, edges };
  }

  answer(plan: Plan): CountedAnswer {
    return { ...answerPlan(this.#graph, plan), spent: 0 };
  }

  counts(): { readonly nodes: number; readonly edges: number } {
    return { nodes: this.#graph.nodes().length, edges: this.#graph.edges().length };
  }

  /** The row of a node that was ever created, existing or not. */
  nodeRow(id: string): NodeRow {
    const known = this.#nodeRows.get(id);
    if (known !== undefined) return known;
    const facts = this.#graph.nodeFacts(id);
    assert(facts !== undefined, 'a row is of a node that was created');
    const row = this.#nodes.push(facts) as NodeRow;
    this.#nodeRows.set(id, row);
    return row;
  }

  edgeRow(edge: EdgeFacts): EdgeRow {
    const element = edgeElement(edge);
    const known = this.#edgeRows.get(element);
    if (known !== undefined) return known;
    const { from, type, to, key } = edge;
    const row = this.#edges.push({ from, type, to, key }) as EdgeRow;
    this.#edgeRows.set(element, row);
    return row;
  }

  edgeName(edge: EdgeRow): EdgeFacts {
    const facts = this.#edges[edge - 1];
    assert(facts !== undefined, 'an edge row comes from this view');
    return facts;
  }

  #nodeAt(node: NodeRow): NodeFacts {
    const facts = this.#nodes[node - 1];
    assert(facts !== undefined, 'a node row comes from this view');
    return facts;
  }

  #edgesAt(node: NodeRow, edgeType: string | undefined, direction: Direction): EdgeFacts[] {
    const id = this.nodeId(node);
    return this.#graph.edges(id).filter((edge) => {
      if (edgeType !== undefined && edge.type !== edgeType) return false;
      const leaves = direction !== Direction.IN && edge.from === id;
      return leaves || (direction !== Direction.OUT && edge.to === id);
    });
  }
}
