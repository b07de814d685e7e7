/**
 * Which pages of other origins may use the API: none, but those of origins that are allowed by
 * name. Browsers then send what a page of the server's own may send; credentials stay with the
 * page, as no cookie means anything here.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { ALLOWED_ORIGINS_MAX } from '../base/limits.ts';
import { PRINCIPAL_HEADER } from './authentication/credential.ts';
import { HttpStatus, respondError } from './respond.ts';

const METHODS = ['GET', 'POST'];
/** What a request may bring beside what browsers send in any case. */
const HEADERS = [
  ...['content-type', 'authorization', PRINCIPAL_HEADER],
  ...['signature', 'signature-input', 'content-digest'],
];
const PREFLIGHT_SECONDS = 7_200;

export type Origins = ReadonlySet<string>;

/** Throws INVALID_INPUT for what is no origin: `https://app.example` or `http://localhost:5173`. */
export function parseOrigins(texts: readonly string[]): Origins {
  if (texts.length > ALLOWED_ORIGINS_MAX) {
    throw invalid(`at most ${ALLOWED_ORIGINS_MAX} allowed origins`, String(texts.length));
  }
  for (const text of texts) {
    const url = URL.parse(text);
    // A pattern would be the name of a host that there is not.
    if (url?.origin === text && /^https?:\/\/[^*]+$/.test(text)) continue;
    throw invalid('an allowed origin as https://host or http://host:port', text.slice(0, 80));
  }
  return new Set(texts);
}

/** Whether the request was a preflight, which is answered then. */
export function answerOrigin(
  origins: Origins,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { origin } = request.headers;
  if (origins.size > 0) response.setHeader('vary', 'origin');
  const isAllowed = origin !== undefined && origins.has(origin);
  if (isAllowed) {
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-expose-headers', 'retry-after');
  }
  const asksFor = request.headers['access-control-request-method'];
  if (request.method !== 'OPTIONS' || asksFor === undefined) return false;
  if (isAllowed) allow(response);
  else respondError(response, HttpStatus.FORBIDDEN, notAllowed());
  return true;
}

function allow(response: ServerResponse): void {
  response.setHeader('access-control-allow-methods', METHODS.join(', '));
  response.setHeader('access-control-allow-headers', HEADERS.join(', '));
  response.setHeader('access-control-max-age', String(PREFLIGHT_SECONDS));
  response.writeHead(HttpStatus.NO_CONTENT).end();
}

function notAllowed(): DatabaseError {
  const message = 'the origin of a page expected one that is allowed (--allow-origin), got another';
  return new DatabaseError(ErrorCode.FORBIDDEN, message);
}

function invalid(expected: string, got: string): DatabaseError {
  return new DatabaseError(ErrorCode.INVALID_INPUT, `a server expected ${expected}, got ${got}`);
}
