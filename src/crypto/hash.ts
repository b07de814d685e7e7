import { createHash, createHmac, hash } from 'node:crypto';

/** SHA-256, 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(hash('sha256', bytes, 'buffer'));
}

/** SHA-256 of parts as if they were joined. */
export function sha256Joined(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = createHash('sha256');
  for (const part of parts) joined.update(part);
  return new Uint8Array(joined.digest());
}

/** HMAC-SHA-256 (RFC 2104), 32 bytes. */
export function hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha256', key).update(bytes).digest());
}
