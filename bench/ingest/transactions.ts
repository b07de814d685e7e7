/**
 * Single durable transactions: each client sends one, waits until it is on disk, and sends the
 * next. Before each window SQLite has one of its own, and writes each in a transaction: disks and
 * shared processors are not the same a minute later.
 */

import { rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import type { PayloadWriter } from '../../src/delta/payload-writer.ts';
import { PayloadWriter as Payload } from '../../src/delta/payload-writer.ts';
import { encodeTransactionFrame } from '../../src/replication/frame.ts';
import { type BenchRow, benchRow, ratioRows } from '../measure.ts';
import { GraphqlClient, graphqlRequest } from './graphql-client.ts';
import { ServerProcess } from './server-process.ts';
import { maskedMessage, SyncClient } from './sync-client.ts';

const CLIENTS = [1, 16, 256] as const;
const RATIO_MIN = 3;
/** Pairs of windows of the row that has a target; the one whose ratio is the median counts. */
const ROUNDS = 3;
/** Requests that are made ready for each second of a window; more than any disk answers. */
const REQUESTS_PER_SECOND_MAX = { sync: 60_000, graphql: 12_000 } as const;

export interface TransactionsSize {
  readonly windowSeconds: number;
}

export async function transactionRows(
  directory: string,
  { windowSeconds }: TransactionsSize,
): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  await using server = await ServerProcess.start(directory);
  const { syncPort, graphql } = server.facts;
  const kinds: readonly Kind[] = [
    {
      name: 'WebSocket',
      open: () => SyncClient.open(syncPort),
      request: syncRequest,
      rate: 'sync',
    },
    {
      name: 'GraphQL',
      open: () => GraphqlClient.open(graphql),
      request: (number) => graphqlRequest(graphql, mutation(number)),
      rate: 'graphql',
    },
  ];
  for (const kind of kinds) {
    for (const clients of CLIENTS) {
      const hasTarget = clients === 256 && kind.rate === 'sync';
      const runs: Paired[] = [];
      while (runs.length < (hasTarget ? ROUNDS : 1)) {
        const baseline = await sqliteRate(directory, windowSeconds);
        runs.push({ ...(await closedLoop(kind, clients, windowSeconds)), baseline });
      }
      const run = runs.sort(byRatio)[runs.length >> 1] as Paired;
      const name = `transactions through ${kind.name}, ${clients} clients`;
      const { rate: value, baseline } = run;
      const row = benchRow({ name, value, unit: 'transactions/s', baseline });
      rows.push(row);
      if (hasTarget) rows.push(...ratioRows(row, RATIO_MIN));
      rows.push(benchRow({ name: `${name}: p50`, value: run.p50, unit: 'ms' }));
      rows.push(benchRow({ name: `${name}: p99`, value: run.p99, unit: 'ms' }));
    }
  }
  expectAll((await server.usage()).counts.nodes, written);
  return rows;
}

interface Client {
  readonly answers: number;
  onAnswers(heard: () => void): void;
  write(request: Uint8Array): boolean;
  close(): void;
}

interface Kind {
  readonly name: string;
  readonly open: () => Promise<Client>;
  readonly request: (number: number) => Uint8Array;
  readonly rate: keyof typeof REQUESTS_PER_SECOND_MAX;
}

interface Loop {
  /** Transactions in a second. */
  readonly rate: number;
  /** Milliseconds from the request to its answer. */
  readonly p50: number;
  readonly p99: number;
}

interface Paired extends Loop {
  readonly baseline: number;
}

function byRatio(left: Paired, right: Paired): number {
  return left.rate / left.baseline - right.rate / right.baseline;
}

/** Transactions so far: each makes one node, so the server must come to as many. */
let written = 0;

async function closedLoop(
  { open, request, rate }: Kind,
  count: number,
  seconds: number,
): Promise<Loop> {
  const clients = await Promise.all(Array.from({ length: count }, open));
  const most = Math.ceil(seconds * REQUESTS_PER_SECOND_MAX[rate]);
  const first = written;
  const requests = Array.from({ length: most }, (_, index) => request(first + index));
  const times: number[] = [];
  const start = performance.now();
  const deadline = start + seconds * 1000;
  let sent = 0;
  await Promise.all(
    clients.map(
      (client) =>
        new Promise<void>((resolve) => {
          let begun = 0;
          let heard = client.answers;
          const next = () => {
            if (performance.now() >= deadline || sent === most) return resolve();
            begun = performance.now();
            client.write(requests[sent] as Uint8Array);
            sent += 1;
          };
          client.onAnswers(() => {
            if (client.answers === heard) return;
            heard = client.answers;
            times.push(performance.now() - begun);
            next();
          });
          next();
        }),
    ),
  );
  const elapsed = (performance.now() - start) / 1000;
  for (const client of clients) client.close();
  written += sent;
  times.sort((left, right) => left - right);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
  return { rate: sent / elapsed, p50: at(0.5), p99: at(0.99) };
}

function syncRequest(number: number): Uint8Array {
  const payload: PayloadWriter = new Payload();
  const subject = { element: 'node', id: '' } as const;
  payload.add({
    id: Buffer.from(String(number).padStart(16, '0')),
    actor: 'user:*',
    deltas: [
      { subject, delta: { operation: 'createNode', type: 'Item', number: BigInt(number) } },
      { subject, delta: { operation: 'set', path: 'name', value: nameOf(number) } },
    ],
  });
  return maskedMessage(encodeTransactionFrame(number, payload.finish()));
}

function mutation(number: number): string {
  const input = `[{ name: "${nameOf(number)}" }]`;
  return `mutation { createItems(input: ${input}) { info { nodesCreated } } }`;
}

function nameOf(number: number): string {
  return `the name of item ${number}`;
}

/** The same rows into SQLite's write-ahead log, an fsync for each. */
async function sqliteRate(directory: string, seconds: number): Promise<number> {
  const file = `${directory}.sqlite`;
  const database = new DatabaseSync(file);
  try {
    database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ' +
        'CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT)',
    );
    const insert = database.prepare('INSERT INTO item (id, name) VALUES (?, ?)');
    const start = performance.now();
    let count = 0;
    for (; performance.now() - start < seconds * 1000; count++) insert.run(count, nameOf(count));
    return count / ((performance.now() - start) / 1000);
  } finally {
    database.close();
    for (const suffix of ['', '-wal', '-shm']) await rm(`${file}${suffix}`, { force: true });
  }
}

function expectAll(actual: number, expected: number): void {
  if (actual !== expected) throw new Error(`the server expected ${expected} nodes, got ${actual}`);
}
