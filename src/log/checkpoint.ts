/**
 * Checkpoints of a log (c2sp.org/tlog-checkpoint): the size and root of its tree, as a note that
 * the author key of the replica signs; and inclusion proofs of its entries (c2sp.org/tlog-proof).
 *
 *     checkpoint   origin, "\n", size, "\n", base64 root, "\n"
 *     origin       massive-graph/<space, hex>/<author key, hex>      also the key's name
 */

import { fromHex, toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { type Note, type NoteKey, parseNote, signNote, verifyNote } from '../crypto/signed-note.ts';

const ORIGIN = /^massive-graph\/([0-9a-f]{64})\/([0-9a-f]{64})$/;
const SIZE = /^(?:0|[1-9]\d{0,15})$/;
const ROOT_BYTES = 32;
const PROOF_HEAD = 'c2sp.org/tlog-proof@v1';

export interface Checkpoint {
  readonly space: Uint8Array;
  /** The key of the replica whose log it is. */
  readonly author: Uint8Array;
  readonly size: number;
  readonly root: Uint8Array;
}

export function signCheckpoint(checkpoint: Checkpoint, seed: Uint8Array): string {
  return signNote(checkpointText(checkpoint), { ...checkpointKey(checkpoint), seed });
}

/**
 * Reads a checkpoint and verifies that the key of its origin signed it. Throws MALFORMED or
 * REFUSED. Whether that key may write in the space is not asked here.
 */
export function readCheckpoint(text: string): Checkpoint {
  const note = parseNote(text);
  const checkpoint = parseCheckpoint(note);
  verifyNote(note, [checkpointKey(checkpoint)]);
  return checkpoint;
}

export interface LogProof {
  readonly index: number;
  readonly path: readonly Uint8Array[];
  /** The signed note. */
  readonly checkpoint: string;
}

/** The text that shows offline that an entry stands in a log. */
export function logProofText({ index, path, checkpoint }: LogProof): string {
  const hashes = path.map((hash) => `${hash.toBase64()}\n`).join('');
  return `${PROOF_HEAD}\nindex ${index}\n${hashes}\n${checkpoint}`;
}

function checkpointText(checkpoint: Checkpoint): string {
  return `${originOf(checkpoint)}\n${checkpoint.size}\n${checkpoint.root.toBase64()}\n`;
}

function checkpointKey(checkpoint: Checkpoint): NoteKey {
  return { name: originOf(checkpoint), publicKey: checkpoint.author };
}

function originOf({ space, author }: Checkpoint): string {
  return `massive-graph/${toHex(space)}/${toHex(author)}`;
}

/** Lines beyond the third are extensions, which this project does not write and refuses. */
function parseCheckpoint({ text }: Note): Checkpoint {
  const [origin = '', size = '', root = '', ...rest] = text.slice(0, -1).split('\n');
  const [, space = '', author = ''] = ORIGIN.exec(origin) ?? [];
  if (space === '') throw malformed('the origin massive-graph/<space>/<author>', origin);
  if (!SIZE.test(size) || !Number.isSafeInteger(Number(size))) throw malformed('a size', size);
  const bytes = /^[A-Za-z0-9+/]{43}=$/.test(root) ? Buffer.from(root, 'base64') : undefined;
  if (bytes?.length !== ROOT_BYTES || bytes.toBase64() !== root) {
    throw malformed('a root of 32 bytes as base64', root);
  }
  if (rest.length > 0) throw malformed('no extension lines', `${rest.length}`);
  return {
    space: fromHex(space),
    author: fromHex(author),
    size: Number(size),
    root: Uint8Array.from(bytes),
  };
}

function malformed(expected: string, actual: string): DatabaseError {
  const shown = JSON.stringify(actual.slice(0, 160));
  return new DatabaseError(ErrorCode.MALFORMED, `a checkpoint expected ${expected}, got ${shown}`);
}
