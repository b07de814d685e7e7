/** Who receives operations: this database, on a disk and in memory, and libraries. */

import { ForkedPeer, type PeerProgram } from '../forked-peer.ts';
import { makeDirectory, removeDirectory } from '../ingest/server-process.ts';
import { installedVersion, installPeers } from '../peer-packages.ts';
import { SyncPeerName, type SyncReply } from '../peers/sync/sync-peer.ts';
import type { SyncWorkSize } from '../peers/sync/sync-work.ts';
import type { Packing } from './graph-author.ts';

export interface Replica extends AsyncDisposable {
  readonly name: string;
  /** Receives all operations once. */
  receive(): Promise<SyncReply>;
}

export const Log = { DISK: 'on disk', MEMORY: 'in memory' } as const;
export type Log = (typeof Log)[keyof typeof Log];

/** What packages each takes. */
const PACKAGES: readonly (readonly [SyncPeerName, readonly string[]])[] = [
  [SyncPeerName.LORO, ['loro-crdt']],
  [SyncPeerName.LORO_SIGNED, ['loro-crdt']],
  [SyncPeerName.YJS, ['yjs']],
  [SyncPeerName.AUTOMERGE, ['@automerge/automerge']],
  [SyncPeerName.COJSON, ['cojson', 'cojson-core-napi']],
  [SyncPeerName.COJSON_MAPS, ['cojson', 'cojson-core-napi']],
];
const FOLDER = 'peers/sync/';

/** Those that can be had here; says which cannot. */
export async function installSyncPeers(): Promise<SyncPeerName[]> {
  await installPeers(FOLDER).catch(() => undefined);
  const found: SyncPeerName[] = [];
  for (const [name, needed] of PACKAGES) {
    const versions = await Promise.all(needed.map((each) => installedVersion(each, FOLDER)));
    if (versions.every((version) => version !== undefined)) found.push(name);
    else process.stderr.write(`bench: ${name}: is not installed and is left out\n`);
  }
  return found;
}

/** By what its row is called. */
export function graphName(packing: Packing, log: Log): string {
  return `signed operations, ${packing}, log ${log}`;
}

/** On a fresh directory, where it has one. */
export async function startGraphReplica(
  packing: Packing,
  log: Log,
  size: SyncWorkSize,
): Promise<Replica> {
  await using owned = new AsyncDisposableStack();
  const directory = log === Log.DISK ? await makeDirectory() : '';
  if (directory !== '') owned.defer(() => removeDirectory(directory));
  const file = 'sync/graph-replica-process.ts';
  const args = [JSON.stringify(size), packing, directory];
  return await startReplica(graphName(packing, log), { file, args }, owned);
}

export async function startSyncPeer(name: SyncPeerName, size: SyncWorkSize): Promise<Replica> {
  await using owned = new AsyncDisposableStack();
  const file = `${FOLDER}sync-peer-process.ts`;
  return await startReplica(name, { file, args: [name, JSON.stringify(size)] }, owned);
}

async function startReplica(
  name: string,
  program: PeerProgram,
  owned: AsyncDisposableStack,
): Promise<Replica> {
  const running = owned.use(await ForkedPeer.start<object, SyncReply>(program));
  const kept = owned.move();
  return {
    name,
    receive: () => running.ask({}),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
