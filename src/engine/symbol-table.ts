/** Names and their symbols in one engine, remembered on this side of the boundary. */

import * as abi from '../../assembly/abi.ts';
import { nodeIdByKey } from '../delta/node-id.ts';
import type { Engine } from './engine.ts';

/** Names kept for each kind; dynamic paths beyond them are looked up each time. */
const NAMES_KEPT_MAX = 65_536;

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

  nodeIdByKey(type: string, key: string): string {
    return nodeIdByKey({ space: this.#space, type, key });
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
