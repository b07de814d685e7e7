/** No writer that says which version it read loses an update, or makes another lose one. */

import { runLostUpdates } from '../property/lost-updates.ts';

/** Of rounds. */
export const defaultCount = 1_000;

export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const { seed, count } = options;
  const { acknowledged, conflicts, shared, forms, difference } = await runLostUpdates({
    seed,
    rounds: count,
  });
  if (difference !== undefined) throw new Error(difference);
  if (conflicts < count || shared < count) {
    throw new Error(`${count} rounds expected as many conflicts, got ${conflicts} and ${shared}`);
  }
  return [
    `${acknowledged} updates acknowledged, none lost`,
    `${conflicts} conflicts, ${shared} transactions that shared a commit`,
    ...[...forms].map(([name, updates]) => `${updates}  by ${name}`),
  ];
}
