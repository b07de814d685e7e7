/** CIDv1 (dag-cbor, SHA-256): the name of commits and authority records in links and texts. */

import { code as DAG_CBOR } from '@ipld/dag-cbor';
import { CID } from 'multiformats/cid';
import * as Digest from 'multiformats/hashes/digest';
import { concatBytes } from '../base/bytes.ts';

const RAW = 0x55;
const SHA2_256 = 0x12;
/** Version 1, dag-cbor, sha2-256, 32 bytes: what every link of this project begins with. */
const LINK_PREFIX = Uint8Array.of(1, DAG_CBOR, SHA2_256, 32);

export function cidOf(hash: Uint8Array): CID {
  return CID.createV1(DAG_CBOR, Digest.create(SHA2_256, hash));
}

/** The name of bytes that are no DAG-CBOR, such as a payload. */
export function rawCidOf(hash: Uint8Array): CID {
  return CID.createV1(RAW, Digest.create(SHA2_256, hash));
}

/** The 36 bytes of a link, as a transparency log hashes them. */
export function cidBytes(hash: Uint8Array): Uint8Array {
  return concatBytes(LINK_PREFIX, hash);
}

/** `bafyrei…`, as users see it. */
export function cidText(hash: Uint8Array): string {
  return cidOf(hash).toString();
}

/** The SHA-256 in a link of this project's form; undefined for any other link. */
export function hashOfCid(value: unknown): Uint8Array | undefined {
  const cid = CID.asCID(value);
  if (cid === null || cid.version !== 1 || cid.code !== DAG_CBOR) return undefined;
  return cid.multihash.code === SHA2_256 && cid.multihash.digest.length === 32
    ? cid.multihash.digest
    : undefined;
}

/** The SHA-256 of a text such as `bafyrei…`; undefined for any other text. */
export function hashOfCidText(text: string): Uint8Array | undefined {
  if (!text.startsWith('b')) return undefined;
  try {
    return hashOfCid(CID.parse(text));
  } catch {
    // The parser has no error of its own kind: whatever it throws, the text is no CID.
    return undefined;
  }
}
