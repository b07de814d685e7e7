/**
 * A random graph as signed commits would bring it, and what must be true of it afterwards: the
 * numbers that the benches check do not come from what they measure.
 *
 * The j-th edge of a node leads to a place that a hash and a fixed step give, so every edge has a
 * name of its own and one counter per node is all that the model keeps of them.
 */

import type { AddressedDelta } from '../../src/delta/delta.ts';
import { nodeIdByNumber } from '../../src/delta/node-id.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import type { Value } from '../../src/delta/value.ts';
import type { GroupCommit } from '../../src/engine/engine.ts';
import type { CommitMaker } from './commit-maker.ts';
import type { SeededRandom } from './seeded-random.ts';

const NODE_TYPE = 'Airport';
const EDGE_TYPE = 'ROUTE';
export const PATHS = ['flights', 'delay', 'name'] as const;
const ACTOR = 'user:bench';
/** A prime, so that the places of one node's edges differ. */
const EDGE_STEP = 611_953;
const DEGREE_MAX = 255;
const BASE_SIZE: CommitSize = { transactions: 16, deltas: 1_000 };

/** Shares of the mix, in hundredths; what is left over deletes. */
const CREATE_NODE_SHARE = 30;
const SET_SHARE = 30;
const CREATE_EDGE_SHARE = 35;

export interface CommitSize {
  readonly transactions: number;
  readonly deltas: number;
}

export class RandomGraph {
  /** Of the base nodes; number n has row n + 1 in an engine that took the base first. */
  readonly ids: readonly string[];
  readonly #maker: CommitMaker;
  readonly #random: SeededRandom;
  readonly #exists: Uint8Array;
  readonly #degrees: Uint8Array;
  readonly #baseDegrees: Uint8Array;
  /** By node and path, the number of the delta that set it last; 0 for none. */
  readonly #lastSets: Float64Array;
  readonly #deletedEdges = new Set<number>();
  #created = 0;
  #deltas = 0;

  constructor(nodes: number, maker: CommitMaker) {
    const { space, author, random } = maker;
    this.#maker = maker;
    this.#random = random;
    this.ids = Array.from({ length: nodes }, (_, number) =>
      nodeIdByNumber({ space, author, type: NODE_TYPE, number: BigInt(number) }),
    );
    this.#exists = new Uint8Array(nodes);
    this.#degrees = new Uint8Array(nodes);
    this.#baseDegrees = new Uint8Array(nodes);
    this.#lastSets = new Float64Array(nodes * PATHS.length);
  }

  get nodes(): number {
    return this.ids.length;
  }

  /** Creates every node and sets one field of each, then makes `edges` edges. */
  *base(edges: number, size: CommitSize = BASE_SIZE): Generator<GroupCommit> {
    yield* this.#commits(size, this.nodes * 2, (index) =>
      (index & 1) === 0 ? this.#createNode() : this.#set(index >> 1, 0),
    );
    yield* this.#commits(size, edges, () => this.#createEdge());
    this.#baseDegrees.set(this.#degrees);
  }

  /** The mix, at uniformly random places of the base. */
  *mix(deltas: number, size: CommitSize): Generator<GroupCommit> {
    yield* this.#commits(size, deltas, () => {
      const share = this.#random.below(100);
      if (share < CREATE_NODE_SHARE) return this.#createNode();
      if (share < CREATE_NODE_SHARE + SET_SHARE) {
        return this.#set(this.#random.below(this.nodes), this.#random.below(PATHS.length));
      }
      if (share < CREATE_NODE_SHARE + SET_SHARE + CREATE_EDGE_SHARE) return this.#createEdge();
      return (share & 1) === 0 ? this.#deleteNode() : this.#deleteEdge();
    });
  }

  /** What exists now, edges with both ends. */
  counts(): { readonly nodes: number; readonly edges: number } {
    let edges = 0;
    for (let from = 0; from < this.nodes; from += 1) edges += this.targets(from).length;
    const nodes = this.#exists.reduce((sum, exists) => sum + exists, this.#created - this.nodes);
    return { nodes, edges };
  }

  /** Where the visible edges of a base node lead, in the order of their creation. */
  targets(from: number): number[] {
    const targets: number[] = [];
    if (this.#exists[from] === 0) return targets;
    for (let edge = 0; edge < (this.#degrees[from] ?? 0); edge += 1) {
      const to = this.#target(from, edge);
      if (this.#exists[to] === 1 && !this.#deletedEdges.has(from * (DEGREE_MAX + 1) + edge))
        targets.push(to);
    }
    return targets;
  }

  /** The visible value of a base node; undefined where the node is deleted. */
  value(node: number, path: number): Value | undefined {
    if (this.#exists[node] === 0) return undefined;
    const delta = this.#lastSets[node * PATHS.length + path] ?? 0;
    return delta === 0 ? null : valueSetBy(delta, path);
  }

  *#commits(
    size: CommitSize,
    deltas: number,
    next: (index: number) => AddressedDelta,
  ): Generator<GroupCommit> {
    let index = 0;
    while (index < deltas) {
      const writer = new PayloadWriter();
      for (let count = 0; count < size.transactions && index < deltas; count += 1) {
        const length = Math.min(size.deltas, deltas - index);
        const list = Array.from({ length }, () => next(index++));
        writer.add({ id: this.#random.bytes(16), actor: ACTOR, deltas: list });
      }
      yield this.#maker.commit(writer.finish(), writer.transactionCount);
    }
  }

  #createNode(): AddressedDelta {
    const number = this.#created;
    this.#created += 1;
    if (number < this.nodes) this.#exists[number] = 1;
    // The payload does not hold a created node's id: replicas compute it.
    const subject = { element: 'node', id: '' } as const;
    return { subject, delta: { operation: 'createNode', type: NODE_TYPE, number: BigInt(number) } };
  }

  #set(node: number, path: number): AddressedDelta {
    this.#deltas += 1;
    this.#lastSets[node * PATHS.length + path] = this.#deltas;
    const value = valueSetBy(this.#deltas, path);
    return {
      subject: { element: 'node', id: this.#id(node) },
      delta: { operation: 'set', path: PATHS[path] as string, value },
    };
  }

  #createEdge(): AddressedDelta {
    let from = this.#random.below(this.nodes);
    while (this.#degrees[from] === DEGREE_MAX) from = this.#random.below(this.nodes);
    const edge = this.#degrees[from] as number;
    this.#degrees[from] = edge + 1;
    return { subject: this.#edge(from, edge), delta: { operation: 'createEdge' } };
  }

  #deleteNode(): AddressedDelta {
    const node = this.#random.below(this.nodes);
    this.#exists[node] = 0;
    return {
      subject: { element: 'node', id: this.#id(node) },
      delta: { operation: 'delete' },
    };
  }

  /** An edge of the base: the order of a create and a delete in one transaction is no matter. */
  #deleteEdge(): AddressedDelta {
    let from = this.#random.below(this.nodes);
    while (this.#baseDegrees[from] === 0) from = this.#random.below(this.nodes);
    const edge = this.#random.below(this.#baseDegrees[from] as number);
    this.#deletedEdges.add(from * (DEGREE_MAX + 1) + edge);
    return { subject: this.#edge(from, edge), delta: { operation: 'delete' } };
  }

  #edge(from: number, edge: number) {
    const to = this.#id(this.#target(from, edge));
    return { element: 'edge', from: this.#id(from), type: EDGE_TYPE, to, key: 0 } as const;
  }

  #target(from: number, edge: number): number {
    return (scatter(from) + edge * EDGE_STEP) % this.nodes;
  }

  #id(node: number): string {
    return this.ids[node] as string;
  }
}

/** int64, float64 and short strings. */
function valueSetBy(delta: number, path: number): Value {
  if (path === 0) return BigInt(delta);
  return path === 1 ? delta / 8 : `airport ${delta}`;
}

/** The finalizer of MurmurHash3 (A. Appleby, 2011). */
function scatter(word: number): number {
  const first = Math.imul(word ^ (word >>> 16), 0x85eb_ca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2_ae35);
  return (second ^ (second >>> 16)) >>> 0;
}
