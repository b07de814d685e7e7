/** The peers whose subscribers are measured beside those of this database. */

import { ForkedPeer } from '../forked-peer.ts';
import { installedVersion, installPeers } from '../peer-packages.ts';
import type { EventQuestion, EventReply } from '../peers/event-peer.ts';
import { EventPeerName } from '../peers/event-work.ts';
import { postgresPrograms } from '../peers/postgres-server.ts';

export type EventProcess = ForkedPeer<EventQuestion, EventReply>;

/** Each name with the package that it takes. */
const PACKAGES: readonly (readonly [EventPeerName, string])[] = [
  [EventPeerName.YJS_RECORD, 'yjs'],
  [EventPeerName.YJS_ALL, 'yjs'],
  [EventPeerName.TANSTACK, '@tanstack/db'],
  [EventPeerName.POSTGRES, 'pg'],
];

/** Those that can be had here; says which cannot. */
export async function installEventPeers(): Promise<EventPeerName[]> {
  await installPeers().catch(() => undefined);
  const found: EventPeerName[] = [];
  for (const [name, needed] of PACKAGES) {
    if (await isThere(name, needed)) found.push(name);
    else process.stderr.write(`bench: ${name}: is not installed and is left out\n`);
  }
  return found;
}

async function isThere(name: EventPeerName, needed: string): Promise<boolean> {
  if ((await installedVersion(needed)) === undefined) return false;
  return name !== EventPeerName.POSTGRES || (await postgresPrograms()) !== undefined;
}

export function startEventPeer(name: EventPeerName, records: number): Promise<EventProcess> {
  return ForkedPeer.start({ file: 'peers/event-peer.ts', args: [name, String(records)] });
}
