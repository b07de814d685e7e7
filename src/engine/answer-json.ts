/**
 * The JSON of an answer, taken out of the engine's memory. A long one is a buffer; a short one is
 * text of one character for each byte, which Node writes together with the head of a response: to
 * make a buffer costs more than to fill it.
 */

import { ANSWER_BUFFERS } from './answer-buffers.ts';
import type { EngineMemory } from './memory.ts';

/** Of longer answers, buffers are quicker. */
const TEXT_BYTES_MAX = 4_096;
/** One character for each byte. */
export const ANSWER_ENCODING = 'latin1';

export class AnswerJson {
  /** UTF-8; where it is text, in ANSWER_ENCODING. */
  readonly content: Buffer | string;

  constructor(content: Buffer | string) {
    this.content = content;
  }

  /** The bytes at an address. */
  static takenFrom(memory: EngineMemory, address: number, length: number): AnswerJson {
    if (length <= TEXT_BYTES_MAX) return new AnswerJson(memory.latin1(address, length));
    return new AnswerJson(memory.copyInto(ANSWER_BUFFERS.take(length), address));
  }

  /** So that its buffer is used again: nobody reads it any more. */
  giveBack(): void {
    if (typeof this.content !== 'string') ANSWER_BUFFERS.giveBack(this.content);
  }

  /** Whether it is worth to say when nobody reads it any more. */
  get isLent(): boolean {
    return typeof this.content !== 'string' && ANSWER_BUFFERS.isPooled(this.content);
  }

  toBuffer(): Buffer {
    const { content } = this;
    return typeof content === 'string' ? Buffer.from(content, ANSWER_ENCODING) : content;
  }

  /** Its text, of whatever characters. */
  toString(): string {
    return this.toBuffer().toString();
  }
}
