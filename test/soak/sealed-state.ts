/** States that a seal leaves, sent as streams, and such streams altered. */

import {
  CHECK_MISTAKES,
  findInAltered,
  findInStream,
  STREAM_MISTAKES,
} from '../property/planted-sealed-state.ts';
import type { PlantedMistake } from '../property/planted-source.ts';
import { runSealedState, SealedStateTally } from '../property/sealed-state.ts';
import { HostileStateTally, runHostileState } from '../property/sealed-state-hostile.ts';

export const defaultCount = 3000;
/** Sequences in which a planted mistake has to be found out. */
const SEQUENCES_TO_BITE = 1000;

/** Sequence i has the seed `seed` + i. */
export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const { seed, count } = options;
  const tally = new SealedStateTally();
  const altered = new HostileStateTally();
  for (let index = 0; index < count; index++) {
    const own = (seed + index) % 2 ** 32;
    const wrong = (await runSealedState(own, tally)) ?? (await runHostileState(own, altered));
    if (wrong === undefined) continue;
    throw new Error(`again: npm run soak -- sealed-state --seed ${own} --count 1\n${wrong}`);
  }
  const lines = Object.entries(tally).map(([name, met]) => `  ${String(met).padStart(9)}  ${name}`);
  const { refused, accepted, acceptedOthers, expected } = altered;
  lines.push(`altered: ${refused} refused in ${expected.size} ways, ${accepted} taken`);
  lines.push(`of these ${acceptedOthers} come to another state`);
  const range = { seed, sequences: SEQUENCES_TO_BITE };
  for (const mistake of STREAM_MISTAKES) {
    lines.push(found(mistake, await findInStream(mistake, range)));
  }
  for (const mistake of CHECK_MISTAKES) {
    lines.push(found(mistake, await findInAltered(mistake, range)));
  }
  return [`${count} states, the same after the stream and with all that came later`, ...lines];
}

function found({ name }: PlantedMistake, what: string | undefined): string {
  if (what === undefined) throw new Error(`an engine that ${name} was not found out`);
  return `an engine that ${name}: ${what.slice(0, 120)}`;
}
