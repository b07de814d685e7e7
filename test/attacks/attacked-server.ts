/** A server as users start it, with a file of authentication, that attackers may come to. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';
import { parseUser } from '../../src/access/principal.ts';
import { toHex } from '../../src/base/bytes.ts';
import { systemRandom } from '../../src/base/random.ts';
import { publicKeyOf, SEED_BYTES } from '../../src/crypto/ed25519.ts';
import { writeKnownPeers } from '../../src/replication/known-peers.ts';
import { makeApiKey } from '../../src/server/authentication/api-key.ts';
import { type ApiKey, encodeApiKeys } from '../../src/server/authentication/api-key-file.ts';
import { openSpace } from '../../src/space/open.ts';
import { gaugeAt } from '../fixture/gauge.ts';
import type { Target } from './attack.ts';

const COMMAND = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const DAY = 86_400_000;
const CITIES = 3_000;
const TEXT_LENGTH = 2_000;
/** One for each attack by a replica that is let in: the standing of a key outlasts a connection. */
const REPLICAS = 10;
/** Limits of those who come by a key. */
const ATTACKER = { webSockets: 10_000, requestsPerSecond: 100_000, requestsAtOnce: 100_000 };
const CLIENT = { costPerSecond: 10_000_000, costAtOnce: 10_000_000 };
const DEFINITION = `type City @node {
  code: String! @id
  n: Int
  text: String
  roads: [City!]! @relationship(type: "ROAD", direction: OUT)
}
`;
const CREATE = `mutation ($input: [CityCreateInput!]!) {
  createCities(input: $input) { info { nodesCreated } }
}`;

export interface AttackedServer extends AsyncDisposable {
  readonly target: Target;
  /** The key of the one whose requests are to be answered in time. */
  readonly apiKey: string;
  /** Of the metrics of the product, by its name behind the prefix. */
  readonly gauge: (name: string) => Promise<number>;
  /** Megabytes of what JavaScript holds when its garbage is collected, buffers included. */
  readonly usedMegabytes: () => Promise<number>;
  /** Megabytes of memory of the process. */
  readonly residentMegabytes: () => Promise<number>;
  /** What it told its operator as errors of its own. */
  readonly bugs: readonly string[];
  /** Whether its process still runs. */
  readonly isAlive: () => boolean;
}

/** On a data directory of its own, in another one. */
export async function startAttacked(parent = tmpdir()): Promise<AttackedServer> {
  const directory = await mkdtemp(join(parent, 'massive-graph-attacks-'));
  const [client, attacker] = [makeKey('client'), makeKey('attacker')];
  const entries = [client, attacker].map(({ entry }) => [entry.id, entry] as const);
  const auth = join(directory, 'authentication.json');
  const schema = join(directory, 'graph.graphql');
  await writeFile(join(directory, 'keys'), encodeApiKeys(new Map(entries)));
  await writeFile(schema, DEFINITION);
  const principals = { 'user:acme/attacker': ATTACKER, 'user:acme/client': CLIENT };
  await writeFile(
    auth,
    JSON.stringify({ anonymous: true, apiKeys: 'keys', limits: { principals } }),
  );
  const data = join(directory, 'data');
  const replicaSeeds = Array.from({ length: REPLICAS }, () => systemRandom.bytes(SEED_BYTES));
  await mkdir(data);
  const replicas = replicaSeeds.map((seed) => ({
    key: toHex(publicKeyOf(seed)),
    label: 'attacker',
  }));
  await writeKnownPeers(data, replicas);
  const authorSeed = systemRandom.bytes(SEED_BYTES);
  const authorities = await makeSpace(data, publicKeyOf(authorSeed));
  const words = ['--data', data, '--schema', schema, '--auth', auth];
  const { process: server, line, bugs, inspector } = await serve(words);
  const { hostname: host, port } = new URL(line.graphql ?? '');
  const { port: syncPort } = new URL(line.sync ?? '');
  await fill(line.graphql ?? '', client.text);
  return {
    target: {
      ...{ host, port: Number(port), syncPort: Number(syncPort), apiKey: attacker.text },
      ...{ space: line.space ?? '', replicaSeeds: replicaSeeds.map(toHex) },
      ...{ authorSeed: toHex(authorSeed), ...authorities },
    },
    apiKey: client.text,
    gauge: (name) => gaugeAt(line.metrics ?? '', name),
    usedMegabytes: () => usedMegabytes(inspector),
    residentMegabytes: async () => {
      const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
      return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    },
    bugs,
    isAlive: () => server.exitCode === null,
    [Symbol.asyncDispose]: async () => {
      server.kill('SIGKILL');
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** With an author that an attacker has the key of, and a seal. */
async function makeSpace(directory: string, author: Uint8Array) {
  await using space = await openSpace({ directory, definition: { source: DEFINITION } });
  await space.certifyAuthor(author, 'attacker');
  const authorityBeforeSeal = toHex(space.authority);
  await space.write({ actor: 'user:*' }, (draft) => draft.createNode('City', { key: 'sealed' }));
  await space.seal();
  return { authorityBeforeSeal, authority: toHex(space.authority) };
}

function makeKey(name: string) {
  const { id, text, hash } = makeApiKey(systemRandom);
  const times = { created: Date.now(), expires: Date.now() + DAY, revoked: undefined };
  const entry: ApiKey = {
    id,
    hash,
    principal: parseUser(`user:acme/${name}`),
    label: name,
    ...times,
  };
  return { text, entry };
}

async function serve(words: readonly string[]) {
  const ports = ['--port', '0', '--metrics-port', '0', '--sync-port', '0'];
  const child: ChildProcess = spawn(
    process.execPath,
    ['--inspect=127.0.0.1:0', COMMAND, 'serve', '--json', ...ports, ...words],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } },
  );
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the command has no output');
  const bugs: string[] = [];
  let inspector = '';
  createInterface({ input: stderr }).on('line', (told) => {
    inspector ||= /^Debugger listening on (ws:.+)$/.exec(told)?.[1] ?? '';
    if (/error/i.test(told)) bugs.push(told);
  });
  const ready = once(createInterface({ input: stdout }), 'line');
  const ended = once(child, 'exit').then(() => undefined);
  const first = await Promise.race([ready, ended]);
  if (first === undefined) throw new Error('serve ended before it was ready');
  const line = JSON.parse(String(first[0])) as Record<string, string>;
  return { process: child, line, bugs, inspector };
}

/** Asks the process by the protocol of its inspector, which any Node has. */
async function usedMegabytes(inspector: string): Promise<number> {
  const socket = new WebSocket(inspector);
  try {
    await once(socket, 'open');
    const ask = async (method: string) => {
      socket.send(JSON.stringify({ id: 1, method }));
      const [text] = await once(socket, 'message');
      return (JSON.parse(String(text)) as { readonly result: Record<string, number> }).result;
    };
    await ask('HeapProfiler.collectGarbage');
    const { usedSize = NaN, backingStorageSize = NaN } = await ask('Runtime.getHeapUsage');
    return (usedSize + backingStorageSize) / 2 ** 20;
  } finally {
    socket.terminate();
  }
}

/** Cities with long texts, each with roads to the next ones. */
async function fill(graphql: string, apiKey: string): Promise<void> {
  const ask = async (query: string, variables: object = {}) => {
    const response = await fetch(graphql, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
      body: JSON.stringify({ query, variables }),
    });
    const answer = (await response.json()) as { errors?: unknown };
    if (answer.errors !== undefined) throw new Error(JSON.stringify(answer.errors));
  };
  for (let at = 0; at < CITIES; at += 1_000) {
    const input = Array.from({ length: 1_000 }, (_, index) => ({
      code: `c${at + index}`,
      n: at + index,
      text: 'a'.repeat(TEXT_LENGTH),
    }));
    await ask(CREATE, { input });
  }
  await ask(`mutation { updateCities(where: { n: { lt: 100 } }, update: { roads: {
    connect: { where: { node: { n: { lt: 20 } } } }
  } }) { info { relationshipsCreated } } }`);
}
