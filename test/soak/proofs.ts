/** Random values of the demo are proven and verified; one with a byte changed is refused. */

import { checkProofs } from '../property/check-proofs.ts';

export const defaultCount = 1_000;

export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const { proofs, bytes, bytesMax, changedBytes } = await checkProofs(options);
  const kinds = [...proofs].map(([kind, count]) => `${kind} ${count}`);
  return [
    `proofs verified: ${kinds.join(', ')}; refused with a byte changed: ${changedBytes}`,
    `bytes of a proof: ${Math.round(bytes / options.count)} on average, ${bytesMax} at most`,
  ];
}
