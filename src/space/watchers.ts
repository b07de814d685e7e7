/** Those who watch a space: its commits in groups, as they are applied, and its records. */

import type { ChangeGroup, ChangeGroupListener, ChangeListener } from './space.ts';

export class Watchers {
  readonly #ofGroups = new Set<ChangeGroupListener>();
  readonly #ofRecords = new Set<() => void>();

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

  /** A group was applied; it is made for those who watch alone. */
  hear(group: () => ChangeGroup): void {
    if (this.#ofGroups.size === 0) return;
    const changes = group();
    for (const listener of this.#ofGroups) listener(changes);
  }

  /** A record has come into force. */
  hearRecord(): void {
    for (const listener of this.#ofRecords) listener();
  }

  clear(): void {
    this.#ofGroups.clear();
    this.#ofRecords.clear();
  }
}
