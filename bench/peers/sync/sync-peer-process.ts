/** A library in a process of its own, by its name: each question is answered by a fresh replica. */

import { collectGarbage } from '../../measure.ts';
import { type Automerge, AutomergeSync } from './automerge-sync.ts';
import { type Cojson, CojsonSync } from './cojson-sync.ts';
import { type Loro, LoroSync } from './loro-sync.ts';
import { SignedSync } from './signed-sync.ts';
import { type SyncPeer, SyncPeerName, type SyncReply } from './sync-peer.ts';
import { answerOf, SyncWork, type SyncWorkSize } from './sync-work.ts';
import { type Yjs, YjsSync } from './yjs-sync.ts';

/** Names of packages that are installed here alone, so that they are no import of the project. */
const PACKAGES = {
  yjs: 'yjs',
  loro: 'loro-crdt',
  automerge: '@automerge/automerge',
  cojson: 'cojson',
  cojsonCrypto: 'cojson/crypto/NapiCrypto',
} as const;

const [, , wanted, size] = process.argv;
const work = new SyncWork(JSON.parse(size ?? '') as SyncWorkSize);
const peer = await peerOf(wanted as SyncPeerName);
const wireBytes = peer.messages.reduce((sum, { length }) => sum + length, 0);
process.on('message', async () => process.send?.(await receiveAll()));
process.send?.('ready');

async function peerOf(name: SyncPeerName): Promise<SyncPeer> {
  switch (name) {
    case SyncPeerName.YJS:
      return new YjsSync((await import(PACKAGES.yjs)) as Yjs, work);
    case SyncPeerName.LORO:
      return await loro();
    case SyncPeerName.LORO_SIGNED:
      return new SignedSync(await loro());
    case SyncPeerName.AUTOMERGE:
      return new AutomergeSync((await import(PACKAGES.automerge)) as Automerge, work);
    case SyncPeerName.COJSON:
      return await cojson(false);
    case SyncPeerName.COJSON_MAPS:
      return await cojson(true);
    default:
      throw new Error(`a peer expected a known name, got ${name satisfies never}`);
  }
}

async function loro(): Promise<SyncPeer> {
  return new LoroSync((await import(PACKAGES.loro)) as Loro, work);
}

async function cojson(hasMaps: boolean): Promise<SyncPeer> {
  const { NapiCrypto } = (await import(PACKAGES.cojsonCrypto)) as {
    readonly NapiCrypto: { create(): Promise<object> };
  };
  const module = (await import(PACKAGES.cojson)) as Cojson;
  return await CojsonSync.open(
    { cojson: module, crypto: await NapiCrypto.create(), hasMaps },
    work,
  );
}

async function receiveAll(): Promise<SyncReply> {
  const replica = await peer.replica();
  await collectGarbage();
  const began = performance.now();
  replica.receive(peer.messages);
  // So that nothing is put off until it is read.
  replica.ageOf(0);
  const seconds = (performance.now() - began) / 1_000;
  const ages = Array.from({ length: work.people }, (_, person) => replica.ageOf(person));
  replica.free?.();
  return { seconds, wireBytes, answer: answerOf(ages) };
}
