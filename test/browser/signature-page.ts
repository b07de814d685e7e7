/** Runs in the page of signatures.test.ts: what a browser makes of signatures. */

import { hexToBytes } from '@noble/curves/utils.js';
import { type Build, chooseVerifier } from '../../src/crypto/ed25519-browser.ts';
import { isRegistrableKey } from '../../src/crypto/registrable-key.ts';

export interface PageRequest {
  /** Whether the page's WebCrypto is offered. */
  readonly offersWebCrypto: boolean;
  /** In hex. */
  readonly signatures: readonly {
    readonly key: string;
    readonly message: string;
    readonly signature: string;
  }[];
}

export interface PageVerdicts {
  readonly build: Build;
  readonly reason: string | undefined;
  /** A letter for each signature: V where it holds, X where not. */
  readonly verdicts: string;
  /** The same for its key: whether it may be registered. */
  readonly registrable: string;
}

export interface SignaturePage {
  judge(request: PageRequest): Promise<PageVerdicts>;
}

async function judge({ offersWebCrypto, signatures }: PageRequest): Promise<PageVerdicts> {
  const { build, reason, verify } = await chooseVerifier(
    offersWebCrypto ? crypto.subtle : undefined,
  );
  let verdicts = '';
  for (const { key, message, signature } of signatures) {
    verdicts += letter(await verify(hexToBytes(key), hexToBytes(message), hexToBytes(signature)));
  }
  const registrable = signatures.map(({ key }) => letter(isRegistrableKey(hexToBytes(key))));
  return { build, reason, verdicts, registrable: registrable.join('') };
}

function letter(isSo: boolean): string {
  return isSo ? 'V' : 'X';
}

Object.assign(globalThis, { judge } satisfies SignaturePage);
