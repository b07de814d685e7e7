import { ed25519 } from '@noble/curves/ed25519.js';
import { expect, test, vi } from 'vitest';
import type { Verify } from '../../src/crypto/signature-rule.ts';
import { openSpace } from '../../src/space/open.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

/** As a Node whose OpenSSL multiplies by the cofactor. */
vi.mock('node:crypto', async (original) => {
  const platform = await original<typeof import('node:crypto')>();
  const verify = (
    _algorithm: null,
    message: Uint8Array,
    key: import('node:crypto').KeyObject,
    signature: Uint8Array,
  ): ReturnType<Verify> => {
    const spki = key.export({ format: 'der', type: 'spki' });
    return ed25519.verify(signature, message, new Uint8Array(spki.subarray(-32)));
  };
  return { ...platform, verify };
});

test('[G6] a space is not opened where the platform multiplies by the cofactor', async () => {
  const directory = await temporaryDirectory();
  const definition = { source: 'type A @node { a: Int }' };
  await expect(openSpace({ directory, definition })).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message:
      "this platform's Ed25519 expected A and R of mixed order, equal only with cofactor " +
      'to be refused, got it accepted',
  });
});
