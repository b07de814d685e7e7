/**
 * Finds the line and column of a field in a file that was read before. Rows carry no positions, as
 * few are ever asked for: a second look at the file is cheaper than keeping them all.
 */

import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import type { SourcePosition } from '../base/errors.ts';

export interface FieldPlace {
  /** Index of the row; the header is 0. */
  readonly row: number;
  /** Index of the field in its row. */
  readonly field: number;
}

const LF = 10;
const CR = 13;
const QUOTE = 34;
const COMMA = 44;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

export async function locateField(file: string, place: FieldPlace): Promise<SourcePosition> {
  const [position] = await locateFields(file, [place]);
  return position ?? { file, line: 1, column: 1 };
}

/** The positions of these places, which are sorted by row and field, in one pass over the file. */
export async function locateFields(
  file: string,
  places: readonly FieldPlace[],
): Promise<SourcePosition[]> {
  const scanner = new FieldScanner(file, places);
  for await (const bytes of readText(file)) {
    for (const byte of bytes) scanner.take(byte);
    if (scanner.isDone) break;
  }
  return scanner.finish();
}

/** The first character that is not UTF-8. */
export async function locateInvalidText(file: string): Promise<SourcePosition> {
  let line = 1;
  let rest: Uint8Array = new Uint8Array(0);
  for await (const bytes of readText(file)) {
    rest = Buffer.concat([rest, bytes]);
    for (let end = rest.indexOf(LF); end >= 0; end = rest.indexOf(LF)) {
      if (!isUtf8(rest.subarray(0, end))) break;
      rest = rest.subarray(end + 1);
      line += 1;
    }
    if (rest.includes(LF)) break;
  }
  return { file, line, column: validCharacters(rest) + 1 };
}

/** Follows rows and fields byte by byte; right for whatever the parser has accepted before. */
class FieldScanner {
  readonly #file: string;
  readonly #places: readonly FieldPlace[];
  readonly #positions: SourcePosition[] = [];
  #line = 1;
  #column = 1;
  #row = 0;
  #field = 0;
  #isQuoted = false;
  /** No byte of the row was seen; line ends here are of empty lines. */
  #isRowStart = true;

  constructor(file: string, places: readonly FieldPlace[]) {
    this.#file = file;
    this.#places = places;
  }

  get isDone(): boolean {
    return this.#positions.length === this.#places.length;
  }

  take(byte: number): void {
    if (this.#isRowStart && byte !== LF && byte !== CR) {
      this.#isRowStart = false;
      this.#enterField();
    }
    if (byte === LF) {
      this.#line += 1;
      this.#column = 1;
    } else if ((byte & 0xc0) !== 0x80) {
      this.#column += 1;
    }
    if (byte === QUOTE) {
      this.#isQuoted = !this.#isQuoted;
    } else if (byte === COMMA && !this.#isQuoted) {
      this.#field += 1;
      this.#enterField();
    } else if (byte === LF && !this.#isQuoted && !this.#isRowStart) {
      this.#row += 1;
      this.#field = 0;
      this.#isRowStart = true;
    }
  }

  /** What was not met is taken to be at the end. */
  finish(): SourcePosition[] {
    while (!this.isDone) this.#note();
    return this.#positions;
  }

  #enterField(): void {
    for (;;) {
      const next = this.#places[this.#positions.length];
      if (next === undefined || next.row !== this.#row || next.field !== this.#field) return;
      this.#note();
    }
  }

  #note(): void {
    this.#positions.push({ file: this.#file, line: this.#line, column: this.#column });
  }
}

/** The file in chunks, without its byte order mark. */
async function* readText(file: string): AsyncGenerator<Uint8Array> {
  let isStart = true;
  for await (const chunk of createReadStream(file)) {
    const bytes = chunk as Buffer;
    const hasMark = isStart && BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte);
    isStart = false;
    yield hasMark ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes;
  }
}

/** Characters before the first byte that breaks the encoding. */
function validCharacters(bytes: Uint8Array): number {
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (isPrefix(bytes.subarray(0, middle))) low = middle;
    else high = middle - 1;
  }
  return [...new TextDecoder().decode(bytes.subarray(0, low))].length;
}

/** Whether these bytes are UTF-8 but for a last character that may be cut short. */
function isPrefix(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
