/** Proposals: what members sign to ask for a record. */

import { describe, expect, test } from 'vitest';
import { encodeContent, placeContent, type RecordContent } from '../../src/authority/body.ts';
import { concatBytes, toHex } from '../../src/base/bytes.ts';
import { PROPOSAL_BYTES_MAX, REASON_BYTES_MAX } from '../../src/base/quorum-limits.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { readProposal, signProposal } from '../../src/proposal/proposal.ts';
import { codeOf } from '../fixture/code-of.ts';
import { rootSeed, votingChain, votingKey } from '../fixture/voting-chain.ts';

const SPACE = new Uint8Array(32).fill(1);
const NONCE = new Uint8Array(16).fill(2);
const KEY = votingKey('red');
const CONTENT: RecordContent = {
  kind: 'member',
  name: 'guest',
  key: publicKeyOf(rootSeed('guest')),
};
const ASKED = { space: SPACE, epoch: 1, content: CONTENT, reason: 'why', expiry: 9, nonce: NONCE };

describe('a proposal', () => {
  test('[QC32] is read as it was signed', () => {
    const proposal = signProposal(ASKED, KEY);
    expect(readProposal(proposal.bytes)).toEqual(proposal);
    expect(toHex(proposal.body.proposer)).toBe(toHex(KEY.publicKey));
    const again = signProposal({ ...ASKED, nonce: new Uint8Array(16) }, KEY);
    expect(toHex(again.hash)).not.toBe(toHex(proposal.hash));
  });

  test('[QC32] of which one bit was changed is refused, or none', () => {
    const { bytes } = signProposal(ASKED, KEY);
    const codes = new Set<string>();
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      codes.add(codeOf(() => readProposal(changed)) ?? 'taken');
    }
    expect(codes).toEqual(new Set(['REFUSED', 'MALFORMED', 'UNSUPPORTED']));
  });

  test('[QC32] that is cut, or too long, is none', () => {
    const { bytes } = signProposal(ASKED, KEY);
    for (let end = 0; end < bytes.length; end++) {
      expect(codeOf(() => readProposal(bytes.subarray(0, end)))).toBe('MALFORMED');
    }
    expect(codeOf(() => readProposal(concatBytes(bytes, NONCE)))).toBe('MALFORMED');
    expect(codeOf(() => readProposal(new Uint8Array(PROPOSAL_BYTES_MAX + 1)))).toBe('MALFORMED');
  });

  test.each<Partial<typeof ASKED>>([
    { epoch: 0 },
    { expiry: -1 },
    { expiry: 1.5 },
    { nonce: new Uint8Array(15) },
    { space: new Uint8Array(31) },
    { reason: 'x'.repeat(REASON_BYTES_MAX + 1) },
    { reason: '\ud800' },
  ])('[QC32] nobody signs one with %o', (part) => {
    expect(codeOf(() => signProposal({ ...ASKED, ...part }, KEY))).toBe('INVALID_INPUT');
  });

  test('[QC33] becomes the body of a record wherever it stands', () => {
    const { chain } = votingChain();
    const proposal = signProposal({ ...ASKED, space: chain.space }, KEY);
    const body = placeContent(proposal.body.content, {
      ...chain.nextPlace,
      proposal: proposal.hash,
    });
    expect(body).toEqual({ ...CONTENT, ...chain.nextPlace, proposal: proposal.hash });
    expect(() => chain.checkBody(body)).not.toThrow();
  });

  test.each([
    ['a place of its own', { ...CONTENT, height: 3 }],
    ['a proposal of its own', { ...CONTENT, proposal: SPACE }],
    ['a genesis', { kind: 'genesis', owner: SPACE, next: SPACE, name: 'x', nonce: SPACE }],
    ['an unknown kind', { kind: 'other' }],
  ])('[QC33] with %s becomes none', async (_, content) => {
    const { encode } = await import('@ipld/dag-cbor');
    const place = { space: SPACE, height: 1, previous: SPACE, proposal: SPACE };
    expect(codeOf(() => placeContent(encode(content), place))).toBe('MALFORMED');
    expect(codeOf(() => placeContent(Uint8Array.of(0xff), place))).toBe('MALFORMED');
    expect(encodeContent(CONTENT)).not.toHaveLength(0);
  });
});
