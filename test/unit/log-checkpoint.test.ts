import { describe, expect, test } from 'vitest';
import { toHex, utf8 } from '../../src/base/bytes.ts';
import { ErrorCode } from '../../src/base/errors.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { signNote } from '../../src/crypto/signed-note.ts';
import { logProofText, readCheckpoint, signCheckpoint } from '../../src/log/checkpoint.ts';

const seed = new Uint8Array(32).fill(9);
const checkpoint = {
  space: sha256(utf8('space')),
  author: publicKeyOf(seed),
  size: 20_852_163,
  root: sha256(utf8('root')),
};
const origin = `massive-graph/${toHex(checkpoint.space)}/${toHex(checkpoint.author)}`;

describe('checkpoints (c2sp.org/tlog-checkpoint)', () => {
  test('[T3] the text is origin, size and root, and the origin is the name of the key', () => {
    const lines = signCheckpoint(checkpoint, seed).split('\n');
    expect(lines.slice(0, 4)).toEqual([origin, '20852163', checkpoint.root.toBase64(), '']);
    expect(lines[4]).toMatch(new RegExp(`^— ${origin} [A-Za-z0-9+/]+=*$`));
    expect(lines).toHaveLength(6);
  });

  test('[T3] what is signed reads back', () => {
    const read = readCheckpoint(signCheckpoint(checkpoint, seed));
    expect(read).toEqual({ ...checkpoint, root: Uint8Array.from(checkpoint.root) });
    const empty = { ...checkpoint, size: 0 };
    expect(readCheckpoint(signCheckpoint(empty, seed)).size).toBe(0);
  });

  test('[T3] a checkpoint that another key signed is refused, and so is every changed byte', () => {
    expect(() => readCheckpoint(signCheckpoint(checkpoint, new Uint8Array(32)))).toThrow(
      expect.objectContaining({ code: ErrorCode.REFUSED }),
    );
    const bytes = utf8(signCheckpoint(checkpoint, seed));
    for (let at = 0; at < bytes.length; at++) {
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] as number) ^ 2;
      const text = Buffer.from(changed).toString('utf8');
      expect(() => readCheckpoint(text), `byte ${at}`).toThrow(/expected/);
    }
  });

  test('[T3] a signed note that is no checkpoint of this form is malformed', () => {
    const root = checkpoint.root.toBase64();
    const wrong = [
      `example.com/log\n1\n${root}\n`,
      `${origin}/more\n1\n${root}\n`,
      `${origin.toUpperCase()}\n1\n${root}\n`,
      `${origin}\n01\n${root}\n`,
      `${origin}\n-1\n${root}\n`,
      `${origin}\n9999999999999999\n${root}\n`,
      `${origin}\n1\n${root.slice(0, -1)}\n`,
      `${origin}\n1\n${root.slice(0, -2)}B=\n`,
      `${origin}\n1\n${root}\nextension\n`,
      `${origin}\n1\n`,
      `${origin}\n`,
    ];
    for (const text of wrong) {
      const note = signNote(text, { name: origin, publicKey: checkpoint.author, seed });
      expect(() => readCheckpoint(note), text).toThrow(
        expect.objectContaining({ code: ErrorCode.MALFORMED }),
      );
    }
  });

  test('[T4] a proof of an entry is the text of c2sp.org/tlog-proof, checkpoint last', () => {
    const note = signCheckpoint(checkpoint, seed);
    const path = [sha256(utf8('a')), sha256(utf8('b'))];
    const hashes = path.map((hash) => `${hash.toBase64()}\n`).join('');
    expect(logProofText({ index: 0, path, checkpoint: note })).toBe(
      `c2sp.org/tlog-proof@v1\nindex 0\n${hashes}\n${note}`,
    );
    expect(logProofText({ index: 0, path: [], checkpoint: note })).toBe(
      `c2sp.org/tlog-proof@v1\nindex 0\n\n${note}`,
    );
  });
});
