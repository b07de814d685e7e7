/**
 * Changes that are numbered from 0 on, each a transaction that sets a number of an item to its own,
 * and a subscriber who hears of them.
 */

import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import { encodeTransactionFrame } from '../../src/replication/frame.ts';
import type { Subscribe } from './idle-subscribers.ts';
import type { LiveServer } from './server-process.ts';

const HITS = /"hits":(\d+)/g;
/** Longer than a number that two pieces of a message may share. */
const TAIL_LENGTH = 24;
/** So that changes that follow each other lie apart. */
const STRIDE = 7_919;

/** Of the items in turn. */
export function changeFrame(ids: readonly string[], number: number): Uint8Array {
  const id = ids[(number * STRIDE) % ids.length] ?? '';
  return encodeTransactionFrame(number, setHits(id, number));
}

/** What one subscriber hears: each change once, in order and with its own number. */
export class NumberedEvents {
  readonly times: bigint[] = [];
  readonly #close: () => void;
  #rest = '';
  #heard = Promise.withResolvers<void>();

  private constructor(close: () => void) {
    this.#close = close;
  }

  static async follow(server: LiveServer, subscribe: Subscribe): Promise<NumberedEvents> {
    const query = 'subscription { itemChanges { event after { hits } } }';
    const client = await subscribe(server.facts, { query });
    const events = new NumberedEvents(() => client.close());
    client.onData((bytes) => events.#take(bytes.toString('latin1')));
    await server.untilGauge('subscriptions', 1);
    return events;
  }

  /** Resolves once so many have come. */
  async until(count: number): Promise<void> {
    while (this.times.length < count) await this.#heard.promise;
  }

  close(): void {
    this.#close();
  }

  #take(text: string): void {
    const now = process.hrtime.bigint();
    this.#rest += text;
    let end = 0;
    for (const match of this.#rest.matchAll(HITS)) {
      // Its digits may go on in the next piece.
      if (match.index + match[0].length === this.#rest.length) break;
      if (Number(match[1]) !== this.times.length) {
        throw new Error(`event ${this.times.length} expected its number, got ${match[1]}`);
      }
      this.times.push(now);
      end = match.index + match[0].length;
    }
    this.#rest = this.#rest.slice(Math.max(end, this.#rest.length - TAIL_LENGTH));
    this.#heard.resolve();
    this.#heard = Promise.withResolvers();
  }
}

function setHits(id: string, number: number): Uint8Array {
  const payload = new PayloadWriter();
  payload.add({
    id: Buffer.from(String(number).padStart(16, '0')),
    actor: 'user:*',
    deltas: [
      {
        subject: { element: 'node', id },
        delta: { operation: 'set', path: 'hits', value: BigInt(number) },
      },
    ],
  });
  return payload.finish();
}
