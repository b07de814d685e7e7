import { describe, expect, test } from 'vitest';
import { AuthorityChain } from '../../src/authority/chain.ts';
import { type DefinitionBody, signRecord } from '../../src/authority/record.ts';
import { toHex } from '../../src/base/bytes.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';

const SEED = new Uint8Array(32).fill(3);
const OTHER = new Uint8Array(32).fill(4);
const OWNER = publicKeyOf(SEED);
const GENESIS = signRecord(
  { kind: 'genesis', owner: OWNER, nonce: new Uint8Array(32).fill(1) },
  SEED,
);
const SDL = 'type City @node { name: String }';

describe('an authority chain', () => {
  test('[A4] begins with a genesis, whose hash is the space and whose owner may author', () => {
    const chain = chainOf();
    expect(toHex(chain.space)).toBe(toHex(GENESIS.hash));
    expect(chain.isAuthor(OWNER)).toBe(true);
    expect(chain.isAuthor(publicKeyOf(OTHER))).toBe(false);
    expect([chain.length, chain.hasDefinition]).toEqual([1, false]);
    expect(chain.heightOf(GENESIS.hash)).toBe(0);
    expect(chain.heightOf(new Uint8Array(32))).toBeUndefined();
  });

  test('[A5] takes definitions one after the other, and the last is the one that holds', () => {
    const chain = chainOf(SDL, `${SDL} type Road @node { name: String }`);
    expect([chain.length, chain.definition.nodeTypes.size]).toEqual([3, 2]);
    expect(chain.heightOf(chain.head)).toBe(2);
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
    expect(() => new AuthorityChain().check(record)).toThrow('a genesis first, got a definition');
  });

  test('a genesis that is not signed by the owner it names', () => {
    const record = signRecord({ kind: 'genesis', owner: OWNER, nonce: new Uint8Array(32) }, OTHER);
    expect(() => new AuthorityChain().check(record)).toThrow("the owner's signature, got one");
  });

  test('a genesis whose owner is a key of small order', () => {
    const owner = new Uint8Array(32);
    owner[0] = 1;
    const record = signRecord({ kind: 'genesis', owner, nonce: new Uint8Array(32) }, SEED);
    expect(() => new AuthorityChain().check(record)).toThrow(/expected an owner key|signature/);
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

function chainOf(...definitions: readonly string[]): AuthorityChain {
  const chain = new AuthorityChain();
  chain.accept(GENESIS);
  for (const sdl of definitions) {
    const { space, length: height, head: previous } = chain;
    chain.accept(signRecord({ kind: 'definition', space, height, previous, sdl }, SEED));
  }
  return chain;
}
