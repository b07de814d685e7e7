import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type {
  AuthorBody,
  DefinitionBody,
  GenesisBody,
  RecordBody,
  RotationBody,
  SealBody,
} from '../../src/authority/body.ts';
import type { RecordPlace, SealedTip } from '../../src/authority/body-fields.ts';
import {
  type AuthorityRecord,
  decodeRecord,
  isSignedBy,
  recordParts,
  signRecord,
} from '../../src/authority/record.ts';
import { concatBytes, toHex, utf8 } from '../../src/base/bytes.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import { publicKeyOf, signEd25519 } from '../../src/crypto/ed25519.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import {
  type Loose,
  LooseItem,
  looseFloat,
  looseLink,
  looseMap,
  wideNumber,
} from '../fixture/loose-cbor.ts';

const SEED = new Uint8Array(32).fill(3);
const OWNER = publicKeyOf(SEED);
const GENESIS: GenesisBody = {
  kind: 'genesis',
  owner: OWNER,
  next: new Uint8Array(32).fill(2),
  name: 'Ärzte & Söhne',
  nonce: new Uint8Array(32).fill(1),
};
const PLACE: RecordPlace = {
  space: new Uint8Array(32).fill(4),
  height: 1,
  previous: new Uint8Array(32).fill(5),
};
const DEFINITION: DefinitionBody = {
  kind: 'definition',
  ...PLACE,
  sdl: 'type City @node { name: String }',
};
const AUTHOR: AuthorBody = {
  kind: 'author',
  ...PLACE,
  author: new Uint8Array(32).fill(6),
  label: 'laptop',
};
const ROTATION: RotationBody = {
  kind: 'rotation',
  ...PLACE,
  owner: new Uint8Array(32).fill(7),
  next: new Uint8Array(32).fill(8),
};

const SEAL: SealBody = {
  kind: 'seal',
  ...PLACE,
  clock: 115_343_360_000_000_001n,
  tips: [
    { key: new Uint8Array(32).fill(6), sequence: 7, hash: new Uint8Array(32).fill(3) },
    { key: new Uint8Array(32).fill(9), sequence: 2 ** 53 - 1, hash: new Uint8Array(32).fill(1) },
    { key: new Uint8Array(32).fill(9), sequence: 23, hash: new Uint8Array(32).fill(2) },
  ],
};

const DEFINITION_FIELDS: readonly (readonly [string, Loose])[] = [
  ['sdl', DEFINITION.sdl],
  ['kind', 'definition'],
  ['space', DEFINITION.space],
  ['height', 1],
  ['version', 1],
  ['previous', looseLink(DEFINITION.previous)],
];
const GENESIS_FIELDS: readonly (readonly [string, Loose])[] = [
  ['kind', 'genesis'],
  ['name', GENESIS.name],
  ['next', GENESIS.next],
  ['nonce', GENESIS.nonce],
  ['owner', OWNER],
  ['version', 1],
];

const AUTHOR_FIELDS: readonly (readonly [string, Loose])[] = [
  ['kind', 'author'],
  ['label', AUTHOR.label],
  ['space', AUTHOR.space],
  ['author', AUTHOR.author],
  ['height', 1],
  ['version', 1],
  ['previous', looseLink(AUTHOR.previous)],
];
const ROTATION_FIELDS: readonly (readonly [string, Loose])[] = [
  ['kind', 'rotation'],
  ['next', ROTATION.next],
  ['owner', ROTATION.owner],
  ['space', ROTATION.space],
  ['height', 1],
  ['version', 1],
  ['previous', looseLink(ROTATION.previous)],
];

const SEAL_FIELDS: readonly (readonly [string, Loose])[] = [
  ['kind', 'seal'],
  ['tips', SEAL.tips.map(sealedEntry)],
  ['clock', wideNumber(SEAL.clock, 8)],
  ['space', SEAL.space],
  ['height', 1],
  ['version', 1],
  ['previous', looseLink(SEAL.previous)],
];

describe('an authority record', () => {
  test.each<RecordBody>([GENESIS, DEFINITION, AUTHOR, ROTATION, SEAL])(
    'of kind $kind decodes to what was signed',
    (body) => {
      const signed = signRecord(body, SEED);
      const decoded = decodeRecord(signed.bytes);
      expect(decoded.body).toEqual(body);
      expect(toHex(decoded.hash)).toBe(toHex(signed.hash));
      expect(isSignedBy(decoded, OWNER)).toBe(true);
    },
  );

  test.each<[RecordBody, readonly (readonly [string, Loose])[]]>([
    [GENESIS, GENESIS_FIELDS],
    [DEFINITION, DEFINITION_FIELDS],
    [AUTHOR, AUTHOR_FIELDS],
    [ROTATION, ROTATION_FIELDS],
    [SEAL, SEAL_FIELDS],
  ])('has exactly the bytes of its specification', (body, fields) => {
    expect(toHex(signRecord(body, SEED).bytes)).toBe(toHex(recordOf(looseMap(fields))));
  });

  test('[A11] of kind seal is as in the specification, whatever the size of its clock', () => {
    const bytes = (filled: number) => new Uint8Array(32).fill(filled);
    const tips = [{ key: bytes(6), sequence: 7, hash: bytes(7) }];
    const place = { space: bytes(4), height: 3, previous: bytes(5) };
    const vector = signRecord({ ...SEAL, ...place, tips }, SEED);
    const text = readFileSync(new URL('../../schema/authority.md', import.meta.url), 'utf8');
    const vectorText = text.slice(text.indexOf('## Vector')).match(/^ {4}[0-9a-f]+$/gm) ?? [];
    expect(vectorText.map((line) => line.trim()).join('')).toBe(toHex(recordParts(vector).body));
    for (const clock of [1n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n]) {
      const { bytes: signed } = signRecord({ ...SEAL, clock }, SEED);
      expect(decodeRecord(signed).body).toEqual({ ...SEAL, clock });
    }
  });

  test('[A4] of kind genesis names the space by the SHA-256 of its body', () => {
    expect(toHex(signRecord(GENESIS, SEED).hash)).toBe(toHex(sha256(looseMap(GENESIS_FIELDS))));
  });

  test.each([
    ['129 bytes', 'é'.repeat(64).concat('x')],
    ['a line break', 'two\nlines'],
    ['an escape sequence', '\u001b[2J'],
    ['half a surrogate pair', '\ud800'],
  ])('[A8] with %s in a name or a label is not signed', (_, text) => {
    const refused = expect.objectContaining({ code: 'INVALID_INPUT' });
    expect(() => signRecord({ ...GENESIS, name: text }, SEED)).toThrow(refused);
    expect(() => signRecord({ ...AUTHOR, label: text }, SEED)).toThrow(refused);
  });

  test('[A8] with a name of 128 bytes, or an empty one, is signed and read', () => {
    for (const name of ['é'.repeat(64), '']) {
      const { bytes } = signRecord({ ...GENESIS, name }, SEED);
      expect(decodeRecord(bytes).body).toMatchObject({ name });
    }
  });

  test('[A3] is not signed by another key, nor when any bit of it differs', () => {
    const signed = signRecord(GENESIS, SEED);
    expect(isSignedBy(signed, publicKeyOf(new Uint8Array(32).fill(8)))).toBe(false);
    for (let bit = 0; bit < signed.bytes.length * 8; bit++) {
      const changed = Uint8Array.from(signed.bytes);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      const record = attempt(changed);
      if (record instanceof DatabaseError) {
        expect(record.message).toMatch(/^(an authority record|a certificate) expected .+, got .+$/);
      } else expect(isSignedBy(record, OWNER), `bit ${bit}`).toBe(false);
    }
  });

  test('cut off at any byte, or with one more, is malformed', () => {
    const { bytes } = signRecord(DEFINITION, SEED);
    for (let length = 0; length < bytes.length; length++) {
      expect(refusal(bytes.subarray(0, length)).code, `${length} bytes`).toBe('MALFORMED');
    }
    expect(refusal(concatBytes(bytes, Uint8Array.of(0))).message).toBe(
      `an authority record expected ${bytes.length} bytes, got ${bytes.length + 1}`,
    );
  });

  test('beyond 2 MiB is malformed before it is read', () => {
    expect(refusal(new Uint8Array(2_097_153)).message).toBe(
      'an authority record expected 6 to 2097152 bytes, got 2097153',
    );
  });

  test.each([
    [1, 0],
    [3, 0],
    [2, 2],
  ])('[A1] in envelope %i %i is unsupported', (format, zero) => {
    const bytes = Uint8Array.from(signRecord(GENESIS, SEED).bytes);
    bytes[0] = format;
    bytes[1] = zero;
    const { code, message } = refusal(bytes);
    expect([code, message]).toEqual([
      'UNSUPPORTED',
      `an authority record expected envelope 2 0 or 1, got ${format} ${zero}`,
    ]);
  });

  test('of a later version is unsupported', () => {
    const { code, message } = refusal(recordOf(looseMap(replaced(GENESIS_FIELDS, 'version', 2))));
    expect([code, message]).toEqual([
      'UNSUPPORTED',
      'an authority record expected version 1, got 2',
    ]);
  });
});

describe('[A2] a body that is wrong, or in a second form, is malformed', () => {
  test.each<[string, Uint8Array]>([
    ['keys in another order', looseMap([...GENESIS_FIELDS].reverse())],
    ['a field more', looseMap([...GENESIS_FIELDS, ['another', 1]])],
    ['a field twice', looseMap([...GENESIS_FIELDS, ['version', 1]])],
    ['a field of the other kind', looseMap([['sdl', 'x'], ...GENESIS_FIELDS])],
    ['no owner', looseMap(GENESIS_FIELDS.filter(([name]) => name !== 'owner'))],
    ['no kind', looseMap(GENESIS_FIELDS.filter(([name]) => name !== 'kind'))],
    ['no version', looseMap(GENESIS_FIELDS.filter(([name]) => name !== 'version'))],
    ['an owner of 31 bytes', looseMap(replaced(GENESIS_FIELDS, 'owner', OWNER.subarray(1)))],
    ['a nonce that is a text', looseMap(replaced(GENESIS_FIELDS, 'nonce', 'random'))],
    ['a kind that is not known', looseMap(replaced(GENESIS_FIELDS, 'kind', 'x'.repeat(9)))],
    ['a version as a text', looseMap(replaced(GENESIS_FIELDS, 'version', '1'))],
    ['a version as a float', looseMap(replaced(GENESIS_FIELDS, 'version', looseFloat(1)))],
    ['no next key', looseMap(GENESIS_FIELDS.filter(([name]) => name !== 'next'))],
    ['a next key of 33 bytes', looseMap(replaced(GENESIS_FIELDS, 'next', new Uint8Array(33)))],
    ['a name of bytes', looseMap(replaced(GENESIS_FIELDS, 'name', utf8('name')))],
    ['a name of 129 bytes', looseMap(replaced(GENESIS_FIELDS, 'name', 'x'.repeat(129)))],
    ['a label of two lines', looseMap(replaced(AUTHOR_FIELDS, 'label', 'a\nb'))],
    ['no label', looseMap(AUTHOR_FIELDS.filter(([name]) => name !== 'label'))],
    ['an author of 31 bytes', looseMap(replaced(AUTHOR_FIELDS, 'author', new Uint8Array(31)))],
    ['no author', looseMap(AUTHOR_FIELDS.filter(([name]) => name !== 'author'))],
    ['an author without a height', looseMap(AUTHOR_FIELDS.filter(([name]) => name !== 'height'))],
    ['a rotation without an owner', looseMap(ROTATION_FIELDS.filter(([n]) => n !== 'owner'))],
    ['a rotation to a text', looseMap(replaced(ROTATION_FIELDS, 'next', 'x'))],
    ['a rotation with a label', looseMap([['label', 'x'], ...ROTATION_FIELDS])],
    ['a seal without a clock', looseMap(SEAL_FIELDS.filter(([name]) => name !== 'clock'))],
    ['a seal with a clock of 0', looseMap(replaced(SEAL_FIELDS, 'clock', 0))],
    [
      'a seal with a clock of 64 bits',
      looseMap(replaced(SEAL_FIELDS, 'clock', wideNumber(2n ** 63n, 8))),
    ],
    ['a seal of nothing', looseMap(replaced(SEAL_FIELDS, 'tips', []))],
    ['a seal without tips', looseMap(SEAL_FIELDS.filter(([name]) => name !== 'tips'))],
    [
      'a seal whose authors descend',
      looseMap(replaced(SEAL_FIELDS, 'tips', SEAL.tips.map(sealedEntry).reverse())),
    ],
    [
      'a seal with a commit twice',
      looseMap(replaced(SEAL_FIELDS, 'tips', [SEAL.tips[0], SEAL.tips[0]].map(sealedEntry))),
    ],
    [
      'a seal whose branches descend',
      looseMap(replaced(SEAL_FIELDS, 'tips', [SEAL.tips[2], SEAL.tips[1]].map(sealedEntry))),
    ],
    ['a seal of no commit', looseMap(replaced(SEAL_FIELDS, 'tips', [[OWNER, 0, OWNER]]))],
    ['a seal of 2^53 commits', looseMap(replaced(SEAL_FIELDS, 'tips', [[OWNER, 2 ** 53, OWNER]]))],
    [
      'a seal of a short key',
      looseMap(replaced(SEAL_FIELDS, 'tips', [[OWNER.subarray(1), 1, OWNER]])),
    ],
    [
      'a seal of a short hash',
      looseMap(replaced(SEAL_FIELDS, 'tips', [[OWNER, 1, OWNER.subarray(1)]])),
    ],
    ['a seal of four parts', looseMap(replaced(SEAL_FIELDS, 'tips', [[OWNER, 1, OWNER, 1]]))],
    ['a seal without hashes', looseMap(replaced(SEAL_FIELDS, 'tips', [[OWNER, 1]]))],
    ['a seal of keys alone', looseMap(replaced(SEAL_FIELDS, 'tips', [OWNER]))],
    ['a height of 0', looseMap(replaced(DEFINITION_FIELDS, 'height', 0))],
    ['a height below 0', looseMap(replaced(DEFINITION_FIELDS, 'height', -1))],
    [
      'a height that is not whole',
      looseMap(replaced(DEFINITION_FIELDS, 'height', looseFloat(1.5))),
    ],
    ['a previous that is no link', looseMap(replaced(DEFINITION_FIELDS, 'previous', OWNER))],
    [
      'a link of another codec',
      looseMap(replaced(DEFINITION_FIELDS, 'previous', looseLink(OWNER, 0x55))),
    ],
    ['an sdl of bytes', looseMap(replaced(DEFINITION_FIELDS, 'sdl', utf8('type')))],
    [
      'an sdl that is no UTF-8',
      looseMap(replaced(DEFINITION_FIELDS, 'sdl', new LooseItem(Uint8Array.of(0x61, 0xff)))),
    ],
    ['a list', Uint8Array.of(0x81, 0x01)],
    ['a number', Uint8Array.of(0x01)],
    ['nothing', new Uint8Array()],
    ['bytes after its end', concatBytes(looseMap(GENESIS_FIELDS), Uint8Array.of(0))],
    ['lists in lists without an end', new Uint8Array(2_000_000).fill(0x81)],
  ])('%s', (_, body) => {
    const { code, message } = refusal(recordOf(body));
    expect(code, message).toBe('MALFORMED');
    expect(message).toMatch(/^an authority record expected .+, got .{1,60}$/);
  });
});

function sealedEntry(tip: SealedTip | undefined): Loose {
  return tip === undefined ? [] : [tip.key, wideNumber(tip.sequence, sizeOf(tip)), tip.hash];
}

function sizeOf({ sequence }: SealedTip): 0 | 8 {
  return sequence < 24 ? 0 : 8;
}

function replaced(
  fields: readonly (readonly [string, Loose])[],
  name: string,
  value: Loose,
): readonly (readonly [string, Loose])[] {
  return fields.map(([key, was]) => [key, key === name ? value : was]);
}

/** The envelope once more, apart from the source: it signs whatever body it gets. */
function recordOf(body: Uint8Array): Uint8Array {
  const head = new Uint8Array(6);
  head[0] = 2;
  new DataView(head.buffer).setUint32(2, body.length, true);
  const signed = concatBytes(utf8('massive-graph/authority/v1\0'), sha256(body));
  return concatBytes(head, body, signEd25519(SEED, signed));
}

function attempt(bytes: Uint8Array): AuthorityRecord | DatabaseError {
  try {
    return decodeRecord(bytes);
  } catch (error) {
    if (error instanceof DatabaseError) return error;
    throw error;
  }
}

function refusal(bytes: Uint8Array): DatabaseError {
  const record = attempt(bytes);
  if (record instanceof DatabaseError) return record;
  throw new Error('expected a refusal, got a record');
}
