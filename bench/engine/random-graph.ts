/**
 * A random graph as signed commits would bring it, and what must be true of it afterwards: the
 * numbers that the benches check do not come from what they measure.
 *
 * The j-th edge of a node leads to a place that a hash and a fixed step give, so every edge has a
 * name of its own and one counter per node is all that the model keeps of them.
 */

import { ID_BYTES } from '../../assembly/abi.ts';
import { assert } from '../../src/base/assert.ts';
import { nodeIdByNumber } from '../../src/delta/node-id.ts';
import type { Value } from '../../src/delta/value.ts';
import type { GroupCommit } from '../../src/engine/engine.ts';
import { delayOf, type PlainGraph } from '../peers/peer.ts';
import type { CommitMaker } from './commit-maker.ts';
import { DeltaWriter, NODE_TYPE, PATHS } from './delta-writer.ts';
import type { SeededRandom } from './seeded-random.ts';

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
  /** Of the base, 16 bytes each; number n has row n + 1 in an engine that took the base first. */
  readonly ids: Uint8Array;
  readonly nodes: number;
  readonly #maker: CommitMaker;
  readonly #random: SeededRandom;
  readonly #writer: DeltaWriter;
  readonly #exists: Uint8Array;
  readonly #degrees: Uint8Array;
  readonly #baseDegrees: Uint8Array;
  /** By node and path, the number of the delta that set it last; 0 for none. */
  readonly #lastSets: Uint32Array;
  readonly #deletedEdges = new Set<number>();
  /** Whether any of them left a node: few did, and looking into the set takes long. */
  readonly #lostEdges: Uint8Array;
  #created = 0;
  #deltas = 0;

  constructor(nodes: number, maker: CommitMaker) {
    const { space, author, random } = maker;
    this.nodes = nodes;
    this.#maker = maker;
    this.#random = random;
    this.ids = new Uint8Array(nodes * ID_BYTES);
    for (let number = 0; number < nodes; number += 1) {
      const id = nodeIdByNumber({ space, author, type: NODE_TYPE, number: BigInt(number) });
      for (let index = 0; index < ID_BYTES; index += 1) {
        this.ids[number * ID_BYTES + index] = id.charCodeAt(index);
      }
    }
    this.#writer = new DeltaWriter(this.ids);
    this.#exists = new Uint8Array(nodes);
    this.#degrees = new Uint8Array(nodes);
    this.#baseDegrees = new Uint8Array(nodes);
    this.#lastSets = new Uint32Array(nodes * PATHS.length);
    this.#lostEdges = new Uint8Array(nodes);
  }

  id(node: number): string {
    return String.fromCharCode(...this.ids.subarray(node * ID_BYTES, (node + 1) * ID_BYTES));
  }

  /**
   * Creates every node and sets `fields` of each, then makes `edges` edges. A transaction has whole
   * nodes: its size is a multiple of one's deltas.
   */
  *base(edges: number, size: CommitSize = BASE_SIZE, fields = 1): Generator<GroupCommit> {
    assert(size.deltas % (1 + fields) === 0, 'a transaction of the base has whole nodes');
    yield* this.#commits(size, this.nodes * (1 + fields), (index) => {
      const field = (index % (1 + fields)) - 1;
      if (field === -1) this.#createNode();
      else this.#set(this.#created - 1, field);
    });
    yield* this.edges(edges, size);
    this.#baseDegrees.set(this.#degrees);
  }

  /** Edges from uniformly random nodes of the base. */
  *edges(count: number, size: CommitSize = BASE_SIZE): Generator<GroupCommit> {
    yield* this.#commits(size, count, () => this.#createEdge());
  }

  /** The mix, at uniformly random places of the base. */
  *mix(deltas: number, size: CommitSize): Generator<GroupCommit> {
    yield* this.#commits(size, deltas, () => {
      const share = this.#random.below(100);
      if (share < CREATE_NODE_SHARE) this.#createNode();
      else if (share < CREATE_NODE_SHARE + SET_SHARE) {
        const node = this.#random.below(this.nodes);
        this.#writer.selectNode(node);
        this.#set(node, this.#random.below(PATHS.length));
      } else if (share < CREATE_NODE_SHARE + SET_SHARE + CREATE_EDGE_SHARE) this.#createEdge();
      else if ((share & 1) === 0) this.#deleteNode();
      else this.#deleteEdge();
    });
  }

  /** What exists now, edges with both ends. */
  counts(): { readonly nodes: number; readonly edges: number } {
    let edges = 0;
    let nodes = this.#created - this.nodes;
    for (let from = 0; from < this.nodes; from += 1) {
      nodes += this.#exists[from] as number;
      for (let edge = 0; edge < (this.#degrees[from] as number); edge += 1) {
        if (this.#isShown(from, edge)) edges += 1;
      }
    }
    return { nodes, edges };
  }

  /** Where the visible edges of a base node lead, in the order of their creation. */
  targets(from: number): number[] {
    const targets: number[] = [];
    for (let edge = 0; edge < (this.#degrees[from] ?? 0); edge += 1) {
      if (this.#isShown(from, edge)) targets.push(this.#target(from, edge));
    }
    return targets;
  }

  /** The base as peers take it, without what commits say of it. */
  plain(): PlainGraph {
    const { edges } = this.counts();
    const [from, to] = [new Uint32Array(edges), new Uint32Array(edges)];
    let place = 0;
    for (let node = 0; node < this.nodes; node += 1) {
      for (const target of this.targets(node)) {
        from[place] = node + 1;
        to[place] = target + 1;
        place += 1;
      }
    }
    return { ids: this.ids, sets: this.#lastSets, from, to };
  }

  /** The visible value of a base node; undefined where the node is deleted. */
  value(node: number, path: number): Value | undefined {
    if (this.#exists[node] === 0) return undefined;
    const delta = this.#lastSets[node * PATHS.length + path] ?? 0;
    return delta === 0 ? null : valueSetBy(delta, path);
  }

  #isShown(from: number, edge: number): boolean {
    if (this.#exists[from] === 0 || this.#exists[this.#target(from, edge)] === 0) return false;
    if (this.#lostEdges[from] === 0) return true;
    return !this.#deletedEdges.has(from * (DEGREE_MAX + 1) + edge);
  }

  *#commits(
    size: CommitSize,
    deltas: number,
    write: (index: number) => void,
  ): Generator<GroupCommit> {
    const writer = this.#writer;
    let index = 0;
    while (index < deltas) {
      for (let count = 0; count < size.transactions && index < deltas; count += 1) {
        const end = Math.min(index + size.deltas, deltas);
        writer.begin(this.#random.bytes(16));
        for (; index < end; index += 1) write(index);
        writer.end();
      }
      const { transactionCount } = writer;
      yield this.#maker.commit(writer.finish(), transactionCount);
    }
  }

  #createNode(): void {
    if (this.#created < this.nodes) this.#exists[this.#created] = 1;
    this.#writer.createNode(this.#created);
    this.#created += 1;
  }

  /** Of the node that is the subject. */
  #set(node: number, path: number): void {
    this.#deltas += 1;
    this.#lastSets[node * PATHS.length + path] = this.#deltas;
    if (path === 0) this.#writer.setInteger(path, this.#deltas);
    else if (path === 1) this.#writer.setFloat(path, delayOf(this.#deltas));
    else this.#writer.setText(path, `airport ${this.#deltas}`);
  }

  #createEdge(): void {
    let from = this.#random.below(this.nodes);
    while (this.#degrees[from] === DEGREE_MAX) from = this.#random.below(this.nodes);
    const edge = this.#degrees[from] as number;
    this.#degrees[from] = edge + 1;
    this.#writer.createEdge(from, this.#target(from, edge));
  }

  #deleteNode(): void {
    const node = this.#random.below(this.nodes);
    this.#exists[node] = 0;
    this.#writer.selectNode(node);
    this.#writer.delete();
  }

  /** An edge of the base: the order of a create and a delete in one transaction is no matter. */
  #deleteEdge(): void {
    let from = this.#random.below(this.nodes);
    while (this.#baseDegrees[from] === 0) from = this.#random.below(this.nodes);
    const edge = this.#random.below(this.#baseDegrees[from] as number);
    this.#deletedEdges.add(from * (DEGREE_MAX + 1) + edge);
    this.#lostEdges[from] = 1;
    this.#writer.selectEdge(from, this.#target(from, edge));
    this.#writer.delete();
  }

  #target(from: number, edge: number): number {
    return (scatter(from) + edge * EDGE_STEP) % this.nodes;
  }
}

/** int64, float64 and short strings. */
function valueSetBy(delta: number, path: number): Value {
  if (path === 0) return BigInt(delta);
  return path === 1 ? delayOf(delta) : `airport ${delta}`;
}

/** The finalizer of MurmurHash3 (A. Appleby, 2011). */
function scatter(word: number): number {
  const first = Math.imul(word ^ (word >>> 16), 0x85eb_ca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2_ae35);
  return (second ^ (second >>> 16)) >>> 0;
}
