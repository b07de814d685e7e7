/** Ed25519 on WebCrypto: the strict rule with the browser's equation behind the byte checks. */

import { KeptKeys } from './kept-keys.ts';
import { isSoundSignature, type VerifyAsync } from './signature-rule.ts';

const ALGORITHM = 'Ed25519';

/** A build of the rule. It throws where the browser has WebCrypto, but not Ed25519 in it. */
export function webCryptoVerifier(subtle: SubtleCrypto): VerifyAsync {
  const keptKeys = new KeptKeys<CryptoKey>();
  return async (publicKey, message, signature) => {
    // Copies, so that nobody changes what was checked while the browser answers.
    const copies = [publicKey.slice(), signature.slice(), message.slice()] as const;
    const [keyBytes, signatureBytes, messageBytes] = copies;
    if (!isSoundSignature(keyBytes, signatureBytes)) return false;
    const kept = keptKeys.find(keyBytes);
    const key = kept ?? (await importKey(subtle, keyBytes));
    if (key === undefined) return false;
    if (kept === undefined) keptKeys.keep(keyBytes, key);
    return subtle.verify(ALGORITHM, key, signatureBytes, messageBytes);
  };
}

/** Undefined for bytes that are no point of the curve, where the browser looks at once. */
async function importKey(
  subtle: SubtleCrypto,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<CryptoKey | undefined> {
  try {
    return await subtle.importKey('raw', bytes, ALGORITHM, false, ['verify']);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'DataError') return undefined;
    throw error;
  }
}
