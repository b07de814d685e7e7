/** The README's commands, run in order against the demo, must print what it says they print. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'graphql';
import { expect, onTestFinished, test } from 'vitest';
import { FEDERATION_DIRECTIVES } from '../../src/definition/federation/specification.ts';
import { parseDefinition } from '../../src/definition/parse.ts';
import { subgraphSdl } from '../../src/graphql/federation/subgraph-sdl.ts';
import { buildSchema } from '../../src/graphql/schema.ts';
import { installGateways } from '../gateways/packages.ts';
import { serveCommand } from './run-command.ts';

interface Block {
  readonly language: string;
  readonly text: string;
}

function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language, text]) => ({
    language: language ?? '',
    text: (text ?? '').trimEnd(),
  }));
}

const SCHEMA = fileURLToPath(new URL('../../schema/', import.meta.url));
const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));
const TESTS = fileURLToPath(new URL('../', import.meta.url));
const LAUNCHER = fileURLToPath(new URL('../../src/cli/massive-graph.js', import.meta.url));

/** Ids, names, times and numbers of commits are others in every space. */
function withoutNames(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '(time)')
    .replaceAll(/\b[0-9A-Za-z]{16,}\b/g, '(name)')
    .replaceAll(/number [\d,]+/g, '(number)')
    .trim();
}

/** Nodes have other ids in every space. */
function withoutIds(text: string): string {
  return text.replaceAll(/(?<=Airport:)[0-9A-Za-z]{16}/g, '(id)');
}

/** Addresses and the directory are the reader's own. */
function withoutPlaces(text: string): string {
  return withoutNames(text)
    .replaceAll(/127\.0\.0\.1:\d+/g, '(address)')
    .replace(/(?<=serves ).*/, '(directory)');
}

/** From the making of the first one to what the second one reads. */
function ofReplicas(blocks: readonly Block[]): readonly Block[] {
  const begin = blocks.findIndex(({ text }) => text.includes('peer key'));
  return blocks.slice(begin, begin + 5);
}

function spaceIn(text: string): string | undefined {
  return /\bspace +([0-9a-f]{64})\b/.exec(text)?.[1];
}

async function run(command: string, cwd: string): Promise<string> {
  const child = spawn('sh', ['-c', command], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  const output = collect(child);
  await once(child, 'close');
  return output();
}

/** Runs commands of which the last is a server, on free ports; resolves once that is ready. */
async function serveBeside(command: string, cwd: string) {
  const free = '--port 0 --sync-port 0 --metrics-port 0 --json --quiet';
  const lines = command.replace(/--port \d.*/, free).replace(/\n(?=[^\n]*$)/, '\nexec ');
  const child = spawn('sh', ['-c', lines], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const output = collect(child);
  await until(() => /^\{.*\}\n$/m.test(output()));
  const { graphql, sync } = JSON.parse(output().trim().split('\n').at(-1) ?? '');
  return { child, address: new URL(graphql).host, sync: String(sync) };
}

/** Subgraphs and a gateway on free ports. */
async function startGateway(command: string) {
  const child = spawn('sh', ['-c', `exec ${command} 0 0`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGTERM');
  });
  const output = collect(child);
  await until(() => /^gateway .*\n/m.test(output()));
  const [, address = ''] = /^gateway +http:\/\/([^/]+)/m.exec(output()) ?? [];
  return { child, address, told: output() };
}

function collect(child: ChildProcess): () => string {
  let output = '';
  child.stdout?.on('data', (text: Buffer) => {
    output += text.toString();
  });
  return () => output;
}

async function until(condition: () => boolean): Promise<void> {
  await untilAsync(async () => condition());
}

async function untilAsync(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('waited 10 s in vain');
    await new Promise((next) => setTimeout(next, 20));
  }
}

test('the README’s commands print the README’s answers', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'readme-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const { line, told, stop } = await serveCommand('--demo', '--data', join(directory, 'data'));
  const address = new URL(String(line.graphql)).host;
  const blocks = blocksOf(await readFile(new URL('../../README.md', import.meta.url), 'utf8'));
  const commands = blocks.filter(({ text }) =>
    /^(?:curl|printf|echo|cat|npx massive-graph access|npx node) /.test(text),
  );
  let lastCommand = '';
  const streams: { readonly child: ChildProcess; readonly output: () => string }[] = [];
  let guarded: { child: ChildProcess; address: string } | undefined;
  let gateway: { child: ChildProcess; address: string; told: string } | undefined;
  let compared = 0;
  for (const { language, text } of blocks.filter((each) => !ofReplicas(blocks).includes(each))) {
    if (commands.some((command) => command.text === text)) {
      lastCommand = text
        .replaceAll('localhost:8080', address)
        .replaceAll('localhost:8090', guarded?.address ?? '')
        .replaceAll('localhost:4000', gateway?.address ?? '')
        .replaceAll('npx massive-graph', `'${process.execPath}' '${LAUNCHER}'`)
        .replaceAll('npx node examples/', `'${process.execPath}' ${EXAMPLES}`)
        .replaceAll('npx node test/', `'${process.execPath}' ${TESTS}`)
        .replaceAll(' schema/', ` ${SCHEMA}`);
      if (text.includes('test/gateways')) {
        if (!(await installGateways())) continue;
        gateway = await startGateway(lastCommand);
      }
      if (text.includes('massive-graph serve')) guarded = await serveBeside(lastCommand, directory);
      if (!text.includes('text/event-stream')) continue;
      const child = spawn('sh', ['-c', `exec ${lastCommand}`], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const output = collect(child);
      streams.push({ child, output });
      // The server greets a stream with a comment: the subscription is open then.
      await until(() => output().startsWith(':'));
    } else if (lastCommand.includes('4000') && gateway === undefined) {
      // Without its packages there is no gateway.
      compared += 1;
    } else if (text.startsWith('reviews ')) {
      expect(withoutPlaces(gateway?.told ?? '')).toBe(withoutPlaces(text));
      compared += 1;
    } else if (language === 'json') {
      const answer = withoutIds(await run(lastCommand, directory));
      expect(JSON.parse(answer)).toEqual(JSON.parse(withoutIds(text)));
      compared += 1;
    } else if (/^(?:✓|✗|organisation |\d+ nodes|\d+ passed|JFK)/.test(text)) {
      expect(withoutNames(await run(lastCommand, directory))).toBe(withoutNames(text));
      compared += 1;
    } else if (text.startsWith('demo loaded')) {
      await until(() => told().includes('Press Ctrl-C'));
      expect(withoutPlaces(told())).toBe(withoutPlaces(text));
      compared += 1;
    } else if (text.startsWith('event: next')) {
      await until(() => streams.some(({ output }) => output().includes(text)));
      compared += 1;
    }
  }
  for (const { child } of streams) child.kill();
  guarded?.child.kill();
  gateway?.child.kill();
  expect(compared).toBe(23);
  expect(await stop('SIGTERM')).toBe(0);
}, 60_000);

test('the README’s two organisations read what the other writes', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'readme-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const [begin, join_, write, read, answer] = ofReplicas(
    blocksOf(await readFile(new URL('../../README.md', import.meta.url), 'utf8')),
  ).map(({ text }) =>
    text
      .replaceAll('npx massive-graph', `'${process.execPath}' '${LAUNCHER}'`)
      .replaceAll(' schema/', ` ${SCHEMA}`),
  );
  const red = await serveBeside(begin ?? '', directory);
  const linked = (join_ ?? '').replace('127.0.0.1:8071', new URL(red.sync).host);
  const blue = await serveBeside(linked, directory);
  await run((write ?? '').replace('localhost:8070', red.address), directory);
  const asked = (read ?? '').replace('localhost:8060', blue.address);
  await untilAsync(async () => (await run(asked, directory)).trim() === answer);
  for (const { child } of [red, blue]) child.kill();
});

test('the README’s proof is of the space that its server says', async () => {
  const blocks = blocksOf(await readFile(new URL('../../README.md', import.meta.url), 'utf8'));
  const [started, proven] = ['demo loaded', '✓'].map((begin) =>
    spaceIn(blocks.find(({ text }) => text.startsWith(begin))?.text ?? ''),
  );
  expect(started).toMatch(/^[0-9a-f]{64}$/);
  expect(proven).toBe(started);
});

test('the README’s definition of a subgraph says all, and composes with others', async () => {
  const blocks = blocksOf(await readFile(new URL('../../README.md', import.meta.url), 'utf8'));
  const sdl = blocks.find(({ text }) => text.includes('@composeDirective'))?.text ?? '';
  const definition = parseDefinition(sdl);
  const { composeServices } = await import('@apollo/composition');
  const { errors } = composeServices([
    { name: 'graph', url: '', typeDefs: parse(subgraphSdl(buildSchema(definition), definition)) },
    { name: 'shop', url: '', typeDefs: parse(SHOP) },
  ]);
  expect(errors).toBeUndefined();
  for (const name of Object.keys(FEDERATION_DIRECTIVES)) {
    if (!['extends', 'policy'].includes(name)) expect(sdl).toContain(`@${name}`);
  }
});

const SHOP = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key" "@shareable"])
  type Query { cheapest: Product rated: Rated }
  type Product @key(fields: "id") { id: ID! stock: Int price: Float }
  type Maker @shareable { name: String }
  type Seller @key(fields: "id") { id: ID! name: String @shareable }
  interface Rated @key(fields: "id") { id: ID! }
  type Film implements Rated @key(fields: "id") { id: ID! }
`;
