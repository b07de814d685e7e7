/**
 * Rights that something is held open for: a connection, a stream of events. Each ends at its
 * moment, or when its key is revoked.
 */

import type { Clock } from '../../base/clock.ts';
import type { Identity } from './identity.ts';

/** What a timer of Node can wait for; a longer time is waited for in parts. */
const TIMER_MILLISECONDS_MAX = 2_147_483_647;

/** Of a right that does not end. */
const NOT_HELD = () => undefined;

export class HeldRights {
  readonly #clock: Clock;
  readonly #isInForce: (keyId: string) => boolean;
  readonly #byKey = new Map<string, Set<() => void>>();

  constructor(clock: Clock, isInForce: (keyId: string) => boolean) {
    this.#clock = clock;
    this.#isInForce = isInForce;
  }

  /** Calls `ended` once, later, unless the function is called before that it returns. */
  hold({ endsAt, keyId }: Identity, ended: () => void): () => void {
    if (endsAt === undefined && keyId === undefined) return NOT_HELD;
    let isOver = false;
    const release = () => {
      isOver = true;
      stop();
      if (keyId !== undefined) this.#forget(keyId, end);
    };
    const end = () => {
      if (isOver) return;
      release();
      ended();
    };
    const stop = endsAt === undefined ? () => undefined : this.#at(endsAt, end);
    if (keyId !== undefined) {
      this.#byKey.set(keyId, (this.#byKey.get(keyId) ?? new Set()).add(end));
      // It may have been revoked since it was looked at.
      if (!this.#isInForce(keyId)) queueMicrotask(end);
    }
    return release;
  }

  /** To be called when keys may have been revoked. */
  check(): void {
    for (const [keyId, ends] of [...this.#byKey]) {
      if (!this.#isInForce(keyId)) for (const end of [...ends]) end();
    }
  }

  #forget(keyId: string, end: () => void): void {
    const ends = this.#byKey.get(keyId);
    ends?.delete(end);
    if (ends?.size === 0) this.#byKey.delete(keyId);
  }

  #at(moment: number, act: () => void): () => void {
    let timer: NodeJS.Timeout;
    const wait = () => {
      const left = Math.min(Math.ceil(moment - this.#clock.now()), TIMER_MILLISECONDS_MAX);
      timer = setTimeout(() => (moment > this.#clock.now() ? wait() : act()), Math.max(left, 0));
      // What is held open keeps the process, not its end.
      timer.unref();
    };
    wait();
    return () => clearTimeout(timer);
  }
}
