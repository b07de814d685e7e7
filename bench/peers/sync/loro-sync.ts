/** Loro: a map of maps. A batch is a commit, and its message the update from the one before it. */

import { AGE_UNSET, keysOf, type SyncPeer, type SyncReplica } from './sync-peer.ts';
import type { SyncWork } from './sync-work.ts';

interface LoroMap {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  setContainer(key: string, map: LoroMap): LoroMap;
}

interface Version {
  free(): void;
}

interface LoroDocument {
  getMap(name: string): LoroMap;
  commit(): void;
  oplogVersion(): Version;
  export(what: { readonly mode: 'update'; readonly from?: Version }): Uint8Array;
  import(bytes: Uint8Array): unknown;
  free(): void;
}

/** The part of the module that is used here. */
export interface Loro {
  readonly LoroDoc: new () => LoroDocument;
  readonly LoroMap: new () => LoroMap;
}

export class LoroSync implements SyncPeer {
  readonly #loro: Loro;
  readonly #keys: readonly string[];
  readonly #base: Uint8Array;
  readonly messages: Uint8Array[] = [];

  constructor(loro: Loro, work: SyncWork) {
    this.#loro = loro;
    this.#keys = keysOf(work);
    const document = new loro.LoroDoc();
    const root = document.getMap('people');
    const people = this.#keys.map((key) => {
      const person = root.setContainer(key, new loro.LoroMap());
      person.set('age', AGE_UNSET);
      return person;
    });
    document.commit();
    this.#base = document.export({ mode: 'update' });
    for (const batch of work.batches) {
      const from = document.oplogVersion();
      for (const { person, age } of batch) people[person]?.set('age', age);
      document.commit();
      this.messages.push(document.export({ mode: 'update', from }));
    }
  }

  replica(): SyncReplica {
    const document = new this.#loro.LoroDoc();
    document.import(this.#base);
    const root = document.getMap('people');
    const people = this.#keys.map((key) => root.get(key) as LoroMap);
    return {
      receive: (messages) => {
        for (const message of messages) document.import(message);
      },
      ageOf: (person) => people[person]?.get('age'),
      free: () => document.free(),
    };
  }
}
