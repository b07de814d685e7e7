/**
 * A subscriber that comes back: it is told what it missed, read from the log, while what happens
 * meanwhile is held back; then it is told that, and from then on what happens as it happens.
 *
 * Neither takes more room than the queue of a subscriber does. Where more happens than can be held
 * back, or the subscriber reads too slowly for the log, it is told on from where it was once there
 * is room: all of it stands in the log.
 */

import {
  SINCE_PATIENCE_TURNS,
  SINCE_STRETCHES_MAX,
  SUBSCRIBER_QUEUE_CHANGES_MAX,
} from '../base/limits.ts';
import type { ReadRights } from '../space/read-rights.ts';
import type {
  ChangeInterest,
  SinceEnd,
  SinceListener,
  SincePoint,
  Space,
  TransactionChanges,
} from '../space/space.ts';
import { entryPlace, recordPlace, type Since } from './change-cursor.ts';
import { type ChangeEntry, type Delivery, nameOf, seenDelivery } from './change-delivery.ts';
import type { ChangeQueue } from './change-queue.ts';
import { nextTurn } from './next-turn.ts';
import { SightEvent, sightChanges, sightOfMore } from './sight-changes.ts';

export interface ResumptionParts {
  readonly space: Space;
  readonly queue: ChangeQueue<Delivery>;
  readonly interest: ChangeInterest;
  readonly wants: (entry: ChangeEntry) => boolean;
  readonly actor: string | undefined;
  /** What it may read at this moment. */
  readonly rights: () => ReadRights | undefined;
  /** Called once, when the subscriber is told by others. */
  readonly goLive: () => void;
}

/** What is held back at most: with it half of the queue is free for what the log tells. */
const HELD_MAX = SUBSCRIBER_QUEUE_CHANGES_MAX / 2;

interface Held {
  readonly position: number;
  readonly delivery: Delivery;
}

/** All that lies behind a point was told. */
type ToldEnd = Extract<SinceEnd, { kind: 'told' }>;

export class Resumption implements SinceListener {
  readonly interest: ChangeInterest;
  readonly #parts: ResumptionParts;
  /** Where it goes on, and behind which element of the transaction there. */
  #point: SincePoint;
  #name: string | undefined;
  /** Whether that element is none that may be told. */
  #isLost = false;
  /** What has happened since the log was asked; undefined where that was too much. */
  #held: Held[] | undefined;
  /** Of the authority chain, at the cursor. */
  #height: number | undefined;

  constructor(parts: ResumptionParts, { point, name }: Since) {
    this.#parts = parts;
    this.interest = parts.interest;
    this.#point = point;
    this.#name = name;
  }

  get isGone(): boolean {
    return this.#parts.queue.isEnded;
  }

  /** Takes what happens meanwhile, at a position of the log. */
  hold(position: number, delivery: Delivery): void {
    this.#held?.push({ position, delivery });
    if ((this.#held?.length ?? 0) > HELD_MAX) this.#held = undefined;
  }

  /** Resolves once the subscriber is told by others, or is gone. */
  async run(): Promise<void> {
    for (let stretches = 0; stretches < SINCE_STRETCHES_MAX && !this.isGone; ) {
      this.#held = [];
      const end = await this.#parts.space.changesSince(this.#point, this);
      if (end.kind === 'gone' || this.#isLost) break;
      this.#height ??= end.heightBefore;
      if (end.kind === 'told') {
        // What the cursor names would have come first.
        if (this.#name !== undefined) break;
        if (await this.#goLive(end, this.#height)) return;
        stretches += 1;
        this.#point = { position: end.position };
      }
      // The log tells it again.
      this.#held = undefined;
      await this.#parts.queue.room(HELD_MAX);
    }
    await this.#startAnew();
  }

  /** Hears of a transaction behind the point. */
  async hear(transaction: TransactionChanges): Promise<boolean> {
    const { wants, queue } = this.#parts;
    const seen = this.#seen(transaction);
    const first = this.#name === undefined ? 0 : 1 + this.#placeIn(transaction, seen);
    this.#isLost = this.#name !== undefined && first === 0;
    if (this.#isLost) return false;
    const { position, index } = transaction;
    this.#name = undefined;
    for (const [at, delivery] of seen.entries()) {
      if (at < first || !wants(delivery.entry)) continue;
      if (queue.free === 0 && !(await this.#waitedFor(queue))) {
        this.#point = { position, index };
        this.#name = seen[at - 1]?.name;
        return false;
      }
      queue.push(delivery);
    }
    this.#point = { position, index: index + 1 };
    return true;
  }

  /** What it may be told now of a transaction. */
  #seen(transaction: TransactionChanges): (Delivery & { readonly name: string })[] {
    const { actor } = this.#parts;
    const rights = this.#parts.rights();
    return transaction.changes.flatMap((change) => {
      const delivery = seenDelivery(transaction, change, { actor, rights });
      return delivery === undefined ? [] : [{ ...delivery, name: nameOf(change) }];
    });
  }

  /** Where the element of the cursor is among what is seen; -1 for nowhere. */
  #placeIn({ position, index }: TransactionChanges, seen: readonly { name: string }[]): number {
    const isNamed = position === this.#point.position && index === this.#point.index;
    return isNamed ? seen.findIndex(({ name }) => name === this.#name) : -1;
  }

  /** A client that reads gets some turns for it; others wait as long. */
  async #waitedFor(queue: ChangeQueue<Delivery>): Promise<boolean> {
    for (let turns = 0; turns < SINCE_PATIENCE_TURNS && queue.free === 0; turns++) await nextTurn();
    return queue.free > 0;
  }

  /** False where more happened than could be held back. */
  async #goLive(end: ToldEnd, heightBefore: number): Promise<boolean> {
    const { queue, goLive } = this.#parts;
    const permissions = await this.#permissionsChanged(end, heightBefore);
    const missed = () => (this.#held ?? []).filter(({ position }) => position > end.position);
    const count = () => missed().length + permissions.length;
    while (queue.free < count() && !this.isGone) await queue.room(count());
    if (this.#held === undefined) return false;
    for (const delivery of permissions) queue.push(delivery);
    for (const { delivery } of missed()) queue.push(delivery);
    goLive();
    return true;
  }

  /** One entry where it sees other nodes now, or other fields of them, than as of the cursor. */
  async #permissionsChanged({ position, height }: ToldEnd, before: number): Promise<Delivery[]> {
    const { space, interest, actor } = this.#parts;
    if (height === before || actor === undefined || interest.element !== 'node') return [];
    await nextTurn();
    if (sightChanges(space, { actor, interest, before, height }).length === 0) return [];
    const event = SightEvent.PERMISSIONS_CHANGED;
    return [{ origin: { place: recordPlace(position, event) }, entry: sightOfMore(event) }];
  }

  /** Of what came behind the cursor no more is told: it is to ask anew. */
  async #startAnew(): Promise<void> {
    const { space, queue, goLive } = this.#parts;
    await queue.room(1);
    const place = entryPlace(space.position);
    queue.push({ origin: { place }, entry: sightOfMore(SightEvent.RESYNC) });
    goLive();
  }
}
