/**
 * Grants in the form that the engine takes them (assembly/access/load.ts draws it), one behind the
 * other in a buffer that is used again.
 */

const HEAD_WORDS = 7;
const HEAD_BYTES = HEAD_WORDS * 4;
const BYTES_LEAST = 65_536;
/** Of a character of a text. */
const CHARACTER_BYTES_MAX = 3;
const ASCII_MAX = 0x7f;
const NO_CONTEXT = new Uint8Array();

export interface GrantParts {
  readonly objectType: number;
  readonly relation: number;
  readonly subjectType: number;
  /** 0 for the object itself. */
  readonly subjectRelation: number;
  readonly condition: number;
  readonly object: string;
  readonly subject: string;
  readonly context?: Uint8Array | undefined;
}

export class GrantBytes {
  #bytes = Buffer.alloc(BYTES_LEAST);
  #words = new Uint32Array(this.#bytes.buffer);
  #length = 0;

  /** Of all that were added since it was cleared. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  add(parts: GrantParts): void {
    const { object, subject, context = NO_CONTEXT } = parts;
    const texts = (object.length + subject.length) * CHARACTER_BYTES_MAX;
    this.#ensure(HEAD_BYTES + texts + context.length + 4);
    const ids = this.#length + HEAD_BYTES;
    const middle = this.#put(object, ids);
    const end = this.#put(subject, middle);
    this.#bytes.set(context, end);
    const words = this.#words;
    const word = this.#length >>> 2;
    words[word] = parts.objectType;
    words[word + 1] = parts.relation;
    words[word + 2] = parts.subjectType;
    words[word + 3] = parts.subjectRelation;
    words[word + 4] = parts.condition;
    words[word + 5] = (middle - ids) | ((end - middle) << 16);
    words[word + 6] = context.length;
    this.#length = (end + context.length + 3) & ~3;
  }

  /** Writes a text as UTF-8 and returns where it ends. Most are ASCII. */
  #put(text: string, at: number): number {
    const bytes = this.#bytes;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code > ASCII_MAX) return at + bytes.write(text, at);
      bytes[at + index] = code;
    }
    return at + text.length;
  }

  #ensure(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.alloc((Math.max(needed, this.#bytes.length * 2) + 3) & ~3);
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
    this.#words = new Uint32Array(grown.buffer);
  }
}
