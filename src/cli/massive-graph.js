#!/usr/bin/env node
/**
 * The `massive-graph` command as npm links it. Plain JavaScript that an older Node can start: in a
 * checkout it builds the engine when that is stale and needed, and runs main.ts with a Node that is
 * new enough; in an installed package it runs the compiled main.js.
 */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as module from 'node:module';
import { constants } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The first release that runs TypeScript as this project writes it: major and minor. */
const OLDEST_NODE = [24, 21];

const folder = dirname(fileURLToPath(import.meta.url));
const root = join(folder, '..', '..');

await launch();

async function launch() {
  const inCheckout =
    existsSync(join(folder, 'main.ts')) && !folder.split(sep).includes('node_modules');
  const main = inCheckout ? join(folder, 'main.ts') : join(root, 'dist/src/cli/main.js');
  const pinned = join(root, 'node_modules', 'node', 'bin', 'node');
  keepCompiled();
  try {
    if (inCheckout && process.argv[2] !== 'verify') {
      const { buildEngineIfStale } = await import('../../assembly/build.js');
      await buildEngineIfStale();
    }
    if (isNewEnough()) await runHere(main);
    else if (inCheckout && existsSync(pinned)) await runWith(pinned, main);
    else throw new Error(`Node expected ${OLDEST_NODE.join('.')} or later, got ${process.version}`);
  } catch (error) {
    process.stderr.write(`massive-graph: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}

/**
 * A process starts in a third of the time when it finds what an earlier one compiled. It is kept
 * beside the code, where nobody writes who cannot write the code as well; where nobody may write,
 * each start compiles. In the environment the threads and a newer Node find it too.
 */
function keepCompiled() {
  process.env.NODE_COMPILE_CACHE ||= join(root, 'build', 'compile-cache');
  module.enableCompileCache?.();
}

function isNewEnough() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE;
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

/** @param {string} main */
async function runHere(main) {
  process.argv[1] = main;
  await import(pathToFileURL(main).href);
}

/**
 * Stands between the caller and the newer Node: signals go down, the exit code comes up.
 * @param {string} node
 * @param {string} main
 */
async function runWith(node, main) {
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends its interrupt to the whole group: passing it on would make it two.
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT');
  });
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.exitCode = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      resolve(signal === null ? code : 128 + constants.signals[signal]),
    );
  });
}
