/**
 * A permission model from its text, in the language of OpenFGA. OpenFGA's own library reads it; the
 * rules of its server, which the library has not, are in check-model.ts.
 */

import assert from 'node:assert/strict';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { MODEL_BYTES_MAX } from '../base/limits.ts';
import { checkModel } from './check-model.ts';
import type { Model } from './model.ts';
import { ModelMistakes } from './model-mistakes.ts';
import { readModel } from './read-model.ts';

export interface ParseModelOptions {
  /** Named in the position of an error. */
  readonly file?: string;
}

/** Throws one error that lists the mistakes, each with its line and column. */
export function parseModel(text: string, options: ParseModelOptions = {}): Model {
  // A character is a byte at least, so a huge text is refused before it is encoded.
  const isLong = text.length > MODEL_BYTES_MAX;
  const bytes = isLong ? text.length : new TextEncoder().encode(text).length;
  if (bytes > MODEL_BYTES_MAX) {
    const message = `model expected at most ${MODEL_BYTES_MAX} bytes, got ${bytes} or more`;
    throw new DatabaseError(ErrorCode.LIMIT_EXCEEDED, message);
  }
  const mistakes = new ModelMistakes(options.file);
  const declared = readModel(text, mistakes);
  // Where a name is wrong already, those that lead to it are no mistake of their own.
  if (declared !== undefined && mistakes.isEmpty) checkModel(declared, mistakes);
  mistakes.throwAll();
  assert(declared !== undefined, 'a model that was not read has mistakes');
  return { types: declared.types, conditions: declared.conditions };
}
