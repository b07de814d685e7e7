/** The checks of the engine as plain walks in C++ (bench/native/access.cpp), in a process. */

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { assert } from '../../src/base/assert.ts';
import type { Timed } from '../engine/contender.ts';
import type { Company } from './company.ts';

export class NativeWalk {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;
  readonly #directory: string;

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>, directory: string) {
    this.#child = child;
    this.#directory = directory;
    this.#lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  }

  /** `program` is bench/native/access.cpp, compiled. */
  static async start(program: string, { size, pairs }: Company): Promise<NativeWalk> {
    const directory = await mkdtemp(join(tmpdir(), 'bench-access-'));
    const { documentGroup, documentUser, groupUser, groupGroup } = pairs;
    const lists = [documentGroup, documentUser, groupUser, groupGroup];
    const words = [size.documents, size.users, size.groups];
    for (const list of lists) for (const word of [list.length, ...list]) words.push(word);
    const path = join(directory, 'tuples');
    await writeFile(path, new Uint8Array(Uint32Array.from(words).buffer));
    const child = spawn(program, [path], { stdio: ['pipe', 'pipe', 'inherit'] });
    return new NativeWalk(child, directory);
  }

  /** Asks for each document whether the user may read it; answers how many these are. */
  async check(user: number): Promise<Timed> {
    this.#child.stdin.write(`${user}\n`);
    const line: unknown = (await this.#lines.next()).value;
    const [seconds, readable] = String(line).split(' ').map(Number);
    assert(seconds !== undefined && readable !== undefined, 'a walk answers with two numbers');
    return { seconds, answer: [readable] };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin.end();
    await rm(this.#directory, { recursive: true });
  }
}
