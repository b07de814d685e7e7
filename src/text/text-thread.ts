/** A thread that makes texts of updates; text-folds.ts starts it, and ends it where it is late. */

import { parentPort } from 'node:worker_threads';
import { assert } from '../base/assert.ts';
import type { TextAnswer, TextRequest } from './text-message.ts';
import { textOfUpdates } from './yjs-updates.ts';

const port = parentPort;
assert(port !== null, 'texts are made in a thread');

port.on('message', ({ updates, root }: TextRequest) => {
  port.postMessage({ text: textOfUpdates(updates, root) } satisfies TextAnswer);
});
