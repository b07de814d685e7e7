/**
 * What one subscriber of a peer is measured by, the work of bench/live/numbered-changes.ts: records
 * are set in turn, each to the number of the change, and each change is heard once and in order.
 */

/** What is subscribed to, and how it reaches the subscriber. */
export const EventPeerName = {
  YJS_RECORD: 'Yjs observe of one record, in process',
  YJS_ALL: 'Yjs observeDeep of all records, in process',
  TANSTACK: '@tanstack/db subscribeChanges, in process',
  POSTGRES: 'PostgreSQL NOTIFY, over a Unix socket',
} as const;
export type EventPeerName = (typeof EventPeerName)[keyof typeof EventPeerName];

export interface EventPeer {
  /** Makes so many changes; done when each of them was heard. */
  change(count: number): void | Promise<void>;
  close?(): Promise<void>;
}

/** No number of a change. */
export const UNSET = -1;

/** The numbers of the changes, as the subscriber hears them. */
export class HeardNumbers {
  #count = 0;
  #wanted = 0;
  #reached: () => void = () => undefined;

  take(number: unknown): void {
    if (number !== this.#count) {
      throw new Error(`event ${this.#count} expected its number, got ${number}`);
    }
    this.#count += 1;
    if (this.#count === this.#wanted) this.#reached();
  }

  expect(count: number): void {
    if (this.#count !== count) throw new Error(`${count} events expected, got ${this.#count}`);
  }

  /** Resolves once so many were heard. */
  async until(count: number): Promise<void> {
    if (this.#count >= count) return;
    await new Promise<void>((resolve) => {
      this.#wanted = count;
      this.#reached = resolve;
    });
  }
}
