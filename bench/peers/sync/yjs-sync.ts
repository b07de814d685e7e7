/** Yjs: a map of maps. A batch is a transaction, and its message the update that it emits. */

import { AGE_UNSET, keysOf, type SyncPeer, type SyncReplica } from './sync-peer.ts';
import type { SyncWork } from './sync-work.ts';

interface SharedMap {
  get(key: string): unknown;
  set(key: string, value: unknown): unknown;
}

interface Document {
  getMap(name: string): SharedMap;
  transact(work: () => void): void;
  on(event: 'update', listener: (update: Uint8Array) => void): void;
  destroy(): void;
}

/** The part of the module that is used here. */
export interface Yjs {
  readonly Doc: new () => Document;
  readonly Map: new () => SharedMap;
  encodeStateAsUpdate(document: Document): Uint8Array;
  applyUpdate(document: Document, update: Uint8Array): void;
}

export class YjsSync implements SyncPeer {
  readonly #yjs: Yjs;
  readonly #keys: readonly string[];
  readonly #base: Uint8Array;
  readonly messages: Uint8Array[] = [];

  constructor(yjs: Yjs, work: SyncWork) {
    this.#yjs = yjs;
    this.#keys = keysOf(work);
    const document = new yjs.Doc();
    const people = this.#keys.map(() => new yjs.Map());
    document.transact(() => {
      for (const [index, person] of people.entries()) {
        person.set('age', AGE_UNSET);
        document.getMap('people').set(this.#keys[index] as string, person);
      }
    });
    this.#base = yjs.encodeStateAsUpdate(document);
    document.on('update', (update) => this.messages.push(update));
    for (const batch of work.batches) {
      document.transact(() => {
        for (const { person, age } of batch) people[person]?.set('age', age);
      });
    }
  }

  replica(): SyncReplica {
    const yjs = this.#yjs;
    const document = new yjs.Doc();
    yjs.applyUpdate(document, this.#base);
    const people = this.#keys.map((key) => document.getMap('people').get(key) as SharedMap);
    return {
      receive: (messages) => {
        for (const message of messages) yjs.applyUpdate(document, message);
      },
      ageOf: (person) => people[person]?.get('age'),
      free: () => document.destroy(),
    };
  }
}
