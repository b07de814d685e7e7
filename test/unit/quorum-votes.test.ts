/** Votes, the certificates that a quorum of them makes, and the evidence of two that do not fit. */

import { describe, expect, test } from 'vitest';
import { concatBytes, utf8 } from '../../src/base/bytes.ts';
import { BATCH_VOTES_MAX, ROUNDS_MAX, VOTERS_MAX } from '../../src/base/quorum-limits.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import {
  type CastVote,
  decodeCertificate,
  expectQuorum,
  makeCertificate,
} from '../../src/quorum/certificate.ts';
import { type Evidence, evidenceOf, readEvidence } from '../../src/quorum/evidence.ts';
import {
  decodeVote,
  encodeVote,
  Phase,
  readVotes,
  signVotes,
  Verdict,
  VOTE_BYTES,
  type Vote,
  type VotingKey,
} from '../../src/quorum/vote.ts';
import { quorumOf, toleratedOf, Voters } from '../../src/quorum/voters.ts';
import { codeOf } from '../fixture/code-of.ts';
import { Seeded } from '../seeded.ts';

const SIGNERS = Array.from({ length: 7 }, (_, index) => signer(new Uint8Array(32).fill(index + 1)));
const KEYS = SIGNERS.map(({ publicKey }) => publicKey);
const NONE = new Uint8Array(32);
const VOTE: Vote = {
  phase: Phase.PRECOMMIT,
  verdict: Verdict.APPROVED,
  round: 1,
  epoch: 3,
  position: 9,
  space: sha256(utf8('space')),
  key: sha256(utf8('key')),
  previous: sha256(utf8('before')),
  subject: sha256(utf8('proposal')),
};

describe('a quorum', () => {
  test('[QC1] any two have more in common than may be faulty, and the sound are one', () => {
    for (let weight = 1; weight <= 2_000; weight++) {
      const [quorum, tolerated] = [quorumOf(weight), toleratedOf(weight)];
      expect(2 * quorum - weight).toBeGreaterThan(tolerated);
      expect(quorum).toBeLessThanOrEqual(weight - tolerated);
      // The least that does it: with one less two quorums may meet in the faulty alone.
      expect(3 * tolerated).toBeLessThan(weight);
    }
    expect([1, 2, 3, 4, 5, 6, 7, 10, 13].map(quorumOf)).toEqual([1, 2, 3, 3, 4, 5, 5, 7, 9]);
    expect([1, 2, 3, 4, 5, 6, 7, 10, 13].map(toleratedOf)).toEqual([0, 0, 0, 1, 1, 1, 2, 3, 4]);
  });

  test.each([
    ['none', []],
    ['one twice', [KEYS[0], KEYS[0]]],
    ['a key of small order', [NONE]],
    ['too short a key', [new Uint8Array(31)]],
  ])('[QC2] of no epoch are voters %s', (_, keys) => {
    const voters = keys.map((key) => ({ key: key as Uint8Array, weight: 1 }));
    expect(() => new Voters(1, voters)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });

  test.each([0, -1, 1.5, 2 ** 32, Number.NaN])('[QC2] nobody has a weight of %s', (weight) => {
    expect(() => new Voters(1, [{ key: KEYS[0] as Uint8Array, weight }])).toThrow('weights');
  });

  test('[QC2] of no epoch are more voters than may vote', () => {
    const voters = Array.from({ length: VOTERS_MAX + 1 }, () => ({ key: NONE, weight: 1 }));
    expect(() => new Voters(1, voters)).toThrow(`1 to ${VOTERS_MAX} voters`);
  });
});

describe('votes', () => {
  test('[QC5] are read as they were written', () => {
    const random = new Seeded(1);
    for (let at = 0; at < 200; at++) {
      const vote = randomVote(random);
      const bytes = encodeVote(vote);
      expect(bytes).toHaveLength(VOTE_BYTES);
      expect(decodeVote(bytes)).toEqual(vote);
    }
  });

  test.each([
    ['another version', 0, 2, 'UNSUPPORTED'],
    ['no phase', 1, 0, 'MALFORMED'],
    ['a fifth phase', 1, 5, 'MALFORMED'],
    ['a verdict of nothing on something', 2, 0, 'MALFORMED'],
    ['a fourth verdict', 2, 4, 'MALFORMED'],
    ['a byte that is not 0', 3, 1, 'MALFORMED'],
    ['a round that none is', 6, ROUNDS_MAX >>> 16, 'MALFORMED'],
    ['an epoch that none is', 15, 1, 'MALFORMED'],
    ['a position that none is', 23, 1, 'MALFORMED'],
  ])('[QC6] with %s are none', (_, at, byte, code) => {
    const bytes = encodeVote(VOTE);
    bytes[at] = byte;
    expect(() => decodeVote(bytes)).toThrow(expect.objectContaining({ code }));
  });

  test.each<Partial<Vote>>([
    { epoch: 0 },
    { position: 0 },
    { round: ROUNDS_MAX },
    { subject: NONE },
    { verdict: Verdict.NONE },
    { phase: Phase.CONSENT },
    { phase: Phase.OPINION, round: 0, verdict: Verdict.LAPSED },
    { phase: Phase.OPINION, round: 0, position: 1, previous: NONE, subject: NONE },
    { phase: Phase.OPINION, round: 0, position: 2, previous: NONE },
    { phase: Phase.OPINION, round: 0, position: 1 },
  ])('[QC6] nobody casts one with %o', (changed) => {
    expect(() => encodeVote({ ...VOTE, ...changed })).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    );
  });

  test.each([1, 2, 3, 7, 64, 100])('[QC7] %s of them are signed at once', (count) => {
    const random = new Seeded(count);
    const votes = Array.from({ length: count }, () => randomVote(random));
    const batch = signVotes(votes, SIGNERS[0] as VotingKey);
    expect(readVotes(batch.bytes)).toEqual(batch);
    expect(batch.voter).toEqual(KEYS[0]);
  });

  test('[QC8] of which one bit was changed are refused, or no batch', () => {
    const { bytes } = signVotes([VOTE, { ...VOTE, round: 2 }], SIGNERS[0] as VotingKey);
    const codes = new Set<string>();
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      codes.add(codeOf(() => readVotes(changed)) ?? 'taken');
    }
    expect(codes).toEqual(new Set(['REFUSED', 'MALFORMED', 'UNSUPPORTED']));
  });

  test('[QC8] that are cut, too long or too many are no batch', () => {
    const { bytes } = signVotes([VOTE], SIGNERS[0] as VotingKey);
    for (let end = 0; end < bytes.length; end++) {
      expect(codeOf(() => readVotes(bytes.subarray(0, end)))).toBe('MALFORMED');
    }
    expect(codeOf(() => readVotes(concatBytes(bytes, NONE)))).toBe('MALFORMED');
    for (const count of [0, BATCH_VOTES_MAX + 1]) {
      const changed = bytes.slice();
      new DataView(changed.buffer).setUint16(2, count, true);
      expect(codeOf(() => readVotes(changed))).toBe('MALFORMED');
    }
  });
});

describe('a certificate', () => {
  const voters = new Voters(
    3,
    KEYS.slice(0, 4).map((key) => ({ key, weight: 1 })),
  );

  test('[QC13] of a quorum verifies by itself, whatever else was signed with the votes', () => {
    const certificate = certify([2, 0, 1], 37);
    const read = decodeCertificate(certificate.bytes);
    expect(read).toEqual(certificate);
    expect(() => expectQuorum(read, voters)).not.toThrow();
  });

  test.each([
    ['too few', [0, 1], 'weight of 3'],
    ['somebody else', [0, 1, 5], 'voters of its epoch'],
    ['one twice', [0, 1, 1], 'each once'],
  ])('[QC14] of %s is refused', (_, places, expected) => {
    expect(() => expectQuorum(certify(places), voters)).toThrow(expected);
  });

  test('[QC14] counts weights and not heads', () => {
    const [first, ...others] = KEYS.slice(0, 4) as [Uint8Array, ...Uint8Array[]];
    const all = [{ key: first, weight: 7 }, ...others.map((key) => ({ key, weight: 1 }))];
    const weighted = new Voters(3, all);
    expect(weighted.quorum).toBe(7);
    expect(() => expectQuorum(certify([0]), weighted)).not.toThrow();
    expect(() => expectQuorum(certify([1, 2, 3]), weighted)).toThrow('weight of 7, got 3');
  });

  test('[QC15] of another epoch is refused', () => {
    const later = new Voters(4, voters.all);
    expect(() => expectQuorum(certify([0, 1, 2]), later)).toThrow('epoch 4, got 3');
  });

  test('[QC16] of which one bit was changed is refused, or none', () => {
    const { bytes } = certify([0, 1, 2], 5);
    const codes = new Set<string>();
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      codes.add(codeOf(() => expectQuorum(decodeCertificate(changed), voters)) ?? 'taken');
    }
    expect(codes).toEqual(new Set(['REFUSED', 'MALFORMED', 'UNSUPPORTED']));
  });

  test('[QC16] that is cut or too long is none', () => {
    const { bytes } = certify([0, 1, 2]);
    for (let end = 0; end < bytes.length; end++) {
      expect(codeOf(() => decodeCertificate(bytes.subarray(0, end)))).toBe('MALFORMED');
    }
    expect(codeOf(() => decodeCertificate(concatBytes(bytes, NONE)))).toBe('MALFORMED');
  });
});

describe('evidence', () => {
  const other = sha256(utf8('another proposal'));

  test.each<readonly [string, Partial<Vote>]>([
    ['for two proposals in one round', { subject: other }],
    ['for and against', { verdict: Verdict.REFUSED }],
    ['for something and nothing', { verdict: Verdict.NONE, subject: NONE }],
    ['after two decisions', { previous: other }],
  ])('[QC17] are two votes %s', (_, changed) => {
    const [one, two] = [cast(0, VOTE), cast(0, { ...VOTE, ...changed })];
    const found = evidenceOf(one, two) as Evidence;
    expect(readEvidence(found.bytes)).toEqual(found);
    expect(found.voter).toEqual(KEYS[0]);
    expect(evidenceOf(two, one)).toEqual(found);
  });

  test.each<readonly [string, Partial<Vote>]>([
    ['that are the same', {}],
    ['of two rounds', { round: 2, subject: other }],
    ['of two phases', { phase: Phase.PREVOTE, subject: other }],
    ['of two positions', { position: 10, subject: other }],
    ['of two epochs', { epoch: 4, subject: other }],
    ['on two keys', { key: other, subject: other }],
    ['in two spaces', { space: other, subject: other }],
  ])('[QC18] are no two votes %s', (_, changed) => {
    expect(evidenceOf(cast(0, VOTE), cast(0, { ...VOTE, ...changed }, 3))).toBeUndefined();
  });

  test('[QC18] are no opinions of two proposals, but two of one', () => {
    const opinion: Vote = {
      ...VOTE,
      phase: Phase.OPINION,
      round: 0,
      position: 1,
      previous: NONE,
    };
    expect(evidenceOf(cast(0, opinion), cast(0, { ...opinion, subject: other }))).toBeUndefined();
    const second = { ...opinion, verdict: Verdict.REFUSED };
    expect(evidenceOf(cast(0, opinion), cast(0, second))).toBeDefined();
  });

  test('[QC18] are no votes of two members', () => {
    expect(evidenceOf(cast(0, VOTE), cast(1, { ...VOTE, subject: other }))).toBeUndefined();
  });

  test('[QC19] with one bit changed proves nothing', () => {
    const found = evidenceOf(cast(0, VOTE, 3), cast(0, { ...VOTE, subject: other })) as Evidence;
    const codes = new Set<string>();
    for (let at = 0; at < found.bytes.length; at++) {
      const changed = found.bytes.slice();
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      codes.add(codeOf(() => readEvidence(changed)) ?? 'taken');
    }
    expect(codes).toEqual(new Set(['REFUSED', 'MALFORMED', 'UNSUPPORTED']));
  });

  test('[QC19] in the other order is refused: one finding has one form', () => {
    const { bytes } = evidenceOf(cast(0, VOTE), cast(0, { ...VOTE, subject: other })) as Evidence;
    const half = (bytes.length + 2) / 2;
    const swapped = concatBytes(bytes.slice(0, 2), bytes.slice(half), bytes.slice(2, half));
    expect(codeOf(() => readEvidence(swapped))).toBe('REFUSED');
  });
});

function signer(seed: Uint8Array): VotingKey {
  return { seed, publicKey: publicKeyOf(seed) };
}

/** A vote of a member, signed together with so many others. */
function cast(member: number, vote: Vote, others = 0): CastVote {
  const random = new Seeded(others);
  const votes = Array.from({ length: others }, () => randomVote(random));
  const index = random.below(others + 1);
  votes.splice(index, 0, vote);
  return { batch: signVotes(votes, SIGNERS[member] as VotingKey), index };
}

function certify(members: readonly number[], others = 0) {
  return makeCertificate(
    VOTE,
    members.map((member, place) => cast(member, VOTE, others * place)),
  );
}

function randomVote(random: Seeded): Vote {
  const hash = () => sha256(utf8(`${random.below(2 ** 32)}`));
  const phase = (1 + random.below(4)) as Phase;
  const isOfRound = phase >= Phase.PREVOTE;
  const verdict = random.below(isOfRound ? 4 : 3) as Verdict;
  const isNothing = isOfRound && verdict === Verdict.NONE;
  const isOpinion = phase === Phase.OPINION;
  return {
    phase,
    verdict,
    round: isOfRound ? random.below(ROUNDS_MAX) : 0,
    epoch: 1 + random.below(2 ** 32) * 2 ** 20,
    position: isOpinion ? 1 : 1 + random.below(2 ** 32) * 2 ** 20,
    space: hash(),
    key: hash(),
    previous: isOpinion ? NONE : hash(),
    subject: isNothing ? NONE : hash(),
  };
}
