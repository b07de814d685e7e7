/** A thread that writes one snapshot; snapshot.ts starts it and says when the image is begun. */

import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../base/assert.ts';
import { DatabaseError } from '../base/errors.ts';
import { ImageCopier, mapSnapshotArea } from '../engine/image-copier.ts';
import { resultOf, type SnapshotOrder, type SnapshotReport } from './snapshot.ts';
import { CHUNK_BYTES, writeSnapshotFile } from './snapshot-write.ts';

const port = parentPort;
assert(port !== null, 'a snapshot is written in a thread');
const report = (message: SnapshotReport) => port.postMessage(message);

mapSnapshotArea(workerData as ArrayBufferLike);
report({ kind: 'ready' });
const [{ buffer, plan }] = (await once(port, 'message')) as [SnapshotOrder];
try {
  const copier = new ImageCopier(buffer, { chunkBytes: CHUNK_BYTES });
  await writeSnapshotFile(copier, plan, async (point) => {
    const passed = once(port, 'message');
    report({ kind: 'reached', point });
    await passed;
  });
  report({ kind: 'done', result: resultOf(copier) });
} catch (error) {
  const code = error instanceof DatabaseError ? error.code : undefined;
  report({ kind: 'failed', code, message: error instanceof Error ? error.message : `${error}` });
}
