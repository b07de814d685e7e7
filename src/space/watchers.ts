/** Those who watch a space: its commits in groups, with images where one asks, and its records. */

import type { Definition } from '../definition/definition.ts';
import type { Engine } from '../engine/engine.ts';
import { dropUndo } from '../engine/undo.ts';
import type { EngineView } from '../engine/view.ts';
import { AppliedChanges } from './changes.ts';
import type { AppliedGroup } from './replica-parts.ts';
import type { ChangeGroupListener, ChangeListener } from './space.ts';

export class Watchers {
  readonly #engine: Engine;
  readonly #view: EngineView;
  readonly #ofGroups = new Set<ChangeGroupListener>();
  readonly #ofRecords = new Set<() => void>();
  #imageReaders = 0;

  constructor(engine: Engine, view: EngineView) {
    this.#engine = engine;
    this.#view = view;
  }

  watch(listener: ChangeListener): () => void {
    return this.watchGroups((group) => {
      for (const transaction of group.read()) listener(transaction);
    });
  }

  watchGroups(listener: ChangeGroupListener): () => void {
    this.#ofGroups.add(listener);
    return () => this.#ofGroups.delete(listener);
  }

  watchRecords(listener: () => void): () => void {
    this.#ofRecords.add(listener);
    return () => this.#ofRecords.delete(listener);
  }

  keepImages(): () => void {
    let isReading = true;
    this.#countReaders(1);
    return () => {
      if (isReading) this.#countReaders(-1);
      isReading = false;
    };
  }

  /** No snapshot begins before it returns: it would hold what is kept for those who watch. */
  tell(group: AppliedGroup, definition: Definition): void {
    if (this.#ofGroups.size === 0) return;
    const parts = { engine: this.#engine, view: this.#view, definition };
    const changes = new AppliedChanges(parts, group);
    for (const listener of this.#ofGroups) listener(changes);
    dropUndo(this.#engine);
  }

  /** A record has come into force. */
  tellOfRecord(): void {
    for (const listener of this.#ofRecords) listener();
  }

  clear(): void {
    this.#ofGroups.clear();
    this.#ofRecords.clear();
  }

  #countReaders(more: 1 | -1): void {
    this.#imageReaders += more;
    this.#engine.keepUndo(this.#imageReaders > 0);
  }
}
