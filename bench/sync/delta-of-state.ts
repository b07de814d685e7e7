/**
 * What it takes to bring a replica up to date that lacks the newest changes of a space: bytes of
 * all frames of both sides, against those of the image that holds the space.
 */

import { assert } from '../../src/base/assert.ts';
import { concatBytes } from '../../src/base/bytes.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import type { AddressedDelta } from '../../src/delta/delta.ts';
import { nodeIdByKey } from '../../src/delta/node-id.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import { encodeCommitFrame } from '../../src/replication/frame.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import type { OpenSpace } from '../../src/space/open-space.ts';
import { joinSpace, PeerLink } from '../../test/fixture/peer-network.ts';
import { Seeded } from '../../test/seeded.ts';
import { expectSame } from '../engine/windows.ts';
import { CommitChain } from '../ingest/commit-chain.ts';
import { type BenchRow, Better, benchRow } from '../measure.ts';
import { FrameCarrier } from './frame-carrier.ts';

export interface DeltaSize {
  readonly nodes: number;
  readonly stateBytesMin: number;
}

const SDL = 'type Note @node { code: ID! @id text: String }';
const AUTHOR_SEED = new Uint8Array(32).fill(10);
const SEED = 6;
const TEXT_CHARACTERS = 160;
/** Share of the nodes of which a text is another one. */
const CHANGED = 0.01;
/** Transactions in one commit: of the base, and of the changes. */
const BASE_BATCH = 1_024;
const BATCH = 64;

export async function deltaRows({ nodes, stateBytesMin }: DeltaSize): Promise<BenchRow[]> {
  await using first = await openMemorySpace({ definition: { source: SDL } });
  await first.certifyAuthor(publicKeyOf(AUTHOR_SEED), 'bench');
  await using second = await joinSpace(first);
  await exchange(first, second);
  const author = new NoteAuthor(first, nodes);
  const [here, there] = [FrameCarrier.to(first), FrameCarrier.to(second)];
  for (let from = 0; from < nodes; from += BASE_BATCH) {
    const frame = author.create(from, Math.min(nodes, from + BASE_BATCH));
    for (const carrier of [here, there]) await carrier.deliver(frame, 1);
  }
  const { imageBytes } = first.usage();
  assert(imageBytes >= stateBytesMin, 'a space is as large as its row says');
  const changed = Math.round(nodes * CHANGED);
  const frames = author.changes(changed);
  await here.deliver(concatBytes(...frames), frames.length);
  const bytes = await exchange(first, second);
  expectSame(second.stateHash(), first.stateHash());
  const megabytes = `${Math.round(imageBytes / 1e6)} MB`;
  const name = `${100 * CHANGED} % of a space of ${megabytes} changed`;
  return [
    benchRow({ name: `${name}: bytes to the other replica`, value: bytes, unit: 'B' }),
    benchRow({
      name: `${name}: of its state`,
      value: bytes / imageBytes,
      unit: 'x',
      target: CHANGED,
      better: Better.LOWER,
    }),
  ];
}

/** Connects both until each knows that they hold the same; answers the bytes of their frames. */
async function exchange(first: OpenSpace, second: OpenSpace): Promise<number> {
  using link = new PeerLink([second, first], { random: new Seeded(SEED), mayJoin: () => true });
  let bytes = 0;
  for (const pipe of [link.there, link.back]) {
    pipe.tamper = (frame) => {
      bytes += frame.length;
      return frame;
    };
  }
  while (!(link.isEven && second.position === first.position)) {
    const error = link.errors.find((each) => each !== undefined);
    if (error !== undefined) throw error;
    await new Promise((next) => setImmediate(next));
  }
  return bytes;
}

class NoteAuthor {
  readonly #space: Uint8Array;
  readonly #chain: CommitChain;
  readonly #random = new Seeded(SEED);
  readonly #nodes: number;

  constructor({ replicated, authority }: OpenSpace, nodes: number) {
    this.#space = replicated.space;
    this.#chain = new CommitChain({ space: this.#space, authority, seed: AUTHOR_SEED });
    this.#nodes = nodes;
  }

  create(from: number, to: number): Uint8Array {
    return this.#commit(
      Array.from({ length: to - from }, (_, index) => {
        const set = this.#set(from + index);
        const key = keyOf(from + index);
        const delta = { operation: 'createNodeByKey', type: 'Note', key } as const;
        return [{ subject: set.subject, delta }, set];
      }),
    );
  }

  /** Of different nodes, all over the space. */
  changes(count: number): Uint8Array[] {
    const step = Math.floor(this.#nodes / count);
    const sets = Array.from({ length: count }, (_, index) => [this.#set(index * step)]);
    return Array.from({ length: Math.ceil(count / BATCH) }, (_, index) =>
      this.#commit(sets.slice(index * BATCH, (index + 1) * BATCH)),
    );
  }

  #set(node: number): AddressedDelta {
    const id = nodeIdByKey({ space: this.#space, type: 'Note', key: keyOf(node) });
    const value = Buffer.from(this.#random.bytes(TEXT_CHARACTERS / 2)).toString('hex');
    return { subject: { element: 'node', id }, delta: { operation: 'set', path: 'text', value } };
  }

  #commit(transactions: readonly (readonly AddressedDelta[])[]): Uint8Array {
    const payload = new PayloadWriter();
    for (const deltas of transactions) {
      payload.add({ id: this.#random.bytes(16), actor: 'user:bench', deltas });
    }
    return encodeCommitFrame(0, this.#chain.sign(payload).bytes);
  }
}

function keyOf(node: number): string {
  return `note ${node}`;
}
