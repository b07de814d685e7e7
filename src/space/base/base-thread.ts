/** A thread that makes one base; directory-bases.ts starts it and says where it goes. */

import { closeSync, openSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../../base/assert.ts';
import { systemClock } from '../../base/clock.ts';
import { DatabaseError } from '../../base/errors.ts';
import { systemRandom } from '../../base/random.ts';
import { openLogToRead } from '../../log/open-log.ts';
import type { BaseOrder, BaseReport } from './directory-bases.ts';
import { type MadeBase, makeBase } from './make-base.ts';

const FILE_MODE = 0o600;

const port = parentPort;
assert(port !== null, 'a base is made in a thread');
const report = (message: BaseReport) => port.postMessage(message);

async function make({ directory, file, memoryBytesMax }: BaseOrder): Promise<MadeBase | undefined> {
  await using log = await openLogToRead(directory);
  const descriptor = openSync(file, 'wx', FILE_MODE);
  const write = (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
  };
  const place = { log, directory, memoryBytesMax };
  try {
    return await makeBase({ ...place, clock: systemClock, random: systemRandom, write });
  } finally {
    closeSync(descriptor);
  }
}

try {
  report({ kind: 'made', made: await make(workerData as BaseOrder) });
} catch (error) {
  const code = error instanceof DatabaseError ? error.code : undefined;
  report({ kind: 'failed', code, message: error instanceof Error ? error.message : `${error}` });
}
