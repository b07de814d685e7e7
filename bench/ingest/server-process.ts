/** The server of this folder, as its parent sees it. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { IngestServerFacts, IngestUsage } from './ingest-server.ts';

const PROGRAM = fileURLToPath(new URL('./ingest-server.ts', import.meta.url));
/** On the disk of the checkout: a temporary folder may be in memory. */
const FOLDER = fileURLToPath(new URL('../../build/', import.meta.url));

/** A fresh data directory, which its owner removes. */
export function makeDirectory(): Promise<string> {
  return mkdtemp(join(FOLDER, 'ingest-'));
}

export interface ServerOptions {
  /** In hex, of a client that may sign commits. */
  readonly clientKey?: string;
  /** Whether a permission model is in force, under which the client may do what it does. */
  readonly permissions?: boolean;
}

export class ServerProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly facts: IngestServerFacts;

  private constructor(child: ChildProcess, facts: IngestServerFacts) {
    this.#child = child;
    this.facts = facts;
  }

  /** Serves a data directory. */
  static async start(directory: string, options: ServerOptions = {}): Promise<ServerProcess> {
    const { clientKey = '', permissions = false } = options;
    const child = fork(PROGRAM, [directory, clientKey, permissions ? 'permissions' : '']);
    const [facts] = (await once(child, 'message')) as [IngestServerFacts];
    return new ServerProcess(child, facts);
  }

  async usage(): Promise<IngestUsage> {
    const answer = once(this.#child, 'message');
    this.#child.send('usage');
    const [usage] = (await answer) as [IngestUsage];
    return usage;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.send('close');
    await gone;
  }
}

export function removeDirectory(directory: string): Promise<void> {
  return rm(directory, { recursive: true });
}
