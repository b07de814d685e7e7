/**
 * Requests that call a server of this machine by a name that is not its own. A page of anybody's
 * can have its own name lead to 127.0.0.1 (DNS rebinding); by all that the browser knows it is of
 * the server's origin then, and only the name that it calls tells them apart.
 */

import type { IncomingMessage } from 'node:http';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { rememberLast } from '../base/remember-last.ts';
import type { Refusal } from './admission.ts';
import { isLoopback } from './loopback.ts';
import { HttpStatus } from './respond.ts';

/** Not what a URL would read as more than a host and a port. */
const AUTHORITY = /^[^\s/?#@\\]+$/;

/** Why a request that calls this server by another name than its own is not answered. */
export function refuseForeignHost({ headers }: IncomingMessage): Refusal | undefined {
  return refuseHost(headers.host ?? '');
}

const refuseHost = rememberLast((host: string): Refusal | undefined => {
  const url = AUTHORITY.test(host) ? URL.parse(`http://${host}`) : null;
  if (url !== null && isLoopback(url.hostname)) return undefined;
  const expected = 'localhost or a loopback address, as there is no authentication';
  const message = `the host of a request expected ${expected}, got another`;
  const error = new DatabaseError(ErrorCode.INVALID_INPUT, message);
  const status = url === null ? HttpStatus.BAD_REQUEST : HttpStatus.MISDIRECTED_REQUEST;
  return { status, error };
});
