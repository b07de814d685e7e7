/**
 * How long a new replica takes to hold a space that has been written for long and is sealed: with
 * what is sealed, and with every commit from the first on. Both are on disk, over loopback, from a
 * process of its own, and come to the state of the one that gave it.
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toHex } from '../../src/base/bytes.ts';
import { systemRandom } from '../../src/base/random.ts';
import { joinThrough } from '../../src/replication/join-directory.ts';
import type { Invitation } from '../../src/replication/known-peers.ts';
import { writeKnownPeers } from '../../src/replication/known-peers.ts';
import { Peers } from '../../src/replication/peers.ts';
import { authorKeyIn } from '../../src/space/join-directory.ts';
import { openSpace } from '../../src/space/open.ts';
import type { OpenSpace } from '../../src/space/open-space.ts';
import { expectSame } from '../engine/windows.ts';
import { type BenchRow, Better, benchRow, medianOf } from '../measure.ts';
import { SyncWork, type SyncWorkSize } from '../peers/sync/sync-work.ts';
import { fillWith } from './catch-up.ts';
import { PEOPLE_SDL } from './graph-author.ts';
import type { LinkedAnswer, LinkedRequest } from './linked-replicas.ts';

export interface NewReplicaSize {
  readonly work: SyncWorkSize;
  /** Joins of each kind. */
  readonly windows: number;
}

const PROCESS = fileURLToPath(new URL('linked-process.ts', import.meta.url));
const POLL_MILLISECONDS = 2;

/** Milliseconds until a join of one kind had the whole state, and could be asked. */
interface Times {
  readonly base: number[];
  readonly whole: number[];
}

export async function newReplicaRows({ work, windows }: NewReplicaSize): Promise<BenchRow[]> {
  await using owned = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'massive-graph-bench-join-'));
  owned.defer(() => rm(folder, { recursive: true, force: true }));
  const names = Array.from({ length: windows }, (_, window) => `${window}`);
  const places = names.flatMap((name) => [`base ${name}`, `whole ${name}`]);
  const first = join(folder, 'first');
  const keys = new Map<string, string>();
  for (const place of places) {
    keys.set(place, toHex((await authorKeyIn(join(folder, place))).publicKey));
  }
  const { space, key, position, hash } = await makeFirst(first, work);
  await writeKnownPeers(
    first,
    [...keys.values()].map((each) => ({ key: each })),
  );
  const { ask, syncPort } = await startFirst(first, owned);
  await ask({ kind: 'know' });
  const invitation = { space, key, address: `ws://127.0.0.1:${syncPort}` };
  const times: Times = { base: [], whole: [] };
  for (const place of places) {
    const isWhole = place.startsWith('whole');
    const begin = performance.now();
    await joinIn(join(folder, place), { invitation, isWhole, position, hash });
    times[isWhole ? 'whole' : 'base'].push(performance.now() - begin);
  }
  return rowsOf(times, work);
}

function rowsOf({ base, whole }: Times, { operations, people }: SyncWorkSize): BenchRow[] {
  const [nodes, history] = [people, operations].map((count) => count.toLocaleString('en'));
  const name = `a new replica of ${nodes} nodes after ${history} operations`;
  const row = (part: string, value: number) =>
    benchRow({ name: `${name}: ${part}`, value, unit: 'ms', better: Better.LOWER });
  const [made = 0, ...others] = base;
  return [
    row('with what is sealed, made for it', made),
    row('with what is sealed', medianOf(others)),
    row('with all commits', medianOf(whole)),
    benchRow({
      name: `${name}: all commits over what is sealed`,
      value: medianOf(whole) / medianOf(others),
      unit: 'x',
    }),
  ];
}

async function makeFirst(directory: string, work: SyncWorkSize) {
  const opened = await openSpace({ directory, definition: { source: PEOPLE_SDL } });
  await using space = opened as OpenSpace;
  await fillWith(space, new SyncWork(work));
  await space.seal();
  const { position, id } = space;
  const key = toHex(space.replicated.key.publicKey);
  return { space: id, key, position, hash: space.stateHash() };
}

async function startFirst(directory: string, owned: AsyncDisposableStack) {
  const child = fork(PROCESS, [directory, '0']);
  owned.defer(async () => {
    const gone = once(child, 'exit');
    child.disconnect();
    await gone;
  });
  const [{ syncPort }] = (await once(child, 'message')) as [{ readonly syncPort: number }];
  const ask = async (request: LinkedRequest): Promise<LinkedAnswer> => {
    const answered = once(child, 'message');
    child.send(request);
    return ((await answered) as [LinkedAnswer])[0];
  };
  return { ask, syncPort };
}

interface Joining {
  readonly invitation: Invitation;
  readonly isWhole: boolean;
  /** Of the log of the first one, and its state hash. */
  readonly position: number;
  readonly hash: string;
}

async function joinIn(directory: string, joining: Joining): Promise<void> {
  const { invitation, isWhole, position, hash } = joining;
  const key = await authorKeyIn(directory);
  await joinThrough(invitation, { directory, key, random: systemRandom, isWhole });
  const opened = await openSpace({ directory, create: false, follows: true });
  await using space = opened as OpenSpace;
  if (isWhole) {
    const peers = new Peers({ space: space.replicated, random: systemRandom });
    peers.know([{ key: invitation.key, address: invitation.address }]);
    while (space.position < position) {
      await new Promise((next) => setTimeout(next, POLL_MILLISECONDS));
    }
    peers.close();
  }
  expectSame(space.stateHash(), hash);
}
