/**
 * This database as the replica that receives, in a process of its own: frames of the sync protocol
 * pass the door of a space, as those of a socket do. Each question is answered by the same space,
 * which the same author goes on to write.
 */

import { assert } from '../../src/base/assert.ts';
import { concatBytes, fromHex } from '../../src/base/bytes.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { openMemorySpace, openSpace } from '../../src/space/open.ts';
import type { Space } from '../../src/space/space.ts';
import { collectGarbage } from '../measure.ts';
import type { SyncReply } from '../peers/sync/sync-peer.ts';
import { AGE_END, answerOf, SyncWork, type SyncWorkSize } from '../peers/sync/sync-work.ts';
import { FrameCarrier } from './frame-carrier.ts';
import { GraphAuthor, type Packing, PEOPLE_SDL } from './graph-author.ts';

const AUTHOR_SEED = new Uint8Array(32).fill(9);

/** `directory` is empty for a log in memory. */
const [, , size, packing, directory] = process.argv;
const work = new SyncWork(JSON.parse(size ?? '') as SyncWorkSize);
const definition = { source: PEOPLE_SDL };
const space = await (directory
  ? openSpace({ directory, definition })
  : openMemorySpace({ definition }));
await space.certifyAuthor(publicKeyOf(AUTHOR_SEED), 'sync bench');
const id = fromHex(space.id);
const author = new GraphAuthor(
  { space: id, authority: space.authority, seed: AUTHOR_SEED },
  { work, packing: packing as Packing },
);
const carrier = FrameCarrier.to(space);
await carrier.deliver(author.base(), 1);
let round = 0;
process.on('message', async () => process.send?.(await receiveRound()));
process.once('disconnect', () => space[Symbol.asyncDispose]());
process.send?.('ready');

async function receiveRound(): Promise<SyncReply> {
  const frames = concatBytes(...author.round(round));
  await collectGarbage();
  const began = performance.now();
  await carrier.deliver(frames, work.batches.length);
  const seconds = (performance.now() - began) / 1_000;
  const answer = answerOf(agesOf(space, round));
  round += 1;
  return { seconds, wireBytes: frames.length, answer };
}

/** As they were in the first round. */
function agesOf({ graph }: Space, inRound: number): number[] {
  return author.ids.map((person) => {
    const node = graph.nodeById(person);
    assert(node !== undefined, 'the base has everybody');
    return Number(graph.nodeValue(node, 'age')) - AGE_END * inRound;
  });
}
