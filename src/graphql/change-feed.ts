/**
 * Fans the changes of a space out to subscribers: one listener at the space, one bounded queue per
 * subscriber. Each subscriber gets what it asked for in log order, each entry once. One that is too
 * slow gets no gap: its queue ends with an Overflow, and so does its subscription.
 */

import type { PermissionBody, WrittenGrant } from '../authority/permission-body.ts';
import type { ChangeInterest, Space, TransactionChanges } from '../space/space.ts';
import { ChangeQueue, type Overflow } from './change-queue.ts';

type ChangeEntry = TransactionChanges['changes'][number];

/** One entry of one transaction, as a subscriber sees it. */
export interface Delivery<Entry extends ChangeEntry = ChangeEntry> {
  readonly transaction: TransactionChanges;
  readonly entry: Entry;
  /** Position of the entry in its transaction, from 0. */
  readonly index: number;
}

/** A grant that was made or ended. */
export interface GrantDelivery {
  readonly event: 'GRANTED' | 'REVOKED';
  readonly grant: WrittenGrant;
  /** Of the record that says so. */
  readonly height: number;
}

export interface ChangeFeed {
  /**
   * Entries of an interest that `wants` says yes to, from this moment on. What no subscriber has
   * an interest in is not even decoded.
   */
  subscribe<Entry extends ChangeEntry>(
    interest: ChangeInterest,
    wants: (entry: ChangeEntry) => entry is Entry,
  ): AsyncIterableIterator<Delivery<Entry> | Overflow>;
  /** Grants that are made and ended and that `wants` says yes to, from this moment on. */
  subscribeGrants(
    wants: (delivery: GrantDelivery) => boolean,
  ): AsyncIterableIterator<GrantDelivery | Overflow>;
  readonly subscribers: number;
  /** Ends every subscription after what it still has to deliver, and the listening. */
  close(): void;
}

interface Subscriber {
  readonly interest: ChangeInterest;
  readonly wants: (entry: ChangeEntry) => boolean;
}

export function openChangeFeed(space: Space): ChangeFeed {
  const subscribers = new Map<ChangeQueue<Delivery>, Subscriber>();
  const stop = space.watchGroups((group) => {
    if (subscribers.size === 0) return;
    const interests = Array.from(subscribers.values(), ({ interest }) => interest);
    for (const transaction of group.read(interests)) {
      for (const [index, entry] of transaction.changes.entries()) {
        for (const [queue, { wants }] of subscribers) {
          if (wants(entry)) queue.push({ transaction, entry, index });
        }
      }
    }
  });
  const grantees = new Map<ChangeQueue<GrantDelivery>, (delivery: GrantDelivery) => boolean>();
  const stopGrants = space.access.watch((body) => {
    for (const delivery of deliveriesOf(body)) {
      for (const [queue, wants] of grantees) if (wants(delivery)) queue.push(delivery);
    }
  });
  let isOpen = true;
  return {
    subscribe: <Entry extends ChangeEntry>(
      interest: ChangeInterest,
      wants: (entry: ChangeEntry) => entry is Entry,
    ) => {
      const queue = new ChangeQueue<Delivery>(() => subscribers.delete(queue));
      if (isOpen) subscribers.set(queue, { interest, wants });
      else queue.end();
      // The queue holds only entries that `wants` has admitted.
      return queue as AsyncIterableIterator<Delivery<Entry> | Overflow>;
    },
    subscribeGrants: (wants) => {
      const queue = new ChangeQueue<GrantDelivery>(() => grantees.delete(queue));
      if (isOpen) grantees.set(queue, wants);
      else queue.end();
      return queue;
    },
    get subscribers() {
      return subscribers.size + grantees.size;
    },
    close: () => {
      isOpen = false;
      stop();
      stopGrants();
      for (const queue of [...subscribers.keys(), ...grantees.keys()]) queue.end();
      subscribers.clear();
      grantees.clear();
    },
  };
}

function deliveriesOf(body: PermissionBody): GrantDelivery[] {
  if (body.kind === 'model') return [];
  const event = body.kind === 'grants' ? 'GRANTED' : 'REVOKED';
  return body.grants.map((grant) => ({ event, grant, height: body.height }));
}
