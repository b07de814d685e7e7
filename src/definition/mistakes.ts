/**
 * Collects what is wrong with a definition, so that the one reported is the first in the text and
 * not the first that a check happens to meet.
 */

import type { ASTNode } from 'graphql';
import { assert } from '../base/assert.ts';
import { DatabaseError, ErrorCode, type SourcePosition } from '../base/errors.ts';

interface Mistake {
  readonly offset: number;
  readonly position: SourcePosition;
  readonly message: string;
}

export class Mistakes {
  readonly #file: string | undefined;
  #first: Mistake | undefined;

  constructor(file: string | undefined) {
    this.#file = file;
  }

  /** Notes a mistake at the first token of `at`. Of two at one place, the earlier noted stays. */
  add(at: ASTNode, message: string): void {
    const token = startToken(at);
    if (this.#first !== undefined && this.#first.offset <= token.start) return;
    const position = sourcePosition(token, this.#file);
    this.#first = { offset: token.start, position, message };
  }

  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  throwFirst(): void {
    if (this.#first === undefined) return;
    const { message, position } = this.#first;
    throw new DatabaseError(ErrorCode.INVALID_INPUT, message, { position });
  }
}

/** Where the first token of `at` is; a description is no part of what it describes. */
export function positionOfSyntax(at: ASTNode, file: string | undefined): SourcePosition {
  return sourcePosition(startToken(at), file);
}

export function sourcePosition(
  at: { readonly line: number; readonly column: number },
  file: string | undefined,
): SourcePosition {
  const { line, column } = at;
  return file === undefined ? { line, column } : { file, line, column };
}

function startToken(at: ASTNode) {
  assert(at.loc !== undefined, 'the definition was parsed with locations');
  return at.loc.startToken;
}
