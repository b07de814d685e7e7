/**
 * Snapshots around few removals from a value index so full that entries stand behind their home
 * bucket: the only writes to a bucket that the entry itself is not in.
 */

import { Engine } from '../../src/engine/engine.ts';
import { ImageCopier } from '../../src/engine/image-copier.ts';
import { Seeded } from '../seeded.ts';
import { SPACE } from './graph-names.ts';
import { asStored } from './snapshot-sequence.ts';
import { idOfKey, setValue } from './snapshot-values.ts';

/** Four more would make the index grow. In some of its 512 buckets more belong than find place. */
const NODES = 4_144;
/** Values that are removed during one snapshot: so few that they seldom lie side by side. */
const TOGETHER = 8;
const CHUNK_BYTES = 1_048_576;

/** Removes all values; answers where the first snapshot stands that is not as at its begin. */
export async function runRemovals(seed: number): Promise<string | undefined> {
  const engine = await Engine.create(SPACE, new Seeded(seed));
  engine.declareIndex('T', 'name');
  const ids = Array.from({ length: NODES }, (_, index) => idOfKey(`${index}`));
  // In parts: each reserves as much as it has values.
  for (const [at, id] of ids.entries()) {
    setValue(engine, { place: at, key: `${at}`, id, value: `${at}` });
  }
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (let first = 0; first < NODES; first += TOGETHER) {
    const before = asStored(engine.image());
    const copier = new ImageCopier(engine.beginSnapshot(), { chunkBytes: CHUNK_BYTES });
    for (let index = first; index < first + TOGETHER; index++) {
      setValue(engine, {
        place: NODES + index,
        key: `${index}`,
        id: ids[index] as string,
        value: null,
      });
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
