/** The example client: its types are the server's, it catches mistakes, and it runs. */

import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse, visit } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tour } from '../../examples/airline-client/client.ts';
import { NameChanges } from '../../examples/airline-client/documents.ts';
import { introspect } from '../../examples/airline-client/introspect.ts';
import { watch } from '../../examples/airline-client/watch.ts';
import { serveSpace } from '../../src/server/serve.ts';
import { type Demo, serveDemo } from '../fixture/demo.ts';
import { folderWith } from './run-command.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CLIENT = join(ROOT, 'examples', 'airline-client');
const TYPESCRIPT = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const ANN = 'user:skyways/ann';
const EVE = 'user:airports/eve';

/** What tsc says of a project, and whether it passes. */
async function check(project: string): Promise<{ passes: boolean; told: string }> {
  try {
    const { stdout } = await run(process.execPath, [TYPESCRIPT], { cwd: project });
    return { passes: true, told: stdout };
  } catch (error) {
    const { stdout } = error as { readonly stdout?: string };
    if (stdout === undefined) throw error;
    return { passes: false, told: stdout };
  }
}

interface Planted {
  readonly field: string;
  readonly text: string;
}

/** The file of documents again and again, each time with another field misspelt. */
function misspelt(source: string): Planted[] {
  return [...source.matchAll(/graphql\(\s*`([^`]*)`/g)].flatMap((found) => {
    const [whole, document = ''] = found;
    const begin = found.index + whole.indexOf('`') + 1;
    const planted: Planted[] = [];
    visit(parse(document), {
      Field: ({ name }) => {
        const at = begin + (name.loc?.end ?? 0);
        const text = `${source.slice(0, at)}x${source.slice(at)}`;
        planted.push({ field: name.value, text });
      },
    });
    return planted;
  });
}

describe('its types', () => {
  test('are those of the schema that the demo serves', async () => {
    await using demo = await serveDemo();
    // `npx vitest run test/integration/airline-client -u` writes them anew.
    const types = await introspect(demo.server.graphql);
    await expect(types).toMatchFileSnapshot(join(CLIENT, 'graphql-env.d.ts'));
  });

  test('are right, and a field that is misspelt in any document is not', async () => {
    expect(await check(CLIENT)).toEqual({ passes: true, told: '' });
    const source = await readFile(join(CLIENT, 'documents.ts'), 'utf8');
    const planted = misspelt(source);
    expect(planted.length).toBeGreaterThan(20);
    const folder = await folderWith({});
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    await cp(join(CLIENT, 'tsconfig.json'), join(folder, 'base.json'));
    const config = { extends: './base.json', include: ['*/*.ts'] };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    for (const [index, { text }] of planted.entries()) {
      const copy = join(folder, `${index}`);
      await mkdir(copy);
      await cp(CLIENT, copy, { recursive: true, filter: (path) => !/node_modules/.test(path) });
      await writeFile(join(copy, 'documents.ts'), text);
    }
    const { told } = await check(folder);
    const caught = new Set([...told.matchAll(/^(\d+)\//gm)].map(([, index]) => Number(index)));
    const missed = planted.filter((_, index) => !caught.has(index)).map(({ field }) => field);
    expect(missed).toEqual([]);
  }, 120_000);
});

describe('it runs', () => {
  let demo: Demo;

  beforeAll(async () => {
    demo = await serveDemo();
  });

  afterAll(() => demo?.[Symbol.asyncDispose]());

  test('and prints what it found', async () => {
    const lines: string[] = [];
    await tour(demo.server.graphql, (line) => lines.push(line));
    expect(lines).toEqual([
      'JFK, John F Kennedy Intl, New York, at 40.64,-73.78',
      'anybody sees 68 routes: flights are hidden for want of read.flights',
      `${ANN} sees 68 routes: 118804 flights, most to LAX, Los Angeles International, Los Angeles`,
      `${ANN} may not rename it: FORBIDDEN`,
      `${EVE} renamed it to Kennedy`,
      `anybody hears from ${EVE}: JFK, Kennedy, New York`,
      `${EVE} renamed it to John F Kennedy Intl`,
    ]);
  });

  test('and hears of changes again once the server has been away', async () => {
    const ports = { port: 0, metricsPort: 0, syncPort: 0 };
    const first = await serveSpace(demo.space, ports);
    const rename = (name: string) =>
      demo.ask(
        EVE,
        `mutation { updateAirports(
          where: { code: { eq: "LAX" } }, update: { name: { set: "${name}" } }
        ) { airports { name } } }`,
      );
    let connected = 0;
    const heard: string[] = [];
    const listening = (async () => {
      const onConnected = () => {
        connected += 1;
      };
      const caller = { url: first.graphql };
      for await (const { airportChanges } of watch(caller, NameChanges, {
        variables: {},
        onConnected,
      })) {
        heard.push(airportChanges.actor ?? '');
        if (heard.length === 2) break;
      }
    })();
    await expect.poll(() => connected).toBe(1);
    await rename('before');
    await expect.poll(() => heard).toHaveLength(1);
    await first[Symbol.asyncDispose]();
    await rename('meanwhile');
    await using _again = await serveSpace(demo.space, { ...ports, port: first.port });
    await expect.poll(() => connected, { timeout: 20_000 }).toBe(2);
    await rename('after');
    await listening;
    expect(heard).toEqual([EVE, EVE]);
  });
});
