/** The parameters of an operation, as GraphQL over HTTP writes them in a body of JSON. */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Naming, TrustedDocuments } from './trusted-documents.ts';

export interface Parameters {
  readonly query: string;
  readonly operationName: string | null | undefined;
  readonly variables: Record<string, unknown> | null | undefined;
  readonly extensions: Record<string, unknown> | null | undefined;
}

/** As they come: a trusted document stands for its text. */
type GivenParameters = Omit<Parameters, 'query'> & Naming;

/**
 * Reads a body, which errors call `what`. Throws MALFORMED where it is no JSON in UTF-8,
 * INVALID_INPUT where it is no request, and what trusted documents throw.
 */
export function readParameters(
  bytes: Uint8Array,
  { what, trusted }: { readonly what: string; readonly trusted: TrustedDocuments },
): Parameters {
  const body = parseJson(bytes);
  if (body === undefined) {
    const message = `${what} expected JSON in UTF-8, got other bytes`;
    throw new DatabaseError(ErrorCode.MALFORMED, message);
  }
  const mistake = mistakeIn(body, what);
  if (mistake !== undefined) throw new DatabaseError(ErrorCode.INVALID_INPUT, mistake);
  const given = body as GivenParameters;
  const { operationName, variables, extensions } = given;
  return { query: trusted.textOf(given), operationName, variables, extensions };
}

const DECODER = new TextDecoder('utf-8', { fatal: true });

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(DECODER.decode(bytes));
  } catch (error) {
    // The decoder throws the one, the parser the other.
    if (error instanceof TypeError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** What a request of GraphQL over HTTP is made of; each may be null. */
const PARAMETERS: ReadonlyMap<string, 'string' | 'object'> = new Map([
  ['query', 'string'],
  ['documentId', 'string'],
  ['operationName', 'string'],
  ['variables', 'object'],
  ['extensions', 'object'],
]);

function mistakeIn(body: unknown, what: string): string | undefined {
  if (kindOf(body) !== 'object') return `${what} expected an object, got ${kindOf(body)}`;
  const parameters = body as Record<string, unknown>;
  // All of them are its own, as JSON has been parsed.
  for (const name in parameters) {
    const value = parameters[name];
    const expected = PARAMETERS.get(name);
    if (expected === undefined) {
      const names = [...PARAMETERS.keys()].join(', ');
      return `${what} expected the members ${names}, got ${name.slice(0, 80)}`;
    }
    if (value !== null && kindOf(value) !== expected) {
      return `${name} expected ${ARTICLES[expected]} ${expected}, got ${kindOf(value)}`;
    }
  }
  const { query, documentId } = parameters;
  const hasQuery = typeof query === 'string';
  const hasId = typeof documentId === 'string';
  if (hasQuery !== hasId) return undefined;
  const got = hasQuery ? 'both' : 'none';
  return `${what} expected a query or a documentId, got ${got}`;
}

const ARTICLES = { string: 'a', object: 'an' } as const;

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
