/** What a peer does with the graph of a bench, each in the fastest plain way that it has. */

export interface PlainGraph {
  /** 16 characters for each node; the n-th has row n, from 1 on. */
  readonly ids: Uint8Array;
  /** Three numbers for each node, which decide its fields: see `fieldsOf`. */
  readonly sets: Uint32Array;
  /** Rows of the ends of each edge, by the row of the first. */
  readonly from: Uint32Array;
  readonly to: Uint32Array;
}

/** What is measured; the rest was made ready before. */
export type Work = () => number[];

export interface Peer {
  /** Answers nodes and edges. */
  load(graph: PlainGraph): Work;
  /** Answers the sum of the rows that the ids have. */
  lookUp(ids: Uint8Array): Work;
  /** Answers the sums of the numbers, and of the texts' lengths. */
  readValues(rows: Uint32Array): Work;
  /** The distinct nodes within so many hops of each row. Answers their count and sum of rows. */
  around(query: { readonly rows: Uint32Array; readonly hops: number }): Work;
  /** Bytes that hold the graph; undefined where that cannot be told. */
  bytes(): number | undefined;
}

/** More hops than any node is away. */
export const HOPS_ALL = 1_024;
const ID_BYTES = 16;

export interface Fields {
  readonly flights: number;
  readonly delay: number;
  readonly name: string;
}

/** What a graph of objects keeps of a node. */
export interface Attributes extends Fields {
  readonly row: number;
  /** The last walk that met the node. */
  walk: number;
}

/** The fields of the node with this index. */
export function fieldsOf({ sets }: PlainGraph, index: number): Fields {
  const at = index * 3;
  const [flights = 0, delay = 0, name = 0] = sets.subarray(at, at + 3);
  return { flights, delay: delayOf(delay), name: `airport ${name}` };
}

/** Eighths below DELAY_END, in no order: a filter by it tells nothing of the other fields. */
export function delayOf(number: number): number {
  return (Math.imul(number, 0x9e37_79b1) >>> 12) / 8;
}

export const DELAY_END = 131_072;

/** The strings by which a graph of objects holds its nodes. */
export class Keys {
  readonly #keys: readonly string[];
  readonly #equal: ReadonlyMap<string, string>;

  constructor(keys: readonly string[]) {
    this.#keys = keys;
    this.#equal = new Map(keys.map((key) => [key, key]));
  }

  at(row: number): string {
    return this.#keys[row - 1] as string;
  }

  /** The very strings that the graph holds: these need no hashing and no comparison. */
  equal(texts: readonly string[]): string[] {
    return texts.map((text) => this.#equal.get(text) as string);
  }
}

/** How many rows the walks from `rows` find, and their sum. */
export function countAround(
  rows: Uint32Array,
  walk: (row: number) => readonly number[],
): [number, number] {
  let [count, sum] = [0, 0];
  for (const row of rows) {
    for (const node of walk(row)) {
      count += 1;
      sum += node;
    }
  }
  return [count, sum];
}

export function idTexts(ids: Uint8Array): string[] {
  const bytes = Buffer.from(ids.buffer, ids.byteOffset, ids.length);
  return Array.from({ length: ids.length / ID_BYTES }, (_, index) =>
    bytes.toString('latin1', index * ID_BYTES, (index + 1) * ID_BYTES),
  );
}
