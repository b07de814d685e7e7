/**
 * Clients of a server that is killed again and again while it writes. Each comes back with the
 * cursor of what it received last, some later than others, some when newer snapshots are there. In
 * the end each has received what a subscriber that never left is told by a replica that takes the
 * log, entry by entry, as it came.
 */

import { once } from 'node:events';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type AuthorityRecord, decodeRecord } from '../../src/authority/record.ts';
import { assert } from '../../src/base/assert.ts';
import { systemClock } from '../../src/base/clock.ts';
import { decodeCommit, markVerified } from '../../src/delta/commit.ts';
import { cursorOf, readPlace } from '../../src/graphql/change-cursor.ts';
import { nameOf } from '../../src/graphql/change-origin.ts';
import { EntryKind, type LogEntry } from '../../src/log/log.ts';
import { openLogToRead } from '../../src/log/open-log.ts';
import { snapshotPositions } from '../../src/log/snapshot-file.ts';
import { AppliedChanges } from '../../src/space/changes.ts';
import type { TransactionChanges } from '../../src/space/space.ts';
import { AuthorityReplica } from '../fixture/authority-replica.ts';
import { type Subscriber, subscribeBySse, subscribeByWebSocket } from '../fixture/subscribers.ts';
import { Seeded } from '../seeded.ts';
import { ask, type Server, start, stop } from './kill-rounds.ts';

const CLIENTS = 9;
const WRITERS = 16;
const LOAD_MILLISECONDS = { least: 100, most: 500 };
/** A client that is gone has not looked at less than so many of what it received last. */
const UNSEEN_MAX = 12;
/** No client takes so long for all that it missed. */
const PATIENCE_MILLISECONDS = 60_000;

/** Several elements in one transaction; some are deleted, and made again. */
const WRITES = [
  `mutation ($a: String!, $b: String!) { createAirports(input: [{
    code: $a, name: $a, country: "KIL",
    routes: { create: [{ node: { code: $b, name: $b, country: "KIL" }, edge: { flights: 1 } }] }
  }]) { info { nodesCreated } } }`,
  `mutation ($a: String!, $b: String!) { updateAirports(
    where: { code: { in: [$a, $b] } }, update: { name: { set: $b }, city: { set: $a } }
  ) { info { nodesCreated } } }`,
  `mutation ($a: String!, $b: String!) { updateAirports(where: { code: { eq: $a } }, update: {
    routes: [{ update: [{ where: { node: { code: { eq: $b } } }, edge: { flights: { add: 1 } } }] }]
  }) { info { nodesCreated } } }`,
  `mutation ($a: String!) { deleteAirports(where: { code: { eq: $a } }) { nodesDeleted } }`,
];
const FIELDS = ['nodeChanges', 'airportChanges', 'relationshipChanges'] as const;

export interface ResumeRoundsOptions {
  readonly directory: string;
  readonly rounds: number;
  readonly seed: number;
}

export interface ResumeRoundsTally {
  rounds: number;
  /** What clients received, all together. */
  received: number;
  /** Returns with a cursor, and such with a snapshot behind it. */
  returns: number;
  behindSnapshots: number;
  /** Returns with a cursor in the middle of what a transaction tells. */
  within: number;
}

/** Throws at the first client that has received something else. */
export async function resumeRounds(options: ResumeRoundsOptions): Promise<ResumeRoundsTally> {
  const { directory, rounds, seed } = options;
  const seeded = new Seeded(seed);
  const data = join(directory, 'data');
  const tally = { rounds, received: 0, returns: 0, behindSnapshots: 0, within: 0 };
  await stop(await start(data), 'SIGTERM');
  const author = await authorOf(data);
  const clients = Array.from({ length: CLIENTS }, (_, index) => new Client(index, author));
  for (let round = 0; round < rounds; round++) {
    const server = await start(data);
    for (const client of clients.filter(() => seeded.chance(0.7))) {
      tally.returns += 1;
      const [snapshot = 0] = await snapshotPositions(data);
      tally.behindSnapshots += client.position < snapshot ? 1 : 0;
      client.come(server);
    }
    await loadAndKill(server, round, { seeded, clients });
    for (const client of clients) client.leave(seeded.below(UNSEEN_MAX));
    // At times it leaves a snapshot, which clients that are away have not seen.
    if (seeded.chance(0.5)) await stop(await start(data), 'SIGTERM');
  }
  const server = await start(data);
  try {
    for (const client of clients) client.come(server);
    // What comes twice comes before it.
    const agent = new Agent();
    await ask(server.graphql, agent, { query: WRITES[0], variables: { a: 'LAST', b: 'ALL' } });
    agent.destroy();
    const told = await toldByReplica(data);
    for (const client of clients) {
      await client.catchUp(told);
      tally.received += client.received.length;
      tally.within += client.within(told);
      client.leave();
    }
  } finally {
    await stop(server, 'SIGTERM');
  }
  return tally;
}

interface LoadParts {
  readonly seeded: Seeded;
  readonly clients: readonly Client[];
}

/** Some clients leave before the kill. */
async function loadAndKill(server: Server, round: number, parts: LoadParts): Promise<void> {
  const { seeded, clients } = parts;
  const gone = once(server.child, 'exit');
  const agent = new Agent({ keepAlive: true, maxSockets: WRITERS });
  const writer = async (name: number): Promise<void> => {
    for (let number = 0; ; number++) {
      const code = `R${round}-${name}-${number >> 2}`;
      const query = WRITES[number % WRITES.length];
      const variables = { a: `${code}a`, b: `${code}b` };
      if ((await ask(server.graphql, agent, { query, variables })) === undefined) return;
    }
  };
  const writers = Array.from({ length: WRITERS }, (_, name) => writer(name));
  const { least, most } = LOAD_MILLISECONDS;
  await setTimeout(seeded.between(least, most));
  for (const client of clients.filter(() => seeded.chance(0.3)))
    client.leave(seeded.below(UNSEEN_MAX));
  await setTimeout(seeded.between(least, most));
  server.child.kill('SIGKILL');
  await gone;
  await Promise.all(writers);
  agent.destroy();
}

/** What is told to subscribers: the place of each change, and what happened there. */
export type Told = Readonly<Record<(typeof FIELDS)[number], readonly string[]>>;

class Client {
  readonly received: string[] = [];
  readonly #field: (typeof FIELDS)[number];
  readonly #subscribe: typeof subscribeBySse;
  /** Places where it came back. */
  readonly #returns: string[] = [];
  #subscriber: Subscriber | undefined;
  #cursor: string;

  /** From the begin of a log on. */
  constructor(index: number, author: Uint8Array) {
    this.#cursor = cursorOf({ author }, '0');
    this.#field = FIELDS[index % FIELDS.length] ?? 'nodeChanges';
    this.#subscribe = index % 2 === 0 ? subscribeBySse : subscribeByWebSocket;
  }

  /** Of the log, up to which it was told. */
  get position(): number {
    return readPlace(placeOf(this.#cursor)).point.position;
  }

  come({ graphql }: Server): void {
    const query = `subscription ($since: String) {
      ${this.#field}(since: $since) { event cursor } }`;
    this.#returns.push(placeOf(this.#cursor));
    this.#subscriber = this.#subscribe(graphql, query, { since: this.#cursor });
  }

  /** What came last it may not have looked at. */
  leave(unseen = 0): void {
    this.#subscriber?.results.splice(this.#subscriber.results.length - unseen);
    this.#take();
    this.#subscriber?.stop();
    this.#subscriber = undefined;
  }

  /** Waits until it has as many changes as were told. */
  async catchUp(told: Told): Promise<void> {
    const expected = told[this.#field];
    const lacking = expected.length - this.received.length;
    const all = this.#subscriber?.received(lacking);
    await Promise.race([all, setTimeout(PATIENCE_MILLISECONDS, undefined, { ref: false })]);
    this.#take();
    const difference = differenceOf(this.received, expected);
    if (difference !== undefined) throw new Error(`${this.#field}: ${difference}`);
  }

  /** How often it came back before it had all of a transaction. */
  within(told: Told): number {
    const places = told[this.#field].map((text) => text.split(' ', 1)[0] ?? '');
    const transactionOf = (place: string | undefined) => place?.split('.', 2).join('.');
    return this.#returns.filter((place) => {
      const next = places[places.indexOf(place) + 1];
      return places.includes(place) && transactionOf(next) === transactionOf(place);
    }).length;
  }

  #take(): void {
    for (const { data, errors } of this.#subscriber?.results.splice(0) ?? []) {
      assert(errors === undefined, `a change is told, got ${JSON.stringify(errors)}`);
      const change = data?.[this.#field] as { readonly event: string; readonly cursor: string };
      this.#cursor = change.cursor;
      this.received.push(`${placeOf(change.cursor)} ${change.event}`);
    }
  }
}

function placeOf(cursor: string): string {
  const [, place = ''] = /^[0-9a-f]{8}\.(.*)$/s.exec(`${Buffer.from(cursor, 'base64url')}`) ?? [];
  return place;
}

/** What is wrong with what a client has received; undefined where nothing is. */
export function differenceOf(
  received: readonly string[],
  expected: readonly string[],
): string | undefined {
  const at = expected.findIndex((text, index) => received[index] !== text);
  if (at < 0 && received.length === expected.length) return undefined;
  const first = at < 0 ? expected.length : at;
  const counts = `${expected.length} changes, got ${received.length}`;
  return `expected ${counts}; the ${first + 1}th ${expected[first]}, got ${received[first]}`;
}

/** As a replica tells it that takes the entries of a log one after the other. */
async function toldByReplica(data: string): Promise<Told> {
  await using log = await openLogToRead(data);
  const entries = [...log.entries(1)];
  const count = entries.findIndex(({ kind }) => kind === EntryKind.COMMIT);
  const told = { nodeChanges: [], airportChanges: [], relationshipChanges: [] };
  const replica: AuthorityReplica = await AuthorityReplica.open(
    entries.slice(0, count).map(recordOf),
    new Seeded(1),
    {
      clock: systemClock,
      publish: (group) => {
        const changes = new AppliedChanges(replica, group);
        for (const transaction of changes.read()) tell(transaction, told);
      },
    },
  );
  for (const entry of entries.slice(count)) {
    if (entry.kind === EntryKind.AUTHORITY) await replica.receiveRecord(recordOf(entry));
    else await replica.receive([markVerified(decodeCommit(entry.bytes))]);
  }
  return told;
}

/** The key that signs what a server writes there. */
async function authorOf(data: string): Promise<Uint8Array> {
  await using log = await openLogToRead(data);
  const keys = [...log.authority()].flatMap((entry) => {
    const { body } = recordOf(entry);
    return body.kind === 'author' ? [body.author] : [];
  });
  const key = keys.at(-1);
  assert(key !== undefined, 'a log that is written has an author');
  return key;
}

function recordOf({ bytes }: LogEntry): AuthorityRecord {
  return decodeRecord(bytes);
}

function tell({ position, index, changes }: TransactionChanges, told: Record<string, string[]>) {
  for (const change of changes) {
    const text = `${position}.${index}.${nameOf(change)} ${change.event}`;
    if (change.element === 'edge') told.relationshipChanges?.push(text);
    else for (const field of ['nodeChanges', 'airportChanges']) told[field]?.push(text);
  }
}
