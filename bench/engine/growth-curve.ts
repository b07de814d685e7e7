/**
 * One space that grows, with twice as many edges as nodes, which have no fields: what an item
 * takes, and how long operations take, at each of some sizes. It ends where the memory does.
 */

import { ID_BYTES } from '../../assembly/abi.ts';
import { DatabaseError, ErrorCode } from '../../src/base/errors.ts';
import { nodeIdByNumber } from '../../src/delta/node-id.ts';
import type { GroupCommit } from '../../src/engine/engine.ts';
import { type BenchRow, Better, benchRow, collectGarbage } from '../measure.ts';
import { CommitMaker } from './commit-maker.ts';
import { DeltaWriter, NODE_TYPE } from './delta-writer.ts';
import { SeededRandom } from './seeded-random.ts';
import { chooseIds } from './selects.ts';
import type { EngineBenchSize } from './stage.ts';
import { WasmContender } from './wasm-contender.ts';
import { countText, expectSame } from './windows.ts';

const SEED = 13;
const EDGES_PER_NODE = 2;
/** Both ends are random, so that some two edges have one name: about 2 at any size. */
const SAME_EDGES_MAX = 64;
const DELTAS = 1_000;
/** The last part of the edges of a step is measured. */
const MEASURED_SHARE = 0.25;
const CHECKED_IDS = 1_000;
const TIME_RATIO_MAX = 3;
const BYTES_RATIO_MAX = 1.1;

interface Point {
  readonly nodes: number;
  readonly bytesPerItem: number;
  readonly nanosecondsPerEdge: number;
  readonly nanosecondsPerGet: number;
}

export async function measureCurve(size: EngineBenchSize): Promise<BenchRow[]> {
  const curve = new Curve(size);
  await curve.start();
  const points: Point[] = [];
  for (const nodes of size.growth) {
    const point = await curve.grow(nodes);
    if (point === undefined) break;
    points.push(point);
  }
  const { items } = curve;
  await curve.close();
  const wanted = Math.max(...size.growth) * (1 + EDGES_PER_NODE);
  return [...points.flatMap(rowsOf), ...lastOverFirst(points), fitRow(items, wanted)];
}

class Curve {
  readonly #reads: number;
  readonly #wasm = new WasmContender();
  readonly #maker = new CommitMaker(new SeededRandom(SEED));
  readonly #ids: Uint8Array;
  readonly #writer: DeltaWriter;
  #nodes = 0;
  #edges = 0;
  #items = 0;

  constructor({ growth, reads }: EngineBenchSize) {
    this.#reads = reads;
    this.#ids = new Uint8Array(Math.max(...growth) * ID_BYTES);
    this.#writer = new DeltaWriter(this.#ids);
  }

  /** That were written, whether two edges have one name or not. */
  get items(): number {
    return this.#items;
  }

  start(): Promise<void> {
    return this.#wasm.start(this.#maker.space);
  }

  close(): Promise<void> {
    return this.#wasm.close();
  }

  /** Undefined when the space is full before it has so many nodes, and edges. */
  async grow(nodes: number): Promise<Point | undefined> {
    await collectGarbage();
    const edges = nodes * EDGES_PER_NODE - this.#edges;
    const measured = Math.ceil(edges * MEASURED_SHARE);
    try {
      await this.#add(nodes - this.#nodes, (index) => this.#writer.createNode(this.#nodes + index));
      this.#takeIds(nodes);
      await this.#add(edges - measured, () => this.#writeEdge());
      const seconds = await this.#add(measured, () => this.#writeEdge());
      this.#edges += edges;
      return await this.#measure(nodes, (seconds / measured) * 1e9);
    } catch (error) {
      if (error instanceof DatabaseError && error.code === ErrorCode.LIMIT_EXCEEDED) return;
      throw error;
    }
  }

  async #measure(nodes: number, nanosecondsPerEdge: number): Promise<Point> {
    const { exports, imageBytes } = this.#wasm.engine;
    expectSame(exports.nodeCount(), nodes);
    expectSame(this.#edges - exports.edgeCount() <= SAME_EDGES_MAX, true);
    const all = this.#ids.subarray(0, nodes * ID_BYTES);
    const { random } = this.#maker;
    const { ids, numbers } = chooseIds(all, { count: this.#reads, random });
    await this.#wasm.lookUp(ids);
    const { seconds, answer } = await this.#wasm.lookUp(ids);
    expectSame(answer, [numbers.reduce((sum, number) => sum + number + 1, 0)]);
    return {
      nodes,
      bytesPerItem: imageBytes / (nodes + exports.edgeCount()),
      nanosecondsPerEdge,
      nanosecondsPerGet: (seconds / this.#reads) * 1e9,
    };
  }

  async #add(count: number, write: (index: number) => void): Promise<number> {
    let seconds = 0;
    for (let index = 0; index < count; index += DELTAS) {
      const deltas = Math.min(DELTAS, count - index);
      const commit = this.#commit(deltas, (delta) => write(index + delta));
      seconds += (await this.#wasm.apply([commit])).seconds;
      this.#items += deltas;
    }
    return seconds;
  }

  #commit(deltas: number, write: (index: number) => void): GroupCommit {
    this.#writer.begin(this.#maker.random.bytes(ID_BYTES));
    for (let delta = 0; delta < deltas; delta += 1) write(delta);
    this.#writer.end();
    return this.#maker.commit(this.#writer.finish(), 1);
  }

  #writeEdge(): void {
    const { random } = this.#maker;
    this.#writer.createEdge(random.below(this.#nodes), random.below(this.#nodes));
  }

  /** Those that the engine computed: to compute them all here too would take most of the time. */
  #takeIds(nodes: number): void {
    const { exports, memory } = this.#wasm.engine;
    const { bytes } = memory;
    for (let number = this.#nodes; number < nodes; number += 1) {
      const address = exports.nodeIdAddress(number + 1) >>> 0;
      for (let index = 0; index < ID_BYTES; index += 1) {
        this.#ids[number * ID_BYTES + index] = bytes[address + index] as number;
      }
    }
    this.#nodes = nodes;
    const { space, author, random } = this.#maker;
    for (let check = 0; check < CHECKED_IDS; check += 1) {
      const number = random.below(nodes);
      const at = number * ID_BYTES;
      const id = String.fromCharCode(...this.#ids.subarray(at, at + ID_BYTES));
      expectSame(id, nodeIdByNumber({ space, author, type: NODE_TYPE, number: BigInt(number) }));
    }
  }
}

function rowsOf(point: Point): BenchRow[] {
  const { nodes, bytesPerItem, nanosecondsPerEdge, nanosecondsPerGet } = point;
  const name = nameOf(nodes);
  return [
    benchRow({ name: `${name}: bytes per item`, value: bytesPerItem, unit: 'B' }),
    benchRow({ name: `${name}: an edge inserted`, value: nanosecondsPerEdge, unit: 'ns' }),
    benchRow({ name: `${name}: a node by id`, value: nanosecondsPerGet, unit: 'ns' }),
  ];
}

function lastOverFirst(points: readonly Point[]): BenchRow[] {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined || first === last) return [];
  const name = `one space from ${countText(first.nodes)} to ${countText(last.nodes)} nodes`;
  const row = (what: string, of: (point: Point) => number, target: number): BenchRow => {
    const value = of(last) / of(first);
    return benchRow({ name: `${name}: ${what}`, value, unit: 'x', target, better: Better.LOWER });
  };
  return [
    row('bytes per item', (point) => point.bytesPerItem, BYTES_RATIO_MAX),
    row('time to insert an edge', (point) => point.nanosecondsPerEdge, TIME_RATIO_MAX),
    row('time to find a node by id', (point) => point.nanosecondsPerGet, TIME_RATIO_MAX),
  ];
}

/** Whether all sizes were reached. */
function fitRow(items: number, wanted: number): BenchRow {
  const name = `one space: nodes and edges of ${countText(wanted)} that fit into its memory`;
  return benchRow({ name, value: items / 1e6, unit: 'M', target: wanted / 1e6 });
}

function nameOf(nodes: number): string {
  return `one space of ${countText(nodes)}/${countText(nodes * EDGES_PER_NODE)}`;
}
