/**
 * The self-test of a build of Ed25519 before anything trusts it: one signature of each class on
 * which implementations are known to disagree. Two replicas that disagree on one signature part
 * for ever, so a platform that fails is refused. Runs in browsers too.
 */

import { hexToBytes } from '@noble/curves/utils.js';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { SELF_TEST_SIGNATURES, type SelfTestSignature } from './self-test-signatures.ts';
import type { Verify, VerifyAsync } from './signature-rule.ts';

/** Throws UNSUPPORTED, naming the first signature that the build judges wrongly. */
export function runSelfTest(verify: Verify): void {
  for (const signature of SELF_TEST_SIGNATURES) {
    let verdict: boolean;
    try {
      verdict = verify(...argumentsOf(signature));
    } catch (cause) {
      throw unsupported(signature, 'an error', cause);
    }
    expectVerdict(signature, verdict);
  }
}

/** The same for a build that answers later. */
export async function runSelfTestAsync(verify: VerifyAsync): Promise<void> {
  for (const signature of SELF_TEST_SIGNATURES) {
    const verdict = await verify(...argumentsOf(signature)).catch((cause: unknown) => {
      throw unsupported(signature, 'an error', cause);
    });
    expectVerdict(signature, verdict);
  }
}

function argumentsOf({ key, message, r, s }: SelfTestSignature): Parameters<Verify> {
  return [hexToBytes(key), hexToBytes(message), hexToBytes(`${r}${s}`)];
}

function expectVerdict(signature: SelfTestSignature, verdict: boolean): void {
  if (verdict === signature.isValid) return;
  throw unsupported(signature, verdict ? 'it accepted' : 'it refused');
}

function unsupported(signature: SelfTestSignature, actual: string, cause?: unknown): DatabaseError {
  const expected = `${signature.name} to be ${signature.isValid ? 'accepted' : 'refused'}`;
  const message = `this platform's Ed25519 expected ${expected}, got ${actual}`;
  return new DatabaseError(ErrorCode.UNSUPPORTED, message, { cause });
}
