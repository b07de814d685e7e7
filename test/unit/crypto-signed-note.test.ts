import { describe, expect, test } from 'vitest';
import { toHex, utf8 } from '../../src/base/bytes.ts';
import { ErrorCode } from '../../src/base/errors.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import {
  type NoteKey,
  noteKeyId,
  parseNote,
  signNote,
  verifyNote,
} from '../../src/crypto/signed-note.ts';

/** The example of c2sp.org/signed-note: a verifier key and a note that it verifies. */
const PUBLISHED_KEY = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const PUBLISHED_SIGNATURE =
  'Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=';
const PUBLISHED_NOTE = `This is an example message.

— example.com/foo ${PUBLISHED_SIGNATURE}
`;

const seed = new Uint8Array(32).fill(7);
const otherSeed = new Uint8Array(32).fill(8);
const key: NoteKey = { name: 'example.org/log', publicKey: publicKeyOf(seed) };
const other: NoteKey = { name: 'witness.example', publicKey: publicKeyOf(otherSeed) };

function publishedKey(): NoteKey {
  const [name = '', , encoded = ''] = PUBLISHED_KEY.split('+');
  return { name, publicKey: Uint8Array.fromBase64(encoded).subarray(1) };
}

describe('signed notes (c2sp.org/signed-note)', () => {
  test('the published key has the published id and verifies the published note', () => {
    const published = publishedKey();
    expect(toHex(noteKeyId(published))).toBe(PUBLISHED_KEY.split('+')[1]);
    const note = parseNote(PUBLISHED_NOTE);
    expect(note.text).toBe('This is an example message.\n');
    expect(verifyNote(note, [published])).toEqual(['example.com/foo']);
  });

  test('every changed byte of the published note is refused', () => {
    const bytes = utf8(PUBLISHED_NOTE);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] as number) ^ 1;
      const text = Buffer.from(changed).toString('utf8');
      expect(() => verifyNote(parseNote(text), [publishedKey()]), `byte ${at}`).toThrow(
        /a note expected/,
      );
    }
  });

  test('what is signed reads back and verifies, with empty lines in the text', () => {
    const text = 'one\n\n\ntwo\n';
    const note = parseNote(signNote(text, { ...key, seed }));
    expect(note.text).toBe(text);
    expect(verifyNote(note, [key, other])).toEqual([key.name]);
  });

  test('a note of several signatures names those that are known, and ignores the others', () => {
    const text = 'shared\n';
    const first = signNote(text, { ...key, seed });
    const second = signNote(text, { ...other, seed: otherSeed });
    const both = parseNote(first + second.slice(second.indexOf('—')));
    expect(verifyNote(both, [key, other])).toEqual([key.name, other.name]);
    expect(verifyNote(both, [other])).toEqual([other.name]);
    const sameName = { ...key, publicKey: other.publicKey };
    expect(verifyNote(both, [sameName, other])).toEqual([other.name]);
  });

  test('a known signature that fails refuses the whole note, whatever the others say', () => {
    const good = signNote('shared\n', { ...key, seed });
    const forged = signNote('other\n', { ...other, seed: otherSeed });
    const note = parseNote(good + forged.slice(forged.indexOf('—')));
    expect(verifyNote(note, [key])).toEqual([key.name]);
    expect(() => verifyNote(note, [key, other])).toThrow(
      expect.objectContaining({ code: ErrorCode.REFUSED }),
    );
    expect(() => verifyNote(note, [])).toThrow('a signature of a known key');
  });

  test('text that is no note is malformed', () => {
    const line = signNote('text\n', { ...key, seed }).split('\n')[2] ?? '';
    const wrong = [
      '',
      'text\n',
      `text\n${line}\n`,
      `text\n\n${line}`,
      'text\n\n',
      `text\n\n${line}\n${line.replace('—', '-')}\n`,
      `text\n\n${line.replace(' example', '  example')}\n`,
      `text\n\n${line.replace('example', 'exa+mple')}\n`,
      `text\n\n${line.replace(/=+$/, '')}\n`,
      `text\n\n— name AAAA\n`,
      `te\txt\n\n${line}\n`,
      `te\0xt\n\n${line}\n`,
      `text\n\n${`${line}\n`.repeat(65)}`,
      `${'x'.repeat(70_000)}\n\n${line}\n`,
    ];
    for (const note of wrong) {
      expect(() => parseNote(note), JSON.stringify(note.slice(0, 40))).toThrow(
        expect.objectContaining({ code: ErrorCode.MALFORMED }),
      );
    }
    expect(parseNote(`text\n\n${`${line}\n`.repeat(64)}`).signatures).toHaveLength(64);
  });

  test('a text or a name that cannot be signed is refused before it is', () => {
    expect(() => signNote('no line feed', { ...key, seed })).toThrow('line feed');
    for (const name of ['', 'two words', 'a+b', 'a\u2003b']) {
      expect(() => signNote('text\n', { ...key, name, seed })).toThrow('a key name');
    }
  });
});
