/** Asks a replica at an address for what a new one begins with (join.ts). */

import { setTimeout } from 'node:timers/promises';
import type { RawData, WebSocket } from 'ws';
import { fromHex } from '../base/bytes.ts';
import {
  JOIN_ENDS_MAX,
  PEER_BEAT_MILLISECONDS,
  PEER_REDIAL_MILLISECONDS,
  PEER_SILENCE_MILLISECONDS_MAX,
} from '../base/connection-limits.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import type { AuthorKey } from '../crypto/author-key.ts';
import { type BaseDownload, isOfDisk } from './base-download.ts';
import { type Joined, JoinSession } from './join.ts';
import type { Invitation } from './known-peers.ts';
import { dialPeer, messageBytes } from './peer-dial.ts';
import { failure } from './peer-rules.ts';

const NONCE_BYTES = 32;

export interface JoinParts {
  readonly key: AuthorKey;
  readonly random: Random;
  /** Whether it takes all commits, whatever is sealed. */
  readonly isWhole?: boolean;
  /** Takes the bytes of a base. */
  readonly download: BaseDownload;
  /** Called as they come. */
  readonly onProgress?: (bytes: number, end: number) => void;
}

/**
 * Goes on where a connection has ended that brought something. Throws UNAVAILABLE where nothing
 * answers, and what either side finds wrong with the other.
 */
export async function fetchBeginning(invitation: Invitation, parts: JoinParts): Promise<Joined> {
  const { download } = parts;
  for (let ends = 0; ; ) {
    const { bytes, restarts } = download;
    try {
      return await fetchOnce(invitation, parts);
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== ErrorCode.UNAVAILABLE) throw error;
      const hasGot = download.bytes > bytes && download.restarts === restarts;
      ends = hasGot ? 0 : ends + 1;
      if (isOfDisk(error) || download.bytes === 0 || ends > JOIN_ENDS_MAX) throw error;
      await setTimeout(PEER_REDIAL_MILLISECONDS);
    }
  }
}

async function fetchOnce(
  { space, key: expected, address }: Invitation,
  { key, random, isWhole = false, download, onProgress }: JoinParts,
): Promise<Joined> {
  const outcome = Promise.withResolvers<Joined>();
  const socket = dialPeer(address);
  let end = 0;
  socket.on('error', ({ message }) => {
    outcome.reject(failure(ErrorCode.UNAVAILABLE, `a replica at ${address}`, message));
  });
  const watch = watchSilence(socket);
  socket.once('open', () => {
    const session = new JoinSession(
      {
        space: fromHex(space),
        expected: fromHex(expected),
        key,
        nonce: random.bytes(NONCE_BYTES),
        isWhole,
      },
      {
        send: (frame) => socket.send(frame),
        begin: (offer) => {
          end = offer.outlineBytes + offer.stateBytes;
          return download.begin(offer);
        },
        part: (bytes) => {
          download.add(bytes);
          onProgress?.(download.bytes, end);
        },
        end: (ended) => {
          if (ended instanceof DatabaseError) outcome.reject(ended);
          else outcome.resolve(ended);
        },
      },
    );
    socket.on('message', (data: RawData) => session.push(messageBytes(data)));
    socket.once('close', () => session.leave());
  });
  try {
    return await outcome.promise;
  } finally {
    clearInterval(watch);
    socket.terminate();
  }
}

/** The other side pings whoever is connected: a network that is cut says nothing. */
function watchSilence(socket: WebSocket): ReturnType<typeof setInterval> {
  let heardAt = performance.now();
  const heard = () => {
    heardAt = performance.now();
  };
  socket.on('ping', heard).on('message', heard).on('open', heard);
  return setInterval(() => {
    const isOpen = socket.readyState === socket.OPEN;
    if (isOpen && performance.now() - heardAt > PEER_SILENCE_MILLISECONDS_MAX) socket.terminate();
  }, PEER_BEAT_MILLISECONDS);
}
