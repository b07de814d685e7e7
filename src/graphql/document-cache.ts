/**
 * Documents by their texts, those that were asked for last: a text that comes again is neither
 * parsed nor validated again. A parsed document takes far more memory than its text.
 */

import type { DocumentNode } from 'graphql';
import { DOCUMENT_CACHE_LENGTH_MAX, DOCUMENT_CACHED_LENGTH_MAX } from '../base/limits.ts';
import { Recent } from '../base/recent.ts';

export class DocumentCache {
  readonly #documents = new Recent<string, DocumentNode>(DOCUMENT_CACHE_LENGTH_MAX);

  /** Characters of all texts. */
  get length(): number {
    return this.#documents.weight;
  }

  get(text: string): DocumentNode | undefined {
    return this.#documents.get(text);
  }

  set(text: string, document: DocumentNode): void {
    if (text.length > DOCUMENT_CACHED_LENGTH_MAX) return;
    this.#documents.set(text, document, text.length);
  }
}

/** What is wrong with a text may depend on its caller: it is found out again. */
export const NO_ERROR_CACHE = { get: () => undefined, set: () => undefined } as const;
