/** Names and their symbols in one engine, remembered on this side of the boundary. */

import * as abi from '../../assembly/abi.ts';
import { UTF8_BYTES_PER_UNIT } from '../base/bytes.ts';
import { nodeIdByKey } from '../delta/node-id.ts';
import type { Engine } from './engine.ts';

/** Names kept for each kind; dynamic paths beyond them are looked up each time. */
const NAMES_KEPT_MAX = 65_536;
/** Longer keys take no room in the engine. */
const KEY_ROOM_MAX = 4_096;

export class SymbolTable {
  readonly #engine: Engine;
  readonly #space: Uint8Array;
  #symbols = new Map<number, Map<string, number>>();
  #texts: string[] = [];
  /** Of the engine, as of which names have these symbols. */
  #generation = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#space = engine.memory.copy(engine.exports.spaceAddress(), abi.HASH_BYTES);
  }

  /** Of the engine: symbols of another one mean nothing. */
  get generation(): number {
    return this.#engine.generation;
  }

  /** The symbol of a name, 0 while nothing has used it. */
  find(kind: number, text: string): number {
    this.#renew();
    let known = this.#symbols.get(kind);
    if (known === undefined) {
      known = new Map();
      this.#symbols.set(kind, known);
    }
    const kept = known.get(text);
    if (kept !== undefined) return kept;
    const symbol = this.#ask(kind, text);
    if (symbol !== 0 && known.size < NAMES_KEPT_MAX) known.set(text, symbol);
    return symbol;
  }

  /** The symbol of a path, or of the nearest one above it that something has used; 0 for none. */
  nearestPath(path: string, find = (above: string) => this.find(abi.SYMBOL_PATH, above)): number {
    for (let above = path; ; above = above.slice(0, above.lastIndexOf('.'))) {
      const symbol = find(above);
      if (symbol !== 0 || !above.includes('.')) return symbol;
    }
  }

  text(symbol: number): string {
    this.#renew();
    const kept = this.#texts[symbol];
    if (kept !== undefined) return kept;
    const { exports, memory } = this.#engine;
    const blob = exports.symbolBlob(symbol) >>> 0;
    const text = memory.utf8(blob + 4, memory.u32(blob));
    if (symbol < NAMES_KEPT_MAX) this.#texts[symbol] = text;
    return text;
  }

  /** Of well-formed text. */
  nodeIdByKey(type: string, key: string): string {
    const symbol = this.find(abi.SYMBOL_NODE_TYPE, type);
    const room = key.length * UTF8_BYTES_PER_UNIT;
    const { exports, memory } = this.#engine;
    const isShort = room <= KEY_ROOM_MAX;
    const input = isShort && symbol !== 0 ? exports.ensureInput(room) >>> 0 : 0;
    // The engine hashes it in a third of the time, but knows no names that nothing has used.
    if (input === 0) return nodeIdByKey({ space: this.#space, type, key });
    const length = memory.bytes.write(key, input, room);
    return memory.latin1(exports.idOfKey(symbol, length) >>> 0, abi.ID_BYTES);
  }

  #renew(): void {
    const { generation } = this.#engine;
    if (generation === this.#generation) return;
    this.#generation = generation;
    this.#symbols = new Map();
    this.#texts = [];
  }

  #ask(kind: number, text: string): number {
    const bytes = Buffer.from(text);
    if (bytes.length === 0 || bytes.length > abi.SYMBOL_BYTES_MAX) return 0;
    const input = this.#engine.exports.ensureInput(bytes.length) >>> 0;
    if (input === 0) return 0;
    this.#engine.memory.bytes.set(bytes, input);
    return this.#engine.exports.symbolOf(kind, bytes.length);
  }
}
