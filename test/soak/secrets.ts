/** Streams of subscribers, byte for byte, while what they may not see is written. */

import { expectNoSecret, runSecretStream } from '../property/secret-stream.ts';

/** Of writes. */
export const defaultCount = 10_000;

export async function soak({
  seed,
  count,
}: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const tally = await runSecretStream({ seed, changes: count });
  expectNoSecret(tally);
  return [JSON.stringify(tally)];
}
