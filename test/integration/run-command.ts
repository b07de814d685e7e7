/** Runs the `massive-graph` command as a process of its own, as a user does. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const LAUNCHER = fileURLToPath(new URL('../../src/cli/massive-graph.js', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function runCommand(...words: readonly string[]): Promise<Outcome> {
  return runCommandIn({}, ...words);
}

/** The same with more in its environment. */
export async function runCommandIn(
  environment: Readonly<Record<string, string>>,
  ...words: readonly string[]
): Promise<Outcome> {
  const child = start(words, { environment });
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

export interface Serving {
  /** The line that `serve --json` prints when it is ready. */
  readonly line: Readonly<Record<string, string>>;
  /** What it told people so far, on standard error. */
  readonly told: () => string;
  /** Asks it to stop and answers its exit code. */
  readonly stop: (signal: NodeJS.Signals) => Promise<number | null>;
}

/** Starts `serve --json` on free ports and waits until it is ready. */
export function serveCommand(...words: readonly string[]): Promise<Serving> {
  return serveFrom(LAUNCHER, ...words);
}

/** The same with the command in another place. */
export async function serveFrom(launcher: string, ...words: readonly string[]): Promise<Serving> {
  const ports = ['--port', '0', '--metrics-port', '0', '--sync-port', '0'];
  const child = start(['serve', '--json', ...ports, ...words], { launcher });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let stderr = '';
  child.stderr?.on('data', (text: string) => {
    stderr += text;
  });
  const closed = once(child, 'close');
  const { stdout } = child;
  if (stdout === null) throw new Error('the command has no output');
  const ready = once(createInterface({ input: stdout }), 'line');
  const first = await Promise.race([ready, closed.then(() => undefined)]);
  if (first === undefined) throw new Error(`serve ended before it was ready: ${stderr}`);
  return {
    line: JSON.parse(String(first[0])),
    told: () => stderr,
    stop: async (signal) => {
      child.kill(signal);
      const [code] = await closed;
      return code;
    },
  };
}

/** A new directory that goes when the test ends, and the files in it. */
export async function folderWith(contents: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'massive-graph-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(contents)) {
    await writeFile(join(folder, name), content);
  }
  return folder;
}

interface StartOptions {
  readonly launcher?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

function start(words: readonly string[], options: StartOptions): ChildProcess {
  const { launcher = LAUNCHER, environment = {} } = options;
  // What a command elsewhere compiled goes with it.
  const compiled = launcher === LAUNCHER ? {} : { NODE_COMPILE_CACHE: '' };
  const child = spawn(process.execPath, [launcher, ...words], {
    env: { ...process.env, ...compiled, NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout?.setEncoding('utf8');
  child.stderr?.setEncoding('utf8');
  return child;
}
