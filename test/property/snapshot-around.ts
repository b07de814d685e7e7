/** One snapshot around a change. */

import type { Engine } from '../../src/engine/engine.ts';
import { ImageCopier } from '../../src/engine/image-copier.ts';
import { asStored } from './snapshot-sequence.ts';

/** Whether the image that is copied after a change is as before it; the chunk has room for it. */
export function isAsAtBegin(engine: Engine, chunk: Buffer, change: () => void): boolean {
  const before = asStored(engine.image());
  const copier = new ImageCopier(engine.beginSnapshot(), { chunkBytes: chunk.length });
  change();
  const bytes = copier.copyNext(chunk);
  engine.endSnapshot();
  return before.compare(chunk, 0, bytes) === 0;
}
