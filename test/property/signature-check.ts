/** Every build of Ed25519 gives edge signatures the verdict that they were built for. */

import { concatBytes, toHex } from '../../src/base/bytes.ts';
import type { Verify, VerifyAsync } from '../../src/crypto/signature-rule.ts';
import { EDGES, type Edge, edgeSignatures } from './edge-signatures.ts';

export interface SignatureCheck {
  readonly seed: number;
  readonly count: number;
  readonly builds: Readonly<Record<string, Verify | VerifyAsync>>;
}

interface EdgeTally {
  count: number;
  valid: number;
  readonly combinations: Set<string>;
}

export class SignatureTally {
  readonly #edges = new Map<Edge, EdgeTally>(
    EDGES.map((edge) => [edge, { count: 0, valid: 0, combinations: new Set() }]),
  );

  of(edge: Edge): EdgeTally {
    const tally = this.#edges.get(edge);
    if (tally === undefined) throw new Error(`assertion failed: ${edge} is a class`);
    return tally;
  }

  lines(): string[] {
    return [...this.#edges].map(
      ([edge, { count, valid, combinations }]) =>
        `${edge}: ${count}, ${valid} of them valid, ${combinations.size} combinations`,
    );
  }
}

/** Throws at the first signature that a build judges otherwise. */
export async function checkSignatures(options: SignatureCheck): Promise<SignatureTally> {
  const { seed, count, builds } = options;
  const tally = new SignatureTally();
  let index = 0;
  for (const signature of edgeSignatures({ seed, count })) {
    const { edge, combination, isValid, key, message } = signature;
    const bytes = concatBytes(signature.r, signature.s);
    for (const [name, verify] of Object.entries(builds)) {
      if ((await verify(key, message, bytes)) === isValid) continue;
      const hex = [key, message, bytes].map(toHex).join(' ');
      const expected = isValid ? 'valid' : 'invalid';
      throw new Error(
        `signature ${index} of seed ${seed} (${edge}, ${combination}) is ${expected}, ` +
          `${name} says otherwise: ${hex}`,
      );
    }
    const counted = tally.of(edge);
    counted.count++;
    if (isValid) counted.valid++;
    counted.combinations.add(combination);
    index++;
  }
  return tally;
}
