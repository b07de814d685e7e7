import { describe, expect, test } from 'vitest';
import type {
  AuthorBody,
  DefinitionBody,
  GenesisBody,
  RotationBody,
  SealBody,
} from '../../src/authority/body.ts';
import { AuthorityChain } from '../../src/authority/chain.ts';
import { type AuthorityRecord, signRecord } from '../../src/authority/record.ts';
import { toHex } from '../../src/base/bytes.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { unregistrableKeys } from '../fixture/unregistrable-keys.ts';

const SEED = new Uint8Array(32).fill(3);
const OTHER = new Uint8Array(32).fill(4);
const NEXT_SEED = new Uint8Array(32).fill(5);
const LATER_SEED = new Uint8Array(32).fill(6);
const SEED_9 = new Uint8Array(32).fill(9);
const HASH = new Uint8Array(32).fill(8);
const CLIENT = publicKeyOf(new Uint8Array(32).fill(7));
const OWNER = publicKeyOf(SEED);
const FOUNDING: GenesisBody = {
  kind: 'genesis',
  owner: OWNER,
  next: committed(NEXT_SEED),
  name: 'Red Cross',
  nonce: new Uint8Array(32).fill(1),
};
const GENESIS = signRecord(FOUNDING, SEED);
const SDL = 'type City @node { name: String }';

describe('an authority chain', () => {
  test('[A4] begins with a genesis, whose hash is the space', () => {
    const chain = chainOf();
    expect(toHex(chain.space)).toBe(toHex(GENESIS.hash));
    expect([chain.organisation, toHex(chain.owner)]).toEqual(['Red Cross', toHex(OWNER)]);
    expect([chain.length, chain.hasDefinition]).toEqual([1, false]);
    expect(chain.heightOf(GENESIS.hash)).toBe(0);
    expect(chain.heightOf(new Uint8Array(32))).toBeUndefined();
  });

  test('[A5] takes definitions one after the other, and the last is the one that holds', () => {
    const chain = chainOf(SDL, `${SDL} type Road @node { name: String }`);
    expect([chain.length, chain.definition.nodeTypes.size]).toEqual([3, 2]);
    expect(chain.heightOf(chain.head)).toBe(2);
  });

  test('[A7] certifies no key by itself, not even that of its owner', () => {
    const chain = chainOf(SDL);
    expect(chain.authors).toEqual([]);
    for (const height of [0, 1, 2, 100]) expect(chain.isAuthor(OWNER, height)).toBe(false);
  });

  test('[A7] certifies an author from the height of its record on', () => {
    const chain = chainOf(SDL);
    chain.accept(author(chain));
    chain.accept(author(chain, { author: publicKeyOf(OTHER), label: 'phone' }));
    expect([1, 2, 3].map((height) => chain.isAuthor(CLIENT, height))).toEqual([false, true, true]);
    expect([2, 3].map((height) => chain.isAuthor(publicKeyOf(OTHER), height))).toEqual([
      false,
      true,
    ]);
    expect(chain.authors.map(({ label, height }) => [label, height])).toEqual([
      ['laptop', 2],
      ['phone', 3],
    ]);
  });

  test('[A10] rotates to the key it was committed to, which signs from then on', () => {
    const chain = chainOf(SDL);
    chain.accept(author(chain));
    chain.accept(rotation(chain));
    expect(toHex(chain.owner)).toBe(toHex(publicKeyOf(NEXT_SEED)));
    expect(() => chain.check(author(chain, { author: publicKeyOf(OTHER) }, SEED))).toThrow(
      "the owner's signature, got one that fails",
    );
    chain.accept(author(chain, { author: publicKeyOf(OTHER) }, NEXT_SEED));
    chain.accept(rotation(chain, { owner: publicKeyOf(LATER_SEED), next: committed(SEED_9) }, 6));
    expect(toHex(chain.owner)).toBe(toHex(publicKeyOf(LATER_SEED)));
    expect(chain.isAuthor(CLIENT, chain.length)).toBe(true);
    expect(toHex(chain.space)).toBe(toHex(GENESIS.hash));
  });

  test('[A11] keeps the greatest number that was sealed of each author', () => {
    const chain = chainOf(SDL);
    chain.accept(author(chain));
    chain.accept(author(chain, { author: publicKeyOf(OTHER) }));
    expect([chain.sealHeight, chain.sealedClock, chain.sealedSequence(CLIENT)]).toEqual([0, 0n, 0]);
    chain.accept(seal(chain));
    expect([chain.sealHeight, chain.sealedClock]).toEqual([4, 100n]);
    chain.accept(
      seal(chain, { clock: 101n, tips: [{ key: publicKeyOf(OTHER), sequence: 2, hash: HASH }] }),
    );
    expect([CLIENT, publicKeyOf(OTHER)].map((key) => chain.sealedSequence(key))).toEqual([5, 2]);
    expect([chain.sealHeight, chain.sealedClock]).toEqual([5, 101n]);
  });

  test.each<[string, Partial<SealBody>, string]>([
    ['a number that was sealed', { clock: 101n }, 'after 5, got 5'],
    [
      'a lesser number',
      { clock: 101n, tips: [{ key: CLIENT, sequence: 4, hash: HASH }] },
      'after 5, got 4',
    ],
    [
      'the same clock',
      { tips: [{ key: CLIENT, sequence: 6, hash: HASH }] },
      'above the sealed 100, got 100',
    ],
    [
      'an author who is not certified',
      { clock: 101n, tips: [{ key: publicKeyOf(OTHER), sequence: 1, hash: HASH }] },
      'a certified author, got ',
    ],
    ['a height before', { clock: 101n, height: 3 }, 'height 4 after the head, got height 3'],
  ])('[A11] refuses a seal of %s', (_, part, expected) => {
    const chain = chainOf(SDL);
    chain.accept(author(chain));
    chain.accept(seal(chain));
    expect(() => chain.accept(seal(chain, part))).toThrow(
      expect.objectContaining({ code: 'REFUSED', message: expect.stringContaining(expected) }),
    );
    expect([chain.length, chain.sealedSequence(CLIENT)]).toEqual([4, 5]);
  });

  test('[A3] refuses a seal that the owner did not sign', () => {
    const chain = chainOf(SDL);
    chain.accept(author(chain));
    expect(() => chain.accept(seal(chain, {}, OTHER))).toThrow("the owner's signature");
  });

  test('is a bug to read before it has what is asked', () => {
    const chain = new AuthorityChain();
    for (const read of [() => chain.space, () => chain.head, () => chain.owner]) {
      expect(read).toThrow('assertion failed');
    }
  });
});

describe('a record that does not continue the chain is refused', () => {
  const next = (chain: AuthorityChain, part: Partial<DefinitionBody> = {}, seed = SEED) =>
    signRecord(
      {
        kind: 'definition',
        space: chain.space,
        height: chain.length,
        previous: chain.head,
        sdl: `${SDL} type Road @node { name: String }`,
        ...part,
      },
      seed,
    );

  test.each<[string, (chain: AuthorityChain) => ReturnType<typeof signRecord>, string]>([
    ['a second genesis', () => GENESIS, 'a record after the genesis, got another genesis'],
    [
      'another space',
      (chain) => next(chain, { space: new Uint8Array(32) }),
      'a record of this space, got another',
    ],
    [
      'a height before',
      (chain) => next(chain, { height: 1 }),
      'height 2 after the head, got height 1',
    ],
    [
      'a height beyond',
      (chain) => next(chain, { height: 3 }),
      'height 2 after the head, got height 3',
    ],
    [
      'another record before',
      (chain) => next(chain, { previous: chain.space }),
      'height 2 after the head, got height 2',
    ],
    [
      'another signer',
      (chain) => next(chain, {}, OTHER),
      "the owner's signature, got one that fails",
    ],
  ])('%s', (_, make, expected) => {
    const chain = chainOf(SDL);
    const head = toHex(chain.head);
    const record = make(chain);
    const error = { code: 'REFUSED', message: `an authority record expected ${expected}` };
    expect(() => chain.check(record)).toThrow(expect.objectContaining(error));
    expect(() => chain.accept(record)).toThrow(expect.objectContaining(error));
    expect([chain.length, toHex(chain.head)]).toEqual([2, head]);
  });

  test('a definition before the genesis', () => {
    const record = next(chainOf());
    expect(() => new AuthorityChain().check(record)).toThrow('a genesis first, got a later one');
  });

  test('a genesis that is not signed by the owner it names', () => {
    const record = signRecord(FOUNDING, OTHER);
    expect(() => new AuthorityChain().check(record)).toThrow("the owner's signature, got one");
  });

  test.each(unregistrableKeys())('[A4] a genesis whose owner is %s', (_, owner) => {
    const record = signRecord({ ...FOUNDING, owner }, SEED);
    expect(() => new AuthorityChain().check(record)).toThrow('an owner key of prime order');
  });

  test('[A10] a genesis that commits to its own key', () => {
    const record = signRecord({ ...FOUNDING, next: committed(SEED) }, SEED);
    expect(() => new AuthorityChain().check(record)).toThrow('a next key that was not used');
  });

  test.each<[string, (chain: AuthorityChain) => AuthorityRecord, string]>([
    ...unregistrableKeys().map(
      ([name, key]) =>
        [
          `an author that is ${name}`,
          (chain: AuthorityChain) => author(chain, { author: key }),
          'an author key of prime order, got another',
        ] as [string, (chain: AuthorityChain) => AuthorityRecord, string],
    ),
    [
      'an author that is the owner',
      (chain) => author(chain, { author: OWNER }),
      'an author key that never owned the space, got one that did',
    ],
    [
      'an author that is to be the owner',
      (chain) => author(chain, { author: publicKeyOf(NEXT_SEED) }),
      'an author key that never owned the space, got one that will',
    ],
    [
      'a rotation that commits to an author',
      (chain) => rotation(chain, { next: committed(OTHER) }),
      'a next key that was not used before, got one that was',
    ],
    [
      'an author once more',
      (chain) => author(chain, { author: publicKeyOf(OTHER) }),
      'an author that is not certified yet, got ',
    ],
    [
      'an author that certifies itself',
      (chain) => author(chain, {}, new Uint8Array(32).fill(7)),
      "the owner's signature, got one that fails",
    ],
    [
      'an author of another space',
      (chain) => author(chain, { space: new Uint8Array(32) }),
      'a record of this space, got another',
    ],
    [
      'an author at a height before',
      (chain) => author(chain, { height: 1 }),
      'height 3 after the head, got height 1',
    ],
    [
      'a rotation that the older key signs',
      (chain) => rotation(chain, {}, 3),
      "the owner's signature, got one that fails",
    ],
    [
      'a rotation to a key that was not committed to',
      (chain) => rotation(chain, { owner: publicKeyOf(OTHER) }, 4),
      'the owner key that was committed to, got another',
    ],
    [
      'a rotation to the same key',
      (chain) => rotation(chain, { owner: OWNER }, 3),
      'the owner key that was committed to, got another',
    ],
    [
      'a rotation that commits to the older key',
      (chain) => rotation(chain, { next: committed(SEED) }),
      'a next key that was not used before, got one that was',
    ],
    [
      'a rotation that commits to its own key',
      (chain) => rotation(chain, { next: committed(NEXT_SEED) }),
      'a next key that was not used before, got one that was',
    ],
    [
      'a rotation at a height beyond',
      (chain) => rotation(chain, { height: 4 }),
      'height 3 after the head, got height 4',
    ],
    [
      'a rotation after another record',
      (chain) => rotation(chain, { previous: chain.space }),
      'height 3 after the head, got height 3',
    ],
  ])('[A9] [A10] %s', (_, make, expected) => {
    const chain = chainOf(SDL);
    chain.accept(author(chain, { author: publicKeyOf(OTHER) }));
    const before = [chain.length, toHex(chain.head), toHex(chain.owner), chain.authors.length];
    expect(() => chain.accept(make(chain))).toThrow(
      expect.objectContaining({ code: 'REFUSED', message: expect.stringContaining(expected) }),
    );
    const after = [chain.length, toHex(chain.head), toHex(chain.owner), chain.authors.length];
    expect(after).toEqual(before);
  });

  test('[A10] a rotation to a key of small order, though it was committed to', () => {
    for (const [, owner] of unregistrableKeys()) {
      const chain = new AuthorityChain();
      chain.accept(signRecord({ ...FOUNDING, next: sha256(owner) }, SEED));
      expect(() => chain.check(rotation(chain, { owner }))).toThrow('an owner key of prime order');
    }
  });

  test.each([
    ['does not parse', 'type City @node {', 'INVALID_INPUT'],
    ['retypes a field', 'type City @node { name: Int }', 'INVALID_INPUT'],
  ])('[A6] a definition that %s', (_, sdl, code) => {
    const chain = chainOf(SDL);
    expect(() => chain.accept(next(chain, { sdl }))).toThrow(expect.objectContaining({ code }));
    expect(chain.length).toBe(2);
  });

  test('[A6] a definition that retypes a field which was retired in between', () => {
    const chain = chainOf('type City @node { name: String, people: Int }', SDL);
    const sdl = 'type City @node { name: String, people: Float }';
    expect(() => chain.accept(next(chain, { sdl }))).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    );
  });
});

function committed(seed: Uint8Array): Uint8Array {
  return sha256(publicKeyOf(seed));
}

function author(
  chain: AuthorityChain,
  part: Partial<AuthorBody> = {},
  seed = SEED,
): AuthorityRecord {
  return signRecord(
    { kind: 'author', ...chain.nextPlace, author: CLIENT, label: 'laptop', ...part },
    seed,
  );
}

/** To the next key, signed by the key whose seed is filled with `signer`. */
function rotation(
  chain: AuthorityChain,
  part: Partial<RotationBody> = {},
  signer = 5,
): AuthorityRecord {
  const owner = publicKeyOf(NEXT_SEED);
  return signRecord(
    { kind: 'rotation', ...chain.nextPlace, owner, next: committed(LATER_SEED), ...part },
    new Uint8Array(32).fill(signer),
  );
}

function seal(chain: AuthorityChain, part: Partial<SealBody> = {}, seed = SEED): AuthorityRecord {
  const tips = [{ key: CLIENT, sequence: 5, hash: HASH }];
  return signRecord({ kind: 'seal', ...chain.nextPlace, clock: 100n, tips, ...part }, seed);
}

function chainOf(...definitions: readonly string[]): AuthorityChain {
  const chain = new AuthorityChain();
  chain.accept(GENESIS);
  for (const sdl of definitions) {
    const { space, length: height, head: previous } = chain;
    chain.accept(signRecord({ kind: 'definition', space, height, previous, sdl }, SEED));
  }
  return chain;
}
