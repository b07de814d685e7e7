/** The obvious evaluator as what tests of permission models are run over. */

import type { Model } from '../../src/access/model.ts';
import {
  type CheckQuestion,
  expectAnswerable,
  type ListObjectsQuestion,
  type ListUsersQuestion,
} from '../../src/access/question.ts';
import type { Answerer } from '../../src/access/run-tests.ts';
import type { Tuple } from '../../src/access/tuple.ts';
import { ReferenceAccess } from './reference-access.ts';

export class ReferenceAnswerer implements Answerer {
  readonly #tuples: Tuple[] = [];
  #model: Model = { types: new Map(), conditions: new Map() };

  install(model: Model): void {
    this.#model = model;
  }

  write(tuples: readonly Tuple[]): void {
    this.#tuples.push(...tuples);
  }

  check(question: CheckQuestion): boolean {
    const { verdict, error } = this.#access(question).answer(question);
    if (error !== undefined) throw error;
    return verdict === 'granted';
  }

  listObjects(question: ListObjectsQuestion): string[] {
    return this.#access(question).listObjects(question);
  }

  listUsers(question: ListUsersQuestion): string[] {
    return this.#access(question).listUsers(question);
  }

  #access(question: CheckQuestion | ListObjectsQuestion | ListUsersQuestion): ReferenceAccess {
    expectAnswerable(this.#model, question);
    return new ReferenceAccess(this.#model, this.#tuples);
  }
}
