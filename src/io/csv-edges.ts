/**
 * The edges of an import by their ends and type. An edge that is alone between its ends has key 0.
 * Parallel edges get keys from what tells them apart, their ids or their values, so that neither
 * the order of rows nor what is imported with them decides which edge a row is.
 */

import { type CsvNode, checkImportRows, entry } from './csv-nodes.ts';

interface CsvEdge {
  readonly from: CsvNode;
  readonly to: CsvNode;
  readonly type: string;
  /** Over what tells it from a parallel edge. */
  readonly digest: number;
}

/** In place of a digest, which is not negative: rows with several digests. */
const PARALLEL = -1;
const KEY_MAX = 2 ** 32 - 1;

export type TakenEdge =
  /** The first row of its edge: whether there are parallel ones, and the key it has then. */
  | { readonly kind: 'new'; readonly isParallel: boolean; readonly key: number }
  /** An earlier row says the same. */
  | { readonly kind: 'repeated' }
  /** An earlier row has the same id and other values. */
  | { readonly kind: 'differs' };

interface ParallelEdge {
  readonly digest: number;
  readonly values: number;
}

export class CsvEdges {
  #count = 0;
  readonly #byType = new Map<string, Map<number, number>>();
  readonly #keysByType = new Map<string, Map<number, Map<number, ParallelEdge>>>();

  /** Adds a row in the first pass. */
  add(edge: CsvEdge): void {
    const edges = entry(this.#byType, edge.type);
    const pair = pairName(edge.from, edge.to);
    const known = edges.get(pair);
    if (known === undefined) {
      checkImportRows(this.#count);
      this.#count += 1;
      edges.set(pair, edge.digest);
    } else if (known !== edge.digest) {
      edges.set(pair, PARALLEL);
    }
  }

  /** What a row in the second pass is. `values` is a digest over its values. */
  take(edge: CsvEdge, values: number): TakenEdge {
    const edges = entry(this.#byType, edge.type);
    const pair = pairName(edge.from, edge.to);
    const known = edges.get(pair) ?? edge.digest;
    if (known >= 0) {
      edges.set(pair, met(values));
      return { kind: 'new', isParallel: false, key: firstKey(edge.digest) };
    }
    if (known !== PARALLEL) return { kind: known === met(values) ? 'repeated' : 'differs' };
    const keys = entry(entry(this.#keysByType, edge.type), pair);
    let key = firstKey(edge.digest);
    for (let other = keys.get(key); other !== undefined; other = keys.get(key)) {
      if (other.digest === edge.digest) {
        return { kind: other.values === values ? 'repeated' : 'differs' };
      }
      key = (key % KEY_MAX) + 1;
    }
    keys.set(key, { digest: edge.digest, values });
    return { kind: 'new', isParallel: true, key };
  }
}

/** Key 0 is that of an edge alone. */
function firstKey(digest: number): number {
  return (digest % KEY_MAX) + 1;
}

/** In place of a digest: the second pass has met the edge, with these values. */
function met(values: number): number {
  return PARALLEL - 1 - values;
}

/** Indexes are below 2^26, so that a pair is an exact number. */
function pairName(from: CsvNode, to: CsvNode): number {
  return from.index * 2 ** 26 + to.index;
}
