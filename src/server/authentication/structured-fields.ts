/**
 * Dictionaries of HTTP (RFC 9651, "Structured Field Values"), as far as signatures and digests
 * are written in them: members are byte sequences or inner lists of texts; parameters are
 * integers, texts, tokens, byte sequences and booleans. Decimals, dates and display strings are
 * refused, and so is a name that comes twice, of which the RFC would take the last.
 *
 *     dictionary  member, *( "," member )          member  key "=" (inner list or bytes), params
 *     inner list  "(" *( text, params ) ")"        params  *( ";" key, [ "=" value ] )
 */

export type BareValue = string | number | boolean | Uint8Array | Token;
export type Parameters = ReadonlyMap<string, BareValue>;

/** A word without quotes, which is not the text with the same letters. */
export interface Token {
  readonly token: string;
}

export interface Item {
  readonly value: string;
  readonly parameters: Parameters;
}

export type Member =
  | { readonly kind: 'list'; readonly items: readonly Item[]; readonly parameters: Parameters }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly parameters: Parameters };

const KEY = /[a-z*][a-z0-9_.*-]*/y;
const INTEGER = /-?\d{1,15}(?![\d.])/y;
const TOKEN = /[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*/y;
const TEXT = /"((?:[ !#-[\]-~]|\\["\\])*)"/y;
const BYTES = /:([A-Za-z0-9+/]*={0,2}):/y;
const SPACES = / */y;
/** Between the members of a dictionary tabs count as spaces. */
const BLANKS = /[ \t]*/y;

/** Undefined for what is no dictionary of this form. */
export function parseDictionary(text: string): ReadonlyMap<string, Member> | undefined {
  return new DictionaryReader(text).read();
}

/** The one text of an inner list with its parameters, as signatures are made over it. */
export function formatInnerList(items: readonly Item[], parameters: Parameters): string {
  return `(${items.map(formatItem).join(' ')})${formatParameters(parameters)}`;
}

export function formatItem({ value, parameters }: Item): string {
  return `${formatText(value)}${formatParameters(parameters)}`;
}

function formatParameters(parameters: Parameters): string {
  return [...parameters].map(([key, value]) => `;${key}${formatValue(value)}`).join('');
}

function formatValue(value: BareValue): string {
  if (value === true) return '';
  if (value === false) return '=?0';
  if (typeof value === 'number') return `=${value}`;
  if (typeof value === 'string') return `=${formatText(value)}`;
  return value instanceof Uint8Array ? `=:${value.toBase64()}:` : `=${value.token}`;
}

function formatText(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** Its methods answer undefined where the text is none of theirs; then nothing more is read. */
class DictionaryReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): ReadonlyMap<string, Member> | undefined {
    const members = new Map<string, Member>();
    while (this.#at < this.#text.length || members.size > 0) {
      const key = this.#match(KEY);
      const member = key !== undefined && this.#take('=') ? this.#member() : undefined;
      if (key === undefined || member === undefined || members.has(key)) return undefined;
      members.set(key, member);
      this.#match(BLANKS);
      if (this.#at === this.#text.length) return members;
      if (!this.#take(',')) return undefined;
      this.#match(BLANKS);
    }
    return members;
  }

  #member(): Member | undefined {
    const items = this.#text[this.#at] === '(' ? this.#items() : undefined;
    const bytes = items === undefined ? this.#bytes() : undefined;
    const parameters = this.#parameters();
    if (parameters === undefined) return undefined;
    if (items !== undefined) return { kind: 'list', items, parameters };
    return bytes === undefined ? undefined : { kind: 'bytes', bytes, parameters };
  }

  #items(): Item[] | undefined {
    const items: Item[] = [];
    this.#take('(');
    for (;;) {
      const before = this.#at;
      this.#match(SPACES);
      if (this.#take(')')) return items;
      // Between two items there is a space at least.
      if (items.length > 0 && this.#at === before) return undefined;
      const value = this.#quoted();
      const parameters = value === undefined ? undefined : this.#parameters();
      if (value === undefined || parameters === undefined) return undefined;
      items.push({ value, parameters });
    }
  }

  #parameters(): Parameters | undefined {
    const parameters = new Map<string, BareValue>();
    while (this.#take(';')) {
      this.#match(SPACES);
      const key = this.#match(KEY);
      const value = this.#take('=') ? this.#value() : true;
      if (key === undefined || value === undefined || parameters.has(key)) return undefined;
      parameters.set(key, value);
    }
    return parameters;
  }

  #value(): BareValue | undefined {
    if (this.#take('?1')) return true;
    if (this.#take('?0')) return false;
    const text = this.#quoted() ?? this.#bytes();
    if (text !== undefined) return text;
    const integer = this.#match(INTEGER);
    if (integer !== undefined) return Number(integer);
    const token = this.#match(TOKEN);
    return token === undefined ? undefined : { token };
  }

  #quoted(): string | undefined {
    return this.#match(TEXT)?.replaceAll(/\\(["\\])/g, '$1');
  }

  #bytes(): Uint8Array | undefined {
    const text = this.#match(BYTES);
    if (text === undefined) return undefined;
    const bytes = new Uint8Array(Buffer.from(text, 'base64'));
    // Bits that nothing reads are zero, and the padding is there.
    return bytes.toBase64() === text ? bytes : undefined;
  }

  /** What the pattern takes at this place: its group, or the whole of it. */
  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return undefined;
    this.#at = pattern.lastIndex;
    return found[1] ?? found[0];
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }
}
