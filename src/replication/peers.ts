/**
 * The other replicas of a space that this one knows: it opens connections to those whose addresses
 * it has, again and again, and takes those of all that it knows by their keys.
 */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { compareBytes, fromHex, toHex } from '../base/bytes.ts';
import {
  PEER_DIALS_MAX,
  PEER_MESSAGE_BYTES_MAX,
  PEER_REDIAL_MILLISECONDS,
  PEERS_MAX,
  PEERS_UNPROVEN_MAX,
} from '../base/connection-limits.ts';
import { type DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import type { ReplicatedSpace } from '../space/replicated-space.ts';
import { PackedCommits } from './packing.ts';
import { dialPeer, PEER_SUBPROTOCOL } from './peer-dial.ts';
import type { Evidence } from './peer-parts.ts';
import { PeerRole } from './peer-proof.ts';
import { failure } from './peer-rules.ts';
import { PeerSocket } from './peer-socket.ts';
import { PeerStanding } from './peer-standing.ts';

const NONCE_BYTES = 32;

export interface KnownPeer {
  /** Hex of the key that it proves to hold. */
  readonly key: string;
  /** `ws://` or `wss://`, with a host; absent where it opens the connection. */
  readonly address?: string;
  readonly label?: string;
}

export interface PeersOptions {
  readonly space: ReplicatedSpace;
  readonly random: Random;
  readonly onEvidence?: (evidence: Evidence) => void;
}

export type PeerPhase = 'open' | 'connecting' | 'absent';

export interface PeerStatus extends KnownPeer {
  readonly phase: PeerPhase;
  /** Records of the authority chain that it holds, as far as it has said. */
  readonly height: number;
  /** Commits that are here and that it has not said to hold. */
  readonly lag: number;
  /** Why the last connection ended. */
  readonly error: DatabaseError | undefined;
}

/** A replica that is known, and the connection to it. */
interface Peer {
  readonly known: KnownPeer;
  /** Undefined until it is proven. */
  socket: PeerSocket | undefined;
  /** Connections that are being opened. */
  readonly dialling: Set<WebSocket>;
  /** The one that was opened, until it is proven. */
  greeted: PeerSocket | undefined;
  redial: ReturnType<typeof setTimeout> | undefined;
  readonly standing: PeerStanding;
  error: DatabaseError | undefined;
}

export class Peers {
  readonly #options: PeersOptions;
  readonly #peers = new Map<string, Peer>();
  readonly #unproven = new Set<PeerSocket>();
  readonly #packed = new PackedCommits();
  readonly #server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: PEER_MESSAGE_BYTES_MAX,
    handleProtocols: (offered) => offered.has(PEER_SUBPROTOCOL) && PEER_SUBPROTOCOL,
  });
  #isClosed = false;

  constructor(options: PeersOptions) {
    this.#options = options;
  }

  /** In the place of those before; those that are not among them any more are let go. */
  know(all: readonly KnownPeer[]): void {
    const wanted = new Map(all.map((known) => [known.key, known]));
    for (const [key, peer] of this.#peers) {
      const next = wanted.get(key);
      const isSame = next?.address === peer.known.address && next?.label === peer.known.label;
      if (next !== undefined && isSame) continue;
      // First, so that nothing that ends is opened again.
      this.#peers.delete(key);
      letGo(peer);
    }
    for (const [key, known] of wanted) {
      if (this.#peers.has(key)) continue;
      const peer = newPeer(known);
      this.#peers.set(key, peer);
      this.#dial(peer);
    }
  }

  /** Takes over the socket of an upgrade request; false where there is no room. */
  accept(request: IncomingMessage, stream: Duplex, head: Buffer): boolean {
    if (this.#isClosed || this.#unproven.size >= PEERS_UNPROVEN_MAX) return false;
    if (this.#open.length >= PEERS_MAX) return false;
    this.#server.handleUpgrade(request, stream, head, (socket) => {
      this.#begin(socket, undefined);
    });
    return true;
  }

  get status(): readonly PeerStatus[] {
    const { space } = this.#options;
    return [...this.#peers.values()].map((peer): PeerStatus => {
      const { known, socket, error } = peer;
      const { height = 0, reaches } = socket?.session.known ?? {};
      let lag = 0;
      for (const { author, sequence } of space.tips) {
        lag += Math.max(0, sequence - (reaches?.get(toHex(author)) ?? 0));
      }
      const phase = phaseOf(peer);
      return { ...known, phase, height, lag, error };
    });
  }

  close(): void {
    this.#isClosed = true;
    for (const socket of this.#unproven) socket.close();
    for (const peer of this.#peers.values()) letGo(peer);
    this.#server.close();
  }

  get #open(): readonly Peer[] {
    return [...this.#peers.values()].filter(({ socket }) => socket !== undefined);
  }

  /**
   * Opens connections until one is proven: another one every now and then, since nobody knows
   * whether a network that was cut has lost the last attempt or only holds it up.
   */
  #dial(peer: Peer): void {
    const { address } = peer.known;
    if (address === undefined || !this.#isKnown(peer) || peer.socket !== undefined) return;
    clearTimeout(peer.redial);
    peer.redial = setTimeout(() => this.#dial(peer), PEER_REDIAL_MILLISECONDS);
    peer.redial.unref();
    if (peer.greeted !== undefined || peer.dialling.size >= PEER_DIALS_MAX) return;
    if (peer.standing.isKeptOut(performance.now())) return;
    const socket = dialPeer(address);
    peer.dialling.add(socket);
    socket.on('error', (cause) => {
      peer.error = failure(ErrorCode.UNAVAILABLE, `a replica at ${address}`, cause.message);
    });
    socket.once('close', () => peer.dialling.delete(socket));
    socket.once('open', () => {
      const isFirst = peer.dialling.delete(socket) && peer.socket === undefined;
      if (!isFirst || peer.greeted !== undefined) return socket.terminate();
      for (const other of peer.dialling) other.terminate();
      peer.greeted = this.#begin(socket, peer);
    });
  }

  #isKnown(peer: Peer): boolean {
    return !this.#isClosed && this.#peers.get(peer.known.key) === peer;
  }

  /** `dialled` is the replica that this side has opened the connection to. */
  #begin(socket: WebSocket, dialled: Peer | undefined): PeerSocket {
    const { space, random, onEvidence } = this.#options;
    const peerSocket = new PeerSocket(socket, {
      space,
      role: dialled === undefined ? PeerRole.ACCEPTOR : PeerRole.DIALER,
      expected: dialled && fromHex(dialled.known.key),
      mayJoin: (key) => this.#peers.has(toHex(key)),
      nonce: random.bytes(NONCE_BYTES),
      packed: this.#packed,
      ...(onEvidence !== undefined && { onEvidence }),
      onProven: (key) => this.#proven(peerSocket, key, dialled !== undefined),
      onEnd: (error) => this.#ended(peerSocket, error, dialled),
    });
    this.#unproven.add(peerSocket);
    return peerSocket;
  }

  /** Of two connections to one replica, that stays which the one with the lesser key opened. */
  #proven(socket: PeerSocket, key: Uint8Array, isDialled: boolean): void {
    this.#unproven.delete(socket);
    const peer = this.#peers.get(toHex(key));
    if (peer === undefined) return;
    // What it opens counts, and what this side opens to one that is kept out.
    const { standing } = peer;
    const now = performance.now();
    if (isDialled ? standing.isKeptOut(now) : !standing.mayBegin(now)) throw keptOut();
    const isLesser = compareBytes(this.#options.space.key.publicKey, key) < 0;
    if (peer.socket !== undefined && isLesser !== isDialled) {
      return socket.session.leaveWith(doubled());
    }
    const before = peer.socket;
    peer.socket = socket;
    if (peer.greeted === socket) peer.greeted = undefined;
    peer.error = undefined;
    before?.session.leaveWith(doubled());
    for (const other of peer.dialling) other.terminate();
    clearTimeout(peer.redial);
  }

  #ended(socket: PeerSocket, error: DatabaseError, dialled: Peer | undefined): void {
    this.#unproven.delete(socket);
    for (const peer of this.#peers.values()) {
      if (peer.socket !== socket) continue;
      peer.socket = undefined;
      peer.error = error;
      // Of one that was let in: who is kept out, and tries again, breaks no rule by that.
      if (socket.session.isBroken) peer.standing.broke(performance.now());
      return this.#dial(peer);
    }
    // It was not proven, or another connection has taken its place.
    if (dialled?.greeted !== socket) return;
    dialled.greeted = undefined;
    dialled.error = error;
  }
}

function newPeer(known: KnownPeer): Peer {
  const none = { socket: undefined, greeted: undefined, redial: undefined, error: undefined };
  return { known, dialling: new Set(), standing: new PeerStanding(), ...none };
}

function letGo(peer: Peer): void {
  clearTimeout(peer.redial);
  for (const socket of peer.dialling) socket.terminate();
  peer.greeted?.close();
  peer.socket?.close();
}

function phaseOf({ socket, known }: Peer): PeerPhase {
  if (socket !== undefined) return 'open';
  return known.address === undefined ? 'absent' : 'connecting';
}

function keptOut(): DatabaseError {
  const expected = 'a replica that keeps to the rules, and begins now and then';
  return failure(ErrorCode.RATE_LIMITED, expected, 'one that does not');
}

function doubled(): DatabaseError {
  return failure(ErrorCode.CONFLICT, 'one connection to a replica', 'another');
}
