/** A member's council: what it takes, what it refuses, and what it says to that. */

import { describe, expect, test } from 'vitest';
import type { RecordContent } from '../../src/authority/body.ts';
import type { AuthorityChain } from '../../src/authority/chain.ts';
import { certifyRecord } from '../../src/authority/record.ts';
import { EARLY_OPINIONS_MAX, OPEN_PROPOSALS_MAX } from '../../src/base/quorum-limits.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { Council } from '../../src/proposal/council.ts';
import type { CouncilMessage, CouncilTurn } from '../../src/proposal/council-parts.ts';
import { type Proposal, signProposal } from '../../src/proposal/proposal.ts';
import { SPACE_KEY } from '../../src/quorum/space-key.ts';
import { Phase, signVotes, Verdict, type Vote } from '../../src/quorum/vote.ts';
import { codeOf } from '../fixture/code-of.ts';
import { chamberOf } from '../fixture/council-members.ts';
import { decide, rootSeed, votingChain, votingKey } from '../fixture/voting-chain.ts';

const NOW = 1_000;
const NONE = new Uint8Array(32);

describe('a council', () => {
  test('[QC36] decides what a quorum is for, and writes it down', () => {
    const { chain, council } = open();
    const proposal = propose(chain);
    council.propose(proposal, NOW);
    council.judge(proposal.hash, Verdict.APPROVED, NOW);
    council.hear(opinion(chain, 'blue', proposal.hash, Verdict.APPROVED), NOW);
    const ready = council.hear(opinion(chain, 'green', proposal.hash, Verdict.APPROVED), NOW);
    const [prevote] = votesIn(ready);
    expect(prevote).toMatchObject({ phase: Phase.PREVOTE, verdict: Verdict.APPROVED, position: 1 });
    for (const name of ['blue', 'green']) council.hear(sign(name, prevote as Vote), NOW);
    const precommit = { ...(prevote as Vote), phase: Phase.PRECOMMIT };
    council.hear(sign('blue', precommit), NOW);
    const { approved, decided } = council.hear(sign('green', precommit), NOW);
    expect(decided).toHaveLength(1);
    expect(decided[0]?.proposal).toEqual(proposal);
    expect(council.follow(NOW).decided).toEqual([]);
    // It is told until it is done: a stop between the two loses nothing.
    expect(council.follow(NOW).approved).toEqual(approved);
    chain.accept(certifyRecord(approved?.body as never, approved?.certificate as never));
    expect(council.follow(NOW).approved).toBeUndefined();
    expect([council.open, council.position]).toEqual([[], 2]);
  });

  test.each([
    [Verdict.REFUSED, Verdict.REFUSED],
    [Verdict.NONE, Verdict.LAPSED],
  ])('[QC36] where three say %i votes for %i', (said, outcome) => {
    const { chain, council } = open();
    const proposal = propose(chain);
    const turns = [
      council.propose(proposal, NOW),
      council.hear(opinion(chain, 'blue', proposal.hash, said), NOW),
      council.hear(opinion(chain, 'green', proposal.hash, said), NOW),
      council.judge(proposal.hash, said, NOW),
    ];
    const prevote = turns.flatMap(votesIn).find(({ phase }) => phase === Phase.PREVOTE);
    expect(prevote).toMatchObject({ verdict: outcome, subject: proposal.hash });
  });

  test('[QC36] lets a proposal lapse when its time is over, and not before', () => {
    const { chain, council } = open();
    const proposal = propose(chain, { expiry: 5_000 });
    expect(council.propose(proposal, NOW).wakeAt).toBe(5_000);
    expect(votesIn(council.wake(4_999))).toEqual([]);
    const [prevote] = votesIn(council.wake(5_000));
    expect(prevote).toMatchObject({ verdict: Verdict.LAPSED, subject: proposal.hash });
  });

  test('[QC36] lets lapse at once what the chain has no place for', () => {
    const { chain, council } = open();
    const content: RecordContent = { kind: 'member', name: 'blue', key: keyOf('other') };
    const [prevote] = votesIn(council.propose(propose(chain, { content }), NOW));
    expect(prevote).toMatchObject({ phase: Phase.PREVOTE, verdict: Verdict.LAPSED });
  });

  test('[QC35] has one opinion of a proposal, and keeps to it', () => {
    const { chain, council } = open();
    const proposal = propose(chain);
    council.propose(proposal, NOW);
    expect(votesIn(council.judge(proposal.hash, Verdict.REFUSED, NOW))).toHaveLength(1);
    expect(votesIn(council.judge(proposal.hash, Verdict.APPROVED, NOW))).toEqual([]);
  });

  test('[QC35] says so again after a stop, in the same words', () => {
    const { chain, council } = open();
    const proposal = propose(chain);
    const kept = [...council.propose(proposal, NOW).keep];
    kept.push(...council.judge(proposal.hash, Verdict.APPROVED, NOW).keep);
    const again = new Council({ chamber: chamberOf(chain), key: votingKey('red'), kept });
    expect(votesIn(again.judge(proposal.hash, Verdict.REFUSED, NOW))).toEqual([]);
    expect(again.greeting()).toEqual(kept);
  });

  test('[QC34] takes proposals of members alone, and of its space', () => {
    const { chain, council } = open();
    expect(codeOf(() => council.hear(asked(propose(chain, { by: 'black' })), NOW))).toBe('REFUSED');
    expect(codeOf(() => council.hear(asked(propose(chain, { space: NONE })), NOW))).toBe('REFUSED');
    // One of another epoch may come from a member that is ahead.
    const ahead = propose(chain, { by: 'black', epoch: 2 });
    expect(council.hear(asked(ahead), NOW).keep).toEqual([]);
    expect(council.open).toEqual([]);
  });

  test('[QC34] has room for so many proposals of each member', () => {
    const { chain, council } = open();
    const take = (by: string) => council.hear(asked(propose(chain, { by })), NOW);
    for (let count = 0; count < OPEN_PROPOSALS_MAX; count++) take('blue');
    // Who hands one on may have come further; who makes one is told.
    expect(take('blue').keep).toEqual([]);
    const own = () => council.propose(propose(chain, { by: 'blue' }), NOW);
    expect(codeOf(own)).toBe('LIMIT_EXCEEDED');
    expect(take('green').keep).toHaveLength(1);
    expect(council.open).toHaveLength(OPEN_PROPOSALS_MAX + 1);
  });

  test('[QC35] waits with opinions for their proposals, which alone decide nothing', () => {
    const { chain, council } = open();
    const proposal = propose(chain);
    for (const name of ['blue', 'green', 'gold']) {
      const turn = council.hear(opinion(chain, name, proposal.hash, Verdict.APPROVED), NOW);
      expect(votesIn(turn).filter(({ phase }) => phase !== Phase.OPINION)).toEqual([]);
    }
    const [prevote] = votesIn(council.hear(asked(proposal), NOW));
    expect(prevote).toMatchObject({ phase: Phase.PREVOTE, verdict: Verdict.APPROVED });
  });

  test('[QC35] keeps so many opinions of a member on what has not come', () => {
    const { chain, council } = open();
    const hear = (index: number) => {
      const hash = sha256(Uint8Array.of(index, index >>> 8));
      return council.hear(opinion(chain, 'blue', hash, Verdict.APPROVED), NOW).keep.length;
    };
    const kept = Array.from({ length: EARLY_OPINIONS_MAX + 10 }, (_, index) => hear(index));
    expect(kept.reduce((sum, count) => sum + count, 0)).toBe(EARLY_OPINIONS_MAX);
  });

  test('[QC35] takes all of a batch or nothing, and says nothing to what it refuses', () => {
    const { chain, council } = open();
    const proposal = propose(chain);
    council.propose(proposal, NOW);
    council.judge(proposal.hash, Verdict.APPROVED, NOW);
    council.hear(opinion(chain, 'green', proposal.hash, Verdict.APPROVED), NOW);
    const place = { space: chain.space, key: SPACE_KEY, position: 1, previous: NONE };
    const said = { phase: Phase.OPINION, verdict: Verdict.APPROVED, round: 0, epoch: 1, ...place };
    const good: Vote = { ...said, subject: proposal.hash };
    for (const wrong of [
      { ...good, key: proposal.hash },
      { ...good, space: proposal.hash },
      { ...good, phase: Phase.PREVOTE, previous: proposal.hash },
    ]) {
      const batch = signVotes([good, wrong], votingKey('blue'));
      expect(codeOf(() => council.hear({ kind: 'votes', batch }, NOW))).toBe('REFUSED');
    }
    // With this one it is ready: nothing of the others was taken.
    const [prevote] = votesIn(council.hear(sign('blue', good), NOW));
    expect(prevote).toMatchObject({ phase: Phase.PREVOTE, verdict: Verdict.APPROVED });
  });

  test('[QC35] hears no strangers', () => {
    const { chain, council } = open();
    const proposal = propose(chain);
    council.propose(proposal, NOW);
    const turn = council.hear(opinion(chain, 'black', proposal.hash, Verdict.APPROVED), NOW);
    expect([turn.keep, turn.send]).toEqual([[], []]);
  });

  test('[QC19] tells who has said two things', () => {
    const { chain, council } = open();
    const proposal = propose(chain);
    council.propose(proposal, NOW);
    council.hear(opinion(chain, 'blue', proposal.hash, Verdict.APPROVED), NOW);
    const turn = council.hear(opinion(chain, 'blue', proposal.hash, Verdict.REFUSED), NOW);
    expect(turn.evidence.map(({ voter }) => voter)).toEqual([votingKey('blue').publicKey]);
  });

  test('without a voting key follows, and has no opinion', () => {
    const { chain } = votingChain();
    const council = new Council({ chamber: chamberOf(chain), key: undefined, kept: [] });
    const proposal = propose(chain);
    council.hear(asked(proposal), NOW);
    const judge = () => council.judge(proposal.hash, Verdict.APPROVED, NOW);
    expect(codeOf(judge)).toBe('FORBIDDEN');
    expect(codeOf(() => council.judge(NONE, Verdict.APPROVED, NOW))).toBe('NOT_FOUND');
  });

  test('[QC37] takes no part while the chain knows of more decisions than it does', () => {
    const { chain, council } = open();
    const record = decide(chain, { kind: 'member', ...chain.nextPlace, ...GUEST });
    chain.accept(record);
    const proposal = propose(chain);
    const turns = [
      council.propose(proposal, NOW),
      council.judge(proposal.hash, Verdict.APPROVED, NOW),
      council.hear(opinion(chain, 'blue', proposal.hash, Verdict.APPROVED), NOW),
      council.hear(opinion(chain, 'green', proposal.hash, Verdict.APPROVED), NOW),
    ];
    const phases = turns.flatMap(votesIn).map(({ phase }) => phase);
    expect(phases.filter((phase) => phase !== Phase.OPINION)).toEqual([]);
    expect(record.proof.kind).toBe('certificate');
    if (record.proof.kind !== 'certificate') return;
    const { certificate } = record.proof;
    const caught = council.hear({ kind: 'certificate', certificate }, NOW);
    expect(council.position).toBe(2);
    expect(votesIn(caught)).toMatchObject([{ phase: Phase.PREVOTE, position: 2 }]);
  });
});

const GUEST = { name: 'guest', key: keyOf('guest') } as const;
let proposals = 0;

function open(): { chain: AuthorityChain; council: Council } {
  const { chain } = votingChain();
  const council = new Council({ chamber: chamberOf(chain), key: votingKey('red'), kept: [] });
  return { chain, council };
}

function keyOf(name: string): Uint8Array {
  return publicKeyOf(rootSeed(name));
}

interface Asked {
  readonly by?: string;
  readonly space?: Uint8Array;
  readonly epoch?: number;
  readonly expiry?: number;
  readonly content?: RecordContent;
}

/** Each is another one. */
function propose(
  chain: AuthorityChain,
  { by = 'red', space = chain.space, epoch = 1, expiry = 1_000_000, content }: Asked = {},
): Proposal {
  proposals += 1;
  const name = `guest${proposals}`;
  const guest: RecordContent = { kind: 'member', name, key: keyOf(name) };
  const nonce = new Uint8Array(16).fill(proposals);
  const body = { space, epoch, content: content ?? guest, reason: '', expiry, nonce };
  return signProposal(body, votingKey(by));
}

function asked(proposal: Proposal): CouncilMessage {
  return { kind: 'proposal', proposal };
}

function opinion(
  { space }: AuthorityChain,
  by: string,
  subject: Uint8Array,
  verdict: Verdict,
): CouncilMessage {
  const place = { space, key: SPACE_KEY, position: 1, previous: NONE };
  return sign(by, { phase: Phase.OPINION, verdict, round: 0, epoch: 1, ...place, subject });
}

function sign(by: string, vote: Vote): CouncilMessage {
  return { kind: 'votes', batch: signVotes([vote], votingKey(by)) };
}

/** Of this member. */
function votesIn({ send }: CouncilTurn): Vote[] {
  return send.flatMap((message) => {
    const isOwn = message.kind === 'votes' && message.batch.voter === votingKeyOfRed;
    return isOwn ? message.batch.votes : [];
  });
}

const votingKeyOfRed = votingKey('red').publicKey;
