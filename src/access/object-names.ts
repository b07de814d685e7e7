/** The names of objects and the numbers that an engine gives them once a grant names one. */

import * as abi from '../../assembly/abi.ts';
import * as access from '../../assembly/abi-access.ts';
import { utf8 } from '../base/bytes.ts';
import type { Engine } from '../engine/engine.ts';
import type { SymbolTable } from '../engine/symbol-table.ts';
import type { ObjectName } from './tuple.ts';

export class ObjectNames {
  readonly #engine: Engine;
  readonly #symbols: SymbolTable;

  constructor(engine: Engine, symbols: SymbolTable) {
    this.#engine = engine;
    this.#symbols = symbols;
  }

  /** 0 where no grant of the space names it. Overwrites the input region. */
  numberOf({ type, id }: ObjectName): number {
    const { exports } = this.#engine;
    const symbol = this.#symbols.find(abi.SYMBOL_NODE_TYPE, type);
    if (symbol === 0) return 0;
    const bytes = utf8(id);
    this.#engine.putInput(bytes);
    return exports.objectOf(symbol, bytes.length) >>> 0;
  }

  nameOf(object: number): ObjectName {
    const { exports, memory } = this.#engine;
    const row = exports.objectAddress(object) >>> 0;
    const blob = memory.u32(row + 4);
    const type = this.#symbols.text((memory.u32(row) & ~access.OBJECT_ALL) >>> 0);
    return { type, id: memory.utf8(blob + 4, memory.u32(blob)) };
  }
}
