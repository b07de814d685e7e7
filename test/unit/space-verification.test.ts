/** A space on a disk verifies in threads: what becomes of commits when these end. */

import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { fromHex } from '../../src/base/bytes.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { signCommit } from '../../src/delta/commit.ts';
import type { CommitOutcome } from '../../src/space/commit-intake.ts';
import { openSpace } from '../../src/space/open.ts';
import type { Space } from '../../src/space/space.ts';
import { CITIES, onNode, payloadOf } from '../fixture/door.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

const CLIENT = new Uint8Array(32).fill(3);
const ID = 'AAAAAAAAAAAAAAAA';

test('[P2] a commit whose verifier ends is answered, and passes when it comes again', async () => {
  await using space = await opened();
  const started = once(process, 'worker');
  const [first] = submitBoth(space);
  const [worker] = (await started) as [Worker];
  await worker.terminate();
  const outcome = await first;
  expect(outcome).toMatchObject({
    code: 'UNAVAILABLE',
    message: 'a commit expected to be verified, got a failure: it may be sent again',
  });
  await space.write({ actor: 'user:a' }, (draft) => draft.createNode('City', { key: 'own' }));
  expect(await submitBoth(space)[0]).toMatchObject({ kind: 'applied' });
  expect(space.graph.counts().nodes).toBe(2);
});

test('[Q9] a space that closes answers the commits that are being verified', async () => {
  const space = await opened();
  const outcomes = Array.from({ length: 50 }, () => submit(space, commit(space, 'a')));
  await space[Symbol.asyncDispose]();
  for (const outcome of await Promise.all(outcomes)) {
    expect(outcome).toMatchObject({ code: 'UNAVAILABLE', message: /closed/ });
  }
});

async function opened(): Promise<Space> {
  const directory = await temporaryDirectory();
  const space = await openSpace({ directory, definition: { source: CITIES } });
  await space.certifyAuthor(publicKeyOf(CLIENT), 'client');
  return space;
}

/** One that comes alone is verified where it has come. */
function submitBoth(space: Space): readonly Promise<CommitOutcome>[] {
  return ['a', 'b'].map((key) => submit(space, commit(space, key)));
}

function submit(space: Space, bytes: Uint8Array): Promise<CommitOutcome> {
  const place = space.intake.room(bytes.length);
  if (place === undefined) throw new Error('there is room');
  place.set(bytes);
  return new Promise((resolve) => space.intake.submit(place, resolve));
}

/** The client's first. */
function commit(space: Space, key: string): Uint8Array {
  const create = { operation: 'createNodeByKey', type: 'City', key } as const;
  const header = {
    space: fromHex(space.id),
    epoch: 0,
    author: publicKeyOf(CLIENT),
    sequence: 1,
    previous: undefined,
    parents: [],
    authority: space.authority,
    clock: 1n,
  };
  return signCommit(header, payloadOf([onNode(ID, create)]), CLIENT).bytes;
}
