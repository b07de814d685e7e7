/** What npm publishes is whole: it serves, its threads start, its types resolve. */

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toHex } from '../../src/base/bytes.ts';
import { SNAPSHOT_LOG_BYTES } from '../../src/base/limits.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { nextClock } from '../../src/delta/clock.ts';
import { signCommit, type VerifiedCommit } from '../../src/delta/commit.ts';
import { nodeIdByKey } from '../../src/delta/node-id.ts';
import {
  decodeWelcome,
  encodeCommitFrame,
  encodeHello,
  FrameType,
  type Welcome,
} from '../../src/replication/frame.ts';
import { onNode, payloadOf } from '../fixture/door.ts';
import { installPacked, packProject } from '../fixture/packed-project.ts';
import { SyncClient } from '../fixture/sync-client.ts';
import { serveFrom } from './run-command.ts';

const run = promisify(execFile);
const TYPESCRIPT = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
/** A command from the package keeps what it compiled beside its own code. */
const env = { ...process.env, NODE_COMPILE_CACHE: '' };
const SEED = new Uint8Array(32).fill(7);
const NAME_BYTES = 1_048_576;
const NAMES = 7;
/** Until the log is due for a snapshot, and as many again while it is taken. */
const COMMITS_MAX = 2 * Math.ceil(SNAPSHOT_LOG_BYTES / (NAMES * NAME_BYTES));

const PACKED = [
  /^(?:LICENSE|README\.md|package\.json|dist\/package\.json|src\/cli\/massive-graph\.js)$/,
  /^dist\/assembly\/abi(?:-access|-collections|-lookups|-state|-texts)?\.(?:d\.ts|js)$/,
  /^dist\/build\/engine\.wasm$/,
  /^dist\/schema\/(?:[\w-]+\.md|us-flights\/[\w.]+\.(?:graphql|fga|yaml))$/,
  /^dist\/src\/[\w/-]+\.(?:d\.ts|js|css)$/,
];

const CONSUMER = `
import { openSpace } from 'massive-graph';
const directory = process.argv[2] ?? '';
const space = await openSpace({ directory, create: false, isReadOnly: true });
export const nodes: number = space.graph.counts().nodes;
// @ts-expect-error: the package has types, and an id is no number.
export const id: number = space.id;
console.log(nodes);
await space[Symbol.asyncDispose]();
`;

const RESOLVERS = `
import { defineResolvers, type Resolver, type Resolvers } from 'massive-graph/resolvers';
interface Named { readonly first: string; readonly last: string | null }
const full: Resolver = ({ first, last }: Named): string => [first, last].join(' ');
const resolvers = defineResolvers({ Person: { full, one: async ({ first }: Named) => first } });
export const all: Resolvers = resolvers;
type Person = { readonly full: Named; readonly one: { readonly first: string } };
defineResolvers<{ Person: Person }>({
  Person: { full: ({ first }) => first.length, one: ({ first }) => first },
});
// @ts-expect-error: one is missing.
defineResolvers<{ Person: Person }>({ Person: { full } });
// @ts-expect-error: one is not given the last name.
defineResolvers<{ Person: Person }>({ Person: { full, one: ({ last }) => last } });
// @ts-expect-error: functions alone make values.
defineResolvers({ Person: { full: 'Ann' } });
// @ts-expect-error: a function is given an object.
defineResolvers({ Person: { full: (source: number) => source } });
export default resolvers;
`;

const COMPUTED = `type Person @node(plural: "people") {
  first: String! last: String
  full: String! @customResolver(requires: "first last")
  one: String @customResolver(requires: "first")
}`;

let directory: string;
let consumer: string;
let files: readonly string[];
let command: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'massive-graph-pack-'));
  consumer = join(directory, 'consumer');
  await mkdir(consumer);
  const packed = await packProject(directory);
  files = packed.files;
  command = await installPacked(packed.tarball, consumer);
}, 120_000);

afterAll(() => rm(directory, { recursive: true, force: true }));

/** The author's next commit, of 7 MiB. */
function longNames(welcome: Welcome, last: VerifiedCommit | undefined): VerifiedCommit {
  const { space, authority } = welcome;
  const id = nodeIdByKey({ space, type: 'Airport', key: 'JFK' });
  const value = 'x'.repeat(NAME_BYTES);
  const delta = { operation: 'set', path: 'name', value } as const;
  const header = {
    space,
    authority,
    epoch: 0,
    author: publicKeyOf(SEED),
    sequence: (last?.header.sequence ?? 0) + 1,
    previous: last?.hash,
    parents: [],
    clock: nextClock(last?.header.clock ?? 0n, Date.now()),
  };
  const payload = payloadOf(Array.from({ length: NAMES }, () => onNode(id, delta)));
  return signCommit(header, payload, SEED);
}

/** With a file of the consumer's, by the compiler alone. */
async function checkTypes(file: string): Promise<void> {
  const options = ['--noEmit', '--strict', '--types', 'node', '--target', 'esnext'];
  const typescript = [TYPESCRIPT, ...options, '--module', 'nodenext', file];
  await run(process.execPath, typescript, { cwd: consumer });
}

async function snapshotsOf(data: string): Promise<string[]> {
  return (await readdir(data)).filter((name) => name.endsWith('.image')).sort();
}

describe('the packed project', () => {
  test('holds what it runs and its formats, and no tests, vectors or sources', () => {
    expect(files.filter((path) => !PACKED.some((form) => form.test(path)))).toEqual([]);
    expect(files).toContain('dist/schema/commit.md');
    expect(files.filter((path) => path.endsWith('-thread.js'))).toEqual([
      'dist/src/engine/verifier-thread.js',
      'dist/src/log/snapshot-thread.js',
      'dist/src/space/base/base-thread.js',
      'dist/src/text/text-thread.js',
    ]);
  });

  test('serves the demo, verifies commits and takes a snapshot in its threads', async () => {
    const data = join(directory, 'data');
    const demo = await serveFrom(command, '--demo', '--data', data);
    const page = await fetch(String(demo.line.graphql), { headers: { accept: 'text/html' } });
    expect(await page.text()).toContain('<form id="principal-bar">');
    expect(await demo.stop('SIGTERM')).toBe(0);
    const [first] = await snapshotsOf(data);
    const key = toHex(publicKeyOf(SEED));
    await run(process.execPath, [command, 'author', 'add', key, '--data', data], { env });
    // What has no effect would not fill the graph.
    const grant = ['grant', 'organisation:airports', 'member', 'user:test'];
    await run(process.execPath, [command, 'access', ...grant, '--data', data], { env });
    const { line, stop } = await serveFrom(command, '--data', data);
    const client = await SyncClient.open(String(line.sync));
    client.send(encodeHello());
    const [welcome] = await client.heard(1);
    expect(welcome?.type).toBe(FrameType.WELCOME);
    const terms = decodeWelcome(welcome?.body as Uint8Array);
    let [last, sent]: [VerifiedCommit | undefined, number] = [undefined, 0];
    const before = await snapshotsOf(data);
    while ((await snapshotsOf(data)).at(-1) === before.at(-1)) {
      expect(sent).toBeLessThan(COMMITS_MAX);
      last = longNames(terms, last);
      sent += 1;
      client.send(encodeCommitFrame(sent, last.bytes));
      const answer = (await client.heard(sent + 1)).at(-1);
      expect([sent, answer?.type]).toEqual([sent, FrameType.APPLIED]);
    }
    expect(first).toBeDefined();
    client.socket.close();
    expect(await stop('SIGTERM')).toBe(0);
    const home = join(consumer, 'node_modules', 'massive-graph');
    expect(await readdir(join(home, 'build'))).toEqual(['compile-cache']);
  }, 60_000);

  test('has types that a project finds, and is imported by its name', async () => {
    await writeFile(join(consumer, 'package.json'), '{ "type": "module" }');
    await writeFile(join(consumer, 'consumer.ts'), CONSUMER);
    await checkTypes('consumer.ts');
    const node = [join(consumer, 'consumer.ts'), join(directory, 'data')];
    const { stdout } = await run(process.execPath, node, { env });
    expect(stdout).toBe('3376\n');
  });

  test('serves computed fields by a module that has its types', async () => {
    await writeFile(join(consumer, 'package.json'), '{ "type": "module" }');
    await writeFile(join(consumer, 'resolvers.ts'), RESOLVERS);
    await writeFile(join(consumer, 'graph.graphql'), COMPUTED);
    await checkTypes('resolvers.ts');
    const files = ['--schema', 'graph.graphql', '--resolvers', 'resolvers.ts'];
    const words = files.map((word) => (word.startsWith('--') ? word : join(consumer, word)));
    const data = ['--data', join(directory, 'computed')];
    const { line, stop } = await serveFrom(command, ...data, ...words);
    const query =
      'mutation { createPeople(input: [{ first: "Ann", last: "Bell" }]) { people { full one } } }';
    const response = await fetch(String(line.graphql), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const people = [{ full: 'Ann Bell', one: 'Ann' }];
    expect(await response.json()).toEqual({ data: { createPeople: { people } } });
    expect(await stop('SIGTERM')).toBe(0);
  }, 30_000);
});
