/**
 * Permission models by their text. Reading one takes milliseconds, and whoever makes the state
 * again goes over all of the chain: a space reads the models that it has accepted once.
 */

import type { Model } from '../access/model.ts';
import { parseModel } from '../access/parse-model.ts';
import type { ModelBody } from './permission-body.ts';

export class ParsedModels {
  readonly #accepted = new Map<string, Model>();
  /** A record's is asked for by its check before it is accepted. */
  readonly #asked = new WeakMap<ModelBody, Model>();

  /** Throws INVALID_INPUT for a text that is no model. */
  of(body: ModelBody): Model {
    const known = this.#accepted.get(body.model) ?? this.#asked.get(body);
    if (known !== undefined) return known;
    const model = parseModel(body.model);
    this.#asked.set(body, model);
    return model;
  }

  /** The record is of the chain from now on. */
  accept(body: ModelBody): void {
    this.#accepted.set(body.model, this.of(body));
  }
}
