/**
 * Snapshots while an index grows, up to a size where the places of a part and of its sibling are in
 * different pieces of the directory.
 */

import { PIECE_BYTES, SYMBOL_NODE_TYPE } from '../../assembly/abi.ts';
import { utf8 } from '../../src/base/bytes.ts';
import { Engine } from '../../src/engine/engine.ts';
import { INDEX_SYMBOLS, indexGrowth } from '../fixture/index-growth.ts';
import { Seeded } from '../seeded.ts';
import { SPACE } from './graph-names.ts';
import { isAsAtBegin } from './snapshot-around.ts';

/** The last round of splits begins with 88,473 symbols in 16 parts, and ends with 132,710. */
const SYMBOLS = 110_000;
const SYMBOLS_TOGETHER = 5_000;
const CHUNK_BYTES = 67_108_864;
/** Pages of a part that is split next. */
const PAGES_MAX = 3;
/** Bytes of the directory for a part. */
const PART_BYTES = 16;

export class GrowthTally {
  /** Snapshots during which a part was split whose sibling is listed in another piece. */
  splits = 0;
}

/** Answers where the first snapshot stands that is not as at its begin. */
export async function runGrowth(seed: number, tally: GrowthTally): Promise<string | undefined> {
  const engine = await Engine.create(SPACE, new Seeded(seed));
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (let first = 0; first < SYMBOLS; first += SYMBOLS_TOGETHER) {
    const grown = splitsFarOff(engine);
    const isSame = isAsAtBegin(engine, chunk, () => {
      for (let index = first; index < first + SYMBOLS_TOGETHER; index++) {
        nameType(engine, `Type${index}`);
      }
    });
    if (splitsFarOff(engine) > grown) tally.splits += 1;
    if (isSame) continue;
    return `the image of ${first} symbols expected other bytes`;
  }
  return undefined;
}

function nameType({ exports, memory }: Engine, text: string): void {
  memory.bytes.set(utf8(text), exports.ensureInput(text.length) >>> 0);
  exports.nameSymbol(SYMBOL_NODE_TYPE, text.length);
}

function splitsFarOff(engine: Engine): number {
  const { parts, turns, pages } = indexGrowth(engine, INDEX_SYMBOLS);
  return pages === PAGES_MAX && parts * PART_BYTES >= PIECE_BYTES ? turns : 0;
}
