/** Finds planted secrets in the bytes of a stream: as they are, and in the forms of cursors. */

/** In every text that is a secret; a word that nothing else has. */
export const SECRET_TEXT = 'SECRET';
/** The first digits of every number that is one; below 2^31 with three more. */
export const SECRET_DIGITS = '1984198';

export type SecretForm = 'text' | 'number' | 'id' | 'encoded';
export type SecretCounts = Record<SecretForm, number>;

/** What is carried over from piece to piece: longer than any form. */
const CARRIED_CHARACTERS = 64;

const ENCODED = ['hex', 'base64'].flatMap((encoding) => {
  return [SECRET_TEXT, SECRET_DIGITS].flatMap((text) => formsOf(text, encoding as BufferEncoding));
});

/** In base64 it depends on the bytes before, of which one to three stand at the begin. */
function formsOf(text: string, encoding: BufferEncoding): string[] {
  if (encoding === 'hex') return [Buffer.from(text).toString('hex')];
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.from(`${'x'.repeat(before)}${text}`).toString('base64');
    // Characters that other bytes have a part in are left out.
    return encoded.slice(Math.ceil((before * 4) / 3), Math.floor(((before + text.length) * 4) / 3));
  });
}

export class SecretSearch {
  /** Of nodes that nobody may know of; may grow. */
  readonly #ids: ReadonlySet<string>;
  readonly #counts: SecretCounts = { text: 0, number: 0, id: 0, encoded: 0 };
  #bytes = 0;
  #results = 0;
  #first: string | undefined;

  constructor(ids: ReadonlySet<string>) {
    this.#ids = ids;
  }

  get counts(): Readonly<SecretCounts> {
    return this.#counts;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Results that came. */
  get results(): number {
    return this.#results;
  }

  /** What stands around the first secret that was found. */
  get first(): string | undefined {
    return this.#first;
  }

  /** For the bytes of one connection. */
  connection(): (bytes: Buffer) => void {
    let carried = '';
    return (bytes) => {
      this.#bytes += bytes.length;
      const text = `${carried}${bytes.toString('latin1')}`;
      this.#note('text', text, SECRET_TEXT);
      this.#note('number', text, SECRET_DIGITS);
      for (const form of ENCODED) this.#note('encoded', text, form);
      for (const id of this.#ids) this.#note('id', text, id);
      this.#results += text.split('"data":').length - 1;
      carried = text.slice(-CARRIED_CHARACTERS);
    };
  }

  #note(form: SecretForm, text: string, sought: string): void {
    const at = text.indexOf(sought);
    if (at === -1) return;
    this.#counts[form] += 1;
    this.#first ??= `${form}: ${text.slice(Math.max(at - 300, 0), at + 100)}`;
  }
}
