/** Opens and closes the port of a server. */

import type { Server } from 'node:http';
import type { Server as NetServer } from 'node:net';
import { DatabaseError, ErrorCode } from '../base/errors.ts';

/** How often connections that went idle are let go while a server closes. */
const CLOSE_IDLE_MILLISECONDS = 50;

/** Returns the port that it listens on: the one asked for, or a free one for 0. */
export function listen(
  server: NetServer,
  at: { readonly host: string; readonly port: number },
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, at)));
    server.listen({ host: at.host, port: at.port }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : at.port);
    });
  });
}

/**
 * Takes no more connections, and resolves when those that are busy have answered. Those that are
 * late are cut off; `cutOff` does that to the upgraded, which the server no longer knows.
 */
export async function closeWithin(
  server: Server,
  milliseconds: number,
  cutOff: () => void = () => undefined,
): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const idle = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_MILLISECONDS);
  const late = setTimeout(() => {
    server.closeAllConnections();
    cutOff();
  }, milliseconds);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}

function listenError(
  error: NodeJS.ErrnoException,
  { host, port }: { readonly host: string; readonly port: number },
): Error {
  const facts = { host, port };
  switch (error.code) {
    case 'EADDRINUSE':
      return new DatabaseError(
        ErrorCode.CONFLICT,
        `port expected a free one, got ${port}, which is in use on ${host}`,
        { facts, cause: error },
      );
    case 'EACCES':
      return new DatabaseError(
        ErrorCode.INVALID_INPUT,
        `port expected one that this user may open, got ${port}`,
        { facts, cause: error },
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new DatabaseError(
        ErrorCode.INVALID_INPUT,
        `host expected an address of this machine, got ${host}`,
        { facts, cause: error },
      );
    default:
      return error;
  }
}
