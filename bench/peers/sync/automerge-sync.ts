/**
 * Automerge: a map of maps. A batch is a change, and its message that change. They are applied
 * together: each call looks at all of the document, which took 6 times as long.
 */

import { AGE_UNSET, keysOf, type SyncPeer, type SyncReplica } from './sync-peer.ts';
import type { SyncWork } from './sync-work.ts';

interface Document {
  readonly people: Record<string, { age: number }>;
}

/** The part of the module that is used here. */
export interface Automerge {
  from(state: Document): Document;
  change(document: Document, work: (draft: Document) => void): Document;
  getLastLocalChange(document: Document): Uint8Array | undefined;
  init(): Document;
  applyChanges(document: Document, changes: readonly Uint8Array[]): readonly [Document];
  free(document: Document): void;
}

export class AutomergeSync implements SyncPeer {
  readonly #automerge: Automerge;
  readonly #keys: readonly string[];
  readonly #base: Uint8Array;
  readonly messages: readonly Uint8Array[];

  constructor(automerge: Automerge, work: SyncWork) {
    this.#automerge = automerge;
    this.#keys = keysOf(work);
    const people = Object.fromEntries(this.#keys.map((key) => [key, { age: AGE_UNSET }]));
    let document = automerge.from({ people });
    const last = () => automerge.getLastLocalChange(document) as Uint8Array;
    this.#base = last();
    this.messages = work.batches.map((batch) => {
      document = automerge.change(document, (draft) => {
        const drafts = draft.people;
        for (const { person, age } of batch) {
          const each = drafts[this.#keys[person] as string];
          if (each !== undefined) each.age = age;
        }
      });
      return last();
    });
  }

  replica(): SyncReplica {
    const automerge = this.#automerge;
    let [document] = automerge.applyChanges(automerge.init(), [this.#base]);
    return {
      receive: (messages) => {
        [document] = automerge.applyChanges(document, messages);
      },
      ageOf: (person) => document.people[this.#keys[person] as string]?.age,
      free: () => automerge.free(document),
    };
  }
}
