/**
 * A permission model from its text, in the language of OpenFGA. The reader is one of this project:
 * that of OpenFGA takes minutes for a thousand parentheses, overflows the stack on empty lines, and
 * keeps names in plain objects, where `constructor` is taken.
 */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { MODEL_BYTES_MAX } from '../base/limits.ts';
import { checkModel } from './check-model.ts';
import type { Model } from './model.ts';
import { ModelMistakes } from './model-mistakes.ts';
import { withoutComments } from './model-scanner.ts';
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
  const source = withoutComments(text);
  const mistakes = new ModelMistakes(source, options.file);
  const declared = readModel(source, mistakes);
  // Where a line was not read, names are missing that are no mistake of their own.
  if (mistakes.isEmpty) checkModel(declared, mistakes);
  mistakes.throwAll();
  return { types: declared.types, conditions: declared.conditions };
}
