/** What a body hashes to, as its sender says it in `Content-Digest` (RFC 9530). */

import { createHash } from 'node:crypto';
import { sameBytes } from '../../base/bytes.ts';
import { parseDictionary } from './structured-fields.ts';

/** Digests by their algorithm, as Node names it; at least one. */
export type ContentDigest = ReadonlyMap<string, Uint8Array>;

/** Those that the RFC calls active. Others count for nothing, and stand beside one of these. */
const ALGORITHMS: Readonly<Record<string, { readonly hash: string; readonly bytes: number }>> = {
  'sha-256': { hash: 'sha256', bytes: 32 },
  'sha-512': { hash: 'sha512', bytes: 64 },
};

/** Undefined for a field that says nothing that could be checked. */
export function parseContentDigest(text: string): ContentDigest | undefined {
  const digests = new Map<string, Uint8Array>();
  for (const [name, member] of parseDictionary(text) ?? []) {
    if (member.kind !== 'bytes') return undefined;
    const algorithm = Object.hasOwn(ALGORITHMS, name) ? ALGORITHMS[name] : undefined;
    if (algorithm === undefined) continue;
    if (member.bytes.length !== algorithm.bytes) return undefined;
    digests.set(algorithm.hash, member.bytes);
  }
  return digests.size === 0 ? undefined : digests;
}

/** Whether all of the digests are the body's. */
export function holdsDigest(digest: ContentDigest, body: Uint8Array): boolean {
  return [...digest].every(([hash, expected]) =>
    sameBytes(new Uint8Array(createHash(hash).update(body).digest()), expected),
  );
}
