/**
 * Collects what is wrong with a permission model. All of it is told at once, in the order of the
 * text, each with its line and column.
 */

import { DatabaseError, ErrorCode, type SourcePosition } from '../base/errors.ts';
import { MODEL_MISTAKES_MAX } from '../base/limits.ts';

/** Characters of one mistake that are told: names can be as long as the text. */
const MESSAGE_LENGTH_MAX = 240;

interface Mistake {
  readonly offset: number;
  readonly message: string;
}

export class ModelMistakes {
  readonly #text: string;
  readonly #file: string | undefined;
  readonly #mistakes: Mistake[] = [];

  constructor(text: string, file: string | undefined) {
    this.#text = text;
    this.#file = file;
  }

  add(offset: number, message: string): void {
    const isLong = message.length > MESSAGE_LENGTH_MAX;
    const told = isLong ? `${message.slice(0, MESSAGE_LENGTH_MAX)}…` : message;
    this.#mistakes.push({ offset, message: told });
  }

  get isEmpty(): boolean {
    return this.#mistakes.length === 0;
  }

  /** The first has its position in the error; the lines of the others begin with theirs. */
  throwAll(): void {
    const mistakes = this.#mistakes.toSorted((l, r) => l.offset - r.offset);
    const [first, ...others] = mistakes.slice(0, MODEL_MISTAKES_MAX);
    if (first === undefined) return;
    const lines = [first.message];
    for (const { offset, message } of others) {
      const { file, line, column } = this.#position(offset);
      lines.push(`${file === undefined ? '' : `${file}:`}${line}:${column}: ${message}`);
    }
    const left = mistakes.length - lines.length;
    if (left > 0) lines.push(`and ${left} more`);
    const position = this.#position(first.offset);
    const facts = { mistakes: mistakes.length };
    throw new DatabaseError(ErrorCode.INVALID_INPUT, lines.join('\n'), { position, facts });
  }

  #position(offset: number): SourcePosition {
    const before = this.#text.slice(0, offset);
    const line = before.split('\n').length;
    const column = offset - before.lastIndexOf('\n');
    return this.#file === undefined ? { line, column } : { file: this.#file, line, column };
  }
}
