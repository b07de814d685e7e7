/**
 * Signed notes (c2sp.org/signed-note): text, an empty line, then a line for each signature, each
 * by a key that its name and four bytes of a hash tell apart. Only Ed25519 (0x01) is signed and
 * verified; lines of other keys are ignored, as the specification asks.
 *
 *     note        text, "\n", line ...
 *     line        "— ", key name, " ", base64(key id 4 B, signature), "\n"
 */

import { concatBytes, sameBytes, utf8 } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { NOTE_BYTES_MAX, NOTE_SIGNATURES_MAX } from '../base/limits.ts';
import { signEd25519, verifyEd25519 } from './ed25519.ts';
import { sha256 } from './hash.ts';

/** The signature type of an Ed25519 key over the text itself. */
const TYPE_ED25519 = 1;
const KEY_ID_BYTES = 4;

const LINE = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u;
/** Spelt out, because a control character in a pattern is easily an accident. */
const FIRST_PRINTABLE = 0x20;

/** Whose signature a note is to have. */
export interface NoteKey {
  readonly name: string;
  readonly publicKey: Uint8Array;
}

export interface NoteSignature {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

export interface Note {
  /** With its final line feed. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** The note of a text that ends in a line feed, signed by one key. */
export function signNote(text: string, key: NoteKey & { readonly seed: Uint8Array }): string {
  expectText(text);
  if (!/^[^\s+]+$/u.test(key.name)) throw malformed('a key name without spaces and plus', key.name);
  const signature = signEd25519(key.seed, utf8(text));
  const bytes = concatBytes(noteKeyId(key), signature);
  return `${text}\n— ${key.name} ${bytes.toBase64()}\n`;
}

/** Reads a note; throws MALFORMED. Nothing is verified yet. */
export function parseNote(note: string): Note {
  const bytes = utf8(note).length;
  if (bytes > NOTE_BYTES_MAX) throw malformed(`at most ${NOTE_BYTES_MAX} bytes`, `${bytes}`);
  const split = note.lastIndexOf('\n\n');
  if (split < 0) throw malformed('an empty line before its signatures', 'none');
  const text = note.slice(0, split + 1);
  expectText(text);
  if (!note.endsWith('\n')) throw malformed('a line feed at its end', 'none');
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > NOTE_SIGNATURES_MAX) {
    throw malformed(`at most ${NOTE_SIGNATURES_MAX} signatures`, `${lines.length}`);
  }
  return { text, signatures: lines.map(parseLine) };
}

/**
 * The names of those keys whose signatures the note has. Throws REFUSED when a signature of one
 * of them fails, or none of them signed.
 */
export function verifyNote(note: Note, keys: readonly NoteKey[]): string[] {
  const message = utf8(note.text);
  const verified: string[] = [];
  for (const { name, keyId, signature } of note.signatures) {
    const key = keys.find((each) => each.name === name && sameBytes(noteKeyId(each), keyId));
    if (key === undefined) continue;
    if (!verifyEd25519(key.publicKey, message, signature)) {
      throw refused(`a valid signature of ${name}`, 'one that fails');
    }
    verified.push(name);
  }
  if (verified.length > 0) return verified;
  throw refused('a signature of a known key', 'none');
}

/** What tells keys of one name apart; no strong hash. */
export function noteKeyId({ name, publicKey }: NoteKey): Uint8Array {
  const named = concatBytes(utf8(`${name}\n`), Uint8Array.of(TYPE_ED25519), publicKey);
  return sha256(named).subarray(0, KEY_ID_BYTES);
}

function parseLine(line: string): NoteSignature {
  const [, name = '', text = ''] = LINE.exec(line) ?? [];
  const bytes = readBase64(text);
  if (bytes === undefined || bytes.length <= KEY_ID_BYTES) {
    throw malformed('a signature line "— name base64"', JSON.stringify(line.slice(0, 80)));
  }
  return { name, keyId: bytes.subarray(0, KEY_ID_BYTES), signature: bytes.subarray(KEY_ID_BYTES) };
}

function expectText(text: string): void {
  if (!text.endsWith('\n')) throw malformed('a text that ends in a line feed', 'another');
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < FIRST_PRINTABLE && code !== 10) throw malformed('no control character', `${code}`);
  }
}

/** One form only: padded, and without bits that nothing reads. */
function readBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: 'strict' });
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function malformed(expected: string, actual: string): DatabaseError {
  return new DatabaseError(ErrorCode.MALFORMED, `a note expected ${expected}, got ${actual}`);
}

function refused(expected: string, actual: string): DatabaseError {
  return new DatabaseError(ErrorCode.REFUSED, `a note expected ${expected}, got ${actual}`);
}
