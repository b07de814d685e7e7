/** Whole responses to plain HTTP requests. */

import type { ServerResponse } from 'node:http';
import { type DatabaseError, ErrorCode } from '../base/errors.ts';
import { refusal } from '../graphql/errors.ts';

export const HttpStatus = {
  OK: 200,
  NO_CONTENT: 204,
  NOT_MODIFIED: 304,
  BAD_REQUEST: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  NOT_ACCEPTABLE: 406,
  REQUEST_TIMEOUT: 408,
  CONTENT_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  MISDIRECTED_REQUEST: 421,
  UPGRADE_REQUIRED: 426,
  TOO_MANY_REQUESTS: 429,
  HEAD_TOO_LARGE: 431,
  INTERNAL_SERVER_ERROR: 500,
  SERVICE_UNAVAILABLE: 503,
} as const;

/** With each 401, as RFC 9110 asks: signatures have no challenge of their own. */
export const CHALLENGE = { 'www-authenticate': 'Bearer realm="massive-graph"' } as const;

export const HTML_TYPE = 'text/html; charset=utf-8';
/** With every answer: browsers take it for what it says it is. */
export const NO_SNIFFING = ['x-content-type-options', 'nosniff'] as const;

const JSON_TYPE = 'application/json';
const GRAPHQL_RESPONSE_TYPE = 'application/graphql-response+json';

export interface Body {
  readonly status: number;
  readonly type: string;
  readonly content: string | Uint8Array;
  /** Of text; UTF-8 where absent. */
  readonly encoding?: 'utf8' | 'latin1';
  readonly headers?: Readonly<Record<string, string>>;
}

export function respond(response: ServerResponse, body: Body): void {
  const { status, type, content, encoding = 'utf8', headers } = body;
  const length =
    typeof content === 'string' ? Buffer.byteLength(content, encoding) : content.length;
  const fields = ['content-type', type, 'content-length', String(length), ...NO_SNIFFING];
  for (const name in headers) fields.push(name, headers[name] ?? '');
  response.writeHead(status, fields);
  if (response.req.method === 'HEAD') response.end();
  else response.end(content, encoding);
}

export function respondJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  type = JSON_TYPE,
): void {
  respond(response, {
    status,
    type: `${type}; charset=utf-8`,
    content: `${JSON.stringify(value)}\n`,
    headers: { 'cache-control': 'no-store' },
  });
}

/** In the form of a GraphQL response, which is what clients of this server read errors from. */
export function respondError(response: ServerResponse, status: number, error: DatabaseError): void {
  const { message, extensions } = refusal(error);
  const { http: _http, ...shown } = extensions;
  const { retryAfterSeconds } = error.facts;
  if (retryAfterSeconds !== undefined) {
    response.setHeader('retry-after', String(retryAfterSeconds));
  }
  const takesResponse = response.req.headers.accept?.includes(GRAPHQL_RESPONSE_TYPE) === true;
  const type = takesResponse ? GRAPHQL_RESPONSE_TYPE : JSON_TYPE;
  if (error.code === ErrorCode.UNAUTHENTICATED)
    response.setHeaders(new Map(Object.entries(CHALLENGE)));
  respondJson(response, status, { errors: [{ message, extensions: shown }] }, type);
}
