/**
 * One random history, and clients that go away and come back with the cursor of what they received
 * last, while much is written, sealed and started again. Each receives what a twin of its
 * subscription that never leaves receives: none is lost, none comes twice, in the same order.
 */

import { entryPlace, readPlace } from '../../src/graphql/change-cursor.ts';
import {
  type ChangeFeed,
  type ChangeRequest,
  openChangeFeed,
} from '../../src/graphql/change-feed.ts';
import { nextTurn } from '../../src/graphql/next-turn.ts';
import type { ChangeEntry } from '../../src/graphql/seen-changes.ts';
import type { Delivery } from '../../src/graphql/told-changes.ts';
import type { ChangeInterest } from '../../src/space/space.ts';
import { Seeded } from '../seeded.ts';
import { CHANGES, CONNECTS, CREATES } from './graphql-data.ts';
import { HistoryWorld } from './history-world.ts';
import { LEAK_CALLERS, LEAK_ROOT } from './leak-model.ts';

const CLIENTS = 6;
/** How long a client may take to be told what it missed, on however slow a machine. */
const PATIENCE_MILLISECONDS = 30_000;

export interface ResumeTally {
  /** Entries that clients received, and of these, of the log. */
  received: number;
  resumed: number;
  /** Returns with a cursor, and such in the middle of what a transaction tells. */
  returns: number;
  within: number;
  /** Of entries: deletions, late commits, and what not all callers are told. */
  deletions: number;
  late: number;
  hidden: number;
  restarts: number;
  seals: number;
  rights: number;
  /** Told that their rights have changed, and that what came behind a cursor is gone for them. */
  permissions: number;
  anew: number;
}

export function newResumeTally(): ResumeTally {
  const counts = { received: 0, resumed: 0, returns: 0, within: 0, deletions: 0, late: 0 };
  return { ...counts, hidden: 0, restarts: 0, seals: 0, rights: 0, permissions: 0, anew: 0 };
}

export interface ResumeOptions {
  readonly directory: string;
  readonly seed: number;
  readonly steps: number;
  readonly tally: ResumeTally;
  /** Milliseconds that a client may take to be told what it missed, where less will do. */
  readonly patience?: number;
}

/** What differs is returned. */
export async function runResume(options: ResumeOptions): Promise<string | undefined> {
  const world = await HistoryWorld.open(options.directory, options.seed);
  try {
    return await new ResumeSequence(world, options).run();
  } finally {
    await world.close();
  }
}

/** What a client asks for. */
interface Asked {
  readonly interest: ChangeInterest;
  readonly actor: string | undefined;
}

class ResumeSequence {
  readonly #world: HistoryWorld;
  readonly #random: Seeded;
  readonly #options: ResumeOptions;
  readonly #clients: { readonly client: Client; readonly twin: Client }[] = [];
  readonly #late = new Set<number>();
  readonly #isSealed: boolean;
  /** Rights stay for most; where they change root, which sees all, is told as ever. */
  readonly #hasModel: boolean;
  readonly #changesRights: boolean;
  #feed: ChangeFeed;

  constructor(world: HistoryWorld, options: ResumeOptions) {
    this.#world = world;
    this.#options = options;
    this.#random = new Seeded(options.seed + 2);
    this.#isSealed = options.seed % 3 === 0;
    this.#hasModel = options.seed % 2 === 0;
    this.#changesRights = options.seed % 4 === 0;
    this.#feed = openChangeFeed(world.space);
  }

  async run(): Promise<string | undefined> {
    for (let count = 0; count < 4; count++) await this.#write();
    if (this.#hasModel) await this.#changeRights();
    for (let count = 0; count < CLIENTS; count++) this.#addClient();
    for (let count = 0; count < this.#options.steps; count++) {
      const writing = this.#write();
      this.#comeAndGo();
      await writing;
      await this.#happen();
      this.#comeAndGo();
      if (this.#random.chance(0.05)) await this.#restart();
    }
    return await this.#compare();
  }

  #addClient(): void {
    const asked = { interest: this.#interest(), actor: this.#actor() };
    const [client, twin] = [new Client(asked), new Client(asked)];
    const start = entryPlace(this.#world.space.position);
    for (const each of [client, twin]) each.begin(this.#feed, start);
    this.#clients.push({ client, twin });
  }

  #actor(): string | undefined {
    if (!this.#hasModel) return undefined;
    const isRoot = this.#changesRights && this.#random.chance(0.5);
    return isRoot ? LEAK_ROOT : this.#random.pick(LEAK_CALLERS);
  }

  #interest(): ChangeInterest {
    const random = this.#random;
    const element = random.pick(['node', 'edge'] as const);
    if (random.chance(0.5)) return { element };
    const types = element === 'node' ? ['Item', 'Part', 'Maker'] : ['NEXT', 'MADE', 'LINKS'];
    return { element, types: new Set([random.pick(types)]) };
  }

  #comeAndGo(): void {
    const { tally } = this.#options;
    for (const { client, twin } of this.#clients) {
      if (!this.#random.chance(0.25)) continue;
      if (client.isHere) client.leave();
      else {
        tally.returns += 1;
        tally.within += twin.tellsMoreOf(client.place) ? 1 : 0;
        client.resume(this.#feed, this.#random);
      }
    }
  }

  async #write(): Promise<void> {
    const verbs = this.#random.pick([CREATES, CREATES, CONNECTS, CHANGES, CHANGES]);
    await this.#world.mutateBeside(verbs);
  }

  async #happen(): Promise<void> {
    const [random, world, { tally }] = [this.#random, this.#world, this.#options];
    if (random.chance(0.15) && world.commits.length > 0) {
      const before = world.commits.length;
      await world.receiveLate();
      for (const { position } of world.commits.slice(before)) this.#late.add(position);
    }
    if (this.#isSealed && random.chance(0.15)) {
      await world.seal();
      tally.seals += 1;
    }
    if (this.#changesRights && random.chance(0.1)) await this.#changeRights();
  }

  async #changeRights(): Promise<void> {
    await this.#world.changeRights();
    this.#options.tally.rights += 1;
  }

  /** Twins are here again before anything is written. */
  async #restart(): Promise<void> {
    this.#options.tally.restarts += 1;
    this.#feed.close();
    for (const { client, twin } of this.#clients) await Promise.all([client.ended, twin.ended]);
    await this.#world.restart();
    this.#feed = openChangeFeed(this.#world.space);
    for (const { twin } of this.#clients) twin.begin(this.#feed, twin.place);
  }

  async #compare(): Promise<string | undefined> {
    for (const { client } of this.#clients) {
      if (!client.isHere) client.resume(this.#feed, this.#random);
    }
    const { patience = PATIENCE_MILLISECONDS } = this.#options;
    const end = performance.now() + patience;
    for (const { client, twin } of this.#clients) {
      while (!client.hasAllOf(twin) && performance.now() < end) await nextTurn();
    }
    // What comes twice comes late.
    for (let turns = 0; turns < 10; turns++) await nextTurn();
    this.#feed.close();
    for (const { client, twin } of this.#clients) {
      await Promise.all([client.ended, twin.ended]);
      this.#count(client);
      const hasOtherRights = this.#changesRights && client.asked.actor !== LEAK_ROOT;
      const difference = hasOtherRights ? disorderOf(client, twin) : differenceOf(client, twin);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }

  #count(client: Client): void {
    const { tally } = this.#options;
    const positions = client.received.map((place) => Number(place.split('.', 1)[0]));
    tally.received += client.received.length;
    tally.resumed += client.resumed;
    tally.permissions += client.permissions;
    tally.anew += client.received.filter((text) => text.endsWith(' RESYNC')).length;
    tally.deletions += client.received.filter((text) => text.endsWith(' DELETED')).length;
    tally.late += positions.filter((position) => this.#late.has(position)).length;
    tally.hidden += client.asked.actor === undefined || client.asked.actor === LEAK_ROOT ? 0 : 1;
  }
}

/** One subscription, with all that it has ever received. */
class Client {
  readonly asked: Asked;
  /** Places and events of changes, in the order in which they came. */
  readonly received: string[] = [];
  /** Of these, such as came behind a return. */
  resumed = 0;
  permissions = 0;
  /** Of what it received last. */
  place = '';
  ended: Promise<void> = Promise.resolve();
  #iterator: AsyncIterableIterator<Delivery> | undefined;

  constructor(asked: Asked) {
    this.asked = asked;
  }

  get isHere(): boolean {
    return this.#iterator !== undefined;
  }

  hasAllOf(twin: Client): boolean {
    return this.received.length >= twin.received.length;
  }

  /** Whether it received more of a transaction behind a place in it. */
  tellsMoreOf(place: string): boolean {
    const at = this.received.findIndex((text) => text.startsWith(`${place} `));
    const [position, index] = place.split('.');
    return this.received[at + 1]?.startsWith(`${position}.${index}.`) === true && at >= 0;
  }

  begin(feed: ChangeFeed, place: string): void {
    this.place = place;
    this.#take(feed.subscribe(this.#request()));
  }

  resume(feed: ChangeFeed, random: Seeded): void {
    const since = readPlace(this.place);
    const before = this.received.length;
    this.#take(feed.subscribe({ ...this.#request(), since }), random.pick([0, 0, 1, 3]));
    void this.ended.then(() => {
      this.resumed += this.received.length - before;
    });
  }

  /** What it is told from now on it does not receive. */
  leave(): void {
    const iterator = this.#iterator;
    this.#iterator = undefined;
    void iterator?.return?.();
  }

  #request(): ChangeRequest<ChangeEntry> {
    const { interest, actor } = this.asked;
    const { element, types } = interest;
    const wants = (entry: ChangeEntry): entry is ChangeEntry => {
      if (entry.element === 'sight') return element === 'node';
      const type = entry.element === 'node' ? entry.type : entry.name.type;
      return entry.element === element && (types?.has(type) ?? true);
    };
    return { interest, wants, ...(actor !== undefined && { actor }) };
  }

  /** Takes so many turns to read each. */
  #take(iterator: AsyncIterableIterator<Delivery>, turns = 0): void {
    this.#iterator = iterator;
    this.ended = this.#read(iterator, turns);
  }

  async #read(iterator: AsyncIterableIterator<Delivery>, turns: number): Promise<void> {
    for (;;) {
      const { done, value } = await iterator.next();
      if (done === true) break;
      // It left before this one came.
      if (this.#iterator !== iterator) return;
      this.#receive(value);
      for (let turn = 0; turn < turns; turn++) await nextTurn();
    }
    if (this.#iterator === iterator) this.#iterator = undefined;
  }

  #receive({ origin, entry }: Delivery): void {
    this.place = origin.place;
    if (entry.element !== 'sight') {
      const paths = entry.paths.join(',');
      this.received.push(`${origin.place} ${origin.commit} ${paths} ${entry.event}`);
    } else if (entry.event === 'RESYNC') this.received.push(`${origin.place} RESYNC`);
    else this.permissions += 1;
  }
}

/** Of one whose rights change: each comes once, in order; it knows where it may miss a node. */
function disorderOf(client: Client, twin: Client): string | undefined {
  const { permissions } = client;
  const isAnew = (text: string) => text.endsWith(' RESYNC');
  const received = client.received.filter((text) => !isAnew(text));
  const places = received.map((text) => text.split('.', 2).map(Number));
  const isBehind = ([position = 0, index = 0]: number[], before: number[] = []) =>
    position > (before[0] ?? 0) || (position === before[0] && index >= (before[1] ?? 0));
  const isInOrder = places.every((place, at) => isBehind(place, places[at - 1]));
  const misses = twin.received.some((text) => !received.includes(text));
  const { element } = client.asked.interest;
  const knows = permissions > 0 || element === 'edge' || client.received.some(isAnew);
  const isOnce = new Set(received).size === received.length;
  if (isInOrder && isOnce && (!misses || knows)) return undefined;
  return `${client.asked.actor} expected each once, in order, got\n${client.received.join('\n')}`;
}

function differenceOf(client: Client, twin: Client): string | undefined {
  const at = twin.received.findIndex((text, index) => client.received[index] !== text);
  if (at < 0 && client.received.length === twin.received.length) return undefined;
  const around = ({ received }: Client) =>
    received.slice(Math.max(0, at - 1), Math.max(0, at) + 3).join('\n');
  const { interest, actor } = client.asked;
  const who = `${actor ?? 'everybody'} with ${interest.element} ${[...(interest.types ?? [])]}`;
  const counts = `${twin.received.length} entries, got ${client.received.length}`;
  return `${who} expected ${counts}: expected\n${around(twin)}\ngot\n${around(client)}`;
}
