/** Which build of Ed25519 a browser runs. Nothing that this imports is of Node alone. */

import { verifyOnNoble } from './ed25519-noble.ts';
import { webCryptoVerifier } from './ed25519-web.ts';
import { runSelfTest, runSelfTestAsync } from './self-test.ts';
import type { VerifyAsync } from './signature-rule.ts';

export const Build = { WEBCRYPTO: 'WebCrypto', NOBLE: 'noble' } as const;
export type Build = (typeof Build)[keyof typeof Build];

export interface BrowserVerifier {
  readonly build: Build;
  readonly verify: VerifyAsync;
  /** Why it is not WebCrypto, which is many times faster; undefined where it is. */
  readonly reason: string | undefined;
}

/**
 * WebCrypto where its self-test passes, else noble. `subtle` is `crypto.subtle`, which is
 * undefined on pages that are not served securely. Throws UNSUPPORTED where noble fails as well.
 */
export async function chooseVerifier(subtle: SubtleCrypto | undefined): Promise<BrowserVerifier> {
  if (subtle === undefined) return nobleVerifier('WebCrypto is not on this page');
  const verify = webCryptoVerifier(subtle);
  try {
    await runSelfTestAsync(verify);
  } catch (error) {
    return nobleVerifier(error instanceof Error ? error.message : String(error));
  }
  return { build: Build.WEBCRYPTO, verify, reason: undefined };
}

function nobleVerifier(reason: string): BrowserVerifier {
  runSelfTest(verifyOnNoble);
  return { build: Build.NOBLE, verify: async (...signed) => verifyOnNoble(...signed), reason };
}
