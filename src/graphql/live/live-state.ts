/** One answer of a live query, and how another answer becomes it. */

import { hash } from 'node:crypto';
import type { GraphQLError } from 'graphql';
import { ANSWER_ENCODING } from '../../engine/answer-json.ts';
import type { Json } from './json.ts';
import { difference, type PatchOperation } from './json-patch.ts';

/** What a live query was answered: JSON of an object with `data`, and errors. */
export interface LiveAnswer {
  /** UTF-8; where it is text, in ANSWER_ENCODING. */
  readonly content: Buffer | string;
  readonly errors: readonly GraphQLError[] | undefined;
}

/** As the JSON of an answer has it. */
interface Answer {
  readonly data: Json;
  readonly extensions?: { readonly [name: string]: Json };
}

/** Parsed answers of more bytes are not kept. */
const PARSED_BYTES_MAX = 16_384;
/** Characters of base64url: 132 bits. */
const CURSOR_LENGTH = 22;

export class LiveState {
  readonly #answer: LiveAnswer;
  #parsed: Answer | undefined;
  #cursor: string | undefined;
  /** The last difference that was made. */
  #difference: { readonly from: LiveState; readonly patch: readonly PatchOperation[] } | undefined;

  constructor(answer: LiveAnswer) {
    this.#answer = answer;
  }

  get bytes(): number {
    return this.#answer.content.length;
  }

  get errors(): readonly GraphQLError[] | undefined {
    return this.#answer.errors;
  }

  get data(): Json {
    return this.#read().data;
  }

  get extensions(): Answer['extensions'] {
    return this.#read().extensions;
  }

  /** Names what is answered, whichever server answers. */
  get cursor(): string {
    this.#cursor ??= cursorOf(this.#answer);
    return this.#cursor;
  }

  isOf({ content, errors }: LiveAnswer): boolean {
    const { content: own, errors: ownErrors } = this.#answer;
    if (textOfErrors(errors) !== textOfErrors(ownErrors)) return false;
    if (typeof own === 'string' || typeof content === 'string') return own === content;
    return own.equals(content);
  }

  /** What makes the data of an earlier state this one's. */
  patchFrom(from: LiveState): readonly PatchOperation[] {
    if (this.#difference?.from === from) return this.#difference.patch;
    const patch = difference(from.data, this.data);
    // Or each state would hold all that there were before it.
    from.#difference = undefined;
    this.#difference = { from, patch };
    return patch;
  }

  /** Those who were to be told together have been. */
  forgetDifference(): void {
    this.#difference = undefined;
  }

  #read(): Answer {
    if (this.#parsed !== undefined) return this.#parsed;
    const answer: Answer = JSON.parse(textOf(this.#answer.content));
    if (this.bytes <= PARSED_BYTES_MAX) this.#parsed = answer;
    return answer;
  }
}

function cursorOf({ content, errors }: LiveAnswer): string {
  const answered = bytesOf(content);
  const told = errors === undefined ? answered : Buffer.concat([answered, bytesOfErrors(errors)]);
  return hash('sha256', told, 'base64url').slice(0, CURSOR_LENGTH);
}

function bytesOfErrors(errors: readonly GraphQLError[]): Buffer {
  return Buffer.from(textOfErrors(errors));
}

/** Most answers are plain text, which needs no bytes between. */
function textOf(content: Buffer | string): string {
  const isPlain = typeof content === 'string' && PLAIN.test(content);
  return isPlain ? content : bytesOf(content).toString();
}

const PLAIN = /^[ -~]*$/;

function bytesOf(content: Buffer | string): Buffer {
  return typeof content === 'string' ? Buffer.from(content, ANSWER_ENCODING) : content;
}

function textOfErrors(errors: readonly GraphQLError[] | undefined): string {
  return errors === undefined ? '' : JSON.stringify(errors);
}
