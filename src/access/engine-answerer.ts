/** Answers permission tests by an engine of its own. */

import type { Random } from '../base/random.ts';
import { Engine } from '../engine/engine.ts';
import type { AsOf } from './condition-verdicts.ts';
import { GrantWriter } from './grants.ts';
import type { Model } from './model.ts';
import { Permissions } from './permissions.ts';
import {
  type CheckQuestion,
  expectAnswerable,
  type ListObjectsQuestion,
  type ListUsersQuestion,
} from './question.ts';
import type { Answerer } from './run-tests.ts';
import { formatObject, formatSubject, type Tuple } from './tuple.ts';

const SPACE = new Uint8Array(32);

export class EngineAnswerer implements Answerer {
  readonly #writer: GrantWriter;
  readonly #permissions: Permissions;
  /** Each model and each batch of grants has a height of its own. */
  #height = 0;
  #model: Model = { types: new Map(), conditions: new Map() };

  private constructor(engine: Engine) {
    this.#writer = new GrantWriter(engine);
    this.#permissions = new Permissions(engine);
  }

  static async create(random: Random): Promise<EngineAnswerer> {
    return new EngineAnswerer(await Engine.create(SPACE, random));
  }

  install(model: Model): void {
    this.#height += 1;
    this.#model = model;
    this.#writer.install(model, undefined, this.#height);
  }

  write(tuples: readonly Tuple[]): void {
    this.#height += 1;
    this.#writer.make(tuples, this.#height);
  }

  check(question: CheckQuestion): boolean {
    return this.#permissions.check(question, this.#asked(question));
  }

  listObjects(question: ListObjectsQuestion): string[] {
    return this.#permissions.listObjects(question, this.#asked(question)).map(formatObject);
  }

  listUsers(question: ListUsersQuestion): string[] {
    return this.#permissions.listUsers(question, this.#asked(question)).map(formatSubject);
  }

  /** Of a question that the model can answer. */
  #asked(question: CheckQuestion | ListObjectsQuestion | ListUsersQuestion): AsOf {
    expectAnswerable(this.#model, question);
    return { model: this.#model, height: this.#height };
  }
}
