/**
 * A question about permissions in the form that the engine reads (assembly/access/question.ts draws
 * it). Objects are named by number; those that no grant of the space names are strangers, with
 * numbers in this question alone.
 */

import * as abi from '../../assembly/abi.ts';
import * as access from '../../assembly/abi-access.ts';
import { type Engine, spaceFull } from '../engine/engine.ts';
import type { SymbolTable } from '../engine/symbol-table.ts';
import { ObjectNames } from './object-names.ts';
import { type ObjectName, type Subject, type Tuple, WILDCARD } from './tuple.ts';

const HEAD_WORDS = 13;
const GRANT_WORDS = 6;
/** In the place of a name that nothing in the space uses. */
const UNUSED = 0xffffffff;

/** Whom and what a question is about; a list leaves one of them open. */
export interface QuestionParts {
  readonly object?: ObjectName;
  readonly relation: string;
  readonly subject?: Subject;
  /** The type whose wildcard counts for the subject. */
  readonly allOf: string | undefined;
  readonly visitsMax: number;
}

/** A grant of the question's own, and what its condition has come to. */
export interface OwnGrant {
  readonly tuple: Tuple;
  readonly verdict: number;
}

export class QuestionForm {
  readonly #engine: Engine;
  readonly #symbols: SymbolTable;
  readonly #names: ObjectNames;
  /** By type and id. */
  readonly #numbers = new Map<string, number>();
  readonly #strangers: { readonly name: ObjectName; readonly word: number }[] = [];
  readonly #head: number[];
  readonly #grants: number[];

  constructor(
    engine: Engine,
    symbols: SymbolTable,
    {
      height,
      parts,
      grants,
    }: {
      readonly height: number;
      readonly parts: QuestionParts;
      readonly grants: readonly OwnGrant[];
    },
  ) {
    this.#engine = engine;
    this.#symbols = symbols;
    this.#names = new ObjectNames(engine, symbols);
    const { object, relation, subject, allOf, visitsMax } = parts;
    this.#grants = grants.flatMap((grant) => this.#grantWords(grant));
    this.#head = [
      height,
      object === undefined ? 0 : this.#object(object),
      this.relation(relation),
      subject === undefined ? 0 : this.#object(subject),
      subject?.relation === undefined ? 0 : this.relation(subject.relation),
      allOf === undefined ? 0 : this.#object({ type: allOf, id: WILDCARD }),
      visitsMax,
    ];
  }

  /** The symbol of a type, as lists name it. */
  type(name: string): number {
    return this.#symbols.find(abi.SYMBOL_NODE_TYPE, name) || UNUSED;
  }

  relation(name: string): number {
    return this.#find(abi.SYMBOL_RELATION, name);
  }

  /** Puts it where the engine reads it; `verdicts` are those of conditions. */
  write(verdicts: readonly number[]): void {
    const strangers = this.#strangers.map(({ word }) => word);
    const tables = [strangers, this.#grants, verdicts] as const;
    const counts = [1, GRANT_WORDS, 2];
    const words = [...this.#head];
    let at = HEAD_WORDS;
    for (const [index, table] of tables.entries()) {
      words.push(table.length / (counts[index] ?? 1), at * 4);
      at += table.length;
    }
    words.push(...tables.flat());
    const address = this.#engine.exports.ensureQuestion(words.length * 4) >>> 0;
    if (address === 0) throw spaceFull();
    this.#engine.memory.wordView(address, words.length).set(words);
  }

  /** The name of an object that an answer names. */
  nameOf(object: number): ObjectName {
    if (object < access.STRANGER) return this.#names.nameOf(object);
    return this.#strangers[object - access.STRANGER]?.name ?? unnamed();
  }

  #grantWords({ tuple: { object, relation, subject, condition }, verdict }: OwnGrant): number[] {
    return [
      this.#object(object),
      this.relation(relation),
      this.#object(subject),
      subject.relation === undefined ? 0 : this.relation(subject.relation),
      condition === undefined ? 0 : this.#find(abi.SYMBOL_CONDITION, condition.name),
      verdict,
    ];
  }

  #find(kind: number, name: string): number {
    return this.#symbols.find(kind, name) || UNUSED;
  }

  #object({ type, id }: ObjectName): number {
    const key = `${type}:${id}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#names.numberOf({ type, id }) || this.#stranger({ type, id });
    this.#numbers.set(key, number);
    return number;
  }

  #stranger(name: ObjectName): number {
    const word = this.type(name.type) | (name.id === WILDCARD ? access.OBJECT_ALL : 0);
    this.#strangers.push({ name, word: word >>> 0 });
    return access.STRANGER + this.#strangers.length - 1;
  }
}

function unnamed(): never {
  throw new Error('assertion failed: an answer names objects of its question');
}
