/** How a WebSocket to another replica is opened, and read. */

import { type RawData, WebSocket } from 'ws';
import { concatBytes } from '../base/bytes.ts';
import { PEER_DIAL_MILLISECONDS_MAX, PEER_MESSAGE_BYTES_MAX } from '../base/connection-limits.ts';

export const PEER_PATH = '/peer';
export const PEER_SUBPROTOCOL = 'massive-graph-peer';

/** `address` has a scheme, a host and a port. */
export function dialPeer(address: string): WebSocket {
  return new WebSocket(new URL(PEER_PATH, address), PEER_SUBPROTOCOL, {
    perMessageDeflate: false,
    maxPayload: PEER_MESSAGE_BYTES_MAX,
    handshakeTimeout: PEER_DIAL_MILLISECONDS_MAX,
  });
}

/** What a message holds. */
export function messageBytes(data: RawData): Uint8Array {
  return Array.isArray(data) ? concatBytes(...data) : new Uint8Array(data);
}
