/** graphology, a graph of JavaScript objects: fields are attributes, and so are marks of a walk. */

import {
  type Attributes,
  countAround,
  fieldsOf,
  idTexts,
  Keys,
  type Peer,
  type PlainGraph,
  type Work,
} from './peer.ts';

interface DirectedGraph {
  readonly order: number;
  readonly size: number;
  addNode(key: string, attributes: Attributes): unknown;
  addEdge(from: string, to: string): unknown;
  getNodeAttributes(key: string): Attributes;
  forEachOutNeighbor(
    key: string,
    visit: (neighbor: string, attributes: Attributes) => void,
  ): unknown;
}

/** The part of the module that is used here. */
export interface Graphology {
  readonly DirectedGraph: new () => DirectedGraph;
}

export class GraphologyPeer implements Peer {
  readonly #graph: DirectedGraph;
  #keys = new Keys([]);
  #walks = 0;

  constructor({ DirectedGraph }: Graphology) {
    this.#graph = new DirectedGraph();
  }

  load(plain: PlainGraph): Work {
    const graph = this.#graph;
    const keys = idTexts(plain.ids);
    const fields = keys.map((_, index) => fieldsOf(plain, index));
    this.#keys = new Keys(keys);
    return () => {
      for (const [index, key] of keys.entries()) {
        const { flights, delay, name } = fields[index] as (typeof fields)[number];
        graph.addNode(key, { row: index + 1, flights, delay, name, walk: 0 });
      }
      for (const [index, from] of plain.from.entries()) {
        graph.addEdge(keys[from - 1] as string, keys[(plain.to[index] as number) - 1] as string);
      }
      return [graph.order, graph.size];
    };
  }

  lookUp(ids: Uint8Array): Work {
    const keys = this.#keys.equal(idTexts(ids));
    return () => {
      let sum = 0;
      for (const key of keys) sum += this.#graph.getNodeAttributes(key).row;
      return [sum];
    };
  }

  readValues(rows: Uint32Array): Work {
    return () => {
      let [numbers, characters] = [0, 0];
      for (const row of rows) {
        const { flights, delay, name } = this.#graph.getNodeAttributes(this.#key(row));
        numbers += flights + delay;
        characters += name.length;
      }
      return [numbers, characters];
    };
  }

  around({ rows, hops }: { readonly rows: Uint32Array; readonly hops: number }): Work {
    return () => countAround(rows, (row) => this.#walk(row, hops));
  }

  bytes(): undefined {
    return undefined;
  }

  #walk(start: number, hops: number): number[] {
    const graph = this.#graph;
    this.#walks += 1;
    const walk = this.#walks;
    const found: number[] = [];
    let level = [this.#key(start)];
    graph.getNodeAttributes(this.#key(start)).walk = walk;
    for (let hop = 0; hop < hops && level.length > 0; hop += 1) {
      const next: string[] = [];
      for (const node of level) {
        graph.forEachOutNeighbor(node, (neighbor, attributes) => {
          if (attributes.walk === walk) return;
          attributes.walk = walk;
          found.push(attributes.row);
          next.push(neighbor);
        });
      }
      level = next;
    }
    return found;
  }

  #key(row: number): string {
    return this.#keys.at(row);
  }
}
