/**
 * A member that breaks the rules with a key that is let in. Its own replica is an honest one; what
 * it says to others is changed on the way out, or made up: forged, said again, dated back, signed
 * twice, or kept from some.
 */

import { compareBytes, sameBytes, toHex } from '../base/bytes.ts';
import type { Seeded } from '../base/seeded.ts';
import type { AuthorKey } from '../crypto/author-key.ts';
import { decodeCommit, signCommit } from '../delta/commit.ts';
import { nodeIdByKey } from '../delta/node-id.ts';
import { PayloadWriter } from '../delta/payload-writer.ts';
import { FRAME_HEAD_BYTES, readFrameHead } from '../replication/frame.ts';
import { encodePeerEntry, PeerFrame } from '../replication/peer-frame.ts';
import type { ReplicatedSpace } from '../space/replicated-space.ts';
import type { LinkEnd } from './link-end.ts';
import type { SimulatedNode } from './node.ts';
import type { Tally } from './tally.ts';
import { actorOf, placeKey } from './workload.ts';

const WITHHOLD_MILLISECONDS = [500, 6_000] as const;
/** Numbers of entries that its session does not use. */
const FIRST_REQUEST = 2 ** 31;
/** Of one commit in so many frames, an older frame is said again. */
const AGAIN_CHANCE = 0.02;
const FRAMES_KEPT = 64;
const FORGED_PAST_CHANCE = 0.2;
/** Nobody has granted it anything. */
const STRANGER = 'user:stranger';

export interface ByzantineParts {
  readonly index: number;
  readonly random: Seeded;
  readonly tally: Tally;
  readonly now: () => number;
}

interface Forged {
  readonly author?: AuthorKey['publicKey'];
  readonly actor?: string;
  readonly authority?: Uint8Array;
  readonly clock?: (previous: bigint, greatest: bigint) => bigint;
  readonly isAlone?: boolean;
}

export class Byzantine {
  readonly #parts: ByzantineParts;
  /** Nodes that it hands no commit on to, until a time. */
  readonly #withheld = new Map<number, number>();
  /** Frames that it has said before. */
  readonly #said: Uint8Array[] = [];
  #request = FIRST_REQUEST;
  #text = 0;

  constructor(parts: ByzantineParts) {
    this.#parts = parts;
  }

  /** What goes to a node in the place of a frame of its session. */
  outgoing(peer: number, frame: Uint8Array): readonly Uint8Array[] {
    const { random, tally, now } = this.#parts;
    const [type] = frame;
    this.#said.push(frame);
    if (this.#said.length > FRAMES_KEPT) this.#said.shift();
    if (type === PeerFrame.COMMIT && (this.#withheld.get(peer) ?? 0) > now()) {
      tally.add('byzantine: commits withheld');
      return [];
    }
    if (type === PeerFrame.PAST && random.chance(FORGED_PAST_CHANCE)) {
      return [this.#forgedPast(frame)];
    }
    if (!random.chance(AGAIN_CHANCE)) return [frame];
    tally.add('byzantine: frames replayed');
    return [frame, random.pick(this.#said)];
  }

  /** Its header, which names it, is as it was: what it has signed is another payload. */
  #forgedPast(frame: Uint8Array): Uint8Array {
    const forged = Uint8Array.from(frame);
    const isPacked = readFrameHead(frame)?.packedBytes !== undefined;
    if (isPacked || frame.length <= FRAME_HEAD_BYTES) return forged;
    this.#parts.tally.add('byzantine: past commits forged');
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    return forged;
  }

  /** Breaks one rule. */
  act(node: SimulatedNode): void {
    const { space } = node;
    const { random } = this.#parts;
    const ends = node.openEnds;
    const draw = random.below(7);
    if (space === undefined || ends.length === 0) return;
    const end = random.pick(ends);
    const { replicated } = space;
    switch (draw) {
      case 0:
        return this.#forge(end, replicated);
      case 1:
        return this.#replay(end, replicated);
      case 2:
        return this.#backDate(end, replicated);
      case 3:
        return this.#citeThePast(node, replicated);
      case 4:
        return this.#withhold(end.peer);
      case 5:
        return this.#trespass(node, replicated);
      default:
        return this.#equivocate(node, end, replicated);
    }
  }

  /** Another's commit with other bytes, or one in another's name. */
  #forge(end: LinkEnd, space: ReplicatedSpace): void {
    const { random, tally } = this.#parts;
    tally.add('byzantine: commits forged');
    const others = space.tips.filter(({ author }) => !sameBytes(author, space.key.publicKey));
    if (random.chance(0.5) && others.length > 0) {
      const { author } = random.pick(others);
      return this.#inject(end, this.#commit(space, { author }));
    }
    const bytes = this.#anyCommit(space);
    if (bytes === undefined) return;
    const at = bytes.length - 1 - random.below(Math.min(bytes.length - 4, 400));
    bytes[at] = (bytes[at] ?? 0) ^ (1 + random.below(255));
    this.#inject(end, bytes);
  }

  #replay(end: LinkEnd, space: ReplicatedSpace): void {
    const bytes = this.#anyCommit(space);
    if (bytes === undefined) return;
    this.#parts.tally.add('byzantine: commits replayed');
    for (let count = this.#parts.random.between(1, 5); count > 0; count--) {
      this.#inject(end, bytes);
    }
  }

  /** Its clock is not above that of what it follows. */
  #backDate(end: LinkEnd, space: ReplicatedSpace): void {
    this.#parts.tally.add('byzantine: commits dated back');
    const back = BigInt(this.#parts.random.below(100_000));
    const clock = (_: bigint, greatest: bigint) => (greatest > back ? greatest - back : 1n);
    this.#inject(end, this.#commit(space, { clock }));
  }

  /** As if it had been signed before rights were taken away: valid, and maybe masked. */
  #citeThePast(node: SimulatedNode, space: ReplicatedSpace): void {
    const { random, tally } = this.#parts;
    const authority = space.recordHash(random.below(space.height));
    if (authority === undefined) return;
    tally.add('byzantine: commits that cite the past');
    const clock = (previous: bigint) => previous + 1n;
    this.#take(node, this.#commit(space, { authority, clock, isAlone: true }));
  }

  #withhold(victim: number): void {
    const { random, tally, now } = this.#parts;
    tally.add('byzantine: times of withholding');
    this.#withheld.set(victim, now() + random.between(...WITHHOLD_MILLISECONDS));
  }

  /** For an actor without a grant. */
  #trespass(node: SimulatedNode, space: ReplicatedSpace): void {
    this.#parts.tally.add('byzantine: commits without a right');
    this.#take(node, this.#commit(space, { actor: STRANGER }));
  }

  /** Two commits with one sequence number: one is its own, the other one a node's. */
  #equivocate(node: SimulatedNode, end: LinkEnd, space: ReplicatedSpace): void {
    this.#parts.tally.add('byzantine: sequence numbers signed twice');
    const [own, other] = [this.#commit(space, {}), this.#commit(space, {})];
    this.#inject(end, other);
    this.#take(node, own);
  }

  #inject(end: LinkEnd, commit: Uint8Array): void {
    this.#request += 1;
    end.inject(encodePeerEntry(PeerFrame.COMMIT, this.#request, { body: commit }));
  }

  /** Puts it into its own log, from where it goes to all like any other. */
  #take(node: SimulatedNode, commit: Uint8Array): void {
    void node.space?.receive(commit).then(({ kind }) => {
      if (kind === 'refused') this.#parts.tally.add('byzantine: commits that it refuses itself');
    });
  }

  #anyCommit(space: ReplicatedSpace): Uint8Array | undefined {
    const position = 1 + this.#parts.random.below(space.position);
    const bytes = space.commitAt(position)?.bytes;
    return bytes && Uint8Array.from(bytes);
  }

  #commit(space: ReplicatedSpace, forged: Forged): Uint8Array {
    const { key } = space;
    const { author = key.publicKey, actor = actorOf(this.#parts.index), isAlone = false } = forged;
    const { clock = (_: bigint, greatest: bigint) => greatest + 1n } = forged;
    const clocks = new Map(space.tips.map(({ hash }) => [toHex(hash), clockOf(space, hash)]));
    const last = space.tips.find((tip) => sameBytes(tip.author, author));
    const greatest = [...clocks.values()].reduce((one, other) => (one > other ? one : other), 0n);
    const others = space.tips.filter((tip) => tip !== last && !isAlone);
    const header = {
      space: space.space,
      epoch: 0,
      author,
      sequence: (last?.sequence ?? 0) + 1,
      previous: last?.hash,
      parents: others.map(({ hash }) => hash).sort(compareBytes),
      authority: forged.authority ?? this.#head(space),
      clock: clock(last === undefined ? 1n : (clocks.get(toHex(last.hash)) ?? 1n), greatest),
    };
    return signCommit(header, this.#payload(space.space, actor), key.seed).bytes;
  }

  #head(space: ReplicatedSpace): Uint8Array {
    return space.recordHash(space.height - 1) ?? space.space;
  }

  #payload(space: Uint8Array, actor: string): Uint8Array {
    const { random, index } = this.#parts;
    this.#text += 1;
    const key = placeKey(random);
    const subject = { element: 'node', id: nodeIdByKey({ space, type: 'Place', key }) } as const;
    const value = `lie ${this.#text} of ${index}`;
    const writer = new PayloadWriter();
    writer.add({
      id: random.bytes(16),
      actor,
      deltas: [
        { subject, delta: { operation: 'createNodeByKey', type: 'Place', key } },
        { subject, delta: { operation: 'set', path: 'name', value } },
        // The definition has no sets of values; whoever signs by hand may add to one.
        { subject, delta: { operation: 'add', path: 'tags', value: `tag ${random.below(4)}` } },
      ],
    });
    return writer.finish();
  }
}

function clockOf(space: ReplicatedSpace, hash: Uint8Array): bigint {
  const position = space.positionOf(hash);
  const bytes = position === undefined ? undefined : space.commitAt(position)?.bytes;
  return bytes === undefined ? 0n : decodeCommit(bytes).header.clock;
}
