/**
 * Takes permission models and grants into the memory of an engine, as of a height of the authority
 * chain (assembly/access/load.ts draws the form).
 */

import * as abi from '../../assembly/abi.ts';
import { assert } from '../base/assert.ts';
import { utf8 } from '../base/bytes.ts';
import { RECORD_GRANTS_MAX } from '../base/limits.ts';
import type { Definition } from '../definition/definition.ts';
import { type Engine, spaceFull } from '../engine/engine.ts';
import { SymbolTable } from '../engine/symbol-table.ts';
import { elementRules } from './element-rules.ts';
import type { Model } from './model.ts';
import { compileProgram } from './program.ts';
import { type Tuple, WILDCARD } from './tuple.ts';

const GRANT_HEAD_BYTES = 28;

export class GrantWriter {
  readonly #engine: Engine;
  readonly #symbols: SymbolTable;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#symbols = new SymbolTable(engine);
  }

  /** Makes room for a model, so that installing it next cannot fail; throws LIMIT_EXCEEDED. */
  ensureModel(model: Model, definition: Definition | undefined): void {
    const { length } = this.#program(model, definition);
    if (this.#engine.exports.ensureProgram(length) !== 1) throw spaceFull();
  }

  /**
   * Installs a model from a height on, with the rules of the elements that the data definition in
   * force there declares: again wherever one of the two changes.
   */
  install(model: Model, definition: Definition | undefined, height: number): void {
    const engine = this.#engine;
    const bytes = this.#program(model, definition);
    const input = engine.input(bytes.length);
    engine.memory.bytes.set(bytes, input);
    if (engine.exports.installProgram(bytes.length, height) !== 1) throw spaceFull();
  }

  /** Makes room for the grants of a record, so that making them next cannot fail. */
  ensureGrants(tuples: readonly Tuple[]): void {
    assert(tuples.length <= RECORD_GRANTS_MAX, 'a record has no more grants than one call takes');
    const count = this.#write(tuples);
    if (this.#engine.exports.ensureGrantsFor(count) !== 1) throw spaceFull();
  }

  /** Makes grants from a height on; one that is there is ended first. */
  make(tuples: readonly Tuple[], height: number): void {
    for (let first = 0; first < tuples.length; first += RECORD_GRANTS_MAX) {
      const count = this.#write(tuples.slice(first, first + RECORD_GRANTS_MAX));
      if (this.#engine.exports.makeGrants(count, height) !== 1) throw spaceFull();
    }
  }

  /** Ends grants at a height; returns how many of them held. */
  end(tuples: readonly Tuple[], height: number): number {
    let ended = 0;
    for (let first = 0; first < tuples.length; first += RECORD_GRANTS_MAX) {
      const count = this.#write(tuples.slice(first, first + RECORD_GRANTS_MAX));
      ended += this.#engine.exports.endGrants(count, height);
    }
    return ended;
  }

  #program(model: Model, definition: Definition | undefined): Uint8Array {
    const words = compileProgram(model, elementRules(definition, model), {
      type: (name) => this.#name(abi.SYMBOL_NODE_TYPE, name),
      edgeType: (name) => this.#name(abi.SYMBOL_EDGE_TYPE, name),
      path: (path) => this.#name(abi.SYMBOL_PATH, path),
      relation: (name) => this.#name(abi.SYMBOL_RELATION, name),
      condition: (name) => this.#name(abi.SYMBOL_CONDITION, name),
    });
    return new Uint8Array(words.buffer);
  }

  /** Writes them into the input region as assembly/access/load.ts draws them. */
  #write(tuples: readonly Tuple[]): number {
    const grants = tuples.map((tuple) => this.#encode(tuple));
    const bytes = Buffer.concat(grants);
    const input = this.#engine.input(bytes.length);
    this.#engine.memory.bytes.set(bytes, input);
    return grants.length;
  }

  #encode({ object, relation, subject, condition }: Tuple): Buffer {
    const isSet = subject.relation !== undefined;
    assert(!isSet || subject.id !== WILDCARD, 'a set of all of a type is granted nothing');
    const ids = [utf8(object.id), utf8(subject.id)] as const;
    const context =
      condition === undefined
        ? new Uint8Array()
        : utf8(JSON.stringify(Object.fromEntries(condition.context)));
    const length = GRANT_HEAD_BYTES + ids[0].length + ids[1].length + context.length;
    const bytes = Buffer.alloc((length + 3) & ~3);
    bytes.writeUInt32LE(this.#name(abi.SYMBOL_NODE_TYPE, object.type), 0);
    bytes.writeUInt32LE(this.#name(abi.SYMBOL_RELATION, relation), 4);
    bytes.writeUInt32LE(this.#name(abi.SYMBOL_NODE_TYPE, subject.type), 8);
    bytes.writeUInt32LE(this.#nameOr0(abi.SYMBOL_RELATION, subject.relation), 12);
    bytes.writeUInt32LE(this.#nameOr0(abi.SYMBOL_CONDITION, condition?.name), 16);
    bytes.writeUInt16LE(ids[0].length, 20);
    bytes.writeUInt16LE(ids[1].length, 22);
    bytes.writeUInt32LE(context.length, 24);
    bytes.set(ids[0], GRANT_HEAD_BYTES);
    bytes.set(ids[1], GRANT_HEAD_BYTES + ids[0].length);
    bytes.set(context, length - context.length);
    return bytes;
  }

  #name(kind: number, name: string): number {
    return this.#symbols.find(kind, name) || this.#engine.name(kind, name);
  }

  #nameOr0(kind: number, name: string | undefined): number {
    return name === undefined ? 0 : this.#name(kind, name);
  }
}
