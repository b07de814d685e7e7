/**
 * A server that is killed while it writes. Each round starts the real command on a data directory
 * on the disk, sends mutations from many clients at once, kills the process with SIGKILL while at
 * least 20 of them are unanswered, and starts it again. Then every mutation that was answered is
 * there, of no mutation a half is there, and the state equals a replay of the log from empty.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { FaultPoint } from '../../src/base/fault.ts';
import { Seeded } from '../seeded.ts';

const COMMAND = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const SCHEMA = fileURLToPath(new URL('../../schema/us-flights/graph.graphql', import.meta.url));
const CLIENTS = 64;
const IN_FLIGHT_LEAST = 20;
const LOAD_MILLISECONDS = { least: 150, most: 900 };
const PAGE = 500;
/** No server and no answer takes this long, unless it hangs. */
const PATIENCE_MILLISECONDS = 60_000;

/** Two airports and a route between them: one transaction, of which a half could be seen. */
const CREATE = `mutation ($from: String!, $to: String!, $flights: Int!) {
  createAirports(input: [{
    code: $from, name: $from, country: "KIL",
    routes: { create: [{
      node: { code: $to, name: $to, country: "KIL" }, edge: { flights: $flights }
    }] }
  }]) { info { nodesCreated relationshipsCreated } }
}`;
const READ = `query ($prefix: String!, $limit: Int!, $offset: Int!) {
  airports(
    where: { code: { startsWith: $prefix } }, sort: [{ code: ASC }], limit: $limit, offset: $offset
  ) { code routesConnection { edges { properties { flights } node { code } } } }
}`;

export interface KillOptions {
  readonly directory: string;
  readonly rounds: number;
  readonly seed: number;
}

export interface KillTally {
  readonly rounds: number;
  readonly answered: number;
  /** Unanswered at the moment of the kill, in the round that had the fewest. */
  readonly inFlightLeast: number;
  /** Of those that were never answered: there all the same. */
  readonly unansweredKept: number;
  readonly unansweredLost: number;
}

/** Runs the rounds on one data directory, which grows; throws at the first thing that is wrong. */
export async function killRounds(options: KillOptions): Promise<KillTally> {
  const { directory, rounds, seed } = options;
  const seeded = new Seeded(seed);
  const data = join(directory, 'data');
  const answered = new Map<string, number>();
  let inFlightLeast = Number.POSITIVE_INFINITY;
  let [kept, lost] = [0, 0];
  await stop(await start(data), 'SIGTERM');
  for (let round = 0; round < rounds; round++) {
    const load = await loadAndKill(data, round, seeded);
    inFlightLeast = Math.min(inFlightLeast, load.inFlight);
    for (const [code, flights] of load.answered) answered.set(code, flights);
    await expectReplayed(directory, data);
    const there = await readRound(data, `K${round}-`, seeded);
    expectWhole(there, load);
    kept += there.size / 2 - load.answered.size;
    lost += load.sent.size - there.size / 2;
  }
  await expectAll(data, answered, seeded);
  return {
    rounds,
    answered: answered.size,
    inFlightLeast,
    unansweredKept: kept,
    unansweredLost: lost,
  };
}

export interface FaultOptions {
  readonly directory: string;
  /** Each is died at once, while clients write, in this order. */
  readonly points: readonly FaultPoint[];
  /** How often a point is passed before, at least and at most. */
  readonly passes: { readonly least: number; readonly most: number };
  readonly seed: number;
}

/** As `killRounds`, but the server dies by itself, at named steps. */
export async function faultRounds(options: FaultOptions): Promise<ReadonlyMap<FaultPoint, Load>> {
  const { directory, points, passes, seed } = options;
  const seeded = new Seeded(seed);
  const data = join(directory, 'data');
  const loads = new Map<FaultPoint, Load>();
  const answered = new Map<string, number>();
  await stop(await start(data), 'SIGTERM');
  for (const [round, point] of points.entries()) {
    const fault = `${point}:${1 + seeded.between(passes.least, passes.most)}`;
    const load = await loadAndKill(data, round, seeded, fault);
    loads.set(point, load);
    for (const [code, flights] of load.answered) answered.set(code, flights);
    await expectReplayed(directory, data);
    expectWhole(await readRound(data, `K${round}-`, seeded), load);
  }
  await expectAll(data, answered, seeded);
  return loads;
}

export interface Load {
  /** The number of flights by the code that a mutation flies from. */
  readonly sent: ReadonlyMap<string, number>;
  readonly answered: ReadonlyMap<string, number>;
  readonly inFlight: number;
}

/** Without a fault the server is killed from outside; with one it must die by itself. */
async function loadAndKill(
  data: string,
  round: number,
  seeded: Seeded,
  fault?: string,
): Promise<Load> {
  const server = await start(data, fault);
  const gone = once(server.child, 'exit');
  const sent = new Map<string, number>();
  const answered = new Map<string, number>();
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  let isKilled = false;
  const client = async (name: number): Promise<void> => {
    for (let number = 0; !isKilled; number++) {
      const from = `K${round}-${name}-${number}`;
      const variables = { from: `${from}a`, to: `${from}b`, flights: sent.size + 1 };
      sent.set(from, variables.flights);
      const body = await ask(server.graphql, agent, { query: CREATE, variables });
      if (body === undefined) return;
      expectCreated(body);
      answered.set(from, variables.flights);
    }
  };
  const clients = Array.from({ length: CLIENTS }, (_, name) => client(name));
  if (fault === undefined) {
    const { least, most } = LOAD_MILLISECONDS;
    await new Promise((resolve) => setTimeout(resolve, seeded.between(least, most)));
    while (answered.size === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    server.child.kill('SIGKILL');
  }
  const inFlight = sent.size - answered.size;
  const [, signal] = await gone;
  isKilled = true;
  if (signal !== 'SIGKILL') throw new Error(`serve expected to be killed, got ${signal}`);
  await Promise.all(clients);
  agent.destroy();
  if (fault !== undefined) return { sent, answered, inFlight: sent.size - answered.size };
  if (inFlight >= IN_FLIGHT_LEAST) return { sent, answered, inFlight };
  throw new Error(`at the kill expected ${IN_FLIGHT_LEAST} unanswered mutations, got ${inFlight}`);
}

function expectCreated(body: string): void {
  const expected =
    '{"data":{"createAirports":{"info":{"nodesCreated":2,"relationshipsCreated":1}}}}';
  if (body !== expected) throw new Error(`a mutation expected ${expected}, got ${body}`);
}

/** Starting from snapshots and from the log alone gives one state. Works on copies. */
async function expectReplayed(directory: string, data: string): Promise<void> {
  const hashes: string[] = [];
  for (const [index, isKept] of [() => true, isNoSnapshot].entries()) {
    const copy = join(directory, `copy${index}`);
    await mkdir(copy);
    for (const name of (await readdir(data)).filter(isKept))
      await cp(join(data, name), join(copy, name));
    const words = [COMMAND, 'state-hash', '--data', copy];
    const { stdout, stderr, status } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`state-hash expected 0, got ${status}: ${stderr}`);
    hashes.push(stdout.trim());
    await rm(copy, { recursive: true });
  }
  if (hashes[0] === hashes[1] && hashes[0]?.length === 64) return;
  throw new Error(`the state expected the hash of the replayed log ${hashes[1]}, got ${hashes[0]}`);
}

function isNoSnapshot(name: string): boolean {
  return !name.startsWith('snapshot-');
}

/** An airport as the restarted server shows it: where its one route leads, and its flights. */
export interface Seen {
  readonly routes: readonly { readonly to: string; readonly flights: number }[];
}

/** Reads a round over HTTP, and stops the server, at times so that it leaves a snapshot. */
async function readRound(
  data: string,
  prefix: string,
  seeded: Seeded,
): Promise<ReadonlyMap<string, Seen>> {
  const server = await start(data);
  try {
    return await readAirports(server.graphql, prefix);
  } finally {
    await stop(server, seeded.chance(0.5) ? 'SIGTERM' : 'SIGKILL');
  }
}

async function readAirports(url: string, prefix: string): Promise<Map<string, Seen>> {
  const airports = new Map<string, Seen>();
  const agent = new Agent({ keepAlive: true });
  for (let offset = 0; ; offset += PAGE) {
    const variables = { prefix, limit: PAGE, offset };
    const body = await ask(url, agent, { query: READ, variables });
    const page = airportsOf(body);
    for (const { code, routesConnection } of page) {
      const routes = routesConnection.edges.map(({ node, properties }) => ({
        to: node.code,
        flights: properties.flights,
      }));
      airports.set(code, { routes });
    }
    if (page.length < PAGE) break;
  }
  agent.destroy();
  return airports;
}

interface Airport {
  readonly code: string;
  readonly routesConnection: {
    readonly edges: readonly {
      readonly properties: { readonly flights: number };
      readonly node: { readonly code: string };
    }[];
  };
}

function airportsOf(body: string | undefined): readonly Airport[] {
  const { data, errors } = JSON.parse(body ?? '{}') as {
    readonly data?: { readonly airports?: readonly Airport[] };
    readonly errors?: unknown;
  };
  if (data?.airports !== undefined) return data.airports;
  throw new Error(`reading expected airports, got ${JSON.stringify(errors ?? body)}`);
}

/** Throws unless all of each answered mutation is there, and of the others all or nothing. */
export function expectWhole(there: ReadonlyMap<string, Seen>, { sent, answered }: Load): void {
  for (const [name, flights] of sent) {
    const [from, to] = [there.get(`${name}a`), there.get(`${name}b`)];
    if (from === undefined && to === undefined && !answered.has(name)) continue;
    const route = from?.routes[0];
    const isWhole =
      from?.routes.length === 1 &&
      to?.routes.length === 0 &&
      route?.to === `${name}b` &&
      route.flights === flights;
    if (isWhole) continue;
    const state = answered.has(name) ? 'answered' : 'unanswered';
    throw new Error(`${state} ${name} expected all of it, got ${JSON.stringify({ from, to })}`);
  }
  if (there.size <= 2 * sent.size) return;
  throw new Error(`the round expected at most ${2 * sent.size} airports, got ${there.size}`);
}

/** At the end everything that any round acknowledged is still there. */
async function expectAll(
  data: string,
  answered: ReadonlyMap<string, number>,
  seeded: Seeded,
): Promise<void> {
  const there = await readRound(data, 'K', seeded);
  for (const [name, flights] of answered) {
    if (there.get(`${name}a`)?.routes[0]?.flights === flights && there.has(`${name}b`)) continue;
    throw new Error(`${name} expected to outlive every later kill, got lost`);
  }
}

export interface Server {
  readonly child: ChildProcess;
  readonly graphql: string;
}

/** Starts `serve` and waits for the line that says it is ready; `fault` names a step to die at. */
export async function start(data: string, fault = ''): Promise<Server> {
  const ports = ['--port', '0', '--metrics-port', '0', '--sync-port', '0'];
  const words = [COMMAND, 'serve', '--json', '--data', data, '--schema', SCHEMA, ...ports];
  const env = { ...process.env, MASSIVE_GRAPH_FAULT: fault };
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const closed = once(child, 'close').then(() => undefined);
  const signal = AbortSignal.timeout(PATIENCE_MILLISECONDS);
  const ready = once(createInterface({ input: child.stdout }), 'line', { signal });
  const first = await Promise.race([ready, closed]);
  if (first === undefined) throw new Error(`serve expected to start, got: ${stderr}`);
  const { graphql } = JSON.parse(String(first[0])) as { readonly graphql: string };
  return { child, graphql };
}

export async function stop({ child }: Server, signal: NodeJS.Signals): Promise<void> {
  const gone = once(child, 'exit');
  child.kill(signal);
  const [code] = await gone;
  if (signal !== 'SIGTERM' || code === 0) return;
  throw new Error(`serve expected to end with 0, got ${code}`);
}

/** The whole answer, or undefined when the connection ended before it. */
export function ask(url: string, agent: Agent, operation: object): Promise<string | undefined> {
  return new Promise((resolve) => {
    const sending = request(url, {
      agent,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      timeout: PATIENCE_MILLISECONDS,
    });
    sending.on('error', () => resolve(undefined));
    sending.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('error', () => resolve(undefined));
      response.on('end', () => resolve(body));
    });
    sending.end(JSON.stringify(operation));
  });
}
