/**
 * A request for a record: what a principal asks the owner to put into the chain, signed by the
 * author that speaks for it. It names no height, since the owner decides when it comes to it, but a
 * number of its own, so that none counts twice.
 */

import { encode } from '@ipld/dag-cbor';
import { concatBytes, utf8 } from '../base/bytes.ts';
import { signEd25519, verifyEd25519 } from '../crypto/ed25519.ts';
import { sha256 } from '../crypto/hash.ts';
import { grantLists, type Request, type WrittenGrant } from './permission-body.ts';

const SIGNING_DOMAIN = utf8('massive-graph/request/v1\0');

/** What is asked for. */
export interface Requested {
  readonly space: Uint8Array;
  readonly kind: 'grants' | 'revocation';
  readonly grants: readonly WrittenGrant[];
}

export function signRequest(
  requested: Requested,
  asking: Pick<Request, 'actor' | 'author' | 'id'>,
  seed: Uint8Array,
): Request {
  return { ...asking, signature: signEd25519(seed, signedBytes(requested, asking)) };
}

export function isRequestSigned(requested: Requested, request: Request): boolean {
  return verifyEd25519(request.author, signedBytes(requested, request), request.signature);
}

function signedBytes(
  { space, kind, grants }: Requested,
  { actor, id }: Pick<Request, 'actor' | 'id'>,
): Uint8Array {
  const body = encode({ space, kind, actor, id, grants: grantLists(grants) });
  return concatBytes(SIGNING_DOMAIN, sha256(body));
}
