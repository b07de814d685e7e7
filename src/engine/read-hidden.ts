/** Reads what the last plan has told of hidden values (assembly/query/hidden.ts draws it). */

import * as access from '../../assembly/abi-access.ts';
import type { Engine } from './engine.ts';
import type { HiddenValues } from './plan.ts';

const WORD_BYTES = 4;
const PART_BYTES = 8;
/** Of the text of a member's name: its comma, where it is not the first, and its colon. */
const NAME = /^,?(".*"):$/s;

/** Undefined where nothing was held back. The plan still stands where it was loaded. */
export function readHidden(engine: Engine): HiddenValues | undefined {
  if (engine.sight === undefined) return undefined;
  const { memory, exports } = engine;
  let at = exports.hiddenAddress() >>> 0;
  const count = at === 0 ? 0 : memory.u32(at);
  if (count === 0) return undefined;
  const more = memory.u32(at + WORD_BYTES);
  const places: (string | number)[][] = [];
  at += access.HIDDEN_HEAD_BYTES;
  while (places.length < count) {
    const parts = memory.u32(at);
    at += WORD_BYTES;
    const place: (string | number)[] = [];
    for (let part = 0; part < parts; part++, at += PART_BYTES) place.push(partAt(engine, at));
    places.push(place);
  }
  return { places, more };
}

function partAt({ memory }: Engine, at: number): string | number {
  const [first, second] = [memory.u32(at), memory.u32(at + WORD_BYTES)];
  if (second === access.PART_PLACE) return first;
  const name = NAME.exec(memory.utf8(first, second))?.[1] ?? '""';
  return JSON.parse(name) as string;
}
