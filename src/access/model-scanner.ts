/**
 * The words and marks of a model's text. What is a name, a space and an end of a line is as
 * OpenFGA's lexer has it. All patterns stick to the place and are linear in what they pass.
 */

import { quoteShort } from '../definition/syntax.ts';

/** Where the text is not of the language. */
export class SyntaxMistake extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

export interface Name {
  readonly text: string;
  readonly offset: number;
}

const SPACE = /[ \t\f]*/y;
const SPACE_AND_LINES = /(?:[ \t\f\r\n]+|\/\/[^\n]*)*/y;
const LINE_COMMENT = /(?:\/\/[^\n]*)?/y;
/** Of the two forms of a name the longer one counts; only the first may end in a dash. */
const PLAIN_NAME = /[A-Za-z_][A-Za-z0-9_-]*/y;
const LONG_NAME = /[A-Za-z_][A-Za-z0-9_]*(?:[/.-][A-Za-z0-9_]+)*/y;
const VERSION = /[0-9]+\.[0-9]+/y;
const IDENTIFIER = /[A-Za-z_][A-Za-z0-9_]*/y;
const QUOTE = /(?:[bB]?[rR]?)("""|'''|"|')/y;
/** Words of the language that name nothing. */
const KEYWORDS: ReadonlySet<string> = new Set([
  'and',
  'or',
  'from',
  'condition',
  'relations',
  'define',
  'with',
  'in',
  'true',
  'false',
  'null',
]);
export const BUT_NOT = 'but not';
const QUOTED_LENGTH_MAX = 20;

/** The text without its comments. Every place keeps its line and its column. */
export function withoutComments(text: string): string {
  const lines = text.split('\n').map((line) => {
    const comment = line.trimStart().startsWith('#') ? 0 : line.indexOf(' #');
    return (comment < 0 ? line : line.slice(0, comment)).trimEnd();
  });
  return lines.join('\n');
}

export class ModelScanner {
  readonly #text: string;
  #offset = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get offset(): number {
    return this.#offset;
  }

  get isAtEnd(): boolean {
    return this.#offset === this.#text.length;
  }

  /** Passes the space before the next word of the line, if there is some. */
  space(): boolean {
    return this.#pass(SPACE).length > 0;
  }

  spaceAndLines(): boolean {
    return this.#pass(SPACE_AND_LINES).length > 0;
  }

  expectSpace(after: string): void {
    if (!this.space()) this.fail(`a space after ${after}`);
  }

  /** Passes the end of the line, and all empty lines after it. */
  expectLineEnd(what: string): void {
    this.space();
    this.#pass(LINE_COMMENT);
    const isEnd = this.isAtEnd || this.#isAt('\n') || this.#isAt('\r');
    if (!isEnd) this.fail(`the end of the line after ${what}`);
    this.spaceAndLines();
  }

  take(mark: string): boolean {
    if (!this.#isAt(mark)) return false;
    this.#offset += mark.length;
    return true;
  }

  expect(mark: string): void {
    if (!this.take(mark)) this.fail(mark);
  }

  /** Passes the mark on this line or a later one; where it is missing, this place is told. */
  takeAcrossLines(...marks: readonly string[]): string {
    const offset = this.#offset;
    this.spaceAndLines();
    const mark = marks.find((one) => this.take(one));
    if (mark !== undefined) return mark;
    this.#offset = offset;
    this.space();
    return this.fail(marks.join(' or '));
  }

  /** The word here, which may be one of the language; not passed. Empty where none is. */
  peekWord(): string {
    if (this.#isAt(BUT_NOT)) return BUT_NOT;
    const plain = this.#match(PLAIN_NAME);
    const long = this.#match(LONG_NAME);
    return long.length > plain.length ? long : plain;
  }

  takeWord(word: string): boolean {
    return this.peekWord() === word && this.take(word);
  }

  /** Whether the word comes next after space; nothing is passed. */
  isBeforeWord(word: string): boolean {
    const offset = this.#offset;
    const isBefore = this.space() && this.peekWord() === word;
    this.#offset = offset;
    return isBefore;
  }

  /** The name of a type or a relation. */
  name(what: string): Name {
    const text = this.peekWord();
    if (text === '' || text === BUT_NOT || KEYWORDS.has(text)) this.fail(what);
    return this.#named(text);
  }

  /** The name of a condition or a parameter: it has no dots, and is none of the `refused`. */
  plainName(what: string, refused: ReadonlySet<string>): Name {
    const text = this.#match(PLAIN_NAME);
    if (text === '' || refused.has(text)) this.fail(what);
    return this.#named(text);
  }

  version(): Name {
    const text = this.#match(VERSION);
    if (text === '') this.fail('a schema version');
    return this.#named(text);
  }

  /** Up to a closing brace that is in no text, without the comments. The brace is passed. */
  expression(): Name {
    const offset = this.#offset;
    const parts: string[] = [];
    let start = offset;
    while (!this.#isAt('}')) {
      if (this.isAtEnd) throw new SyntaxMistake(offset, 'condition expected }, got the end');
      if (this.#isAt('//')) {
        parts.push(this.#text.slice(start, this.#offset));
        const end = this.#text.indexOf('\n', this.#offset);
        this.#offset = end < 0 ? this.#text.length : end;
        start = this.#offset;
      } else if (!this.#passQuoted() && this.#pass(IDENTIFIER) === '') this.#offset++;
    }
    parts.push(this.#text.slice(start, this.#offset));
    this.#offset++;
    return { text: parts.join('').trim(), offset };
  }

  /** To the next line that begins with one of the words, or to the end. */
  skipToLine(words: readonly string[]): void {
    while (!this.isAtEnd) {
      const end = this.#text.indexOf('\n', this.#offset);
      this.#offset = end < 0 ? this.#text.length : end;
      this.spaceAndLines();
      if (words.includes(this.peekWord())) return;
    }
  }

  fail(expected: string): never {
    const rest = this.#text.slice(this.#offset, this.#offset + 2 * QUOTED_LENGTH_MAX);
    const word = /^[^\s,()[\]{}]+|^./u.exec(rest)?.[0] ?? '';
    const got = this.isAtEnd ? 'the end' : word === '' ? 'the end of the line' : quoteShort(word);
    throw new SyntaxMistake(this.#offset, `model expected ${expected}, got ${got}`);
  }

  #passQuoted(): boolean {
    QUOTE.lastIndex = this.#offset;
    const match = QUOTE.exec(this.#text);
    const [opening = '', quote = ''] = match ?? [];
    if (opening === '') return false;
    const isRaw = /r/i.test(opening);
    this.#offset += opening.length;
    while (!this.isAtEnd && !this.#isAt(quote)) {
      if (quote.length === 1 && this.#isAt('\n')) return true;
      this.#offset += !isRaw && this.#isAt('\\') ? 2 : 1;
    }
    this.#offset = Math.min(this.#offset + quote.length, this.#text.length);
    return true;
  }

  #named(text: string): Name {
    const offset = this.#offset;
    this.#offset += text.length;
    return { text, offset };
  }

  #pass(pattern: RegExp): string {
    const text = this.#match(pattern);
    this.#offset += text.length;
    return text;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#offset;
    return pattern.exec(this.#text)?.[0] ?? '';
  }

  #isAt(mark: string): boolean {
    return this.#text.startsWith(mark, this.#offset);
  }
}
