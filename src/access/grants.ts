/**
 * Takes permission models and grants into the memory of an engine, as of a height of the authority
 * chain (assembly/access/load.ts draws the form).
 */

import * as abi from '../../assembly/abi.ts';
import { assert } from '../base/assert.ts';
import { utf8 } from '../base/bytes.ts';
import { RECORD_GRANTS_MAX } from '../base/identity-limits.ts';
import type { Definition } from '../definition/definition.ts';
import { type Engine, spaceFull } from '../engine/engine.ts';
import { useNone } from '../engine/sight.ts';
import { SymbolTable } from '../engine/symbol-table.ts';
import { elementRules } from './element-rules.ts';
import { GrantBytes } from './grant-bytes.ts';
import type { Model } from './model.ts';
import { compileProgram } from './program.ts';
import { type Tuple, WILDCARD } from './tuple.ts';

export class GrantWriter {
  readonly #engine: Engine;
  readonly #symbols: SymbolTable;
  readonly #bytes = new GrantBytes();

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
    useNone(engine);
    const bytes = this.#program(model, definition);
    engine.putInput(bytes);
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
    useNone(this.#engine);
    for (let first = 0; first < tuples.length; first += RECORD_GRANTS_MAX) {
      const count = this.#write(tuples.slice(first, first + RECORD_GRANTS_MAX));
      if (this.#engine.exports.makeGrants(count, height) !== 1) throw spaceFull();
    }
  }

  /** Ends grants at a height; returns how many of them held. */
  end(tuples: readonly Tuple[], height: number): number {
    useNone(this.#engine);
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

  /** Writes them into the input region. */
  #write(tuples: readonly Tuple[]): number {
    this.#bytes.clear();
    for (const tuple of tuples) this.#add(tuple);
    const { bytes } = this.#bytes;
    this.#engine.putInput(bytes);
    return tuples.length;
  }

  #add({ object, relation, subject, condition }: Tuple): void {
    const isSet = subject.relation !== undefined;
    assert(!isSet || subject.id !== WILDCARD, 'a set of all of a type is granted nothing');
    this.#bytes.add({
      objectType: this.#name(abi.SYMBOL_NODE_TYPE, object.type),
      relation: this.#name(abi.SYMBOL_RELATION, relation),
      subjectType: this.#name(abi.SYMBOL_NODE_TYPE, subject.type),
      subjectRelation: this.#nameOr0(abi.SYMBOL_RELATION, subject.relation),
      condition: this.#nameOr0(abi.SYMBOL_CONDITION, condition?.name),
      object: object.id,
      subject: subject.id,
      context: condition && utf8(JSON.stringify(Object.fromEntries(condition.context))),
    });
  }

  #name(kind: number, name: string): number {
    return this.#symbols.find(kind, name) || this.#engine.name(kind, name);
  }

  #nameOr0(kind: number, name: string | undefined): number {
    return name === undefined ? 0 : this.#name(kind, name);
  }
}
