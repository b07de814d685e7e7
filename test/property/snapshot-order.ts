/**
 * Snapshots around single changes of a sorted index of three levels: pages are split, emptied,
 * merged and used again while their neighbours stay as they are.
 */

import { nodeIdByKey } from '../../src/delta/node-id.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import type { Value } from '../../src/delta/value.ts';
import { Engine } from '../../src/engine/engine.ts';
import { Seeded } from '../seeded.ts';
import { SPACE } from './graph-names.ts';
import { isAsAtBegin } from './snapshot-around.ts';

const TYPE = 'T';
const PATH = 'name';
/** In order, so that leaves are full; 50 of them have one parent at most. */
const NODES = 3_400;
/**
 * A full leaf that one more value splits, so that the page after it stands far from it; and the
 * values that the first half loses till they merge.
 */
const SPLIT_LEAF = 20;
const SPLIT_LOST = 20;
/** Values that are removed one by one from the midst: a leaf between full ones, and more. */
const EMPTIED = 270;
/** Full leaves that lose entries in turn till they merge: as the left one loses, or the right. */
const MERGED_LEAVES = [
  [0, 1],
  [11, 10],
] as const;
const LEAF_ENTRIES = 63;
/** Of a leaf. Two merge once they have 47 entries together. */
const LOST = 40;
/** Changes to values anywhere. */
const CHANGES = 400;
const CHUNK_BYTES = 8_388_608;

export class OrderTally {
  /** Snapshots during which pages came to be used, and came to be free. */
  taken = 0;
  freed = 0;
  /** Those during which leaves were merged that had entries. */
  merged = 0;
}

/** Answers at which change the first snapshot is not as at its begin. */
export async function runOrder(seed: number, tally: OrderTally): Promise<string | undefined> {
  const random = new Seeded(seed);
  const engine = await Engine.create(SPACE, random);
  engine.declareIndex(TYPE, PATH);
  const ids = Array.from({ length: NODES + 1 }, (_, index) => idOfKey(`${index}`));
  let place = 0;
  const change = (index: number, value: Value): void => {
    setValue(engine, { place, key: `${index}`, id: ids[index] as string, value });
    place += 1;
  };
  for (let index = 0; index < NODES; index++) change(index, BigInt(index));
  const split = SPLIT_LEAF * LEAF_ENTRIES;
  change(NODES, BigInt(split + SPLIT_LOST));
  const steps: (() => void)[] = [];
  for (let lost = 0; lost < SPLIT_LOST; lost++) steps.push(() => change(split + lost, null));
  for (const pair of MERGED_LEAVES) {
    for (let lost = 0; lost < LOST; lost++) {
      for (const leaf of pair) steps.push(() => change(leaf * LEAF_ENTRIES + lost, null));
    }
  }
  const merging = steps.length;
  for (let index = 0; index < EMPTIED; index++) steps.push(() => change(NODES / 2 + index, null));
  for (let index = 0; index < CHANGES; index++) {
    steps.push(() => change(random.below(NODES), BigInt(random.below(NODES))));
  }
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (const [step, run] of steps.entries()) {
    const used = usedBytes(engine);
    const isSame = isAsAtBegin(engine, chunk, run);
    if (usedBytes(engine) > used) tally.taken += 1;
    if (usedBytes(engine) < used) {
      tally.freed += 1;
      if (step < merging) tally.merged += 1;
    }
    if (isSame) continue;
    return `after ${step} changes of the order, the image expected other bytes`;
  }
  return undefined;
}

function usedBytes(engine: Engine): number {
  const { sorted } = engine.stats().purposes;
  return sorted.bytes - sorted.free;
}

function idOfKey(key: string): string {
  return nodeIdByKey({ space: SPACE, type: TYPE, key });
}

interface ValueChange {
  /** Of the commit among all. */
  readonly place: number;
  readonly key: string;
  readonly id: string;
  /** A node is created with its value; null takes the value of one that is there. */
  readonly value: Value;
}

/** In a commit of its own. */
function setValue(engine: Engine, { place, key, id, value }: ValueChange): void {
  const writer = new PayloadWriter();
  const subject = { element: 'node', id } as const;
  const create = { operation: 'createNodeByKey', type: TYPE, key } as const;
  const change = { operation: 'set', path: PATH, value } as const;
  const deltas = [...(value === null ? [] : [create]), change].map((delta) => ({ subject, delta }));
  writer.add({ id: new Uint8Array(16), actor: 'a', deltas });
  const hash = new Uint8Array(32);
  new DataView(hash.buffer).setUint32(0, place + 1);
  const author = new Uint8Array(32).fill(9);
  const clock = BigInt(place + 1);
  engine.prepare([{ payloadBytes: writer.finish(), clock, author, hash, transactionCount: 1 }]);
  engine.apply();
}
