/**
 * Snapshots around few removals from a value index so full that entries stand behind their home
 * bucket: the only writes to a bucket that the entry itself is not in.
 */

import { nodeIdByKey } from '../../src/delta/node-id.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import type { Value } from '../../src/delta/value.ts';
import { Engine } from '../../src/engine/engine.ts';
import { ImageCopier } from '../../src/engine/image-copier.ts';
import { Seeded } from '../seeded.ts';
import { SPACE } from './graph-names.ts';
import { asStored } from './snapshot-sequence.ts';

/** Four more would make the index grow. In some of its 512 buckets more belong than find place. */
const NODES = 4_144;
/** Values that are removed during one snapshot: so few that they seldom lie side by side. */
const TOGETHER = 8;
const CHUNK_BYTES = 1_048_576;

/** Removes all values; answers where the first snapshot stands that is not as at its begin. */
export async function runRemovals(seed: number): Promise<string | undefined> {
  const engine = await Engine.create(SPACE, new Seeded(seed));
  engine.declareIndex('T', 'name');
  const ids = Array.from({ length: NODES }, (_, index) => idOf(index));
  // In parts: each reserves as much as it has values.
  for (let at = 0; at < NODES; at += 1) set(engine, at, { index: at, id: ids[at], value: `${at}` });
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (let first = 0; first < NODES; first += TOGETHER) {
    const before = asStored(engine.image());
    const copier = new ImageCopier(engine.beginSnapshot(), { chunkBytes: CHUNK_BYTES });
    for (let index = first; index < first + TOGETHER; index++) {
      set(engine, NODES + index, { index, id: ids[index], value: null });
    }
    for (let at = 0; !copier.isDone; at += CHUNK_BYTES) {
      const bytes = copier.copyNext(chunk);
      if (before.compare(chunk, 0, bytes, at, at + bytes) === 0) continue;
      engine.endSnapshot();
      return `without the values from ${first} on, the image expected other bytes from ${at} on`;
    }
    engine.endSnapshot();
  }
  return undefined;
}

function idOf(index: number): string {
  return nodeIdByKey({ space: SPACE, type: 'T', key: `${index}` });
}

function set(
  engine: Engine,
  place: number,
  { index, id = '', value }: { index: number; id: string | undefined; value: Value },
): void {
  const writer = new PayloadWriter();
  const subject = { element: 'node', id } as const;
  const create = { operation: 'createNodeByKey', type: 'T', key: `${index}` } as const;
  const change = { operation: 'set', path: 'name', value } as const;
  const deltas = [...(value === null ? [] : [create]), change].map((delta) => ({ subject, delta }));
  writer.add({ id: new Uint8Array(16), actor: 'a', deltas });
  const hash = new Uint8Array(32);
  new DataView(hash.buffer).setUint32(0, place + 1);
  const author = new Uint8Array(32).fill(9);
  const clock = BigInt(place + 1);
  engine.prepare([{ payloadBytes: writer.finish(), clock, author, hash, transactionCount: 1 }]);
  engine.apply();
}
