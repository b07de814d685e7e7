/**
 * How each of two replicas proves that it holds its key: by a signature over both hellos, which
 * hold a nonce of each side, and over what binds the connection below them, if anything does. So a
 * proof holds on one connection, in one direction.
 */

import { concatBytes, utf8 } from '../base/bytes.ts';
import { signEd25519, verifyEd25519 } from '../crypto/ed25519.ts';
import { sha256 } from '../crypto/hash.ts';

const DOMAIN = utf8('massive-graph/peer/v1\0');

/** Who opened the connection, and who took it. */
export const PeerRole = { DIALER: 0, ACCEPTOR: 1 } as const;
export type PeerRole = (typeof PeerRole)[keyof typeof PeerRole];

export interface Handshake {
  /** Bodies of the hellos. */
  readonly dialer: Uint8Array;
  readonly acceptor: Uint8Array;
  /** Keying material that the carrier exports (RFC 9266 for TLS); empty where it has none. */
  readonly binding: Uint8Array;
}

/** Of two hellos, by the role of the side whose own one of them is. */
export function handshakeOf(
  role: PeerRole,
  { own, theirs, binding }: Readonly<Record<'own' | 'theirs' | 'binding', Uint8Array>>,
): Handshake {
  return role === PeerRole.DIALER
    ? { dialer: own, acceptor: theirs, binding }
    : { dialer: theirs, acceptor: own, binding };
}

export function signProof(seed: Uint8Array, role: PeerRole, handshake: Handshake): Uint8Array {
  return signEd25519(seed, signedBytes(role, handshake));
}

export function isProof(
  signature: Uint8Array,
  key: Uint8Array,
  { role, handshake }: { readonly role: PeerRole; readonly handshake: Handshake },
): boolean {
  return verifyEd25519(key, signedBytes(role, handshake), signature);
}

function signedBytes(role: PeerRole, { dialer, acceptor, binding }: Handshake): Uint8Array {
  const length = Uint8Array.of(binding.length);
  return concatBytes(
    DOMAIN,
    sha256(concatBytes(Uint8Array.of(role), dialer, acceptor, length, binding)),
  );
}
