/** Connections between replicas: how they begin, what they hand on, and what ends them. */

import { afterEach, describe, expect, test, vi } from 'vitest';
import { concatBytes, toHex } from '../../src/base/bytes.ts';
import {
  PEER_FRUITLESS_MAX,
  PEER_LOOKS_PER_TURN,
  PEER_STATE_AUTHORS_MAX,
  PEER_WINDOW_BYTES,
} from '../../src/base/connection-limits.ts';
import { systemRandom } from '../../src/base/random.ts';
import { makeAuthorKey } from '../../src/crypto/author-key.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { nextClock } from '../../src/delta/clock.ts';
import { signCommit } from '../../src/delta/commit.ts';
import { nodeIdByKey } from '../../src/delta/node-id.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import { FRAME_HEAD_BYTES, readFrameHead } from '../../src/replication/frame.ts';
import { PeerFrame } from '../../src/replication/peer-frame.ts';
import { PeerSender } from '../../src/replication/peer-sender.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import type { OpenSpace } from '../../src/space/open-space.ts';
import { joinSpace, PeerLink } from '../fixture/peer-network.ts';
import { Seeded } from '../seeded.ts';

const SDL = 'type Place @node { code: ID! @id name: String visits: Int }';
const open: (AsyncDisposable | Disposable)[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) {
    if (Symbol.dispose in each) each[Symbol.dispose]();
    else await each[Symbol.asyncDispose]();
  }
});

describe('[Q20] two replicas', () => {
  test('a new one comes to hold what another holds, and writes once certified', async () => {
    const host = await openHost();
    await writePlaces(host, 'a', 300);
    const joined = await join(host);
    const link = connect(joined, host);
    await until(() => link.isEven && isSame(host, joined));
    await expect(writePlaces(joined, 'b', 1)).rejects.toMatchObject({ code: 'REFUSED' });
    await host.certifyAuthor(joined.author, 'joined');
    await until(() => joined.replicated.isAuthor(joined.author));
    await Promise.all([writePlaces(joined, 'b', 200), writePlaces(host, 'c', 200)]);
    await until(() => isSame(host, joined));
    expect(joined.graph.counts().nodes).toBe(700);
    expect(link.errors).toEqual([undefined, undefined]);
  });

  test('[Q23] that hold the same exchange one round and nothing more', async () => {
    const { host, joined } = await openPair();
    await writePlaces(host, 'a', 50);
    const first = connect(joined, host);
    await until(() => first.isEven && isSame(host, joined));
    first[Symbol.dispose]();
    const link = connect(joined, host);
    await until(() => link.isEven);
    expect([link.there.frames, link.back.frames]).toEqual([3, 3]);
  });

  test('[Q25] what one has sent is not told back to it', async () => {
    const { host, joined } = await openPair();
    const link = connect(joined, host);
    await until(() => link.isEven);
    const before = link.there.frames;
    await writePlaces(host, 'a', 20);
    await until(() => isSame(host, joined) && link.isEven);
    expect(link.there.frames - before).toBe(20);
  });

  test('[Q22] a record of the chain overtakes what a new replica has yet to get', async () => {
    const { host, joined } = await openPair();
    await writePlaces(host, 'a', 1_000);
    connect(joined, host, { windowBytes: 5_000 });
    await until(() => joined.graph.counts().nodes > 50);
    await host.certifyAuthor(makeAuthorKey(systemRandom).publicKey, 'another');
    await until(() => joined.replicated.height === host.replicated.height);
    expect(joined.graph.counts().nodes).toBeLessThan(900);
    await until(() => isSame(host, joined));
  });

  test('[Q35] commits that are long go packed', async () => {
    const { host, joined } = await openPair();
    await writeTogether(host, 200);
    const lengths: [packed: number, bytes: number][] = [];
    const link = connect(joined, host, {}, ({ back }) => {
      back.tamper = (sent) => {
        const head = readFrameHead(sent);
        if (head?.packedBytes) lengths.push([sent.length, head.bodyBytes]);
        return sent;
      };
    });
    await until(() => link.isEven && isSame(host, joined));
    expect(lengths.length).toBeGreaterThan(0);
    for (const [packed, bytes] of lengths) expect(packed).toBeLessThan((2 / 3) * bytes);
  });

  test('[Q26] a seal waits for the commits that it covers', async () => {
    const { host, joined } = await openPair();
    await writePlaces(host, 'a', 30);
    await host.seal();
    await writePlaces(host, 'b', 30);
    await host.seal();
    await writePlaces(host, 'c', 5);
    const link = connect(joined, host);
    await until(() => isSame(host, joined));
    expect(link.errors).toEqual([undefined, undefined]);
    expect(joined.replicated.height).toBe(host.replicated.height);
  });
});

test('[Q33] replicas of many authors compare them by ranges', async () => {
  const host = await openHost();
  const seeds = Array.from({ length: PEER_STATE_AUTHORS_MAX + 20 }, () => systemRandom.bytes(32));
  for (const seed of seeds) await host.certifyAuthor(publicKeyOf(seed), 'phone');
  const joined = await join(host);
  const ranges: number[] = [];
  const linked = async () => {
    const link = connect(host, joined);
    let count = 0;
    for (const pipe of [link.there, link.back]) {
      pipe.tamper = (frame) => {
        if (frame[0] === PeerFrame.RANGES) count += 1;
        return frame;
      };
    }
    await until(() => link.isEven && isSame(host, joined));
    link[Symbol.dispose]();
    ranges.push(count);
    return link;
  };
  // There is nothing to compare yet: it has no commits.
  await linked();
  for (const seed of seeds) await host.receive(firstCommitOf(host, seed));
  await linked();
  await writePlaces(host, 'a', 1);
  expect(commitFrames([await linked()])).toBe(1);
  expect(commitFrames([await linked()])).toBe(0);
  expect(ranges[0]).toBe(0);
  expect(ranges[1]).toBeGreaterThan(0);
  expect(ranges[2]).toBeGreaterThan(1);
  expect(ranges[3]).toBe(0);
});

test('[Q20] a long log that the other side says to hold is read in turns', async () => {
  const host = await openHost();
  await writePlaces(host, 'a', 1_500);
  const { replicated } = host;
  const spied = vi.spyOn(replicated, 'commitAt');
  const { tips, height } = replicated;
  const reaches = new Map(tips.map((tip) => [toHex(tip.author), tip.sequence]));
  const sender = new PeerSender({
    space: replicated,
    carrier: { send: () => expect.unreachable(), isTaken: true },
    known: { height, reaches: new Map() },
    windowBytes: PEER_WINDOW_BYTES,
    packed: undefined,
    start: { position: 0, reaches, even: new Set(), others: [] },
  });
  const looks: number[] = [];
  for (let before = 0; !sender.isIdle; before = spied.mock.calls.length) {
    sender.pump(0);
    expect(sender.wakeAt).toBe(sender.isIdle ? undefined : 0);
    looks.push(spied.mock.calls.length - before);
  }
  expect(looks).toEqual([PEER_LOOKS_PER_TURN, replicated.position - PEER_LOOKS_PER_TURN]);
});

describe('[Q24] three replicas', () => {
  test('a commit comes by way of another, and mostly once where there are two ways', async () => {
    const { host, joined } = await openPair();
    const third = await join(host);
    const [one, other] = [connect(joined, host), connect(third, joined)];
    await writePlaces(host, 'a', 20);
    await until(() => isSame(host, joined) && isSame(host, third));
    const direct = connect(third, host);
    await until(() => direct.isEven && one.isEven && other.isEven);
    const before = commitFrames([one, other, direct]);
    await writePlaces(host, 'b', 20);
    await until(() => isSame(host, third) && one.isEven && other.isEven && direct.isEven);
    expect(commitFrames([one, other, direct]) - before).toBeLessThan(50);
  });
});

describe('[Q21] a connection ends', () => {
  test('with another key than the expected one', async () => {
    const { host, joined } = await openPair();
    const expected = makeAuthorKey(systemRandom).publicKey;
    await expectEnd(connect(joined, host, { expected }), 'FORBIDDEN');
  });

  test('with a key that may not join', async () => {
    const { host, joined } = await openPair();
    await expectEnd(connect(joined, host, { mayJoin: () => false }), 'FORBIDDEN');
  });

  test('with a replica of another space', async () => {
    const { joined } = await openPair();
    await expectEnd(connect(joined, await openHost()), 'NOT_FOUND');
  });

  test('with itself', async () => {
    const host = await openHost();
    await expectEnd(connect(host, host), 'CONFLICT');
  });

  test('with a proof of an earlier connection', async () => {
    const { host, joined } = await openPair();
    const first = connect(joined, host, {}, (link) => keepProof(link));
    await until(() => first.isEven);
    first[Symbol.dispose]();
    const link = connect(joined, host, {}, ({ there }) => {
      there.tamper = (frame) => (frame[0] === PeerFrame.PROOF ? (proof ?? frame) : frame);
    });
    await expectEnd(link, 'FORBIDDEN');
  });

  test.each([
    ['garbage', () => systemRandom.bytes(500), 'MALFORMED'],
    ['a frame before its turn', () => frame(PeerFrame.STATE, 40), 'MALFORMED'],
    ['a giant length', () => frame(PeerFrame.PROOF, 0, 2 ** 32 - 1), 'LIMIT_EXCEEDED'],
  ])('with %s', async (_name, bytes, code) => {
    const { host, joined } = await openPair();
    const link = connect(joined, host, {}, ({ there }) => {
      there.tamper = (sent) => (sent[0] === PeerFrame.PROOF ? bytes() : sent);
    });
    await expectEnd(link, code);
  });

  test('[Q27] with a commit whose bytes were changed, which is kept', async () => {
    const { host, joined } = await openPair();
    const link = connect(joined, host, {}, ({ back }) => {
      back.tamper = (sent) => (sent[0] === PeerFrame.COMMIT ? flipped(sent) : sent);
    });
    await writePlaces(host, 'a', 1);
    await expectEnd(link, 'REFUSED');
    expect(link.evidence).toHaveLength(1);
    expect(link.evidence[0]?.peer).toEqual(host.author);
    expect(joined.graph.counts().nodes).toBe(0);
  });

  test.each([
    [PEER_FRUITLESS_MAX, false],
    [PEER_FRUITLESS_MAX + 1, true],
  ])('[Q26] with a commit that is sent again %s times: %s', async (times, isEnded) => {
    const { host, joined } = await openPair();
    const link = connect(joined, host, {}, ({ back }) => {
      back.tamper = (sent) => {
        const count = sent[0] === PeerFrame.COMMIT ? 1 + times : 1;
        return concatBytes(...Array.from({ length: count }, () => sent));
      };
    });
    await writePlaces(host, 'a', 1);
    if (isEnded) return await expectEnd(link, 'RATE_LIMITED');
    await until(() => isSame(host, joined) && link.back.bytes === 0);
    expect(link.errors).toEqual([undefined, undefined]);
  });

  test('[Q27] with a record that the owner has not signed', async () => {
    const { host, joined } = await openPair();
    const link = connect(joined, host, {}, ({ back }) => {
      back.tamper = (sent) => (sent[0] === PeerFrame.RECORD ? flipped(sent) : sent);
    });
    await host.certifyAuthor(makeAuthorKey(systemRandom).publicKey, 'another');
    await expectEnd(link, 'REFUSED');
    expect(link.evidence).toHaveLength(1);
  });
});

let proof: Uint8Array | undefined;

function keepProof({ there }: PeerLink): void {
  there.tamper = (sent) => {
    if (sent[0] === PeerFrame.PROOF) proof = sent.slice();
    return sent;
  };
}

/** Another byte at the end, where signatures of records and payloads of commits stand. */
function flipped(sent: Uint8Array): Uint8Array {
  const changed = sent.slice();
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  return changed;
}

function frame(type: number, bodyBytes: number, says = bodyBytes): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEAD_BYTES + bodyBytes);
  bytes[0] = type;
  new DataView(bytes.buffer).setUint32(8, says, true);
  return bytes;
}

/** Both sides end; one says why to the other. */
async function expectEnd(link: PeerLink, code: string): Promise<void> {
  await until(() => link.errors.every((error) => error !== undefined));
  expect(link.errors.map((error) => error?.code)).toEqual([code, code]);
}

async function openHost(): Promise<OpenSpace> {
  const host = await openMemorySpace({ definition: { source: SDL } });
  open.push(host);
  return host;
}

async function join(host: OpenSpace): Promise<OpenSpace> {
  const joined = await joinSpace(host);
  open.push(joined);
  return joined;
}

async function openPair() {
  const host = await openHost();
  return { host, joined: await join(host) };
}

function connect(
  from: OpenSpace,
  to: OpenSpace,
  options: Partial<ConstructorParameters<typeof PeerLink>[1]> = {},
  plant: (link: PeerLink) => void = () => undefined,
): PeerLink {
  const link = new PeerLink([from, to], { random: new Seeded(1), mayJoin: () => true, ...options });
  plant(link);
  open.push(link);
  return link;
}

/** The first commit of an author, which creates a place. */
function firstCommitOf(space: OpenSpace, seed: Uint8Array): Uint8Array {
  const author = publicKeyOf(seed);
  const writer = new PayloadWriter();
  const create = { operation: 'createNodeByKey', type: 'Place', key: toHex(author) } as const;
  const id = nodeIdByKey({ space: space.replicated.space, type: 'Place', key: create.key });
  const deltas = [{ subject: { element: 'node', id } as const, delta: create }];
  writer.add({ id: systemRandom.bytes(16), actor: 'user:*', deltas });
  const header = {
    ...{ space: space.replicated.space, epoch: 0, author, sequence: 1, previous: undefined },
    ...{ parents: [], authority: space.authority, clock: nextClock(0n, Date.now()) },
  };
  return signCommit(header, writer.finish(), seed).bytes;
}

function commitFrames(links: readonly PeerLink[]): number {
  return links
    .flatMap(({ there, back }) => [there, back])
    .reduce((sum, pipe) => sum + pipe.commits, 0);
}

async function writePlaces(space: OpenSpace, prefix: string, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    await space.write({ actor: 'user:*' }, (draft) => {
      const id = draft.createNode('Place', { key: `${prefix}${index}` });
      draft.setNodeValue(id, 'name', `Place ${index}`);
    });
  }
}

/** In few commits. */
async function writeTogether(space: OpenSpace, count: number): Promise<void> {
  const prefixes = Array.from({ length: count }, (_, index) => `t${index}-`);
  await Promise.all(prefixes.map((prefix) => writePlaces(space, prefix, 1)));
}

function isSame(one: OpenSpace, other: OpenSpace): boolean {
  return one.position === other.position && one.stateHash() === other.stateHash();
}

async function until(holds: () => boolean, milliseconds = 5_000): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!holds()) {
    if (performance.now() > end) throw new Error('what was waited for did not come');
    await new Promise((next) => setTimeout(next, 5));
  }
}
