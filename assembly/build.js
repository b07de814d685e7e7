/**
 * Builds the engine from this folder into build/: for release and for debugging, or with --if-stale
 * the first alone, where it is older than its sources. Plain JavaScript, since the launcher runs it
 * with whatever Node is on the machine before it knows that a newer one is there.
 */

import { spawn } from 'node:child_process';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const enginePath = join(root, 'build', 'engine.wasm');
/** The compiler says so when its last round of --converge was no better than the one before. */
const CONVERGE_NOTE = 'Last converge was suboptimal.\n';

/**
 * Builds the engine unless it is newer than its sources, and says so in one line on stderr.
 * @returns {Promise<void>}
 */
export async function buildEngineIfStale() {
  if (!(await engineIsStale())) return;
  const started = performance.now();
  process.stderr.write('Building the engine: it is missing or older than its sources ... ');
  await buildRelease();
  process.stderr.write(`done in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}

/**
 * True when build/engine.wasm is missing or older than a file that it is made from.
 * @returns {Promise<boolean>}
 */
export async function engineIsStale() {
  const built = await modified(enginePath);
  if (built === undefined) return true;
  const inputs = [join(root, 'asconfig.json'), join(root, 'assembly')];
  // The folders count too: their time moves when a file is removed or renamed.
  for (const entry of await readdir(join(root, 'assembly'), { recursive: true })) {
    inputs.push(join(root, 'assembly', entry));
  }
  for (const input of inputs) {
    const changed = await modified(input);
    if (changed !== undefined && changed > built) return true;
  }
  return false;
}

/**
 * Whole milliseconds, which is as fine as utimes can set below.
 * @param {string} path
 * @returns {Promise<number | undefined>}
 */
async function modified(path) {
  const stats = await stat(path).catch(() => undefined);
  return stats === undefined ? undefined : Math.floor(stats.mtimeMs);
}

/**
 * Each process writes a file of its own and renames it, so that builds at the same time are
 * harmless and a reader never sees half a file.
 */
async function buildRelease() {
  const temporary = join(root, 'build', `engine.${process.pid}.wasm`);
  // A source that is edited while asc runs must still count as newer than the result.
  const started = new Date();
  try {
    await compile(['--target', 'release', '--outFile', `build/engine.${process.pid}.wasm`]);
    await utimes(temporary, started, started);
    await rename(temporary, enginePath);
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * Runs in a process of its own: the compiler's memory does not stay with the server.
 * @param {readonly string[]} options
 * @returns {Promise<void>}
 */
async function compile(options) {
  await mkdir(join(root, 'build'), { recursive: true });
  const compiler = join(root, 'node_modules', 'assemblyscript', 'bin', 'asc.js');
  const child = spawn(process.execPath, [compiler, '--config', 'asconfig.json', ...options], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
  }
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // Standard output belongs to the command that is about to run.
  process.stderr.write(said.replace(CONVERGE_NOTE, ''));
  if (code !== 0) throw new Error(`building the engine expected exit code 0, got ${code}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--if-stale')) await buildEngineIfStale();
  else {
    await buildRelease();
    await compile(['--target', 'debug']);
  }
}
