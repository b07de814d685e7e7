/** ngraph.graph, a graph of JavaScript objects: fields are a node's data, and so are marks. */

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

interface Node {
  readonly id: string;
  readonly data: Attributes;
}

interface Graph {
  addNode(id: string, data: Attributes): Node;
  addLink(from: string, to: string): unknown;
  /** Goes on until a visit answers true; oriented, along links that leave the node. */
  forEachLinkedNode(id: string, visit: (node: Node) => void, oriented: boolean): unknown;
  getNode(id: string): Node | undefined;
  getNodeCount(): number;
  getLinkCount(): number;
}

/** The part of the module that is used here. */
export type NgraphGraph = (options: { readonly multigraph: boolean }) => Graph;

export class NgraphPeer implements Peer {
  readonly #graph: Graph;
  #keys = new Keys([]);
  #walks = 0;

  constructor(createGraph: NgraphGraph) {
    this.#graph = createGraph({ multigraph: false });
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
        graph.addLink(keys[from - 1] as string, keys[(plain.to[index] as number) - 1] as string);
      }
      return [graph.getNodeCount(), graph.getLinkCount()];
    };
  }

  lookUp(ids: Uint8Array): Work {
    const keys = this.#keys.equal(idTexts(ids));
    return () => {
      let sum = 0;
      for (const key of keys) sum += this.#node(key).data.row;
      return [sum];
    };
  }

  readValues(rows: Uint32Array): Work {
    return () => {
      let [numbers, characters] = [0, 0];
      for (const row of rows) {
        const { flights, delay, name } = this.#node(this.#key(row)).data;
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
    this.#walks += 1;
    const walk = this.#walks;
    const found: number[] = [];
    const first = this.#node(this.#key(start));
    first.data.walk = walk;
    let level = [first];
    for (let hop = 0; hop < hops && level.length > 0; hop += 1) {
      const next: Node[] = [];
      for (const node of level) {
        const visit = (neighbor: Node): void => {
          if (neighbor.data.walk === walk) return;
          neighbor.data.walk = walk;
          found.push(neighbor.data.row);
          next.push(neighbor);
        };
        this.#graph.forEachLinkedNode(node.id, visit, true);
      }
      level = next;
    }
    return found;
  }

  #node(id: string): Node {
    return this.#graph.getNode(id) as Node;
  }

  #key(row: number): string {
    return this.#keys.at(row);
  }
}
