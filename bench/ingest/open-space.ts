/** Opens the space of a data directory, in a process of its own, and tells how long that took. */

import { assert } from '../../src/base/assert.ts';
import { openSpace } from '../../src/space/open.ts';

export interface Opened {
  readonly seconds: number;
  readonly counts: { readonly nodes: number; readonly edges: number };
  readonly imageBytes: number;
}

const [directory = ''] = process.argv.slice(2);
const start = performance.now();
await using space = await openSpace({ directory, create: false, isReadOnly: true });
const seconds = (performance.now() - start) / 1000;
assert(process.send !== undefined, 'a parent forked this');
process.send({
  seconds,
  counts: space.graph.counts(),
  imageBytes: space.usage().imageBytes,
} satisfies Opened);
