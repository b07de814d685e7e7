/** Attacks on the path of replicas: by strangers, and by one whose key is let in. */

import { setTimeout } from 'node:timers/promises';
import { zstdCompressSync } from 'node:zlib';
import { concatBytes, fromHex } from '../../src/base/bytes.ts';
import {
  PACKED_BYTES_MAX,
  PACKED_RATIO_MAX,
  PAST_ASKED_MAX,
} from '../../src/base/connection-limits.ts';
import { systemRandom } from '../../src/base/random.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { signCommit } from '../../src/delta/commit.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import { encodeGetBase, encodeGetCommits } from '../../src/replication/base-frame.ts';
import { entryFrame } from '../../src/replication/frame.ts';
import {
  encodePeerEntry,
  encodePeerState,
  FINGERPRINT_BYTES,
  PeerFrame,
} from '../../src/replication/peer-frame.ts';
import type { Attack, Attacking } from './attack.ts';
import {
  Attacker,
  giant,
  HASH_BYTES,
  holding,
  letIn,
  nothing,
  type Overheard,
  sending,
  stranger,
} from './peer-attacker.ts';

const CREATE = { operation: 'createNode', type: 'City', number: 1n } as const;
/** Signed, whole, and by nobody that the space knows. */
function commitOf(space: Uint8Array): Uint8Array {
  const seed = systemRandom.bytes(HASH_BYTES);
  return signedBy(seed, { space, authority: systemRandom.bytes(HASH_BYTES), clock: 1n << 40n });
}

/** The first commit of an author: another one each time. */
function signedBy(
  seed: Uint8Array,
  facts: { readonly space: Uint8Array; readonly authority: Uint8Array; readonly clock: bigint },
): Uint8Array {
  const writer = new PayloadWriter();
  writer.add({
    id: systemRandom.bytes(16),
    actor: 'user:*',
    deltas: [{ subject: { element: 'node', id: 'a'.repeat(16) }, delta: CREATE }],
  });
  const header = {
    ...facts,
    epoch: 0,
    author: publicKeyOf(seed),
    sequence: 1,
    previous: undefined,
    parents: [],
  };
  return signCommit(header, writer.finish(), seed).bytes;
}

/** By the author that the space knows, as of a record of its chain. */
function certified({ target }: Attacking, authority: string): Uint8Array {
  const facts = { space: fromHex(target.space), authority: fromHex(authority) };
  return signedBy(fromHex(target.authorSeed), { ...facts, clock: BigInt(Date.now()) << 16n });
}

let request = 0;

function entry(bytes: Uint8Array): Uint8Array {
  request += 1;
  return encodePeerEntry(PeerFrame.COMMIT, request, { body: bytes });
}

/** As much work for as few bytes as may be: it unpacks to more than it says. */
function bomb(): Uint8Array {
  request += 1;
  const body = new Uint8Array(PACKED_BYTES_MAX);
  const packed = new Uint8Array(PACKED_BYTES_MAX / PACKED_RATIO_MAX);
  packed.set(zstdCompressSync(new Uint8Array(2 * PACKED_BYTES_MAX)));
  return entryFrame(PeerFrame.COMMIT, request, { body, packed });
}

const NOTHING_HELD = {
  height: 0,
  head: new Uint8Array(HASH_BYTES),
  fingerprint: new Uint8Array(FINGERPRINT_BYTES),
};

function empty(): Uint8Array {
  return encodePeerState({ ...NOTHING_HELD, authors: [] });
}

const CLOSED = /^closed \d+$/;
const REFUSED = /^refused (429|503)$/;
/** Once it has broken the rules, it is kept out. */
const KEPT_OUT = 'failed RATE_LIMITED';
const ENDS = [CLOSED, REFUSED, 'let in', 'not taken', /^failed CONFLICT$/, KEPT_OUT] as const;
const FORKS = 512;

/** The replica whose hello and proof somebody has listened to, and sends again. */
const OVERHEARD_REPLICA = 5;

/** Of an honest connection. */
function overhear(attacking: Attacking): Promise<Overheard> {
  const { promise, resolve } = Promise.withResolvers<Overheard>();
  const attacker = new Attacker(attacking, {
    seedOf: letIn(OVERHEARD_REPLICA),
    act: ({ socket }) => {
      socket.once('close', () => resolve(attacker.overheard));
      socket.terminate();
    },
  });
  return promise;
}

export const PEER_ATTACKS: Readonly<Record<string, Attack>> = {
  replicaStrangers: {
    refusal: /^failed FORBIDDEN$/,
    expects: ['failed FORBIDDEN', CLOSED, REFUSED],
    run: holding({ seedOf: stranger, act: nothing }),
  },
  replicaGarbage: {
    refusal: /^closed 1008$/,
    expects: [CLOSED, REFUSED],
    run: sending(() => systemRandom.bytes(10_000)),
  },
  replicaGiants: {
    refusal: /^closed 1008$/,
    expects: [CLOSED, REFUSED],
    run: sending(giant),
  },
  replicaWrongKeys: {
    refusal: /^failed FORBIDDEN$/,
    expects: ['failed FORBIDDEN', CLOSED, REFUSED],
    run: holding({ seedOf: letIn(0), proveBy: stranger, act: nothing }),
  },
  replicaReplays: {
    refusal: /^failed FORBIDDEN$/,
    expects: ['failed FORBIDDEN', 'let in', CLOSED, REFUSED],
    run: async (attacking) => {
      const heard = await overhear(attacking);
      await holding({
        seedOf: letIn(OVERHEARD_REPLICA),
        replay: () => heard,
        act: () => {
          throw new Error('a proof of another connection expected to be refused, got let in');
        },
      })(attacking);
    },
  },
  replicaForgeries: {
    refusal: /^failed (MALFORMED|REFUSED|RATE_LIMITED)$/,
    expects: [...ENDS, /^failed (MALFORMED|REFUSED)$/],
    run: holding({
      connections: 1,
      seedOf: letIn(0),
      act: (attacker) => {
        attacker.socket.send(empty());
        const forged = commitOf(systemRandom.bytes(HASH_BYTES));
        attacker.flood(() => entry(forged));
      },
    }),
  },
  replicaBombs: {
    refusal: /^failed (MALFORMED|RATE_LIMITED)$/,
    expects: [...ENDS, 'failed MALFORMED'],
    run: holding({
      connections: 1,
      seedOf: letIn(8),
      act: (attacker) => {
        attacker.socket.send(empty());
        attacker.flood(bomb);
      },
    }),
  },
  replicaAsks: {
    refusal: /^failed (LIMIT_EXCEEDED|MALFORMED|RATE_LIMITED)$/,
    expects: [...ENDS, 'failed LIMIT_EXCEEDED'],
    run: holding({
      connections: 1,
      seedOf: letIn(9),
      act: (attacker) => {
        attacker.socket.send(empty());
        // Each asks for all that one ask may.
        const hashes = Array.from({ length: PAST_ASKED_MAX }, () => systemRandom.bytes(HASH_BYTES));
        const asks = concatBytes(encodeGetBase(1), encodeGetCommits(2, hashes));
        attacker.flood(() => asks);
      },
    }),
  },
  replicaOrphans: {
    refusal: /^(failed RATE_LIMITED|not taken)$/,
    probe: async (attacking) => {
      const { socket } = new Attacker(attacking, {
        seedOf: letIn(1),
        act: (attacker) => {
          attacker.socket.send(empty());
          attacker.socket.send(entry(commitOf(attacker.space)));
        },
      });
      while (!attacking.tally.has('not taken')) await setTimeout(5);
      socket.terminate();
    },
    expects: ENDS,
    run: holding({
      connections: 1,
      seedOf: letIn(2),
      act: (attacker) => {
        attacker.socket.send(empty());
        const orphan = commitOf(attacker.space);
        attacker.flood(() => entry(orphan));
      },
    }),
  },
  replicaSlowReaders: {
    refusal: /^let in$/,
    expects: ENDS,
    run: holding({
      connections: 1,
      seedOf: letIn(3),
      windowBytes: 2 ** 32 - 1,
      act: ({ socket }) => {
        socket.send(empty());
        socket.pause();
      },
    }),
  },
  replicaStates: {
    refusal: /^failed (MALFORMED|LIMIT_EXCEEDED|RATE_LIMITED)$/,
    expects: [...ENDS, /^failed (MALFORMED|LIMIT_EXCEEDED)$/],
    run: holding({
      connections: 1,
      seedOf: letIn(4),
      act: ({ socket }) => {
        const authors = Array.from({ length: 10_000 }, () => ({
          author: systemRandom.bytes(HASH_BYTES),
          hash: systemRandom.bytes(HASH_BYTES),
          sequence: 1,
        }));
        const state = encodePeerState({ ...NOTHING_HELD, authors });
        socket.send(state);
        socket.send(state);
      },
    }),
  },
  replicaOldEpochs: {
    refusal: /^(failed RATE_LIMITED|not taken)$/,
    expects: ENDS,
    run: holding({
      connections: 1,
      seedOf: letIn(6),
      act: (attacker, attacking) => {
        attacker.socket.send(empty());
        const old = certified(attacking, attacking.target.authorityBeforeSeal);
        attacker.flood(() => entry(old));
      },
    }),
  },
  replicaForkedLogs: {
    // Nobody is blamed for what an author has signed: the state is made again, and all begin anew.
    refusal: /^failed CONFLICT$/,
    // So many branches are compared by ranges, which it does not wait for.
    expects: [...ENDS, 'taken', 'failed MALFORMED'],
    probe: async (attacking) => {
      const { socket } = new Attacker(attacking, {
        seedOf: letIn(7),
        act: (attacker) => {
          attacker.socket.send(empty());
          for (let count = 0; count < 2; count++) {
            attacker.socket.send(entry(certified(attacking, attacking.target.authority)));
          }
        },
      });
      while (!attacking.tally.has('failed CONFLICT')) await setTimeout(5);
      socket.terminate();
    },
    run: holding({
      connections: 1,
      seedOf: letIn(7),
      act: (attacker, attacking) => {
        attacker.socket.send(empty());
        const forks = Array.from({ length: FORKS }, () =>
          certified(attacking, attacking.target.authority),
        );
        let next = 0;
        attacker.flood(() => entry(forks[next++ % FORKS] ?? new Uint8Array(0)));
      },
    }),
  },
};
