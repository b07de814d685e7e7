/** The opening handshake of RFC 6455, section 4.2, for one subprotocol and no extension. */

import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { HttpStatus } from './respond.ts';
import { isOwnOrigin, refuse } from './upgrade.ts';

const VERSION = '13';
const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** Base64 of 16 bytes. */
const KEY = /^[+/0-9A-Za-z]{22}==$/;

/** Answers the request: with 101 and the socket, or with why not. */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  subprotocol: string,
): Socket | undefined {
  const { headers, method } = request;
  const key = headers['sec-websocket-key'];
  const isUpgrade = method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
  // Of a request with a body that is still to come, Node gives a stream around the socket.
  if (!(isUpgrade && socket instanceof Socket) || key === undefined || !KEY.test(key)) {
    refuse(socket, HttpStatus.BAD_REQUEST);
    return undefined;
  }
  if (headers['sec-websocket-version'] !== VERSION) {
    refuse(socket, HttpStatus.UPGRADE_REQUIRED, { 'sec-websocket-version': VERSION });
    return undefined;
  }
  if (!isOwnOrigin(request)) {
    refuse(socket, HttpStatus.FORBIDDEN);
    return undefined;
  }
  const offered = headers['sec-websocket-protocol']?.split(',').map((name) => name.trim());
  if (offered?.includes(subprotocol) !== true) {
    refuse(socket, HttpStatus.BAD_REQUEST);
    return undefined;
  }
  const accept = createHash('sha1').update(`${key}${ACCEPT_SUFFIX}`).digest('base64');
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: ${subprotocol}\r\n\r\n`,
  );
  return socket;
}
