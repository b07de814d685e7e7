/** Reads the grants that an engine holds, as of a height (assembly/access/held.ts lists them). */

import * as abi from '../../assembly/abi.ts';
import * as access from '../../assembly/abi-access.ts';
import { type Engine, spaceFull } from '../engine/engine.ts';
import { SymbolTable } from '../engine/symbol-table.ts';
import { readCondition } from './grant-condition.ts';
import { ObjectNames } from './object-names.ts';
import { formatSubject, type ObjectName, type Subject, type Tuple } from './tuple.ts';

const LIST_FULL = 0xffffffff;
/** Rows that one call looks at. */
const ROWS_TOGETHER = 16_384;

export interface HeldGrant {
  readonly tuple: Tuple;
  /** From which height on it holds; undefined where a question brings it along. */
  readonly since: number | undefined;
}

/** Which of the grants of a relation of an object: those to objects, or to all others. */
type GrantedTo = 'objects' | 'sets';

export class HeldGrants {
  readonly #engine: Engine;
  readonly #symbols: SymbolTable;
  readonly #names: ObjectNames;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#symbols = new SymbolTable(engine);
    this.#names = new ObjectNames(engine, this.#symbols);
  }

  /** Those of a relation of an object to a subject: none or one. */
  to(object: ObjectName, relation: string, subject: Subject, height: number): HeldGrant[] {
    const set = this.#setOf({ ...object, relation });
    const to = this.#setOf(subject);
    if (set === undefined || to === undefined) return [];
    return this.#list(this.#engine.exports.listGrantTo(...set, ...to, height));
  }

  /** Those of a relation of an object, by the names of their subjects; at most so many. */
  of(
    object: ObjectName,
    relation: string,
    { height, to, limit }: { height: number; to: GrantedTo; limit: number },
  ): HeldGrant[] {
    const set = this.#setOf({ ...object, relation });
    if (set === undefined) return [];
    const isIndirect = to === 'sets' ? 1 : 0;
    const { exports } = this.#engine;
    const grants = this.#list(exports.listGrantsOf(...set, isIndirect, height, limit));
    const named = grants.map((grant) => [formatSubject(grant.tuple.subject), grant] as const);
    // The order of a list in memory tells in which order grants were first made.
    named.sort(([left], [right]) => (left < right ? -1 : 1));
    return named.map(([, grant]) => grant);
  }

  /** All of the space, in the order in which they were first made. */
  *all(height: number): Generator<HeldGrant> {
    const { exports } = this.#engine;
    const rows = exports.grantRows() >>> 0;
    for (let first = 1; first < rows; first += ROWS_TOGETHER) {
      yield* this.#list(exports.listHeld(first, first + ROWS_TOGETHER, height));
    }
  }

  /** The numbers of an object and a relation; undefined where no grant can name them. */
  #setOf({ relation, ...object }: Subject): [object: number, relation: number] | undefined {
    const number = this.#names.numberOf(object);
    if (number === 0) return undefined;
    if (relation === undefined) return [number, 0];
    const symbol = this.#symbols.find(abi.SYMBOL_RELATION, relation);
    return symbol === 0 ? undefined : [number, symbol];
  }

  #list(listed: number): HeldGrant[] {
    const count = listed >>> 0;
    if (count === LIST_FULL) throw spaceFull();
    const words = access.HELD_BYTES / 4;
    const { exports, memory } = this.#engine;
    const rows = memory.words(exports.outputAddress() >>> 0, count * words);
    return Array.from({ length: count }, (_, index) =>
      this.#read(rows.subarray(index * words, (index + 1) * words)),
    );
  }

  #read(row: Uint32Array): HeldGrant {
    const [object = 0, relation = 0, subject = 0, subjectRelation = 0, since = 0, terms = 0] = row;
    const condition = terms === 0 ? undefined : readCondition(this.#engine, this.#symbols, terms);
    const name = this.#names.nameOf(subject);
    const tuple = {
      object: this.#names.nameOf(object),
      relation: this.#symbols.text(relation),
      subject:
        subjectRelation === 0 ? name : { ...name, relation: this.#symbols.text(subjectRelation) },
      ...(condition !== undefined && { condition }),
    };
    return { tuple, since };
  }
}
