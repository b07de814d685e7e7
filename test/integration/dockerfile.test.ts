/** The image of the Dockerfile holds all that a server needs. Built here without Docker. */

import { cp, mkdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { serveFrom } from './run-command.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COPY = /^COPY --from=build \/massive-graph\/(\S+) (\S+)$/gm;
const EXEC = /^(ENTRYPOINT|CMD) (\[.*\])$/gm;

test('what the Dockerfile copies serves the demo, with its command', async () => {
  const dockerfile = await readFile(join(ROOT, 'Dockerfile'), 'utf8');
  const [image, data] = [await temporaryDirectory(), await temporaryDirectory()];
  const copies = [...dockerfile.matchAll(COPY)].map(([, from = '', to = '']) => ({ from, to }));
  expect(copies.map(({ from }) => from)).toContain('node_modules');
  for (const { from, to } of copies) {
    const target = join(image, to === './' ? from : to);
    await mkdir(dirname(target), { recursive: true });
    if (from === 'node_modules') await symlink(join(ROOT, from), target);
    else await cp(join(ROOT, from), target, { recursive: true });
  }
  const exec = [...dockerfile.matchAll(EXEC)].map(([, , words = '[]']) => JSON.parse(words));
  const [[node, main], [serve, ...words]] = exec as [string[], string[]];
  expect([node, serve]).toEqual(['node', 'serve']);
  const free = ['--data', data, '--port', '0', '--metrics-port', '0', '--sync-port', '0'];
  const server = await serveFrom(join(image, main as string), ...words, ...free);
  const health = await fetch(String(server.line.health));
  expect([health.status, await server.stop('SIGTERM')]).toEqual([200, 0]);
});
