/** The engine itself, driven as the pipeline drives it. */

import * as abi from '../../assembly/abi.ts';
import { assert } from '../../src/base/assert.ts';
import { Engine, type GroupCommit } from '../../src/engine/engine.ts';
import type { NodeRow } from '../../src/engine/graph-view.ts';
import { EngineView } from '../../src/engine/view.ts';
import { cpuSecondsOf } from '../measure.ts';
import { checksumOf } from './checksum.ts';
import type { Around, Contender, Timed, ValueReader } from './contender.ts';
import { PATHS } from './delta-writer.ts';
import { SeededRandom } from './seeded-random.ts';

const SECRET_SEED = 7;
/** Nodes whose fields are asked for in one call. */
const NODES_TOGETHER = 256;

export class WasmContender implements Contender, ValueReader {
  readonly name = 'engine';
  #engine: Engine | undefined;
  /** A view of the memory, taken anew when the memory has grown beyond it. */
  #words: Uint32Array = new Uint32Array();

  /** The space under measurement. */
  get engine(): Engine {
    assert(this.#engine !== undefined, 'a space is started first');
    return this.#engine;
  }

  async start(space: Uint8Array): Promise<void> {
    await this.close();
    this.#engine = await Engine.create(space, new SeededRandom(SECRET_SEED));
  }

  async apply(commits: Iterable<GroupCommit>): Promise<Timed> {
    const { engine } = this;
    const { exports } = engine;
    return timed(() => {
      let changes = 0;
      for (const commit of commits) {
        engine.prepare([commit]);
        changes += engine.apply();
      }
      return [changes, exports.nodeCount(), exports.edgeCount()];
    });
  }

  async lookUp(ids: Uint8Array): Promise<Timed> {
    const { exports } = this.engine;
    const words = new Uint32Array(ids.buffer, ids.byteOffset, ids.length >> 2);
    return timed(() => {
      let sum = 0;
      for (let index = 0; index < words.length; index += 4) {
        sum += exports.nodeById(
          words[index] as number,
          words[index + 1] as number,
          words[index + 2] as number,
          words[index + 3] as number,
        );
      }
      return [sum];
    });
  }

  async sumOfRows(ids: Uint8Array): Promise<number> {
    const { exports, memory } = this.engine;
    const input = exports.ensureInput(abi.ID_BYTES) >>> 0;
    let sum = 0;
    for (let at = 0; at < ids.length; at += abi.ID_BYTES) {
      memory.bytes.set(ids.subarray(at, at + abi.ID_BYTES), input);
      sum += exports.rowOfId();
    }
    return sum;
  }

  async readValues(rows: Uint32Array): Promise<Timed> {
    const view = new EngineView(this.engine);
    return timed(() => {
      let numbers = 0;
      let characters = 0;
      for (let first = 0; first < rows.length; first += NODES_TOGETHER) {
        const nodes = Array.from(rows.subarray(first, first + NODES_TOGETHER)) as NodeRow[];
        const values = view.nodeValues(nodes, PATHS);
        for (let at = 0; at < values.length; at += PATHS.length) {
          numbers += Number(values[at]) + Number(values[at + 1]);
          characters += String(values[at + 2]).length;
        }
      }
      return [numbers, characters];
    });
  }

  expand(rows: Uint32Array): Promise<Timed> {
    const { exports } = this.engine;
    return this.#eachList(rows, (row) => exports.listEdges(row, 0, abi.DIRECTION_OUT));
  }

  around({ rows, hops }: Around): Promise<Timed> {
    const { exports } = this.engine;
    return this.#eachList(rows, (row) => exports.around(row, hops, abi.DIRECTION_OUT, 0));
  }

  async findPath({ from, to }: { from: number; to: number }): Promise<Timed> {
    const { exports } = this.engine;
    const edgesMax = abi.PATH_EDGES_MAX;
    return timed(() => [exports.shortestPath(from, to, edgesMax, abi.DIRECTION_OUT, 0) >>> 0]);
  }

  async checksum(): Promise<number> {
    return checksumOf(this.engine);
  }

  async stateHash(): Promise<string> {
    return this.engine.stateHash(false);
  }

  async close(): Promise<void> {
    this.#engine = undefined;
    this.#words = new Uint32Array();
  }

  /** Lists of rows in the output region. Answers their lengths and the sum of the rows in them. */
  async #eachList(rows: Uint32Array, list: (row: number) => number): Promise<Timed> {
    const { exports } = this.engine;
    return timed(() => {
      let total = 0;
      let sum = 0;
      for (const row of rows) {
        const count = list(row);
        const start = exports.outputAddress() >>> 2;
        if (start + count > this.#words.length) this.#takeWords();
        const words = this.#words;
        for (let index = start; index < start + count; index += 1) sum += words[index] as number;
        total += count;
      }
      return [total, sum];
    });
  }

  #takeWords(): void {
    this.#words = new Uint32Array(this.engine.memory.bytes.buffer);
  }
}

/** Sums stand in variables of the work itself: others are kept in memory, which is not measured. */
async function timed(work: () => number[]): Promise<Timed> {
  let answer: readonly number[] = [];
  const seconds = await cpuSecondsOf(() => {
    answer = work();
  });
  return { seconds, answer };
}
