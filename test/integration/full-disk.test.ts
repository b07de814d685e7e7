/** A data directory whose files cannot grow any more, as on a disk that is full. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

const COMMAND = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const SCHEMA = fileURLToPath(new URL('../../schema/us-flights/graph.graphql', import.meta.url));
const UNLIMITED = 'unlimited';
const CREATE = `mutation ($code: String!, $name: String!) {
  createAirports(input: [{ code: $code, name: $name, country: "X" }]) { info { nodesCreated } }
}`;

interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

test('stops writes with UNAVAILABLE, keeps reads, and loses nothing answered', async () => {
  const directory = join(await temporaryDirectory(), 'data');
  const full = await serve(directory, '1500');
  const answered: string[] = [];
  let refusal: string | undefined;
  for (let number = 0; refusal === undefined; number++) {
    expect(number, 'the disk becomes full').toBeLessThan(2_000);
    const code = `C${String(number).padStart(4, '0')}`;
    const { errors } = await full.ask(CREATE, { code, name: 'x'.repeat(20_000) });
    if (errors === undefined) answered.push(code);
    else refusal = errors[0]?.extensions?.code ?? 'none';
  }
  expect(refusal).toBe('UNAVAILABLE');
  expect(answered.length).toBeGreaterThan(5);
  const again = await full.ask(CREATE, { code: 'again', name: 'y' });
  expect(again.errors?.[0]?.extensions?.code).toBe('UNAVAILABLE');
  expect(await codesOf(full)).toEqual(answered);
  await full.stop();

  const free = await serve(directory, UNLIMITED);
  const codes = await codesOf(free);
  // The one that was refused may have reached the disk: its outcome was unknown.
  expect(codes.slice(0, answered.length)).toEqual(answered);
  expect(codes.length).toBeLessThanOrEqual(answered.length + 1);
  expect((await free.ask(CREATE, { code: 'again', name: 'y' })).errors).toBeUndefined();
  expect(await free.stop()).toBe(0);
}, 120_000);

async function codesOf(server: { ask: (query: string) => Promise<Answer> }): Promise<unknown[]> {
  const { data } = await server.ask('{ airports(sort: [{ code: ASC }]) { code } }');
  const airports = (data?.airports ?? []) as readonly { readonly code: string }[];
  return airports.map(({ code }) => code);
}

/** Serves under a limit on the size of files, in the shell's blocks. */
async function serve(directory: string, limit: string) {
  const ports = ['--port', '0', '--metrics-port', '0', '--sync-port', '0'];
  const words = [COMMAND, 'serve', '--json', '--data', directory, '--schema', SCHEMA, ...ports];
  const shell = `ulimit -f ${limit}; exec "$0" "$@"`;
  const child = spawn('sh', ['-c', shell, process.execPath, ...words], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const closed = once(child, 'close');
  const ready = once(createInterface({ input: child.stdout }), 'line');
  const first = await Promise.race([ready, closed.then(() => undefined)]);
  if (first === undefined) throw new Error('serve ended before it was ready');
  const { graphql } = JSON.parse(String(first[0])) as { readonly graphql: string };
  return {
    ask: async (query: string, variables?: object): Promise<Answer> => {
      const response = await fetch(graphql, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as Answer;
    },
    stop: async (): Promise<number | null> => {
      child.kill('SIGTERM');
      const [code] = await closed;
      return code;
    },
  };
}
