/**
 * The network between nodes: packets that take their time, overtake one another, come twice or not
 * at all. Who is cut off hears nothing and is not heard, of what is on its way either.
 */

import type { Seeded } from '../base/seeded.ts';
import type { Schedule } from './schedule.ts';
import type { Settings } from './settings.ts';
import type { Tally } from './tally.ts';

export interface Packet {
  readonly from: number;
  readonly to: number;
  /** A number that nobody else gave a connection. */
  readonly connection: number;
  readonly kind: 'open' | 'data' | 'acknowledge' | 'beat' | 'close';
  /** Of `data` its place among those of its side; of `acknowledge` that which it answers. */
  readonly sequence: number;
  /** Of `acknowledge`: all before it have come. */
  readonly next: number;
  readonly bytes: Uint8Array;
}

export type Deliver = (packet: Packet) => void;

interface NetworkParts {
  readonly schedule: Schedule;
  readonly random: Seeded;
  readonly settings: Settings;
  readonly tally: Tally;
  readonly deliver: Deliver;
}

export class Network {
  readonly #parts: NetworkParts;
  /** Nodes of one side; undefined while nobody is cut off. */
  #side: ReadonlySet<number> | undefined;
  /** When the packet arrives that arrives last, by its ends. */
  readonly #latest = new Map<string, number>();
  #isCalm = false;

  constructor(parts: NetworkParts) {
    this.#parts = parts;
  }

  /** Cuts these off from the others, until they are healed or others are cut off. */
  cut(side: ReadonlySet<number>): void {
    this.#side = side;
  }

  heal(side: ReadonlySet<number>): void {
    if (this.#side === side) this.#side = undefined;
  }

  /** From here on no packet is lost or doubled. */
  calm(): void {
    this.#isCalm = true;
    this.#side = undefined;
  }

  send(packet: Packet): void {
    const { settings, tally } = this.#parts;
    tally.add('packets sent');
    if (this.#isApart(packet)) return tally.add('packets cut off');
    if (this.#strikes(settings.loss)) return tally.add('packets lost');
    this.#pass(packet);
    if (!this.#strikes(settings.duplication)) return;
    tally.add('packets doubled');
    this.#pass(packet);
  }

  #strikes(probability: number): boolean {
    return this.#parts.random.chance(probability) && !this.#isCalm;
  }

  #pass(packet: Packet): void {
    const { schedule, random, settings, tally } = this.#parts;
    const { from, to, kind, sequence } = packet;
    const [least, most] = settings.latency;
    const takes = least + (random.below(1_000_000) / 1_000_000) * (most - least);
    const arrives = schedule.now + takes;
    const ends = `${from}>${to}`;
    const latest = this.#latest.get(ends) ?? 0;
    if (arrives < latest) tally.add('packets that overtook others');
    else this.#latest.set(ends, arrives);
    schedule.after(takes, `${ends} ${kind} ${sequence}`, () => {
      if (this.#isApart(packet)) tally.add('packets cut off');
      else this.#parts.deliver(packet);
    });
  }

  #isApart({ from, to }: Packet): boolean {
    const side = this.#side;
    return side !== undefined && side.has(from) !== side.has(to);
  }
}
