/** The engine itself, driven as the pipeline drives it. */

import * as abi from '../../assembly/abi.ts';
import { assert } from '../../src/base/assert.ts';
import { Engine, type GroupCommit } from '../../src/engine/engine.ts';
import { cpuSecondsOf } from '../measure.ts';
import { checksumOf } from './checksum.ts';
import type { Contender, Timed } from './contender.ts';
import { SeededRandom } from './seeded-random.ts';

const SECRET_SEED = 7;

export class WasmContender implements Contender {
  #engine: Engine | undefined;

  /** The space under measurement. */
  get engine(): Engine {
    assert(this.#engine !== undefined, 'a space is started first');
    return this.#engine;
  }

  async start(space: Uint8Array): Promise<void> {
    this.#engine = await Engine.create(space, new SeededRandom(SECRET_SEED));
  }

  async apply(commits: readonly GroupCommit[]): Promise<Timed> {
    const { engine } = this;
    let changes = 0;
    const seconds = await cpuSecondsOf(() => {
      for (const commit of commits) {
        engine.prepare([commit]);
        changes += engine.apply();
      }
    });
    const { exports } = engine;
    return { seconds, answer: [changes, exports.nodeCount(), exports.edgeCount()] };
  }

  async lookUp(ids: Uint8Array): Promise<Timed> {
    const { exports } = this.engine;
    let sum = 0;
    const seconds = await cpuSecondsOf(() => {
      sum = this.#eachId(ids, () => exports.nodeById());
    });
    return { seconds, answer: [sum] };
  }

  async sumOfRows(ids: Uint8Array): Promise<number> {
    const { exports } = this.engine;
    return this.#eachId(ids, () => exports.rowOfId());
  }

  async expand(rows: Uint32Array): Promise<Timed> {
    const { exports, memory } = this.engine;
    let edges = 0;
    let sum = 0;
    const seconds = await cpuSecondsOf(() => {
      for (const row of rows) {
        const count = exports.listEdges(row, 0, abi.DIRECTION_OUT);
        const output = exports.outputAddress() >>> 0;
        for (let index = 0; index < count; index += 1) sum += memory.u32(output + index * 4);
        edges += count;
      }
    });
    return { seconds, answer: [edges, sum] };
  }

  async findPath({ from, to }: { from: number; to: number }): Promise<Timed> {
    const { exports, memory } = this.engine;
    let count = 0;
    const seconds = await cpuSecondsOf(() => {
      count = exports.shortestPath(from, to, abi.PATH_EDGES_MAX, abi.DIRECTION_OUT, 0) >>> 0;
    });
    const edges = memory.words(exports.outputAddress() >>> 0, count);
    return { seconds, answer: [count, edges.reduce((sum, edge) => sum + edge, 0)] };
  }

  async checksum(): Promise<number> {
    return checksumOf(this.engine);
  }

  async stateHash(): Promise<string> {
    return this.engine.stateHash(false);
  }

  async close(): Promise<void> {
    this.#engine = undefined;
  }

  #eachId(ids: Uint8Array, rowOf: () => number): number {
    const { exports, memory } = this.engine;
    const words = new Uint32Array(ids.buffer, ids.byteOffset, ids.length >> 2);
    const input = exports.ensureInput(abi.ID_BYTES) >>> 2;
    const target = new Uint32Array(memory.bytes.buffer);
    let sum = 0;
    for (let index = 0; index < words.length; index += 4) {
      target[input] = words[index] as number;
      target[input + 1] = words[index + 1] as number;
      target[input + 2] = words[index + 2] as number;
      target[input + 3] = words[index + 3] as number;
      sum += rowOf();
    }
    return sum;
  }
}
