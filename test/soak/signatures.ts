/** Every build of Ed25519 gives edge signatures the verdict that they were built for. */

import { verifyEd25519 } from '../../src/crypto/ed25519.ts';
import { verifyOnNoble } from '../../src/crypto/ed25519-noble.ts';
import { webCryptoVerifier } from '../../src/crypto/ed25519-web.ts';
import { checkSignatures } from '../property/signature-check.ts';

export const defaultCount = 100_000;

export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const builds = {
    node: verifyEd25519,
    webCrypto: webCryptoVerifier(crypto.subtle),
    noble: verifyOnNoble,
  };
  const tally = await checkSignatures({ ...options, builds });
  return [`${options.count} signatures, one verdict in ${Object.keys(builds)}`, ...tally.lines()];
}
