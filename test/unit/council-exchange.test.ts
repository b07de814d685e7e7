/** What replicas tell one another of what members say, and what ends that. */

import { afterEach, describe, expect, test } from 'vitest';
import { concatBytes, fromHex } from '../../src/base/bytes.ts';
import { PEER_FRUITLESS_MAX } from '../../src/base/connection-limits.ts';
import { putU64 } from '../../src/base/little-endian.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { signProposal } from '../../src/proposal/proposal.ts';
import { SPACE_KEY } from '../../src/quorum/space-key.ts';
import { Phase, signVotes, Verdict } from '../../src/quorum/vote.ts';
import { CouncilExchange } from '../../src/replication/council-exchange.ts';
import { PeerFrame, type PeerHello } from '../../src/replication/peer-frame.ts';
import type { OpenSpace } from '../../src/space/open-space.ts';
import { codeOf } from '../fixture/code-of.ts';
import { disposeAll, governed, type Owned, Store } from '../fixture/governed-space.ts';
import { decide, epochBody, rootSeed, votingChain, votingKey } from '../fixture/voting-chain.ts';

const owned: Owned = [];

afterEach(() => disposeAll(owned));

describe('an exchange of what members say', () => {
  test('[Q41] begins with how far each side is, and what is open', async () => {
    const { host, exchange, sent } = await begin();
    exchange.pump();
    exchange.pump();
    expect(sent.map(([type]) => type)).toEqual([PeerFrame.COUNCIL]);
    host.seat.receive({ kind: 'proposal', proposal: proposalOf(host) });
    expect(sent).toHaveLength(1);
    exchange.frame(PeerFrame.COUNCIL, told(1));
    await settled();
    expect(typesOf(sent)).toContain(PeerFrame.PROPOSAL);
    const count = sent.length;
    exchange.frame(PeerFrame.COUNCIL, told(1));
    await settled();
    expect(sent).toHaveLength(count);
  });

  test('[QC38] tells no own vote before it is kept', async () => {
    const { host, exchange, sent, stores } = await begin();
    const [store] = stores;
    const kept = Promise.withResolvers<void>();
    store.before = kept.promise;
    host.seat.receive({ kind: 'proposal', proposal: proposalOf(host) });
    host.seat.judge(proposalOf(host).hash, Verdict.APPROVED);
    exchange.frame(PeerFrame.COUNCIL, told(1));
    await settled();
    expect(typesOf(sent)).not.toContain(PeerFrame.VOTES);
    kept.resolve();
    await settled();
    expect(typesOf(sent)).toContain(PeerFrame.VOTES);
  });

  test('[Q41] goes on, and never back', async () => {
    const { exchange } = await begin();
    exchange.frame(PeerFrame.COUNCIL, told(5));
    expect(codeOf(() => exchange.frame(PeerFrame.COUNCIL, told(4)))).toBe('MALFORMED');
  });

  test('[Q42] says nothing to a side that does not read, and all of it when it does', async () => {
    const { host, exchange, sent, carrier } = await begin();
    exchange.frame(PeerFrame.COUNCIL, told(1));
    carrier.isTaken = false;
    exchange.frame(PeerFrame.PROPOSAL, proposalOf(host).bytes);
    await settled();
    expect(typesOf(sent)).not.toContain(PeerFrame.PROPOSAL);
    carrier.isTaken = true;
    exchange.pump();
    await settled();
    expect(typesOf(sent)).toContain(PeerFrame.PROPOSAL);
  });

  test('[Q42] ends where much comes that brings nothing', async () => {
    const { host, exchange } = await begin();
    const { bytes } = proposalOf(host);
    const again = () => exchange.frame(PeerFrame.PROPOSAL, bytes);
    for (let count = 0; count <= PEER_FRUITLESS_MAX; count++) again();
    expect(codeOf(again)).toBe('RATE_LIMITED');
  });

  test('[Q42] passes over what strangers have signed, unseen', async () => {
    const { host, exchange } = await begin();
    const batch = signVotes([opinionOf(host)], votingKey('black')).bytes;
    const forged = concatBytes(batch.subarray(0, 40), new Uint8Array(batch.length - 40));
    expect(codeOf(() => exchange.frame(PeerFrame.VOTES, forged))).toBeUndefined();
  });

  test('[Q42] ends with what no member says', async () => {
    const { host, exchange } = await begin();
    const votes = signVotes([opinionOf(host)], votingKey('blue')).bytes.slice();
    votes[50] = (votes[50] as number) ^ 1;
    expect(codeOf(() => exchange.frame(PeerFrame.VOTES, votes))).toBe('REFUSED');
    const stranger = signProposal({ ...askedOf(host) }, votingKey('black')).bytes;
    expect(codeOf(() => exchange.frame(PeerFrame.PROPOSAL, stranger))).toBe('REFUSED');
    const { chain } = votingChain();
    const { proof } = decide(chain, epochBody(chain, 2));
    const foreign = proof.kind === 'certificate' ? proof.certificate.bytes : new Uint8Array(0);
    expect(codeOf(() => exchange.frame(PeerFrame.CERTIFICATE, foreign))).toBe('REFUSED');
    for (const type of [PeerFrame.VOTES, PeerFrame.PROPOSAL, PeerFrame.CERTIFICATE]) {
      const nothing = () => exchange.frame(type, new Uint8Array(1));
      expect([undefined, 'MALFORMED']).toContain(codeOf(nothing));
    }
  });

  test('[Q41] tells nothing to a side that does not take it', async () => {
    const { exchange, sent } = await begin({ sits: false });
    exchange.pump();
    expect(sent).toEqual([]);
  });
});

async function begin({ sits = true } = {}) {
  const stores = [new Store()] as const;
  const { spaces, cut } = await governed({ owned, opinionOf: () => undefined, stores });
  cut(new Set());
  const [host] = spaces as [OpenSpace];
  const sent: Uint8Array[] = [];
  const carrier = { send: (frame: Uint8Array) => sent.push(frame), isTaken: true };
  const exchange = new CouncilExchange({ seat: host.seat, carrier });
  exchange.open({ sits } as PeerHello);
  owned.push({ [Symbol.dispose]: () => exchange.end() });
  return { host, exchange, sent, carrier, stores };
}

function told(position: number): Uint8Array {
  const body = new Uint8Array(16);
  putU64(body, 0, 1);
  putU64(body, 8, position);
  return body;
}

function typesOf(sent: readonly Uint8Array[]): (number | undefined)[] {
  return sent.map(([type]) => type);
}

/** What a seat says leaves once it is kept. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((next) => setImmediate(next));
}

function askedOf(host: OpenSpace) {
  const content = { kind: 'member', name: 'guest', key: publicKeyOf(rootSeed('guest')) } as const;
  const nonce = new Uint8Array(16);
  return { space: fromHex(host.id), epoch: 1, content, reason: '', expiry: 2 ** 45, nonce };
}

function proposalOf(host: OpenSpace) {
  return signProposal(askedOf(host), votingKey('blue'));
}

function opinionOf(host: OpenSpace) {
  const place = {
    space: fromHex(host.id),
    key: SPACE_KEY,
    position: 1,
    previous: new Uint8Array(32),
  };
  const subject = proposalOf(host).hash;
  return { phase: Phase.OPINION, verdict: Verdict.APPROVED, round: 0, epoch: 1, ...place, subject };
}
