/** What a library must do to be measured: author the operations, and receive them elsewhere. */

import type { SyncWork } from './sync-work.ts';

/** By what its row is called. */
export const SyncPeerName = {
  LORO: 'Loro',
  LORO_SIGNED: 'Loro, each batch signed',
  YJS: 'Yjs',
  AUTOMERGE: 'Automerge',
  COJSON: 'cojson',
  COJSON_MAPS: 'cojson, a CoMap for each',
} as const;
export type SyncPeerName = (typeof SyncPeerName)[keyof typeof SyncPeerName];

export interface SyncPeer {
  /** One for each batch, as it goes to the other replica. */
  readonly messages: readonly Uint8Array[];
  /** A fresh one, that has the people and none of the operations. */
  replica(): SyncReplica | Promise<SyncReplica>;
}

export interface SyncReplica {
  /** All at once, or one by one, as it is faster. */
  receive(messages: readonly Uint8Array[]): void;
  ageOf(person: number): unknown;
  /** Memory that no collector sees. */
  free?(): void;
}

export interface SyncReply {
  /** Until all operations are received and can be read. */
  readonly seconds: number;
  readonly wireBytes: number;
  /** Of `answerOf`. */
  readonly answer: number;
}

/** Before the first operation. */
export const AGE_UNSET = 0;

export function keyOf(person: number): string {
  return `p${person}`;
}

export function keysOf({ people }: SyncWork): string[] {
  return Array.from({ length: people }, (_, person) => keyOf(person));
}
