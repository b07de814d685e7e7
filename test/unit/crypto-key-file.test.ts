import { createCipheriv, scryptSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { concatBytes, fromHex, toHex, utf8 } from '../../src/base/bytes.ts';
import { systemRandom } from '../../src/base/random.ts';
import { decodeKeyFile, encodeKeyFile, openKeyFile } from '../../src/crypto/key-file.ts';

const FORMAT = 'test key';
const SECRET = new Uint8Array(64).fill(0xab);
const CONTENT = { format: FORMAT, facts: { name: 'Ärzte', owner: 'ff' }, secret: SECRET };
const PASSPHRASE = 'correct horse battery staple';

describe('[Y1] a key file without a passphrase', () => {
  test('is a line of JSON and a line of hex, and is read as it was written', async () => {
    const bytes = await encodeKeyFile(CONTENT, { random: systemRandom });
    expect(new TextDecoder().decode(bytes)).toBe(
      '{"format":"test key","version":1,"protection":"none","name":"Ärzte","owner":"ff"}\n' +
        `${'ab'.repeat(64)}\n`,
    );
    const file = decodeKeyFile(bytes, FORMAT);
    expect([file.facts, file.hiding]).toEqual([CONTENT.facts, undefined]);
    expect(await openKeyFile(file, '')).toEqual(SECRET);
  });

  test.each<[string, string, string, RegExp]>([
    ['nothing', '', 'CORRUPT', /expected its format named, got another/],
    ['a bare secret', 'ab'.repeat(32), 'CORRUPT', /expected its format named/],
    ['no JSON', 'key\nab\n', 'CORRUPT', /expected its format named/],
    ['a list', '[]\nab\n', 'CORRUPT', /expected its format named/],
    ['another format', line({ format: 'other' }), 'CORRUPT', /expected its format named/],
    ['no version', line({ version: undefined }), 'CORRUPT', /expected a version, got none/],
    ['a newer version', line({ version: 2 }), 'UNSUPPORTED', /expected version 1, got 2$/],
    ['a number among the facts', line({ name: 7 }), 'CORRUPT', /name to be a text, got number/],
    ['another protection', line({ protection: 'rot13' }), 'CORRUPT', /protection by scrypt and/],
    ['no protection', line({ protection: undefined }), 'CORRUPT', /protection by scrypt and/],
    ['no secret', `${line({}).split('\n')[0]}\n`, 'CORRUPT', /a line of JSON and one of hex/],
    ['half a byte', line({}).replace('ab\n', 'a\n'), 'CORRUPT', /one of hex, got others/],
    ['a secret without an end', line({}).trimEnd(), 'CORRUPT', /one of hex, got others/],
    ['more after its end', `${line({})}ab\n`, 'CORRUPT', /one of hex, got others/],
    [
      'more than 4 KiB',
      line({ name: 'x'.repeat(4_096) }),
      'CORRUPT',
      /expected at most 4096 bytes/,
    ],
  ])('with %s is refused, and nothing of it is shown', (_, text, code, message) => {
    const error = refusal(utf8(text));
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(String(error) + String((error as Error).cause)).not.toContain('abab');
  });
});

describe('[Y2] a key file under a passphrase', () => {
  test('opens with it alone, however its letters are composed', async () => {
    const options = { passphrase: 'caf\u00e9 au lait', random: systemRandom };
    const bytes = await encodeKeyFile(CONTENT, options);
    expect(Buffer.from(bytes).includes('ab'.repeat(8))).toBe(false);
    const file = decodeKeyFile(bytes, FORMAT);
    expect(file.facts).toEqual(CONTENT.facts);
    expect(await openKeyFile(file, 'cafe\u0301 au lait')).toEqual(SECRET);
    expect(await openKeyFile(file, 'cafe au lait')).toBeUndefined();
    expect(await openKeyFile(file, '')).toBeUndefined();
  }, 60_000);

  test('does not open when any part of it was changed', async () => {
    const bytes = cheapFile();
    expect(await openKeyFile(decodeKeyFile(bytes, FORMAT), PASSPHRASE)).toEqual(SECRET);
    let opened = 0;
    for (let at = 0; at < bytes.length; at++) {
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] as number) ^ 1;
      let file: ReturnType<typeof decodeKeyFile>;
      try {
        file = decodeKeyFile(changed, FORMAT);
      } catch {
        continue;
      }
      opened += 1;
      expect(await openKeyFile(file, PASSPHRASE), `byte ${at}`).toBeUndefined();
    }
    expect(opened, 'files that only the cipher could tell').toBeGreaterThan(100);
  });

  test('has a salt and a nonce of its own each time', async () => {
    const hidings = new Set<string>();
    for (let round = 0; round < 2; round++) {
      const options = { passphrase: PASSPHRASE, random: systemRandom };
      const { hiding } = decodeKeyFile(await encodeKeyFile(CONTENT, options), FORMAT);
      hidings.add(hiding?.salt ?? '').add(hiding?.nonce ?? '');
    }
    expect(hidings.size).toBe(4);
  }, 60_000);

  test.each([
    ['a cost that takes a gigabyte', { cost: 1_048_576 }, 'LIMIT_EXCEEDED'],
    ['blocks that take a gigabyte', { blockSize: 64 }, 'LIMIT_EXCEEDED'],
    ['too many lanes', { lanes: 17 }, 'LIMIT_EXCEEDED'],
    ['a cost beyond all numbers', { cost: 2 ** 52 }, 'LIMIT_EXCEEDED'],
    ['a cost that is no power of two', { cost: 1_000 }, 'CORRUPT'],
    ['a cost of 1', { cost: 1 }, 'CORRUPT'],
    ['a cost as a text', { cost: '16384' }, 'CORRUPT'],
    ['no block size', { blockSize: undefined }, 'CORRUPT'],
    ['lanes of 0', { lanes: 0 }, 'CORRUPT'],
    ['a short salt', { salt: 'ab' }, 'CORRUPT'],
    ['a nonce that is no hex', { nonce: 'x'.repeat(24) }, 'CORRUPT'],
    ['another cipher', { cipher: 'aes-256-cbc' }, 'CORRUPT'],
    ['another derivation', { derivation: 'pbkdf2' }, 'CORRUPT'],
  ])('with %s is refused before any work is done', (_, part, code) => {
    const protection = { ...HIDING, ...part };
    expect(refusal(utf8(line({ protection })))).toMatchObject({ code });
  });
});

const HIDING = {
  derivation: 'scrypt',
  cost: 131_072,
  blockSize: 8,
  lanes: 1,
  salt: '00'.repeat(16),
  cipher: 'aes-256-gcm',
  nonce: '00'.repeat(12),
};

/** The format once more, apart from the source, with a derivation that takes no time. */
function cheapFile(): Uint8Array {
  const hiding = { ...HIDING, cost: 2 };
  const text = line({ protection: hiding });
  const head = utf8(text.slice(0, text.indexOf('\n') + 1));
  const options = { N: 2, r: hiding.blockSize, p: hiding.lanes };
  const key = scryptSync(PASSPHRASE, fromHex(hiding.salt), 32, options);
  const cipher = createCipheriv('aes-256-gcm', key, fromHex(hiding.nonce));
  cipher.setAAD(head);
  const hidden = concatBytes(cipher.update(SECRET), cipher.final(), cipher.getAuthTag());
  return concatBytes(head, utf8(`${toHex(hidden)}\n`));
}

function line(part: Readonly<Record<string, unknown>>): string {
  const head = { format: FORMAT, version: 1, protection: 'none', ...part };
  return `${JSON.stringify(head)}\n${'ab'.repeat(64)}\n`;
}

function refusal(bytes: Uint8Array): unknown {
  try {
    decodeKeyFile(bytes, FORMAT);
  } catch (error) {
    return error;
  }
  throw new Error('expected a refusal, got a file');
}
