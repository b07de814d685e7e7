/**
 * A sum of 32-bit hashes, one for each node, value and edge that a reader sees, so that no order
 * matters. bench/native/query.hpp computes the same.
 */

import * as abi from '../../assembly/abi.ts';
import { utf8 } from '../../src/base/bytes.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { PATHS } from './delta-writer.ts';

const NODE_SEED = 1;
const CELL_SEED = 2;
const EDGE_SEED = 3;

export function checksumOf(engine: Engine): number {
  const { exports, memory } = engine;
  const paths = PATHS.map((name) => ({ symbol: symbolOf(engine, name), hash: hashOfText(name) }));
  const idHash = (seed: number, row: number): number => {
    const address = exports.nodeIdAddress(row) >>> 0;
    let hash = seed;
    for (let word = 0; word < 16; word += 4) hash = mix(hash, memory.u32(address + word));
    return hash;
  };
  let sum = 0;
  for (const row of listed(engine, exports.listNodes(0))) {
    sum += idHash(NODE_SEED, row) >>> 0;
    for (const path of paths) {
      const cell = exports.cellAt(abi.ELEMENT_NODE, row, path.symbol) >>> 0;
      if (cell !== 0) sum += hashOfCell(engine, cell, mix(idHash(CELL_SEED, row), path.hash));
    }
    for (const edge of listed(engine, exports.listEdges(row, 0, abi.DIRECTION_OUT))) {
      sum += idHash(idHash(EDGE_SEED, row), exports.edgeTo(edge)) >>> 0;
    }
    sum %= 2 ** 32;
  }
  return sum;
}

/** Of an answer, byte after byte. */
export function checksumOfBytes(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum = (Math.imul(sum, 31) + byte) >>> 0;
  return sum;
}

function hashOfCell({ memory }: Engine, cell: number, start: number): number {
  const kind = memory.u8(cell + abi.CELL_KIND_OFFSET) & abi.CELL_KIND_MASK;
  const value = memory.u32(cell + abi.CELL_VALUE_OFFSET);
  let hash = mix(start, kind);
  if (kind === abi.VALUE_STRING) {
    const text = memory.bytes.subarray(value + 4, value + 4 + memory.u32(value));
    for (const byte of text) hash = mix(hash, byte);
  } else {
    hash = mix(mix(hash, value), memory.u32(cell + abi.CELL_VALUE_OFFSET + 4));
  }
  return hash >>> 0;
}

function listed({ exports, memory }: Engine, count: number): Uint32Array {
  return memory.words(exports.outputAddress() >>> 0, count);
}

function symbolOf({ exports, memory }: Engine, path: string): number {
  const bytes = utf8(path);
  memory.bytes.set(bytes, exports.ensureInput(bytes.length) >>> 0);
  return exports.symbolOf(abi.SYMBOL_PATH, bytes.length);
}

function hashOfText(text: string): number {
  let hash = 0;
  for (const byte of utf8(text)) hash = mix(hash, byte);
  return hash;
}

function mix(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e37_79b1);
  return product ^ (product >>> 15);
}
