/** Chains whose records members decide: epochs, and certificates in the place of signatures. */

import { describe, expect, test } from 'vitest';
import type { RecordBody } from '../../src/authority/body.ts';
import { AuthorityChain } from '../../src/authority/chain.ts';
import { type EpochVoter, signAcceptance } from '../../src/authority/epoch-body.ts';
import { decodeRecord, joinRecord, recordParts, signRecord } from '../../src/authority/record.ts';
import { toHex } from '../../src/base/bytes.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { Phase, Verdict, type Vote } from '../../src/quorum/vote.ts';
import { codeOf } from '../fixture/code-of.ts';
import {
  decide,
  epochBody,
  foundedChain,
  ORGANISATIONS,
  rootSeed,
  voter,
  votingChain,
  votingKey,
} from '../fixture/voting-chain.ts';

const HASH = new Uint8Array(32).fill(7);

describe('an epoch', () => {
  test('[A28] is begun by the owner first, and names who votes from there on', () => {
    const { chain } = foundedChain();
    expect(chain.voters).toBeUndefined();
    chain.accept(signRecord(epochBody(chain, 1), rootSeed('red')));
    expect(chain.voters).toMatchObject({ epoch: 1, weight: 4, quorum: 3, tolerated: 1 });
    const keys = ORGANISATIONS.map((name) => toHex(votingKey(name).publicKey)).sort();
    expect(chain.voters?.all.map(({ key }) => toHex(key))).toEqual(keys);
  });

  test('[A30] is followed by what the members of the one before decide', () => {
    const { chain } = votingChain();
    const body = epochBody(chain, 2, [
      ...ORGANISATIONS.slice(0, 3).map((name) => voter(chain, name)),
      newKey(chain, 'gold'),
    ]);
    chain.accept(decide(chain, body));
    expect(chain.voters?.epoch).toBe(2);
    // The key that gold had votes no more.
    const next = definition(chain);
    expect(() => chain.check(decide(chain, next, { by: ['red', 'blue', 'gold'] }))).toThrow(
      'voters of its epoch',
    );
    chain.accept(decide(chain, definition(chain)));
  });

  test.each<[string, (chain: AuthorityChain) => RecordBody, string]>([
    ['of another number', (chain) => epochBody(chain, 2), 'epoch 1, got 2'],
    [
      'of somebody else',
      (chain) => epochBody(chain, 1, [voter(chain, 'red'), voter(chain, 'black')]),
      'organisations of the space, got black',
    ],
    [
      'of one organisation twice',
      (chain) => epochBody(chain, 1, [voter(chain, 'red'), newKey(chain, 'red')]),
      'each organisation once',
    ],
    [
      'that one of them has not accepted',
      (chain) => epochBody(chain, 1, [voter(chain, 'red', { acceptance: HASHES })]),
      'an acceptance by red',
    ],
    [
      'that was accepted for another space',
      (chain) => epochBody(chain, 1, [{ ...voter(chain, 'red'), ...acceptedFor(HASH) }]),
      'an acceptance by red',
    ],
    [
      'with the key of an organisation',
      (chain) => epochBody(chain, 1, [keyed(chain, 'red', rootSeed('blue'))]),
      'a voting key that has no other use',
    ],
    [
      'with the key that may own the space next',
      (chain) => epochBody(chain, 1, [keyed(chain, 'red', rootSeed('next'))]),
      'a voting key that has no other use',
    ],
    [
      'with a key of small order',
      (chain) => epochBody(chain, 1, [voter(chain, 'red', { key: new Uint8Array(32) })]),
      'voters that an epoch may have',
    ],
  ])('[A29] is refused %s', (_, make, expected) => {
    const { chain } = foundedChain();
    const record = signRecord(make(chain), rootSeed('red'));
    expect(() => chain.accept(record)).toThrow(
      expect.objectContaining({ code: 'REFUSED', message: expect.stringContaining(expected) }),
    );
    expect([chain.length, chain.voters]).toEqual([5, undefined]);
  });

  test('[A29] keeps what was accepted, and asks anew for another key', () => {
    const { chain } = votingChain();
    const others = ORGANISATIONS.slice(1).map((name) => voter(chain, name));
    const stolen = { ...newKey(chain, 'red'), acceptance: voter(chain, 'red').acceptance };
    const body = epochBody(chain, 2, [...others, stolen]);
    expect(() => chain.check(decide(chain, body))).toThrow('an acceptance by red');
    const foreign = keyed(chain, 'red', votingKey('blue').seed);
    const taken = epochBody(chain, 2, [...others.slice(1), foreign]);
    expect(() => chain.check(decide(chain, taken))).toThrow('that has no other use');
  });

  test.each<[string, (body: Record<string, unknown>) => void]>([
    ['no voters', (body) => (body.voters = [])],
    ['voters in another order', (body) => (body.voters as EpochVoter[]).reverse()],
    ['epoch 0', (body) => (body.epoch = 0)],
    ['a weight of 0', (body) => (body.voters = weighted(body, 0))],
    ['a weight of a half', (body) => (body.voters = weighted(body, 0.5))],
  ])('[A28] nobody signs one with %s', (_, change) => {
    const { chain } = foundedChain();
    const body: Record<string, unknown> = { ...epochBody(chain, 1) };
    change(body);
    expect(() => signRecord(body as never, rootSeed('red'))).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    );
  });
});

describe('a record that members decide', () => {
  test('[A27] is read as it was put together, and names itself by its body', () => {
    const { chain } = votingChain();
    const record = decide(chain, definition(chain));
    expect(decodeRecord(record.bytes)).toEqual(record);
    const { form, body, proof } = recordParts(record);
    expect(joinRecord(form, body, proof)).toEqual(record.bytes);
    const other = decide(chain, definition(chain), { by: ['blue', 'green', 'gold'] });
    expect(toHex(other.hash)).toBe(toHex(record.hash));
    expect(toHex(other.bytes)).not.toBe(toHex(record.bytes));
  });

  test('[A30] continues the chain, whoever of them decided', () => {
    const { chain } = votingChain();
    for (const by of [
      ['red', 'blue', 'green'],
      ['blue', 'green', 'gold'],
    ]) {
      chain.accept(decide(chain, definition(chain), { by }));
    }
    expect([chain.length, chain.decisionPosition]).toEqual([8, 2]);
  });

  test.each<[string, Partial<Vote> & { readonly by?: readonly string[] }, string]>([
    ['by too few', { by: ['red', 'blue'] }, 'a weight of 3, got 2'],
    ['by one twice', { by: ['red', 'blue', 'blue'] }, 'each once'],
    ['by a stranger', { by: ['red', 'blue', 'black'] }, 'voters of its epoch'],
    ['in another epoch', { epoch: 2 }, 'epoch 1, got 2'],
    ['for another record', { subject: HASH }, 'a certificate of this record'],
    ['in another space', { space: HASH }, 'a decision of this space'],
    ['on another key', { key: HASH }, 'a decision of this space'],
    ['by prevotes', { phase: Phase.PREVOTE }, 'a certificate that approves it'],
    ['by opinions', { phase: Phase.OPINION }, 'a certificate that approves it'],
    ['and refused', { verdict: Verdict.REFUSED }, 'a certificate that approves it'],
    ['and lapsed', { verdict: Verdict.LAPSED }, 'a certificate that approves it'],
  ])('[A30] is refused where it was decided %s', (_, part, expected) => {
    const { chain } = votingChain();
    expect(() => chain.accept(decide(chain, definition(chain), part))).toThrow(
      expect.objectContaining({ code: 'REFUSED', message: expect.stringContaining(expected) }),
    );
    expect([chain.length, chain.decisionPosition]).toEqual([6, 0]);
  });

  test('[A30] is refused where an earlier decision is told again', () => {
    const { chain } = votingChain();
    chain.accept(decide(chain, definition(chain), { position: 5 }));
    const late = decide(chain, definition(chain), { position: 5 });
    expect(() => chain.check(late)).toThrow('a decision after 5, got 5');
  });

  test('[A30] counts for no other place: a height that was passed is passed', () => {
    const { chain } = votingChain();
    const early = decide(chain, definition(chain));
    chain.accept(decide(chain, definition(chain, 'Town')));
    expect(() => chain.check(early)).toThrow('height 7 after the head, got height 6');
  });

  test('[A30] is refused where a record has come of its proposal', () => {
    const { chain } = votingChain();
    const proposal = HASH;
    chain.accept(decide(chain, { ...definition(chain), proposal } as never));
    const again = decide(chain, { ...definition(chain), proposal } as never);
    expect(() => chain.check(again)).toThrow('a proposal that is open');
    expect([chain.hasDecided(HASH), chain.hasDecided(chain.space)]).toEqual([true, false]);
  });

  test('[A30] is refused without its proposal, and the owner signs none with one', () => {
    const { chain } = votingChain();
    const none = decide(chain, { ...definition(chain), proposal: undefined } as never);
    expect(() => chain.check(none)).toThrow('a record of a proposal');
    const { chain: founded } = foundedChain();
    const signed = signRecord({ ...definition(founded), proposal: HASH } as never, rootSeed('red'));
    expect(() => founded.check(signed)).toThrow('no proposal before members vote');
  });

  test('[A30] needs no owner, and the owner alone makes none', () => {
    const { chain } = votingChain();
    const signed = signRecord(definition(chain), rootSeed('red'));
    expect(() => chain.check(signed)).toThrow('a certificate of the members that vote');
  });

  test('[A30] before members vote is none', () => {
    const { chain } = foundedChain();
    expect(() => chain.check(decide(chain, definition(chain)))).toThrow("the owner's signature");
  });

  test('[A31] ends no member that votes, and rotates no key', () => {
    const { chain } = votingChain();
    const place = chain.nextPlace;
    const nothing = { grants: [], authors: [], frontier: [] };
    const revocation = { kind: 'revocation', ...place, ...nothing, members: ['blue'] } as const;
    expect(() => chain.check(decide(chain, revocation))).toThrow('a member that does not vote');
    const owner = publicKeyOf(rootSeed('next'));
    const rotation = { kind: 'rotation', ...place, owner, next: HASH } as const;
    expect(() => chain.check(decide(chain, rotation))).toThrow('no rotation while members vote');
    const without = ORGANISATIONS.filter((name) => name !== 'blue');
    const rest = without.map((name) => voter(chain, name));
    chain.accept(decide(chain, epochBody(chain, 2, rest)));
    const later = { ...revocation, ...chain.nextPlace };
    chain.accept(decide(chain, later, { by: without }));
    expect(chain.isMember('blue')).toBe(false);
  });

  test('[A31] certifies no voting key as an author, nor as the root key of a member', () => {
    const { chain } = votingChain();
    const { publicKey: key } = votingKey('gold');
    const author = { kind: 'author', ...chain.nextPlace, author: key, label: 'one' } as const;
    expect(() => chain.check(decide(chain, author))).toThrow('nor votes, got one that is');
    const member = { kind: 'member', ...chain.nextPlace, name: 'black', key } as const;
    expect(() => chain.check(decide(chain, member))).toThrow('was not used before');
  });

  test('[A30] with one bit of it changed continues no chain', () => {
    const { chain } = votingChain();
    const { bytes } = decide(chain, definition(chain));
    const codes = new Set<string>();
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      codes.add(codeOf(() => chain.check(decodeRecord(changed))) ?? 'taken');
    }
    expect(codes.has('taken')).toBe(false);
    expect(codes).toContain('REFUSED');
  });

  test('[A30] makes the same chain for whoever takes the records later', () => {
    const { chain, records } = votingChain();
    const made = [definition(chain)];
    const decided = made.map((body) => {
      const record = decide(chain, body);
      chain.accept(record);
      return record;
    });
    const other = new AuthorityChain();
    for (const { bytes } of [...records, ...decided]) other.accept(decodeRecord(bytes));
    expect([toHex(other.head), other.voters?.epoch]).toEqual([toHex(chain.head), 1]);
  });
});

const HASHES = new Uint8Array(64).fill(7);

function definition(chain: AuthorityChain, type = 'Road'): RecordBody {
  const sdl = `type City @node { name: String } type ${type}${chain.length} @node { name: String }`;
  const known = chain.hasDefinition ? [...chain.definition.nodeTypes.keys()] : [];
  const kept = known.filter((name) => name !== 'City');
  const types = kept.map((name) => `type ${name} @node { name: String }`);
  return { kind: 'definition', ...chain.nextPlace, sdl: [sdl, ...types].join(' ') };
}

/** A voter of an organisation whose key is another one. */
function keyed(chain: AuthorityChain, organisation: string, seed: Uint8Array): EpochVoter {
  return voter(chain, organisation, { key: publicKeyOf(seed) });
}

function newKey(chain: AuthorityChain, organisation: string): EpochVoter {
  return keyed(chain, organisation, sha256(rootSeed(`new ${organisation}`)));
}

function acceptedFor(space: Uint8Array): Pick<EpochVoter, 'acceptance'> {
  const { publicKey: key } = votingKey('red');
  const accepted = { space, organisation: 'red', key };
  return { acceptance: signAcceptance(accepted, rootSeed('red')) };
}

function weighted(body: Record<string, unknown>, weight: number): EpochVoter[] {
  return (body.voters as EpochVoter[]).map((each) => ({ ...each, weight }));
}
