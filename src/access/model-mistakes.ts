/**
 * Collects what is wrong with a permission model. All of it is told at once, in the order of the
 * text, each with its line and column.
 */

import { DatabaseError, ErrorCode, type SourcePosition } from '../base/errors.ts';
import { MODEL_MISTAKES_MAX } from '../base/limits.ts';

/** Characters of one mistake that are told: names can be as long as the text. */
const MESSAGE_LENGTH_MAX = 240;

/** Both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

interface Mistake {
  readonly place: Place;
  readonly message: string;
}

export class ModelMistakes {
  readonly #file: string | undefined;
  readonly #mistakes: Mistake[] = [];

  constructor(file: string | undefined) {
    this.#file = file;
  }

  add(place: Place, message: string): void {
    const isLong = message.length > MESSAGE_LENGTH_MAX;
    const told = isLong ? `${message.slice(0, MESSAGE_LENGTH_MAX)}…` : message;
    this.#mistakes.push({ place, message: told });
  }

  get isEmpty(): boolean {
    return this.#mistakes.length === 0;
  }

  /** The first has its position in the error; the lines of the others begin with theirs. */
  throwAll(): void {
    const mistakes = this.#mistakes.toSorted(
      ({ place: l }, { place: r }) => l.line - r.line || l.column - r.column,
    );
    const [first, ...others] = mistakes.slice(0, MODEL_MISTAKES_MAX);
    if (first === undefined) return;
    const lines = [first.message];
    for (const { place, message } of others) {
      const { file, line, column } = this.#position(place);
      lines.push(`${file === undefined ? '' : `${file}:`}${line}:${column}: ${message}`);
    }
    const left = mistakes.length - lines.length;
    if (left > 0) lines.push(`and ${left} more`);
    const position = this.#position(first.place);
    const facts = { mistakes: mistakes.length };
    throw new DatabaseError(ErrorCode.INVALID_INPUT, lines.join('\n'), { position, facts });
  }

  #position(place: Place): SourcePosition {
    return this.#file === undefined ? place : { file: this.#file, ...place };
  }
}
