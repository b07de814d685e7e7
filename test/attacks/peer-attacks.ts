/** Attacks on the path of replicas: by strangers, and by one whose key is let in. */

import { setTimeout } from 'node:timers/promises';
import WebSocket from 'ws';
import { fromHex } from '../../src/base/bytes.ts';
import { systemRandom } from '../../src/base/random.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { signCommit } from '../../src/delta/commit.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import { decodeRefusal, FRAME_HEAD_BYTES, type FrameHead } from '../../src/replication/frame.ts';
import { FrameReader } from '../../src/replication/frame-reader.ts';
import { PEER_PATH, PEER_SUBPROTOCOL } from '../../src/replication/peer-dial.ts';
import {
  encodePeerEntry,
  encodePeerHello,
  encodePeerProof,
  encodePeerState,
  FINGERPRINT_BYTES,
  PEER_HELLO_BYTES,
  PEER_VERSION,
  PeerFrame,
} from '../../src/replication/peer-frame.ts';
import { PeerRole, signProof } from '../../src/replication/peer-proof.ts';
import { type Attack, type Attacking, count } from './attack.ts';

const TOGETHER = 8;
const BURST = 64;
const BUFFERED_BYTES = 1_048_576;
const HASH_BYTES = 32;

/** A connection as an attacker has it: it knows the grammar, and keeps to nothing. */
class Attacker {
  readonly socket: WebSocket;
  /** The id of the space. */
  readonly space: Uint8Array;
  readonly #attacking: Attacking;
  readonly #seed: Uint8Array;
  readonly #hello: Uint8Array;
  readonly #opened: (attacker: Attacker) => void;
  readonly #reader = new FrameReader({
    place: ({ bodyBytes }) => new Uint8Array(bodyBytes),
    frame: (head, body) => this.#frame(head, body),
    malformed: () => {
      throw new Error('a server sent a malformed frame');
    },
  });

  constructor(attacking: Attacking, { seedOf, act, windowBytes = 0 }: Holding) {
    const { host, syncPort, space } = attacking.target;
    this.space = fromHex(space);
    this.#attacking = attacking;
    this.#seed = seedOf(attacking);
    this.#opened = act;
    const [key, nonce] = [publicKeyOf(this.#seed), systemRandom.bytes(HASH_BYTES)];
    const facts = { version: PEER_VERSION, takesCommits: true, windowBytes };
    const hello = encodePeerHello({ ...facts, space: this.space, key, nonce });
    this.#hello = hello.slice(-PEER_HELLO_BYTES);
    this.socket = new WebSocket(`ws://${host}:${syncPort}${PEER_PATH}`, PEER_SUBPROTOCOL);
    this.socket.on('open', () => this.socket.send(hello));
    this.socket.on('message', (data) => this.#reader.push(new Uint8Array(data as Buffer)));
    this.socket.on('unexpected-response', (_request, { statusCode }) => {
      count(attacking.tally, `refused ${statusCode}`);
      this.socket.terminate();
    });
    this.socket.on('error', () => undefined);
    this.socket.on('close', (code) => count(attacking.tally, `closed ${code}`));
  }

  /** Once it is let in. */
  flood(make: () => Uint8Array): void {
    const go = () => {
      if (this.socket.readyState !== WebSocket.OPEN) return;
      if (this.socket.bufferedAmount < BUFFERED_BYTES) {
        for (let burst = 0; burst < BURST; burst++) this.socket.send(make());
      }
      setImmediate(go);
    };
    go();
  }

  #frame({ type }: FrameHead, body: Uint8Array): void {
    if (type === PeerFrame.HELLO) {
      const handshake = { dialer: this.#hello, acceptor: body, binding: new Uint8Array(0) };
      this.socket.send(encodePeerProof(signProof(this.#seed, PeerRole.DIALER, handshake)));
    } else if (type === PeerFrame.STATE) {
      count(this.#attacking.tally, 'let in');
      this.#opened(this);
    } else if (type === PeerFrame.NOT_TAKEN) count(this.#attacking.tally, 'not taken');
    else if (type === PeerFrame.FAILED) {
      count(this.#attacking.tally, `failed ${decodeRefusal(body).code}`);
    }
  }
}

interface Holding {
  readonly connections?: number;
  readonly seedOf: (attacking: Attacking) => Uint8Array;
  readonly act: (attacker: Attacker) => void;
  /** What the server may send without an answer. */
  readonly windowBytes?: number;
}

/** Keeps so many connections, and opens others for those that end. */
function holding(options: Holding) {
  const { connections = TOGETHER } = options;
  return async (attacking: Attacking): Promise<void> => {
    const held = new Set<Attacker>();
    while (!attacking.isOver()) {
      if (held.size < connections) {
        const attacker = new Attacker(attacking, options);
        held.add(attacker);
        attacker.socket.once('close', () => held.delete(attacker));
      }
      await setTimeout(5);
    }
    for (const { socket } of held) socket.terminate();
  };
}

const nothing = () => undefined;
const stranger = () => systemRandom.bytes(HASH_BYTES);
const letIn =
  (replica: number) =>
  ({ target }: Attacking): Uint8Array =>
    fromHex(target.replicaSeeds[replica] ?? '');

/** Opens and sends bytes that are no HELLO. */
function sending(bytes: () => Uint8Array) {
  return async (attacking: Attacking): Promise<void> => {
    const { host, syncPort } = attacking.target;
    const held = new Set<WebSocket>();
    while (!attacking.isOver()) {
      if (held.size < TOGETHER) {
        const socket = new WebSocket(`ws://${host}:${syncPort}${PEER_PATH}`, PEER_SUBPROTOCOL);
        held.add(socket);
        socket.on('open', () => socket.send(bytes()));
        socket.on('unexpected-response', (_request, { statusCode }) => {
          count(attacking.tally, `refused ${statusCode}`);
          socket.terminate();
        });
        socket.on('error', nothing);
        socket.on('close', (code) => {
          count(attacking.tally, `closed ${code}`);
          held.delete(socket);
        });
      }
      await setTimeout(5);
    }
    for (const socket of held) socket.terminate();
  };
}

function giant(): Uint8Array {
  const head = new Uint8Array(FRAME_HEAD_BYTES);
  head[0] = PeerFrame.HELLO;
  head.fill(0xff, 8);
  return head;
}

const CREATE = { operation: 'createNode', type: 'City', number: 1n } as const;
/** Signed, whole, and by nobody that the space knows. */
function commitOf(space: Uint8Array): Uint8Array {
  const seed = systemRandom.bytes(HASH_BYTES);
  const writer = new PayloadWriter();
  writer.add({
    id: systemRandom.bytes(16),
    actor: 'user:*',
    deltas: [{ subject: { element: 'node', id: 'a'.repeat(16) }, delta: CREATE }],
  });
  const header = {
    space,
    epoch: 0,
    author: publicKeyOf(seed),
    sequence: 1,
    previous: undefined,
    parents: [],
    authority: systemRandom.bytes(HASH_BYTES),
    clock: 1n << 40n,
  };
  return signCommit(header, writer.finish(), seed).bytes;
}

let request = 0;

function entry(bytes: Uint8Array): Uint8Array {
  request += 1;
  return encodePeerEntry(PeerFrame.COMMIT, request, bytes);
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
};
