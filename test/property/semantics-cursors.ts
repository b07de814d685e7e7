/**
 * Cursors are opaque to the reference: it answers with a mark for each place, and learns what the
 * API answers there. One place of one list has one cursor, and no two places have the same.
 */

import type { Cursors, Place } from '../reference/query-context.ts';

/** No text of a value begins like this. */
const MARK = '\u{10fffe}cursor ';

interface KnownPlace {
  readonly list: string;
  readonly place: Place;
}

export class CursorBook implements Cursors {
  readonly #places = new Map<string, KnownPlace>();
  readonly #texts = new Map<string, string>();
  readonly #marks = new Map<string, string>();

  textOf(list: string, place: Place): string {
    const mark = `${MARK}${JSON.stringify([list, place], withBigints)}`;
    this.#places.set(mark, { list, place });
    return mark;
  }

  placeOf(list: string, text: string): Place | undefined {
    const known = this.#places.get(this.#marks.get(text) ?? '');
    return known?.list === list ? known.place : undefined;
  }

  /** Of a mark, or of a text that was learnt. */
  knownPlace(cursor: string): Place | undefined {
    return this.#places.get(this.#marks.get(cursor) ?? cursor)?.place;
  }

  /** An expected answer with the cursors that the actual one has for its marks. */
  settled(expected: unknown, actual: unknown): unknown {
    if (typeof expected === 'string' && expected.startsWith(MARK)) {
      return this.#learn(expected, actual);
    }
    if (typeof expected !== 'object' || expected === null) return expected;
    const other = (typeof actual === 'object' && actual !== null ? actual : {}) as Record<
      string,
      unknown
    >;
    if (Array.isArray(expected)) {
      return expected.map((each, index) => this.settled(each, other[index]));
    }
    const members = Object.entries(expected);
    return Object.fromEntries(
      members.map(([name, each]) => [name, this.settled(each, other[name])]),
    );
  }

  #learn(mark: string, text: unknown): string {
    const known = this.#texts.get(mark);
    if (known !== undefined) return known;
    if (typeof text !== 'string' || this.#marks.has(text)) return mark;
    this.#texts.set(mark, text);
    this.#marks.set(text, mark);
    return text;
  }
}

function withBigints(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}
