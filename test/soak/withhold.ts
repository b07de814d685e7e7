/** Random commits verify with every subset of their segments withheld, and not when changed. */

import { checkWithholding } from '../property/withholding.ts';

export const defaultCount = 2_000;

export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  return checkWithholding(options).lines();
}
