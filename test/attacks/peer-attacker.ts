/** Connections as attackers of the path of replicas have them. */

import { setTimeout } from 'node:timers/promises';
import WebSocket from 'ws';
import { fromHex } from '../../src/base/bytes.ts';
import { systemRandom } from '../../src/base/random.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { decodeRefusal, FRAME_HEAD_BYTES, type FrameHead } from '../../src/replication/frame.ts';
import { FrameReader } from '../../src/replication/frame-reader.ts';
import { PEER_PATH, PEER_SUBPROTOCOL } from '../../src/replication/peer-dial.ts';
import {
  encodePeerHello,
  encodePeerProof,
  PEER_HELLO_BYTES,
  PEER_VERSION,
  PeerFrame,
} from '../../src/replication/peer-frame.ts';
import { type Handshake, PeerRole, signProof } from '../../src/replication/peer-proof.ts';
import { type Attacking, count } from './attack.ts';

const TOGETHER = 8;
const BURST = 64;
const BUFFERED_BYTES = 1_048_576;
export const HASH_BYTES = 32;

/** What a replica said of itself on a connection that somebody listened to. */
export interface Overheard {
  readonly hello: Uint8Array;
  readonly proof: Uint8Array;
}

/** A connection as an attacker has it: it knows the grammar, and keeps to nothing. */
export class Attacker {
  readonly socket: WebSocket;
  /** The id of the space. */
  readonly space: Uint8Array;
  readonly #attacking: Attacking;
  readonly #hello: Uint8Array;
  readonly #prove: (handshake: Handshake) => Uint8Array;
  #proof: Uint8Array = new Uint8Array(0);
  readonly #opened: Holding['act'];
  readonly #reader = new FrameReader({
    place: ({ bodyBytes }) => new Uint8Array(bodyBytes),
    frame: (head, body) => this.#frame(head, body),
    malformed: () => {
      throw new Error('a server sent a malformed frame');
    },
  });

  constructor(attacking: Attacking, options: Holding) {
    const { seedOf, act, windowBytes = 0, replay, proveBy } = options;
    const { host, syncPort, space } = attacking.target;
    this.space = fromHex(space);
    this.#attacking = attacking;
    this.#opened = act;
    const seed = seedOf(attacking);
    const [key, nonce] = [publicKeyOf(seed), systemRandom.bytes(HASH_BYTES)];
    const able = { takesCommits: true, unpacks: true, givesBase: true, sits: true };
    const facts = { version: PEER_VERSION, ...able, windowBytes };
    const own = encodePeerHello({ ...facts, space: this.space, key, nonce });
    const { hello = own, proof } = replay?.(attacking) ?? {};
    this.#hello = hello;
    const signer = proveBy?.(attacking) ?? seed;
    this.#prove = (handshake) =>
      proof ?? encodePeerProof(signProof(signer, PeerRole.DIALER, handshake));
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

  /** The frames by which it was let in. */
  get overheard(): Overheard {
    return { hello: this.#hello, proof: this.#proof };
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
      const dialer = this.#hello.slice(-PEER_HELLO_BYTES);
      this.#proof = this.#prove({ dialer, acceptor: body, binding: new Uint8Array(0) });
      this.socket.send(this.#proof);
    } else if (type === PeerFrame.STATE) {
      count(this.#attacking.tally, 'let in');
      this.#opened(this, this.#attacking);
    } else if (type === PeerFrame.TAKEN) count(this.#attacking.tally, 'taken');
    else if (type === PeerFrame.NOT_TAKEN) count(this.#attacking.tally, 'not taken');
    else if (type === PeerFrame.FAILED) {
      count(this.#attacking.tally, `failed ${decodeRefusal(body).code}`);
    }
  }
}

export interface Holding {
  readonly connections?: number;
  readonly seedOf: (attacking: Attacking) => Uint8Array;
  readonly act: (attacker: Attacker, attacking: Attacking) => void;
  /** What the server may send without an answer. */
  readonly windowBytes?: number;
  /** What it says of itself in the place of the truth. */
  readonly replay?: (attacking: Attacking) => Overheard;
  /** The seed of a key that signs its proof in the place of its own. */
  readonly proveBy?: (attacking: Attacking) => Uint8Array;
}

/** Keeps so many connections, and opens others for those that end. */
export function holding(options: Holding) {
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

export const nothing = () => undefined;
export const stranger = () => systemRandom.bytes(HASH_BYTES);
export const letIn =
  (replica: number) =>
  ({ target }: Attacking): Uint8Array =>
    fromHex(target.replicaSeeds[replica] ?? '');

/** Opens and sends bytes that are no HELLO. */
export function sending(bytes: () => Uint8Array) {
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

export function giant(): Uint8Array {
  const head = new Uint8Array(FRAME_HEAD_BYTES);
  head[0] = PeerFrame.HELLO;
  head.fill(0xff, 8);
  return head;
}
