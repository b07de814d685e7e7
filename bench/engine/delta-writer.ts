/**
 * Writes the deltas of a random graph as the payload of a commit (schema/commit.md), straight from
 * its columns: at tens of millions, an object for each delta would take most of a bench.
 */

import * as abi from '../../assembly/abi.ts';
import { ByteWriter } from '../../src/base/byte-writer.ts';
import { concatBytes } from '../../src/base/bytes.ts';

export const NODE_TYPE = 'Airport';
export const PATHS = ['flights', 'delay', 'name'] as const;
const ACTOR = 'user:bench';
/** The names of every payload; their places in this list are their numbers. */
const NAMES: readonly (readonly [kind: number, text: string])[] = [
  [abi.SYMBOL_ACTOR, ACTOR],
  [abi.SYMBOL_NODE_TYPE, NODE_TYPE],
  [abi.SYMBOL_EDGE_TYPE, 'ROUTE'],
  ...PATHS.map((path) => [abi.SYMBOL_PATH, path] as const),
];
const [ACTOR_NUMBER, NODE_TYPE_NUMBER, EDGE_TYPE_NUMBER, PATH_NUMBER] = [0, 1, 2, 3];
const HEADER_BYTES = 25;
/** Of one delta with its select, at most. */
const DELTA_BYTES_MAX = 64;

export class DeltaWriter {
  readonly #ids: Uint8Array;
  readonly #dictionary = dictionary();
  #bytes = Buffer.alloc(65_536);
  #view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset);
  #at = 0;
  #start = 0;
  #transactions = 0;
  /** Deltas and selects of the open transaction. */
  #count = 0;

  /** `ids` holds 16 bytes for each node, which deltas name by number. */
  constructor(ids: Uint8Array) {
    this.#ids = ids;
  }

  get transactionCount(): number {
    return this.#transactions;
  }

  /** The payload of all transactions since the last one. */
  finish(): Uint8Array {
    const payload = concatBytes(this.#dictionary, this.#bytes.subarray(0, this.#at));
    this.#at = 0;
    this.#transactions = 0;
    return payload;
  }

  begin(id: Uint8Array): void {
    this.#ensure(HEADER_BYTES);
    this.#start = this.#at;
    this.#bytes[this.#at + 4] = abi.LEAF_PLAIN;
    this.#bytes.set(id, this.#at + 5);
    this.#view.setUint16(this.#at + 21, ACTOR_NUMBER, true);
    this.#at += HEADER_BYTES;
    this.#count = 0;
    this.#transactions += 1;
  }

  end(): void {
    this.#view.setUint16(this.#start + 23, this.#count, true);
    this.#view.setUint32(this.#start, this.#at - this.#start - 4, true);
  }

  /** The node is the subject of what follows. */
  createNode(number: number): void {
    this.#opcode(abi.OP_CREATE_NODE);
    this.#u16(NODE_TYPE_NUMBER);
    this.#u64(number);
  }

  selectNode(node: number): void {
    this.#opcode(abi.OP_SELECT_NODE);
    this.#id(node);
  }

  createEdge(from: number, to: number): void {
    this.#edge(abi.OP_CREATE_EDGE, from, to);
  }

  selectEdge(from: number, to: number): void {
    this.#edge(abi.OP_SELECT_EDGE, from, to);
  }

  delete(): void {
    this.#opcode(abi.OP_DELETE);
  }

  setInteger(path: number, value: number): void {
    this.#set(path, abi.VALUE_INT64);
    this.#u64(value);
  }

  setFloat(path: number, value: number): void {
    this.#set(path, abi.VALUE_FLOAT64);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  /** A short text of ASCII characters. */
  setText(path: number, text: string): void {
    this.#set(path, abi.VALUE_STRING);
    this.#view.setUint32(this.#at, text.length, true);
    this.#at += 4;
    for (let index = 0; index < text.length; index += 1) {
      this.#bytes[this.#at + index] = text.charCodeAt(index);
    }
    this.#at += text.length;
  }

  #set(path: number, kind: number): void {
    this.#opcode(abi.OP_SET);
    this.#u16(PATH_NUMBER + path);
    this.#bytes[this.#at] = kind;
    this.#at += 1;
  }

  #edge(opcode: number, from: number, to: number): void {
    this.#opcode(opcode);
    this.#id(from);
    this.#id(to);
    this.#u16(EDGE_TYPE_NUMBER);
    this.#view.setUint32(this.#at, 0, true);
    this.#at += 4;
  }

  #opcode(opcode: number): void {
    this.#ensure(DELTA_BYTES_MAX);
    this.#bytes[this.#at] = opcode;
    this.#at += 1;
    this.#count += 1;
  }

  #id(node: number): void {
    const start = node * abi.ID_BYTES;
    for (let index = 0; index < abi.ID_BYTES; index += 1) {
      this.#bytes[this.#at + index] = this.#ids[start + index] as number;
    }
    this.#at += abi.ID_BYTES;
  }

  #u16(value: number): void {
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
  }

  #u64(value: number): void {
    this.#view.setUint32(this.#at, value, true);
    this.#view.setUint32(this.#at + 4, Math.floor(value / 2 ** 32), true);
    this.#at += 8;
  }

  #ensure(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const grown = Buffer.alloc(this.#bytes.length * 2);
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer, grown.byteOffset);
  }
}

function dictionary(): Uint8Array {
  const names = new ByteWriter();
  for (const [kind, text] of NAMES) {
    names.u8(kind);
    names.u8(text.length);
    names.ascii(text);
  }
  const head = new ByteWriter(8);
  head.u32(4 + names.length);
  head.u16(NAMES.length);
  head.u16(0);
  return concatBytes(head.written(), names.written());
}
