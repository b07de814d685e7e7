/** What a new replica and the one that it asks make of frames that are not what was asked for. */

import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { concatBytes, fromHex } from '../../src/base/bytes.ts';
import {
  BASE_ASKS_MAX,
  BASE_PART_BYTES_MAX,
  PAST_ANSWER_MILLISECONDS_MAX,
  PAST_BYTES_MAX,
} from '../../src/base/connection-limits.ts';
import { DatabaseError, ErrorCode } from '../../src/base/errors.ts';
import { systemRandom } from '../../src/base/random.ts';
import { makeAuthorKey } from '../../src/crypto/author-key.ts';
import {
  type BaseOffer,
  decodeBase,
  decodeGetCommits,
  encodeBase,
  encodeGetBase,
  encodeGetCommits,
  encodeGetPart,
  encodePart,
  encodePast,
} from '../../src/replication/base-frame.ts';
import { FRAME_HEAD_BYTES, readFrameHead } from '../../src/replication/frame.ts';
import { type Joined, JoinSession } from '../../src/replication/join.ts';
import { PackedCommits } from '../../src/replication/packing.ts';
import {
  encodeNotTaken,
  encodePeerHello,
  encodePeerProof,
  encodePeerState,
  PEER_HELLO_BYTES,
  PEER_VERSION,
  PeerFrame,
} from '../../src/replication/peer-frame.ts';
import { handshakeOf, PeerRole, signProof } from '../../src/replication/peer-proof.ts';
import { TipRanges } from '../../src/replication/peer-ranges.ts';
import { PeerSession } from '../../src/replication/peer-session.ts';
import { openMemorySpace, openSpace } from '../../src/space/open.ts';
import type { OpenSpace } from '../../src/space/open-space.ts';
import { joinSpace } from '../fixture/peer-network.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

const SDL = 'type Place @node { code: ID! @id name: String }';
const STATE = new Uint8Array(32);
const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const space of open.splice(0)) await space[Symbol.asyncDispose]();
});

describe('a replica that is asked', () => {
  test('[Q36] offers nothing where nothing is sealed', async () => {
    const meeting = await meet(await openHost(0));
    expect(await meeting.answer(encodeGetBase(7))).toEqual([PeerFrame.BASE, 7, 0]);
  });

  test('[Q37] gives any bytes of what it offers, and ends with who asks for others', async () => {
    const host = await openHost(40);
    const meeting = await meet(host);
    await meeting.answer(encodeGetBase(1));
    const { outlineBytes, stateBytes, digest } = meeting.offer as BaseOffer;
    const end = outlineBytes + stateBytes;
    for (const [offset, bytes] of [
      [0, 1],
      [outlineBytes - 3, 7],
      [end - 1, 1],
    ] as const) {
      const asked = encodeGetPart(offset, { digest, offset, bytes });
      expect(await meeting.answer(asked)).toEqual([PeerFrame.PART, offset, bytes]);
    }
    const other = encodeGetPart(4, { digest: STATE, offset: 0, bytes: 1 });
    expect((await meeting.answer(other)).slice(0, 2)).toEqual([PeerFrame.NOT_TAKEN, 4]);
    for (const [offset, bytes] of [
      [end, 1],
      [end - 1, 2],
      [0, 0],
      [0, BASE_PART_BYTES_MAX + 1],
      [2 ** 53, 1],
    ] as const) {
      const again = await meet(host);
      await again.answer(encodeGetBase(1));
      again.push(encodeGetPart(2, { digest, offset, bytes }));
      expect(again.acceptor.error).toMatchObject({ code: 'MALFORMED' });
    }
  });

  test('[Q37] ends with who asks wrongly while it makes what it offers', async () => {
    const meeting = await meet(await openHost(3));
    meeting.push(encodeGetBase(1));
    meeting.push(encodeGetPart(2, { digest: STATE, offset: 0, bytes: 1 }));
    expect(meeting.acceptor.error).toBeUndefined();
    while (meeting.take().length === 0) await nextTurn();
    const { host } = meeting;
    const { digest } = (await host.replicated.bases.offer()) ?? { digest: STATE };
    meeting.isTaken = false;
    meeting.push(encodeGetPart(3, { digest, offset: 0, bytes: 0 }));
    meeting.isTaken = true;
    expect(() => meeting.acceptor.taken()).not.toThrow();
    expect(meeting.acceptor.error).toMatchObject({ code: 'MALFORMED' });
  });

  test('[Q37] gives nothing more of a base that another one has followed', async () => {
    const directory = join(await temporaryDirectory(), 'data');
    const host = (await openSpace({ directory, definition: { source: SDL } })) as OpenSpace;
    open.push(host);
    const places = async (key: string) => {
      await host.write({ actor: 'user:*' }, (draft) => void draft.createNode('Place', { key }));
      await host.seal();
    };
    await places('first');
    const meeting = await meet(host);
    await meeting.answer(encodeGetBase(1));
    const { digest } = meeting.offer as BaseOffer;
    const asked = encodeGetPart(2, { digest, offset: 0, bytes: 1 });
    expect(await meeting.answer(asked)).toEqual([PeerFrame.PART, 2, 1]);
    await places('second');
    const other = await meet(host);
    await other.answer(encodeGetBase(1));
    expect((await meeting.answer(asked)).slice(0, 2)).toEqual([PeerFrame.NOT_TAKEN, 2]);
  });

  test('[Q38] lets nothing of a chunk through that comes behind what ended it', async () => {
    const host = await openHost(30);
    const based = await joinSpace(host);
    open.push(based);
    const meeting = meetGiver(based);
    const [asked] = meeting.sent.filter((frame) => frame[0] === PeerFrame.GET_COMMITS);
    const hashes = decodeGetCommits(asked?.subarray(FRAME_HEAD_BYTES) ?? new Uint8Array(0));
    expect(hashes).toHaveLength(30);
    const request = readFrameHead(asked ?? STATE)?.request ?? 0;
    const past = hashes.map((hash) => {
      return encodePast(request, host.replicated.pastCommit(hash) ?? new Uint8Array(0));
    });
    meeting.push(concatBytes(...past.slice(0, -1)));
    // As the rest of a chunk comes whose first frame has ended it.
    meeting.acceptor.leaveWith(new DatabaseError(ErrorCode.MALFORMED, 'a frame before it'));
    const last = past.at(-1) ?? STATE;
    const head = readFrameHead(last);
    if (head !== undefined) meeting.acceptor.frame(head, last.subarray(FRAME_HEAD_BYTES));
    await nextTurn();
    expect(based.replicated.past?.progress.held).toBe(0);
    expect(based.replicated.past?.claim({})).toBe(true);
  });

  test('[Q38] ends with who does not answer in time, and with one commit too many', async () => {
    const host = await openHost(5);
    const based = await joinSpace(host);
    open.push(based);
    const meeting = meetGiver(based);
    meeting.now += PAST_ANSWER_MILLISECONDS_MAX - 1;
    meeting.acceptor.wake();
    expect(meeting.acceptor.error).toBeUndefined();
    meeting.now += 1;
    meeting.acceptor.wake();
    expect(meeting.acceptor.error).toMatchObject({ code: 'UNAVAILABLE' });
    const other = meetGiver(based);
    const [asked] = other.sent.filter((frame) => frame[0] === PeerFrame.GET_COMMITS);
    const request = readFrameHead(asked ?? STATE)?.request ?? 0;
    other.push(encodePast(request, new Uint8Array(PAST_BYTES_MAX)));
    expect(other.acceptor.error).toBeUndefined();
    other.push(encodePast(request, STATE));
    expect(other.acceptor.error).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  test('[Q38] gives commits up to the first that it does not have', async () => {
    const host = await openHost(3);
    const { replicated } = host;
    const hashes = [3, 4, 5].flatMap((position) => replicated.commitAt(position)?.hash ?? []);
    const meeting = await meet(host);
    expect(hashes).toHaveLength(2);
    const [first = STATE, second = STATE] = hashes;
    const answers = await meeting.answers(encodeGetCommits(9, [first, STATE, second]), 2);
    expect(answers.map(([type, request]) => [type, request])).toEqual([
      [PeerFrame.PAST, 9],
      [PeerFrame.PAST, 9],
    ]);
    expect(answers.map(([, , bytes]) => bytes > 0)).toEqual([true, false]);
  });

  test('[Q39] ends with who asks for more than it waits for', async () => {
    const meeting = await meet(await openHost(3));
    meeting.isTaken = false;
    for (let ask = 0; ask < BASE_ASKS_MAX; ask++) meeting.push(encodeGetBase(ask));
    expect(meeting.acceptor.error).toBeUndefined();
    meeting.push(encodeGetBase(99));
    expect(meeting.acceptor.error).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  test('[Q39] ends with who answers what it has not asked for', async () => {
    for (const frame of [
      encodePast(1, new Uint8Array(0)),
      encodePart(1, STATE),
      encodeBase(1, undefined),
    ]) {
      const meeting = await meet(await openHost(1));
      meeting.push(frame);
      expect(meeting.acceptor.error).toMatchObject({ code: 'MALFORMED' });
    }
  });
});

describe('a new replica', () => {
  test('[Q37] takes parts in their order and of their length alone', async () => {
    for (const change of [
      (part: Uint8Array) => part.subarray(1),
      (part: Uint8Array) => concatBytes(part, STATE),
    ]) {
      const joined = await joining(await openHost(30), (frame) => {
        if (frame[0] !== PeerFrame.PART) return [frame];
        const request = readFrameHead(frame)?.request ?? 0;
        return [encodePart(request, change(frame.subarray(FRAME_HEAD_BYTES)))];
      });
      expect(joined).toMatchObject({ code: 'MALFORMED' });
    }
  });

  test('[Q36] ends with who offers what nobody has signed', async () => {
    const joined = await joining(await openHost(5), (frame) => {
      if (frame[0] !== PeerFrame.BASE) return [frame];
      const offer = decodeBase(frame.subarray(FRAME_HEAD_BYTES)) as BaseOffer;
      const checkpoint = offer.checkpoint.replace(/\nstate ./, '\nstate !');
      return [encodeBase(0, { ...offer, checkpoint })];
    });
    expect(joined).toMatchObject({ code: 'MALFORMED' });
  });

  test('[Q37] comes again where something else was offered since', async () => {
    const host = await openHost(30);
    let isSealed = false;
    const joined = await joining(host, (frame) => {
      if (frame[0] !== PeerFrame.PART || isSealed) return [frame];
      isSealed = true;
      const error = new DatabaseError(ErrorCode.NOT_FOUND, 'another is offered');
      return [encodeNotTaken(readFrameHead(frame)?.request ?? 0, error)];
    });
    expect(joined).toMatchObject({ code: 'UNAVAILABLE' });
  });
});

async function openHost(commits: number): Promise<OpenSpace> {
  const host = await openMemorySpace({ definition: { source: SDL } });
  open.push(host);
  for (let index = 0; index < commits; index++) {
    await host.write({ actor: 'user:*' }, (draft) => {
      draft.createNode('Place', { key: `${index}` });
    });
  }
  if (commits > 0) await host.seal();
  return host;
}

type Change = (frame: Uint8Array) => readonly Uint8Array[];

/** A replica that is asked, and one whose frames and answers a test sees. */
class Meeting {
  readonly acceptor: PeerSession;
  readonly asked: Uint8Array[] = [];
  readonly #answered: Uint8Array[] = [];
  offer: BaseOffer | undefined;
  /** All that was sent. */
  readonly sent: Uint8Array[] = [];
  isTaken = true;
  now = 0;

  readonly host: OpenSpace;

  constructor(host: OpenSpace) {
    const meeting = this;
    this.host = host;
    this.acceptor = new PeerSession(
      {
        space: host.replicated,
        role: PeerRole.ACCEPTOR,
        mayJoin: () => true,
        nonce: systemRandom.bytes(32),
        packed: new PackedCommits(),
        now: () => this.now,
      },
      {
        send: (frame) => {
          this.#answered.push(frame);
          this.sent.push(frame);
        },
        get isTaken() {
          return meeting.isTaken;
        },
        resume: () => undefined,
        wakeAt: () => undefined,
        end: () => undefined,
      },
    );
  }

  push(frame: Uint8Array): void {
    this.acceptor.push(frame);
  }

  /** What was sent since, but for records and what is held. */
  take(): Uint8Array[] {
    return this.#answered.splice(0);
  }

  async answer(frame: Uint8Array): Promise<readonly number[]> {
    return (await this.answers(frame, 1))[0] ?? [];
  }

  /** Type, request and bytes of the body of each answer. */
  async answers(frame: Uint8Array, count: number): Promise<[number, number, number][]> {
    this.take();
    this.push(frame);
    const found: [number, number, number][] = [];
    while (found.length < count && this.acceptor.error === undefined) {
      for (const answer of this.take()) {
        const head = readFrameHead(answer);
        if (head === undefined || head.type === PeerFrame.RECORD) continue;
        if (head.type === PeerFrame.BASE)
          this.offer = decodeBase(answer.subarray(FRAME_HEAD_BYTES));
        found.push([head.type, head.request, head.bodyBytes]);
      }
      await nextTurn();
    }
    return found;
  }
}

/** Both have told what they hold. */
async function meet(host: OpenSpace): Promise<Meeting> {
  const meeting = new Meeting(host);
  const joining = sessionOf(host, { send: (frame) => meeting.asked.push(frame), isWhole: true });
  for (let round = 0; round < 4; round++) {
    for (const frame of meeting.asked.splice(0)) meeting.push(frame);
    for (const frame of meeting.take()) joining.push(frame);
    await nextTurn();
  }
  return meeting;
}

/** The other side says that it gives what is sealed, and holds nothing. */
function meetGiver(host: OpenSpace): Meeting {
  const meeting = new Meeting(host);
  const key = makeAuthorKey(systemRandom);
  const able = { takesCommits: false, unpacks: false, givesBase: true, sits: false };
  const facts = { version: PEER_VERSION, ...able, windowBytes: 0 };
  const nonce = systemRandom.bytes(32);
  const hello = encodePeerHello({ ...facts, space: fromHex(host.id), key: key.publicKey, nonce });
  meeting.push(hello);
  const theirs = meeting.sent[0]?.slice(-PEER_HELLO_BYTES) ?? STATE;
  const own = hello.slice(-PEER_HELLO_BYTES);
  const handshake = handshakeOf(PeerRole.DIALER, { own, theirs, binding: new Uint8Array(0) });
  meeting.push(encodePeerProof(signProof(key.seed, PeerRole.DIALER, handshake)));
  const fingerprint = new TipRanges([]).fingerprint();
  meeting.push(encodePeerState({ height: 0, head: STATE, fingerprint, authors: [] }));
  return meeting;
}

/** What becomes of a new replica to which the frames of the other side come changed. */
async function joining(host: OpenSpace, change: Change): Promise<Joined | DatabaseError> {
  const meeting = new Meeting(host);
  let outcome: Joined | DatabaseError | undefined;
  const session = sessionOf(host, {
    send: (frame) => meeting.asked.push(frame),
    end: (end) => {
      outcome = end;
    },
  });
  while (outcome === undefined) {
    for (const frame of meeting.asked.splice(0)) meeting.push(frame);
    for (const frame of meeting.take().flatMap(change)) session.push(frame);
    await nextTurn();
  }
  return outcome;
}

interface Seen {
  readonly send: (frame: Uint8Array) => unknown;
  readonly end?: (outcome: Joined | DatabaseError) => void;
  readonly isWhole?: boolean;
}

function sessionOf(host: OpenSpace, { send, end = () => undefined, isWhole = false }: Seen) {
  return new JoinSession(
    {
      space: fromHex(host.id),
      expected: host.replicated.key.publicKey,
      key: makeAuthorKey(systemRandom),
      nonce: systemRandom.bytes(32),
      isWhole,
    },
    { send, begin: () => 0, part: () => undefined, end },
  );
}

function nextTurn(): Promise<void> {
  return new Promise((next) => setImmediate(next));
}
