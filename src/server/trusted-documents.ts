/**
 * Operations that the owner of a server has written down: clients name them by an id in the place
 * of their text, and a server may run no others.
 */

import { readFile, stat } from 'node:fs/promises';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { TRUSTED_DOCUMENTS_BYTES_MAX } from '../base/limits.ts';

/** How a request says what it asks for: by exactly one of them. */
export interface Naming {
  readonly query?: string | null | undefined;
  readonly documentId?: string | null | undefined;
}

export class TrustedDocuments {
  readonly #byId: ReadonlyMap<string, string>;
  readonly #texts: ReadonlySet<string>;
  readonly #isOnly: boolean;

  /** `isOnly` where nothing else is run. */
  constructor(byId: ReadonlyMap<string, string>, isOnly: boolean) {
    this.#byId = byId;
    this.#texts = new Set(byId.values());
    this.#isOnly = isOnly;
  }

  /** The text to run; throws NOT_FOUND for an id that names none, FORBIDDEN for another text. */
  textOf({ query, documentId }: Naming): string {
    if (documentId !== null && documentId !== undefined) return this.#find(documentId);
    const text = query ?? '';
    if (this.#isOnly && !this.#texts.has(text)) {
      const message = 'an operation expected one that this server trusts, got another text';
      throw new DatabaseError(ErrorCode.FORBIDDEN, message);
    }
    return text;
  }

  #find(id: string): string {
    const text = this.#byId.get(id);
    if (text !== undefined) return text;
    const message = `documentId expected that of a trusted document, got ${id.slice(0, 80)}`;
    throw new DatabaseError(ErrorCode.NOT_FOUND, message);
  }
}

/** Of a server that trusts nobody's documents in particular. */
export const NO_TRUSTED_DOCUMENTS = new TrustedDocuments(new Map(), false);

/**
 * Reads a file as GraphQL tools write it: an object of ids and texts (GraphQL Code Generator,
 * Relay), or Apollo's manifest. Throws MALFORMED or LIMIT_EXCEEDED.
 */
export async function readTrustedDocuments(
  file: string,
  isOnly: boolean,
): Promise<TrustedDocuments> {
  const { size } = await stat(file);
  if (size > TRUSTED_DOCUMENTS_BYTES_MAX) {
    const expected = `at most ${TRUSTED_DOCUMENTS_BYTES_MAX} bytes`;
    const message = `${file}: a file of trusted documents expected ${expected}, got ${size}`;
    throw new DatabaseError(ErrorCode.LIMIT_EXCEEDED, message);
  }
  const entries = entriesOf(parse(await readFile(file, 'utf8'), file), file);
  return new TrustedDocuments(new Map(entries), isOnly);
}

const APOLLO_FORMAT = 'apollo-persisted-query-manifest';

function entriesOf(value: unknown, file: string): (readonly [string, string])[] {
  if (!isObject(value)) throw malformed(file, 'an object of ids and texts', 'another value');
  if (value.format !== APOLLO_FORMAT) {
    return Object.entries(value).map(([id, text]) => [id, textAt(text, { id, file })]);
  }
  const operations: readonly unknown[] = Array.isArray(value.operations) ? value.operations : [];
  return operations.map((operation) => {
    const { id, body } = isObject(operation) ? operation : {};
    if (typeof id !== 'string') throw malformed(file, 'operations with an id and a body', 'others');
    return [id, textAt(body, { id, file })];
  });
}

function textAt(text: unknown, at: { readonly id: string; readonly file: string }): string {
  if (typeof text === 'string') return text;
  throw malformed(at.file, `the text of a document for ${at.id.slice(0, 80)}`, 'another value');
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw malformed(file, 'JSON', error.message);
    throw error;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(file: string, expected: string, got: string): DatabaseError {
  const message = `${file}: a file of trusted documents expected ${expected}, got ${got}`;
  return new DatabaseError(ErrorCode.MALFORMED, message);
}
