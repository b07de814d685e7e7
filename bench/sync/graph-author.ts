/** Signs the operations of the work as commits of one author, each a frame of the sync protocol. */

import type { AddressedDelta } from '../../src/delta/delta.ts';
import { nodeIdByKey } from '../../src/delta/node-id.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import { encodeCommitFrame } from '../../src/replication/frame.ts';
import { pack } from '../../src/replication/packing.ts';
import { SeededRandom } from '../engine/seeded-random.ts';
import { type ChainOptions, CommitChain } from '../ingest/commit-chain.ts';
import { AGE_UNSET, keyOf } from '../peers/sync/sync-peer.ts';
import { AGE_END, type SyncWork } from '../peers/sync/sync-work.ts';

export const PEOPLE_SDL = `type Person @node {
  key: ID! @id
  age: Int
}`;

/** What the operations of a commit are. */
export const Packing = {
  /** With an id and an actor of its own, done or not by itself, proven by itself. */
  EACH: 'each a transaction',
  /** As a transaction, a commit or a change of what this is measured beside. */
  TOGETHER: 'together a transaction',
} as const;
export type Packing = (typeof Packing)[keyof typeof Packing];

const TYPE = 'Person';
const ACTOR = 'user:bench';
const SEED = 4;

export class GraphAuthor {
  readonly #chain: CommitChain;
  readonly #work: SyncWork;
  readonly #packing: Packing;
  readonly #random = new SeededRandom(SEED);
  readonly #ids: readonly string[];

  constructor(options: ChainOptions, { work, packing }: { work: SyncWork; packing: Packing }) {
    this.#chain = new CommitChain(options);
    this.#work = work;
    this.#packing = packing;
    this.#ids = Array.from({ length: work.people }, (_, person) =>
      nodeIdByKey({ space: options.space, type: TYPE, key: keyOf(person) }),
    );
  }

  get ids(): readonly string[] {
    return this.#ids;
  }

  /** Creates the people. */
  base(): Uint8Array {
    const deltas = this.#ids.flatMap((id, person): AddressedDelta[] => [
      { subject: { element: 'node', id }, delta: createOf(person) },
      this.#set(person, AGE_UNSET),
    ]);
    return this.#commit([deltas]);
  }

  /** All operations; in a later round everybody is older, so that there is something to do. */
  round(number: number): Uint8Array[] {
    return this.#work.batches.map((batch) => {
      const deltas = batch.map(({ person, age }) => this.#set(person, ageInRound(age, number)));
      const isEach = this.#packing === Packing.EACH;
      return this.#commit(isEach ? deltas.map((delta) => [delta]) : [deltas]);
    });
  }

  #set(person: number, age: number): AddressedDelta {
    const id = this.#ids[person] as string;
    const delta = { operation: 'set', path: 'age', value: BigInt(age) } as const;
    return { subject: { element: 'node', id }, delta };
  }

  #commit(transactions: readonly (readonly AddressedDelta[])[]): Uint8Array {
    const payload = new PayloadWriter();
    for (const deltas of transactions) {
      payload.add({ id: this.#random.bytes(16), actor: ACTOR, deltas });
    }
    const { bytes } = this.#chain.sign(payload);
    return encodeCommitFrame(0, bytes, pack(bytes));
  }
}

function createOf(person: number): AddressedDelta['delta'] {
  return { operation: 'createNodeByKey', type: TYPE, key: keyOf(person) };
}

function ageInRound(age: number, round: number): number {
  return age + AGE_END * round;
}
