/** Two organisations' servers, each a process with a disk of its own. */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { folderWith, runCommand, type Serving, serveCommand } from './run-command.ts';

const SCHEMA = 'type Place @node { code: ID! @id name: String }';

test('[Q20] a directory joins a space, and both servers write', async () => {
  const folder = await folderWith({ 'graph.graphql': SCHEMA });
  const [red, blue] = [join(folder, 'red'), join(folder, 'blue')];
  const schema = join(folder, 'graph.graphql');
  await expectDone('init', '--name', 'Red', '--schema', schema, '--data', red);
  const key = (await expectDone('peer', 'key', '--data', blue)).trim();
  await expectDone('author', 'add', key, '--label', 'blue', '--data', red);
  const first = await serveCommand('--data', red);
  await create(first, 'r1');
  const address = first.line.sync ?? '';
  const link = (await expectDone('peer', 'invite', '--address', address, '--data', red)).trim();
  expect(link).toMatch(/^massive-graph:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{64}#[0-9a-f]{64}$/);
  const refused = await runCommand('peer', 'join', link, '--data', blue);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(`massive-graph peer add ${key}`);
  await expectDone('peer', 'add', key, '--label', 'blue', '--data', red);
  await until(async () => (await runCommand('peer', 'join', link, '--data', blue)).code === 0);
  expect(await expectDone('peer', 'list', '--data', blue)).toContain(address);
  const second = await serveCommand('--data', blue);
  await until(async () => (await codes(second)) === 'r1');
  await Promise.all([create(first, 'r2'), create(second, 'b1')]);
  await until(async () => (await codes(first)) === 'b1 r1 r2');
  await until(async () => (await codes(second)) === 'b1 r1 r2');
  await until(async () => (await metric(first, 'lag', key)) === 0);
  expect(await metric(first, 'connected', key)).toBe(1);
  expect(await statusOf(first, red)).toEqual([
    { key, label: 'blue', connected: true, height: 4, lag: 0 },
  ]);
  expect(await replicaOf(second)).toEqual(await replicaOf(first));
  await second.stop('SIGKILL');
  await create(first, 'r3');
  await until(async () => (await metric(first, 'connected', key)) === 0);
  const again = await serveCommand('--data', blue);
  await until(async () => (await codes(again)) === 'b1 r1 r2 r3');
  expect([await first.stop('SIGTERM'), await again.stop('SIGTERM')]).toEqual([0, 0]);
  const hashes = await Promise.all([red, blue].map((data) => stateHash(data)));
  expect(hashes[0]).toBe(hashes[1]);
}, 60_000);

test('[Q36] a directory begins with what is sealed, and its history comes afterwards', async () => {
  const folder = await folderWith({ 'graph.graphql': SCHEMA });
  const [red, blue, green] = [join(folder, 'red'), join(folder, 'blue'), join(folder, 'green')];
  await expectDone('init', '--schema', join(folder, 'graph.graphql'), '--data', red);
  for (const data of [blue, green]) {
    const key = (await expectDone('peer', 'key', '--data', data)).trim();
    await expectDone('peer', 'add', key, '--data', red);
    await expectDone('author', 'add', key, '--data', red);
  }
  const first = await serveCommand('--data', red, '--seal-every', '12');
  const names = Array.from({ length: 30 }, (_, index) => `r${10 + index}`);
  for (const name of names) await create(first, name);
  const { sync = '' } = first.line;
  const link = (await expectDone('peer', 'invite', '--address', sync, '--data', red)).trim();
  await until(async () => (await runCommand('peer', 'join', link, '--data', blue)).code === 0);
  const second = await serveCommand('--data', blue);
  await until(async () => (await codes(second)) === names.join(' '));
  await until(async () => (await lackingOf(second)) === 0);
  await create(second, 's1');
  await until(async () => (await codes(first)) === [...names, 's1'].join(' '));
  // One that begins with the genesis comes to the same, from the one that did not.
  const blueLink = await expectDone(
    ...['peer', 'invite', '--address', second.line.sync ?? '', '--data', blue],
  );
  const greenKey = (await expectDone('peer', 'key', '--data', green)).trim();
  await expectDone('peer', 'add', greenKey, '--data', blue);
  const joining = ['peer', 'join', blueLink.trim(), '--whole', '--data', green];
  await until(async () => (await runCommand(...joining)).code === 0);
  const third = await serveCommand('--data', green);
  await until(async () => (await codes(third)) === [...names, 's1'].join(' '));
  const servers = [first, second, third];
  expect(await Promise.all(servers.map((server) => server.stop('SIGTERM')))).toEqual([0, 0, 0]);
  const hashes = await Promise.all([red, blue, green].map((data) => stateHash(data)));
  expect(new Set(hashes).size).toBe(1);
  for (const data of [red, blue, green]) await expectDone('log', 'verify', '--data', data);
}, 60_000);

test('[O28] a join goes on where its connection has ended', async () => {
  const folder = await folderWith({ 'graph.graphql': SCHEMA });
  const [red, blue] = [join(folder, 'red'), join(folder, 'blue')];
  await expectDone('init', '--schema', join(folder, 'graph.graphql'), '--data', red);
  const key = (await expectDone('peer', 'key', '--data', blue)).trim();
  await expectDone('peer', 'add', key, '--data', red);
  const first = await serveCommand('--data', red, '--seal-every', '8');
  for (let part = 0; part < 8; part++) await createMany(first, part * 500, 500);
  await using cut = await cuttingProxy(first.line.sync ?? '', 150_000);
  const link = await expectDone('peer', 'invite', '--address', cut.address, '--data', red);
  const joined = await runCommand('peer', 'join', link.trim(), '--data', blue, '--json');
  expect(joined.code, joined.stderr).toBe(0);
  expect(JSON.parse(joined.stdout)).toMatchObject({ position: 8 + 4 });
  // Each connection but the last was cut, and none began again.
  expect(cut.connections()).toBeGreaterThan(1);
  expect(cut.bytes()).toBeLessThan(150_000 * (cut.connections() + 1));
  const second = await serveCommand('--data', blue);
  expect((await codes(second)).split(' ')).toHaveLength(4_000);
  await Promise.all([first.stop('SIGTERM'), second.stop('SIGTERM')]);
  expect(await stateHash(red)).toBe(await stateHash(blue));
}, 60_000);

test('[Q28] who is removed is let in no longer', async () => {
  const folder = await folderWith({ 'graph.graphql': SCHEMA });
  const [red, blue] = [join(folder, 'red'), join(folder, 'blue')];
  await expectDone('init', '--schema', join(folder, 'graph.graphql'), '--data', red);
  const key = (await expectDone('peer', 'key', '--data', blue)).trim();
  await expectDone('peer', 'add', key, '--data', red);
  const first = await serveCommand('--data', red);
  const { sync = '' } = first.line;
  const link = (await expectDone('peer', 'invite', '--address', sync, '--data', red)).trim();
  await expectDone('peer', 'join', link, '--data', blue);
  expect(await statusOfPage(`${sync}/peer`)).toBe(403);
  const second = await serveCommand('--data', blue);
  await until(async () => (await metric(first, 'connected', key)) === 1);
  expect(await create(second, 'b1')).toContain('REFUSED');
  await expectDone('peer', 'remove', key, '--data', red);
  await until(async () => (await metric(first, 'connected', key)) === undefined);
  await create(first, 'r1');
  await new Promise((next) => setTimeout(next, 1_000));
  expect(await codes(second)).toBe('');
}, 60_000);

async function createMany(server: Serving, from: number, count: number): Promise<void> {
  const input = Array.from({ length: count }, (_, index) => ({
    code: `p${from + index}`,
    // Nothing that packs well.
    name: randomBytes(48).toString('base64'),
  }));
  const mutation =
    'mutation($input: [PlaceCreateInput!]!)' +
    '{ createPlaces(input: $input) { info { nodesCreated } } }';
  expect(await ask(server, mutation, { input })).toContain(`"nodesCreated":${count}`);
}

/** Passes on to another address so many bytes of what it answers, and then ends. */
async function cuttingProxy(address: string, bytesMax: number) {
  const { port, hostname } = new URL(address);
  let [connections, bytes] = [0, 0];
  const server = createServer((client) => {
    connections += 1;
    let left = bytesMax;
    const target = connect(Number(port), hostname);
    const end = () => {
      client.destroy();
      target.destroy();
    };
    for (const socket of [client, target]) socket.on('error', end).on('close', end);
    client.on('data', (data) => target.write(data));
    target.on('data', (data) => {
      bytes += data.length;
      left -= data.length;
      client.write(data);
      if (left < 0) end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = server.address() as AddressInfo;
  return {
    address: `ws://127.0.0.1:${own.port}`,
    connections: () => connections,
    bytes: () => bytes,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

async function lackingOf(server: Serving): Promise<unknown> {
  const { data } = JSON.parse(await ask(server, '{ replica { lacking } }')) as {
    readonly data: { readonly replica: { readonly lacking: unknown } };
  };
  return data.replica.lacking;
}

/** How the upgrade request of a page of another site is answered. */
async function statusOfPage(url: string): Promise<number | undefined> {
  const socket = new WebSocket(url, 'massive-graph-peer', { origin: 'https://other.example' });
  const [, { statusCode }] = await once(socket, 'unexpected-response');
  socket.on('error', () => undefined).terminate();
  return statusCode;
}

async function expectDone(...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(...words);
  expect(code, `${words.join(' ')}: ${stderr}`).toBe(0);
  return stdout;
}

async function statusOf({ line }: Serving, data: string): Promise<unknown> {
  const { metrics = '' } = line;
  const text = await expectDone('peer', 'status', '--metrics', metrics, '--data', data, '--json');
  return (JSON.parse(text) as { readonly peers: unknown }).peers;
}

/** [B10] [B11] What a server tells of itself, and that it knows one other that has all. */
async function replicaOf(server: Serving): Promise<unknown> {
  const query = `{ replica {
    position height frontier { author sequence commit } peers { connected height lag }
  } }`;
  await until(async () => (await ask(server, query)).includes('"lag":0'));
  const { data } = JSON.parse(await ask(server, query)) as {
    readonly data: { readonly replica: { readonly frontier: readonly unknown[] } };
  };
  expect(data.replica.frontier).toHaveLength(2);
  expect(data.replica).toMatchObject({
    height: 3,
    peers: [{ connected: true, height: 3, lag: 0 }],
  });
  return data.replica;
}

async function stateHash(data: string): Promise<string> {
  return (await expectDone('state-hash', '--data', data)).trim();
}

async function create(server: Serving, code: string): Promise<string> {
  const mutation =
    'mutation($code: ID!) { createPlaces(input: [{ code: $code }]) { places { code } } }';
  return await ask(server, mutation, { code });
}

async function codes(server: Serving): Promise<string> {
  const answer = JSON.parse(await ask(server, '{ places { code } }')) as {
    readonly data: { readonly places: readonly { readonly code: string }[] };
  };
  return answer.data.places
    .map(({ code }) => code)
    .sort()
    .join(' ');
}

async function ask({ line }: Serving, query: string, variables: object = {}): Promise<string> {
  const response = await fetch(line.graphql ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return await response.text();
}

async function metric({ line }: Serving, name: string, key: string): Promise<number | undefined> {
  const text = await (await fetch(line.metrics ?? '')).text();
  const found = new RegExp(`massive_graph_peer_${name}\\{key="${key}"\\} (\\d+)`).exec(text);
  return found === null ? undefined : Number(found[1]);
}

async function until(holds: () => Promise<boolean>, milliseconds = 15_000): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('what was waited for did not come');
    await new Promise((next) => setTimeout(next, 50));
  }
}
