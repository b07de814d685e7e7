import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { DOCUMENT_CACHE_LENGTH_MAX, DOCUMENT_CACHED_LENGTH_MAX } from '../../src/base/limits.ts';
import { DocumentCache } from '../../src/graphql/document-cache.ts';

const document = parse('{ a }');

test('documents are kept by their texts, those that were asked for last', () => {
  const cache = new DocumentCache();
  cache.set('first', document);
  const long = (index: number) => `${index}`.padEnd(DOCUMENT_CACHED_LENGTH_MAX, 'x');
  const room = DOCUMENT_CACHE_LENGTH_MAX / DOCUMENT_CACHED_LENGTH_MAX;
  for (let index = 0; index < room * 3; index++) {
    cache.set(long(index), document);
    expect(cache.get('first')).toBe(document);
    expect(cache.length).toBeLessThanOrEqual(DOCUMENT_CACHE_LENGTH_MAX);
  }
  expect(cache.get(long(0))).toBeUndefined();
  expect(cache.get(long(room * 3 - 1))).toBe(document);
});

test('a text that is very long is not kept, and one that is there counts once', () => {
  const cache = new DocumentCache();
  cache.set('x'.repeat(DOCUMENT_CACHED_LENGTH_MAX + 1), document);
  cache.set('{ a }', document);
  cache.set('{ a }', document);
  expect(cache.length).toBe(5);
});
