/**
 * What replicas are measured by: people have an age each. One replica sets them, of a random person
 * each time, and another one is to have the same ages in the end.
 */

import { SeededRandom } from '../../engine/seeded-random.ts';

export interface SyncWorkSize {
  readonly people: number;
  readonly operations: number;
  /** Operations in one batch: of what is handed over together, and signed where anything is. */
  readonly batch: number;
}

/** One operation. */
export interface SetAge {
  readonly person: number;
  readonly age: number;
}

/** Ages are below it: a byte or two wherever numbers are written in as few as they need. */
export const AGE_END = 100;
const SEED = 20_261_127;

export class SyncWork {
  readonly people: number;
  readonly batches: readonly (readonly SetAge[])[];
  readonly #ages: Uint8Array;

  constructor({ people, operations, batch }: SyncWorkSize) {
    const random = new SeededRandom(SEED);
    this.people = people;
    this.#ages = new Uint8Array(people);
    const all = Array.from({ length: operations }, () => this.#set(random));
    this.batches = Array.from({ length: Math.ceil(operations / batch) }, (_, index) =>
      all.slice(index * batch, (index + 1) * batch),
    );
  }

  /** What a replica that has them all answers. */
  get answer(): number {
    return answerOf(this.#ages);
  }

  #set(random: SeededRandom): SetAge {
    const person = random.below(this.people);
    const age = random.below(AGE_END);
    this.#ages[person] = age;
    return { person, age };
  }
}

/** A number that no other ages come to, but by chance; they are in the order of the people. */
export function answerOf(ages: Iterable<unknown>): number {
  let answer = 0;
  for (const age of ages) {
    if (typeof age !== 'number') throw new TypeError(`an age expected a number, got ${age}`);
    answer = (Math.imul(answer, 31) + age) >>> 0;
  }
  return answer;
}
