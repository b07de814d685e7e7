/**
 * What the ingest bench sends: a base of nodes, then a mix of operations at uniformly random nodes
 * of the base, as commits that are signed before the clock runs. It keeps what must be read back
 * afterwards, so the answers are not checked by what is measured.
 */

import type { AddressedDelta } from '../../src/delta/delta.ts';
import { nodeIdByNumber } from '../../src/delta/node-id.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import type { Value } from '../../src/delta/value.ts';
import { SeededRandom } from '../engine/seeded-random.ts';

export const INGEST_SDL = `
  type Item @node {
    name: String
    rank: BigInt
    hits: BigInt
    links: [Item!]! @relationship(type: "LINK", direction: OUT)
  }
`;

const TYPE = 'Item';
const EDGE_TYPE = 'LINK';
export const ACTOR = 'user:bench';
const TRANSACTIONS_PER_COMMIT = 64;
const OPERATIONS_PER_TRANSACTION = 16;
export const OPERATIONS_PER_COMMIT = TRANSACTIONS_PER_COMMIT * OPERATIONS_PER_TRANSACTION;
const TEXT_BYTES = 12;

/** Shares of the mix, in hundredths; what is left over increments. */
const CREATE_NODE_SHARE = 30;
const SET_SHARE = 35;
const CREATE_EDGE_SHARE = 30;

/** What a node of the base must hold in the end. */
export interface ExpectedItem {
  readonly id: string;
  readonly name: string | null;
  readonly rank: string | null;
  readonly hits: string | null;
  /** Edges that leave it. */
  readonly links: number;
}

export interface WorkloadOptions {
  readonly space: Uint8Array;
  readonly author: Uint8Array;
  readonly nodes: number;
  readonly seed: number;
}

export class Workload {
  readonly #random: SeededRandom;
  readonly #ids: readonly string[];
  /** By node, the number of the operation that set it last; 0 for none. */
  readonly #names: Uint32Array;
  readonly #ranks: Uint32Array;
  readonly #hits: Uint32Array;
  /** Ends of the edges, as from × nodes + to: an edge that is created twice is one. */
  readonly #edges = new Map<number, Set<number>>();
  #created = 0;
  #operations = 0;
  #transactions = 0;
  /** Transactions that change the first node, and the last of them. */
  #changesOfFirst = 0;
  #lastOfFirst = 0;

  constructor({ space, author, nodes, seed }: WorkloadOptions) {
    this.#random = new SeededRandom(seed);
    this.#ids = Array.from({ length: nodes }, (_, number) =>
      nodeIdByNumber({ space, author, type: TYPE, number: BigInt(number) }),
    );
    this.#names = new Uint32Array(nodes);
    this.#ranks = new Uint32Array(nodes);
    this.#hits = new Uint32Array(nodes);
  }

  /** Payloads that create the base. */
  *base(): Generator<PayloadWriter> {
    let left = this.#ids.length;
    while (left > 0) {
      yield this.#payload(() => {
        if (left === 0) return undefined;
        left -= 1;
        return this.#createNode();
      });
    }
  }

  /** One payload of the mix. */
  mix(): PayloadWriter {
    return this.#payload(() => this.#operation());
  }

  /** What a random node of the base must hold. */
  sample(random: SeededRandom): ExpectedItem {
    const node = random.below(this.#ids.length);
    const name = this.#names[node] as number;
    const rank = this.#ranks[node] as number;
    const hits = this.#hits[node] as number;
    return {
      id: this.#ids[node] as string,
      name: name === 0 ? null : textOf(name),
      rank: rank === 0 ? null : String(rank),
      hits: hits === 0 ? null : String(hits),
      links: this.#edges.get(node)?.size ?? 0,
    };
  }

  /** A node that somebody subscribes to, and how many transactions have changed it. */
  get watched(): { readonly id: string; readonly changes: number } {
    return { id: this.#ids[0] as string, changes: this.#changesOfFirst };
  }

  counts(): { readonly nodes: number; readonly edges: number } {
    let edges = 0;
    for (const targets of this.#edges.values()) edges += targets.size;
    return { nodes: this.#created, edges };
  }

  #payload(next: () => AddressedDelta | undefined): PayloadWriter {
    const writer = new PayloadWriter();
    for (let transaction = 0; transaction < TRANSACTIONS_PER_COMMIT; transaction++) {
      const deltas: AddressedDelta[] = [];
      this.#transactions += 1;
      while (deltas.length < OPERATIONS_PER_TRANSACTION) {
        const delta = next();
        if (delta === undefined) break;
        deltas.push(delta);
      }
      if (deltas.length === 0) break;
      writer.add({ id: this.#random.bytes(16), actor: ACTOR, deltas });
    }
    return writer;
  }

  #operation(): AddressedDelta {
    this.#operations += 1;
    const share = this.#random.below(100);
    if (share < CREATE_NODE_SHARE) return this.#createNode();
    const node = this.#random.below(this.#ids.length);
    if (share < CREATE_NODE_SHARE + SET_SHARE) return this.#set(node);
    if (share < CREATE_NODE_SHARE + SET_SHARE + CREATE_EDGE_SHARE) return this.#createEdge(node);
    this.#hits[node] = (this.#hits[node] as number) + 1;
    this.#noteChange(node);
    return {
      subject: { element: 'node', id: this.#ids[node] as string },
      delta: { operation: 'increment', path: 'hits', base: { kind: 'none' }, amount: 1n },
    };
  }

  #createNode(): AddressedDelta {
    const number = BigInt(this.#created);
    this.#created += 1;
    // The payload does not hold a created node's id: replicas compute it.
    return {
      subject: { element: 'node', id: '' },
      delta: { operation: 'createNode', type: TYPE, number },
    };
  }

  #set(node: number): AddressedDelta {
    const operation = this.#operations;
    const isText = (operation & 1) === 0;
    (isText ? this.#names : this.#ranks)[node] = operation;
    this.#noteChange(node);
    const value: Value = isText ? textOf(operation) : BigInt(operation);
    return {
      subject: { element: 'node', id: this.#ids[node] as string },
      delta: { operation: 'set', path: isText ? 'name' : 'rank', value },
    };
  }

  #noteChange(node: number): void {
    if (node !== 0 || this.#lastOfFirst === this.#transactions) return;
    this.#lastOfFirst = this.#transactions;
    this.#changesOfFirst += 1;
  }

  #createEdge(node: number): AddressedDelta {
    const target = this.#random.below(this.#ids.length);
    const targets = this.#edges.get(node);
    if (targets === undefined) this.#edges.set(node, new Set([target]));
    else targets.add(target);
    const ids = this.#ids;
    const [from, to] = [ids[node] as string, ids[target] as string];
    return {
      subject: { element: 'edge', from, type: EDGE_TYPE, to, key: 0 },
      delta: { operation: 'createEdge' },
    };
  }
}

function textOf(operation: number): string {
  return String(operation).padStart(TEXT_BYTES, 'n');
}
