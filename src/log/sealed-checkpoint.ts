/**
 * Checkpoints of what is sealed (schema/base.md): a note as checkpoint.ts has it, over the tree of
 * the sealed entries in their order, which is the same on every replica, with two further lines:
 * the hash of the outline of these entries, and the state hash right after the seal.
 *
 *     text     origin, "/sealed\n", size, "\n", root, "\n", line ...
 *     line     "outline " | "state ", hash, "\n"      one of each, in this order
 *
 * Hashes are base64; origin is that of checkpoint.ts.
 */

import { fromHex, toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { type NoteKey, parseNote, signNote, verifyNote } from '../crypto/signed-note.ts';
import type { Checkpoint } from './checkpoint.ts';

export interface SealedCheckpoint extends Checkpoint {
  /** SHA-256 of the outline's bytes. */
  readonly outline: Uint8Array;
  /** The state hash of mode 0 (schema/state-hash.md). */
  readonly state: Uint8Array;
}

const TEXT = new RegExp(
  '^massive-graph/(?<space>[0-9a-f]{64})/(?<author>[0-9a-f]{64})/sealed\\n' +
    '(?<size>[1-9]\\d{0,9})\\n(?<root>[A-Za-z0-9+/]{43}=)\\n' +
    'outline (?<outline>[A-Za-z0-9+/]{43}=)\\nstate (?<state>[A-Za-z0-9+/]{43}=)\\n$',
);

export function signSealedCheckpoint(checkpoint: SealedCheckpoint, seed: Uint8Array): string {
  return signNote(textOf(checkpoint), { ...keyOf(checkpoint), seed });
}

/**
 * Reads a checkpoint and verifies that the key of its origin signed it. Throws MALFORMED or
 * REFUSED. Whose key that is, is not asked here.
 */
export function readSealedCheckpoint(text: string): SealedCheckpoint {
  const note = parseNote(text);
  const groups = TEXT.exec(note.text)?.groups;
  if (groups === undefined) throw malformed(note.text);
  const { space = '', author = '', size, root, outline, state } = groups;
  const checkpoint = {
    space: fromHex(space),
    author: fromHex(author),
    size: Number(size),
    root: hashOf(root),
    outline: hashOf(outline),
    state: hashOf(state),
  };
  // One text for one checkpoint: base64 has spare bits at its end.
  if (textOf(checkpoint) !== note.text) throw malformed(note.text);
  verifyNote(note, [keyOf(checkpoint)]);
  return checkpoint;
}

function textOf(checkpoint: SealedCheckpoint): string {
  const { size, root } = checkpoint;
  const lines = (['outline', 'state'] as const).map((name) => {
    return `${name} ${checkpoint[name].toBase64()}\n`;
  });
  return `${originOf(checkpoint)}\n${size}\n${root.toBase64()}\n${lines.join('')}`;
}

function keyOf(checkpoint: SealedCheckpoint): NoteKey {
  return { name: originOf(checkpoint), publicKey: checkpoint.author };
}

function originOf({ space, author }: Checkpoint): string {
  return `massive-graph/${toHex(space)}/${toHex(author)}/sealed`;
}

function hashOf(base64 = ''): Uint8Array {
  return Uint8Array.from(Buffer.from(base64, 'base64'));
}

function malformed(actual: string): DatabaseError {
  const shown = JSON.stringify(actual.slice(0, 160));
  const expected = 'origin, size, root, outline and state';
  const message = `a checkpoint of what is sealed expected ${expected}, got ${shown}`;
  return new DatabaseError(ErrorCode.MALFORMED, message);
}
