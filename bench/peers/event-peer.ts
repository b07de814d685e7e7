/** One subscriber of a peer in a process of its own, by the name of what is subscribed to. */

import { type EventPeer, EventPeerName } from './event-work.ts';
import { type Postgres, PostgresPeer } from './postgres-peer.ts';
import { type TanstackDb, TanstackPeer } from './tanstack-peer.ts';
import { type Yjs, YjsPeer } from './yjs-peer.ts';

export interface EventQuestion {
  readonly changes: number;
}

export interface EventReply {
  readonly seconds: number;
}

/** Names of packages that are installed here alone, so that they are no import of the project. */
const PACKAGES = { yjs: 'yjs', tanstack: '@tanstack/db', postgres: 'pg' } as const;

const [, , wanted, records] = process.argv;
const opened = peerOf(wanted as EventPeerName, Number(records));
process.once('disconnect', () => opened.then((peer) => peer.close?.()));
const peer = await opened;
process.on('message', async (question: EventQuestion) => {
  process.send?.(await answerTo(question));
});
process.send?.('ready');

async function peerOf(name: EventPeerName, count: number): Promise<EventPeer> {
  switch (name) {
    case EventPeerName.YJS_RECORD:
      return YjsPeer.ofOne((await import(PACKAGES.yjs)) as Yjs, count);
    case EventPeerName.YJS_ALL:
      return YjsPeer.ofAll((await import(PACKAGES.yjs)) as Yjs, count);
    case EventPeerName.TANSTACK:
      return new TanstackPeer((await import(PACKAGES.tanstack)) as TanstackDb, count);
    case EventPeerName.POSTGRES: {
      const { default: postgres } = (await import(PACKAGES.postgres)) as { default: Postgres };
      return await PostgresPeer.open(postgres, count);
    }
    default:
      throw new Error(`a peer expected a known name, got ${name satisfies never}`);
  }
}

async function answerTo({ changes }: EventQuestion): Promise<EventReply> {
  const began = performance.now();
  await peer.change(changes);
  return { seconds: (performance.now() - began) / 1_000 };
}
