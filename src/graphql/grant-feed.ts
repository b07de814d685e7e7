/** Fans grants that are made and ended out to subscribers. */

import type { PermissionBody, WrittenGrant } from '../authority/permission-body.ts';
import { ChangeQueue } from './change-queue.ts';

/** A grant that was made or ended; or so many that they cannot wait. */
export interface GrantDelivery {
  readonly event: 'GRANTED' | 'REVOKED' | 'RESYNC';
  /** Undefined for many. */
  readonly grant: WrittenGrant | undefined;
  /** Of the record that says so. */
  readonly height: number;
}

/** Whether a subscriber asks for a grant, and may know of it. */
export type GrantTest = (grant: WrittenGrant) => boolean;

export class GrantFeed {
  readonly #queues = new Map<ChangeQueue<GrantDelivery, GrantDelivery>, GrantTest>();

  get subscribers(): number {
    return this.#queues.size;
  }

  subscribe(wants: GrantTest, isOpen: boolean): AsyncIterableIterator<GrantDelivery> {
    const queue = new ChangeQueue<GrantDelivery, GrantDelivery>(() => this.#queues.delete(queue), {
      judge: (each) => (each.grant === undefined || wants(each.grant) ? each : undefined),
      keyOf: () => undefined,
      join: (_first, second) => second,
      bytesOf: () => 0,
      resync: (waited) => ({
        event: 'RESYNC',
        grant: undefined,
        height: waited.at(-1)?.height ?? 0,
      }),
    });
    if (isOpen) this.#queues.set(queue, wants);
    else queue.end();
    return queue;
  }

  push(body: PermissionBody): void {
    if (body.kind === 'model') return;
    const event = body.kind === 'grants' ? 'GRANTED' : 'REVOKED';
    for (const grant of body.grants) {
      for (const [queue, wants] of this.#queues) {
        if (wants(grant)) queue.push({ event, grant, height: body.height });
      }
    }
  }

  close(): void {
    for (const queue of [...this.#queues.keys()]) queue.end();
    this.#queues.clear();
  }
}
