/**
 * Admits the address of a request, and the body of a POST. Only JSON is taken: browsers send the
 * other forms across origins without asking, so that any page could write. The body is read and
 * parsed here, as nobody else would refuse bytes that are no UTF-8.
 */

import type { IncomingMessage } from 'node:http';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { rememberLast } from '../base/remember-last.ts';
import { limitExceeded } from '../graphql/errors.ts';
import { ANSWER_TYPES, accepts } from './accept.ts';
import { type Parameters, readParameters } from './parameters.ts';
import { HttpStatus } from './respond.ts';
import type { Naming, TrustedDocuments } from './trusted-documents.ts';

const UTF8 = 'utf-8';
const IDENTITY = 'identity';
const JSON_TYPES = new Set(['application/json', 'application/graphql+json']);

export interface Refusal {
  readonly status: number;
  readonly error: DatabaseError;
}

export type Admission = Admitted | Refused;

interface Refused {
  readonly refusal: Refusal;
}

export interface Admitted {
  /** Of a POST. */
  readonly parameters?: Parameters;
  readonly refusal?: undefined;
}

const ADMITTED: Admitted = {};

/** JSON in the parameters of an address, which nobody else checks. */
const JSON_PARAMETERS = ['variables', 'extensions'];

export function admitAddress(request: IncomingMessage, trusted: TrustedDocuments): Admission {
  const refused = refuseForms(request.headers.accept ?? '');
  if (refused !== undefined) return refused;
  if (isPlainAddress(request)) return ADMITTED;
  const address = `http://${request.headers.host ?? 'localhost'}${request.url ?? '/'}`;
  if (!URL.canParse(address)) {
    return badRequest('the host and path of a request expected an address, got other text');
  }
  const { searchParams } = new URL(address);
  for (const name of JSON_PARAMETERS) {
    const text = searchParams.get(name);
    if (text !== null && text !== '' && !isJson(text)) {
      return badRequest(`the parameter ${name} expected JSON, got other text`);
    }
  }
  return request.method === 'GET' ? admitQuery(request, searchParams, trusted) : ADMITTED;
}

const refuseForms = rememberLast((accept: string): Refused | undefined => {
  if (accepts(accept, ANSWER_TYPES)) return undefined;
  const message = `accept expected one of ${ANSWER_TYPES.join(', ')}, got other forms`;
  const error = new DatabaseError(ErrorCode.INVALID_INPUT, message);
  return { refusal: { status: HttpStatus.NOT_ACCEPTABLE, error } };
});

/** Puts the text of a trusted document in the place of its id. */
function admitQuery(
  request: IncomingMessage,
  parameters: URLSearchParams,
  trusted: TrustedDocuments,
): Admission {
  const [query, documentId] = [parameters.get('query'), parameters.get('documentId')];
  if (query === null && documentId === null) return ADMITTED;
  if (query !== null && documentId !== null) {
    const message = 'the address of a GET expected a query or a documentId, got both';
    return badRequest(message, ErrorCode.INVALID_INPUT);
  }
  const text = trustedText(trusted, { query, documentId });
  if (typeof text !== 'string') return text;
  if (documentId === null) return ADMITTED;
  parameters.delete('documentId');
  parameters.set('query', text);
  const path = (request.url ?? '').split('?', 1);
  request.url = `${path}?${parameters}`;
  return ADMITTED;
}

/** Without parameters, and of letters that an address has in any case: most are. */
function isPlainAddress({ headers: { host = '' }, url = '' }: IncomingMessage): boolean {
  return isPlainHost(host) && PLAIN_PATH.test(url);
}

const isPlainHost = rememberLast((host: string) => PLAIN_HOST.test(host));

const PLAIN_HOST = /^(?:[a-z][a-z\d-]{0,62}|127\.0\.0\.1)(?::[1-5]?\d{1,4})?$/;
const PLAIN_PATH = /^\/[a-z]*$/;

export interface BodyTerms {
  readonly bytesMax: number;
  /** What is wrong with the bytes, apart from what they say. */
  readonly check: (body: Uint8Array) => Refusal | undefined;
  readonly trusted: TrustedDocuments;
}

/** Undefined where the client has gone before all of it came: nobody is to be answered. */
export async function admitBody(
  request: IncomingMessage,
  { bytesMax, check, trusted }: BodyTerms,
): Promise<Admission | undefined> {
  const addressed = admitAddress(request, trusted);
  if (addressed.refusal !== undefined) return addressed;
  const coding = request.headers['content-encoding'] ?? IDENTITY;
  const unread = refuseType(request.headers['content-type'] ?? '') ?? refuseCoding(coding);
  if (unread !== undefined) return unread;
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > bytesMax) return tooLarge(length, bytesMax);
  const body = await readBody(request, bytesMax);
  if (body === CUT_OFF) return undefined;
  if (!(body instanceof Uint8Array)) return tooLarge(body.bytes, bytesMax);
  const refusal = check(body);
  if (refusal !== undefined) return { refusal };
  return admitParameters(body, trusted);
}

const refuseType = rememberLast((contentType: string): Refused | undefined => {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!JSON_TYPES.has(type)) return unsupported('content type', 'application/json', type || 'none');
  const charset = /;\s*charset="?([^";\s]+)/i.exec(contentType)?.[1] ?? UTF8;
  return charset.toLowerCase() === UTF8 ? undefined : unsupported('charset', UTF8, charset);
});

function refuseCoding(coding: string): Refused | undefined {
  if (coding.toLowerCase() === IDENTITY) return undefined;
  return unsupported('content encoding', 'none', coding);
}

/** The whole body; how many bytes it had come to when they were too many; CUT_OFF. */
function readBody(request: IncomingMessage, bytesMax: number): Promise<ReadBody> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    request.on('data', (chunk: Uint8Array) => {
      bytes += chunk.length;
      // What is too much is dropped as it comes.
      if (bytes <= bytesMax) chunks.push(chunk);
      else {
        chunks.length = 0;
        resolve({ bytes });
      }
    });
    request.on('end', () => {
      const [first] = chunks;
      resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
    });
    // Of what has ended already, neither says anything new.
    const cutOff = () => resolve(CUT_OFF);
    request.on('error', cutOff).on('close', cutOff);
  });
}

/** The connection has ended before the body. */
const CUT_OFF = 'cut off';
type ReadBody = Uint8Array | { readonly bytes: number } | typeof CUT_OFF;

function admitParameters(bytes: Uint8Array, trusted: TrustedDocuments): Admission {
  try {
    return { parameters: readParameters(bytes, { what: 'the body of a POST', trusted }) };
  } catch (error) {
    return refusedOf(error);
  }
}

function trustedText(trusted: TrustedDocuments, naming: Naming): string | Admission {
  try {
    return trusted.textOf(naming);
  } catch (error) {
    return refusedOf(error);
  }
}

function refusedOf(error: unknown): Refused {
  if (!(error instanceof DatabaseError)) throw error;
  const isForbidden = error.code === ErrorCode.FORBIDDEN;
  const status = isForbidden ? HttpStatus.FORBIDDEN : HttpStatus.BAD_REQUEST;
  return { refusal: { status, error } };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function unsupported(what: string, expected: string, actual: string): Refused {
  const error = new DatabaseError(
    ErrorCode.INVALID_INPUT,
    `the ${what} of a POST expected ${expected}, got ${actual.slice(0, 80)}`,
  );
  return { refusal: { status: HttpStatus.UNSUPPORTED_MEDIA_TYPE, error } };
}

function badRequest(message: string, code: ErrorCode = ErrorCode.MALFORMED): Admission {
  const error = new DatabaseError(code, message);
  return { refusal: { status: HttpStatus.BAD_REQUEST, error } };
}

function tooLarge(bytes: number, max: number): Admission {
  return {
    refusal: {
      status: HttpStatus.CONTENT_TOO_LARGE,
      error: limitExceeded({
        limit: 'GRAPHQL_BODY_BYTES_MAX',
        what: 'the bytes of a request body',
        max,
        actual: bytes,
      }),
    },
  };
}
