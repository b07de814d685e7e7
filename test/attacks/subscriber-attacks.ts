/**
 * Attacks by subscribers: they ask for more than they read, or go without a word. Each of them
 * follows changes, or the answer of a live query, over one of the protocols.
 */

import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { maskedMessage, maskedText, upgradeRequest } from '../../bench/ingest/sync-client.ts';
import { encodeHello, encodeSubscribe } from '../../src/replication/frame.ts';
import { type Attack, type Attacking, count, type Target } from './attack.ts';

/** What is told of every change that the client which behaves makes. */
const OFTEN = [
  'subscription { cityChanges { event city { code text } } }',
  'query @live { cities(where: { n: { gte: 0 } }, sort: [{ code: ASC }], limit: 20) { code n } }',
];
/** What nothing is told of. */
const NEVER = [
  'subscription { cityChanges(id: "AAAAAAAAAAAAAAAA") { event } }',
  'query @live { city(where: { code: { eq: "c2999" } }) { n } }',
];
/** So many at a time, and the time. */
const OPENED_TOGETHER = 5;
const OPENING_MILLISECONDS = 20;
const READ_BYTES = 4_096;
/** Addresses that a limit of each address does not take for one. */
const ADDRESSES = 50;

/** How a subscriber begins: what it writes at first, and when it has been answered so. */
interface Protocol {
  readonly port: (target: Target) => number;
  readonly steps: (target: Target, query: string) => readonly Step[];
}

interface Step {
  readonly write: string | Uint8Array;
  /** What is waited for before the next step. */
  readonly heard?: string;
}

const bearer = ({ apiKey }: Target) => `authorization: Bearer ${apiKey}\r\n`;

function upgrade(path: string, subprotocol: string, headers = ''): Step {
  return { write: upgradeRequest(path, subprotocol, headers), heard: '\r\n\r\n' };
}

const PROTOCOLS: readonly Protocol[] = [
  {
    port: ({ port }) => port,
    steps: ({ apiKey }, query) => {
      const payload = { authorization: `Bearer ${apiKey}` };
      const init = maskedText(JSON.stringify({ type: 'connection_init', payload }));
      return [
        upgrade('/graphql', 'graphql-transport-ws'),
        { write: init, heard: 'connection_ack' },
        { write: maskedText(JSON.stringify({ type: 'subscribe', id: '1', payload: { query } })) },
      ];
    },
  },
  {
    port: ({ syncPort }) => syncPort,
    steps: (target, query) => {
      const body = Buffer.from(JSON.stringify({ query }));
      const write = maskedMessage(encodeHello(), encodeSubscribe(1, body));
      return [upgrade('/', 'massive-graph', bearer(target)), { write }];
    },
  },
  {
    port: ({ port }) => port,
    steps: (target, query) => {
      const body = JSON.stringify({ query });
      const head =
        'POST /graphql HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n' +
        `content-type: application/json\r\n${bearer(target)}content-length: ${body.length}\r\n\r\n`;
      return [{ write: `${head}${body}`, heard: '\r\n\r\n' }];
    },
  },
];

/** How fast a subscriber reads once it is one. */
type Pace = 'all' | 'nothing' | 'a byte a second';

class RawSubscriber {
  readonly socket: Socket;
  readonly #pace: Pace;
  #text = '';
  #isSubscribed = false;
  #onText: () => void = () => undefined;

  constructor(port: number, number: number, pace: Pace) {
    this.#pace = pace;
    const [whole, byte] = [Buffer.alloc(READ_BYTES), Buffer.alloc(1)];
    this.socket = connect({
      ...{ port, host: '127.0.0.1', localAddress: `127.1.${number % ADDRESSES}.1` },
      onread: {
        buffer: () => (this.#isSubscribed && pace !== 'all' ? byte : whole),
        callback: (length, buffer) => this.#hear(Buffer.from(buffer.buffer, 0, length)),
      },
    });
    this.socket.on('error', () => undefined);
  }

  /** Whether it has come to be one. */
  async subscribe(steps: readonly Step[]): Promise<boolean> {
    const { promise: closed, resolve } = Promise.withResolvers<boolean>();
    this.socket.once('close', () => resolve(false));
    for (const { write, heard } of steps) {
      this.socket.write(write);
      if (heard === undefined) continue;
      const heardIt = new Promise<boolean>((resolve) => {
        this.#onText = () => this.#text.includes(heard) && resolve(true);
      });
      if (!(await Promise.race([heardIt, closed]))) return false;
      if (/^HTTP\/1.1 [45]/.test(this.#text)) return false;
      this.#text = '';
    }
    this.#isSubscribed = true;
    if (this.#pace === 'a byte a second') this.#readSlowly();
    return true;
  }

  #readSlowly(): void {
    const timer = setInterval(() => this.socket.resume(), 1_000);
    this.socket.once('close', () => clearInterval(timer));
  }

  /** Whether more is to be read. */
  #hear(bytes: Buffer): boolean {
    if (this.#isSubscribed) return this.#pace === 'all';
    this.#text += bytes.toString('latin1');
    this.#onText();
    return true;
  }
}

/** One of many, of which each has another number. */
interface Opening {
  readonly queries: readonly string[];
  readonly pace: Pace;
}

/** Opens one by one of the protocols, and of the queries. */
async function open({ target, tally }: Attacking, number: number, { queries, pace }: Opening) {
  const protocol = PROTOCOLS[number % PROTOCOLS.length] as Protocol;
  const query = queries[Math.floor(number / PROTOCOLS.length) % queries.length] as string;
  const subscriber = new RawSubscriber(protocol.port(target), number, pace);
  const isSubscribed = await subscriber.subscribe(protocol.steps(target, query));
  count(tally, isSubscribed ? 'subscribed' : 'refused');
  return isSubscribed ? subscriber : undefined;
}

/** Keeps so many open, and opens new ones for those that the server lets go. */
function holding(subscribers: number, pace: Pace) {
  return async (attacking: Attacking): Promise<void> => {
    const held = new Set<RawSubscriber>();
    for (let number = 0; !attacking.isOver(); ) {
      const length = Math.min(subscribers - held.size, OPENED_TOGETHER);
      const opening = { queries: OFTEN, pace };
      const opened = Array.from({ length }, () => open(attacking, number++, opening));
      for (const subscriber of await Promise.all(opened)) {
        if (subscriber === undefined) continue;
        held.add(subscriber);
        subscriber.socket.once('close', () => {
          held.delete(subscriber);
          count(attacking.tally, 'let go');
        });
      }
      await setTimeout(OPENING_MILLISECONDS);
    }
    if (held.size === subscribers) count(attacking.tally, 'held');
    for (const { socket } of held) socket.destroy();
  };
}

/** So many come, and when all are there they are gone: half of them by a reset. */
function vanishing(subscribers: number) {
  return async (attacking: Attacking): Promise<void> => {
    const { tally, isOver } = attacking;
    while (!isOver()) {
      const all: RawSubscriber[] = [];
      for (let number = 0; number < subscribers && !isOver(); number += OPENED_TOGETHER) {
        const opened = Array.from({ length: OPENED_TOGETHER }, (_, index) => {
          return open(attacking, number + index, { queries: NEVER, pace: 'all' });
        });
        const paced = setTimeout(OPENING_MILLISECONDS);
        for (const each of await Promise.all(opened)) if (each !== undefined) all.push(each);
        await paced;
      }
      for (const [index, { socket }] of all.entries()) {
        if (index % 2 === 0) socket.destroy();
        else socket.resetAndDestroy();
      }
      if (all.length === subscribers) count(tally, 'vanished');
    }
  };
}

/** What is refused is refused by no error: how many there are is what counts here. */
const SUBSCRIBED = ['subscribed', 'held', 'let go', 'vanished'];

export const SUBSCRIBER_ATTACKS: Readonly<Record<string, Attack>> = {
  stalledSubscribers: {
    refusal: /^subscribed$/,
    expects: SUBSCRIBED,
    leadMilliseconds: 10_000,
    run: holding(30, 'nothing'),
  },
  slowSubscribers: {
    refusal: /^subscribed$/,
    expects: SUBSCRIBED,
    leadMilliseconds: 10_000,
    run: holding(30, 'a byte a second'),
  },
  vanishingSubscribers: {
    refusal: /^subscribed$/,
    expects: SUBSCRIBED,
    // Most of the time that it takes until all are there.
    leadMilliseconds: 19_000,
    run: vanishing(5_000),
  },
};
