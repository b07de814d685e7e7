/** What every kind of WebSocket asks of the HTTP request that opens it. */

import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Authenticator } from './authentication/authenticator.ts';
import type { Identity } from './authentication/identity.ts';
import type { Callers } from './callers.ts';
import { CHALLENGE, HttpStatus } from './respond.ts';
import type { SlowRefusals } from './slow-refusals.ts';

/**
 * Answers an upgrade request with an error and lets the socket go, whether or not the client lets
 * it go too: nobody else knows the socket any more.
 */
export function refuse(
  socket: Duplex,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): void {
  const lines = Object.entries({ connection: 'close', 'content-length': '0', ...headers });
  const text = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const answer = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${text}\r\n`;
  socket.end(answer, () => socket.destroy());
}

/** Whether an address opens WebSockets too often; it is answered then, after a while. */
export function refuseTooOften(
  request: IncomingMessage,
  socket: Duplex,
  { callers, refusals }: { readonly callers: Callers; readonly refusals: SlowRefusals },
): boolean {
  try {
    callers.takeUpgrade(request);
    return false;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const answer = () => refuse(socket, HttpStatus.TOO_MANY_REQUESTS);
    refusals.hasWaited().then(answer, answer);
    return true;
  }
}

/** Who opens a WebSocket by the request's headers; a caller that is refused is answered. */
export async function identifyUpgrade(
  authenticator: Authenticator,
  request: IncomingMessage,
  socket: Duplex,
): Promise<Identity | undefined> {
  try {
    return await authenticator.identify(request);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const isUnknown = error.code === ErrorCode.UNAUTHENTICATED;
    if (isUnknown) refuse(socket, HttpStatus.UNAUTHORIZED, CHALLENGE);
    else refuse(socket, HttpStatus.BAD_REQUEST);
    return undefined;
  }
}

/** Browsers let any page open a socket to any server, and say from which page it comes. */
export function isOwnOrigin(
  { headers }: IncomingMessage,
  allowed: ReadonlySet<string> = new Set(),
): boolean {
  const { origin, host } = headers;
  if (origin === undefined || allowed.has(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
