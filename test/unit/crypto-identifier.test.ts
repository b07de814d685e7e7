import { CID } from 'multiformats/cid';
import * as Digest from 'multiformats/hashes/digest';
import { describe, expect, test } from 'vitest';
import { toHex, utf8 } from '../../src/base/bytes.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { cidOf, cidText, hashOfCid } from '../../src/crypto/identifier.ts';

const hash = sha256(utf8('a header'));

describe('[C4] names of commits and records', () => {
  test('are CIDv1 of dag-cbor with sha2-256, in base32', () => {
    expect(cidText(hash)).toMatch(/^bafyrei[a-z2-7]{52}$/);
    expect(toHex(cidOf(hash).bytes)).toBe(`01711220${toHex(hash)}`);
  });

  test('go back to the hash', () => {
    expect(hashOfCid(CID.parse(cidText(hash)))).toEqual(hash);
    expect(hashOfCid(cidOf(hash))).toEqual(hash);
  });

  test('every other link or value is none of ours', () => {
    const digest = Digest.create(0x12, hash);
    const others = [
      CID.createV1(0x55, digest),
      CID.createV0(digest),
      CID.createV1(0x71, Digest.create(0x1b, hash)),
      CID.createV1(0x71, Digest.create(0x12, hash.subarray(0, 31))),
    ];
    for (const cid of others) {
      expect(hashOfCid(cid), cid.toString()).toBeUndefined();
    }
    for (const value of [undefined, null, 7, 'bafyrei', hash, {}, { asCID: 1 }]) {
      expect(hashOfCid(value)).toBeUndefined();
    }
  });
});
