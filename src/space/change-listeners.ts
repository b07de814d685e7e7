/** Who hears of applied groups, and whether one of them asks for images. */

import type { Definition } from '../definition/definition.ts';
import type { Engine } from '../engine/engine.ts';
import { dropUndo } from '../engine/undo.ts';
import type { EngineView } from '../engine/view.ts';
import { AppliedChanges } from './changes.ts';
import type { AppliedGroup } from './replica.ts';
import type { ChangeGroupListener } from './space.ts';

export class ChangeListeners {
  readonly #engine: Engine;
  readonly #view: EngineView;
  readonly #listeners = new Set<ChangeGroupListener>();
  #imageReaders = 0;

  constructor(engine: Engine, view: EngineView) {
    this.#engine = engine;
    this.#view = view;
  }

  add(listener: ChangeGroupListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  keepImages(): () => void {
    let isReading = true;
    this.#countReaders(1);
    return () => {
      if (isReading) this.#countReaders(-1);
      isReading = false;
    };
  }

  /** No snapshot begins before it returns: it would hold what is kept for the listeners. */
  tell(group: AppliedGroup, definition: Definition): void {
    if (this.#listeners.size === 0) return;
    const changes = new AppliedChanges(
      { engine: this.#engine, view: this.#view, definition },
      group,
    );
    for (const listener of this.#listeners) listener(changes);
    dropUndo(this.#engine);
  }

  clear(): void {
    this.#listeners.clear();
  }

  #countReaders(more: 1 | -1): void {
    this.#imageReaders += more;
    this.#engine.keepUndo(this.#imageReaders > 0);
  }
}
