/** A process that is measured has a core of its own, where that can be had. */

import { type ChildProcess, execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';

/** Before any process is kept to some of them. */
const CORES = availableParallelism();

/** To the last core; the one who asks has the others, its collectors of garbage too. */
export async function pin({ pid }: ChildProcess): Promise<void> {
  if (CORES === 1 || pid === undefined) return;
  const last = CORES - 1;
  await keepTo(String(last), pid);
  await keepTo(last === 1 ? '0' : `0-${last - 1}`, process.pid);
}

async function keepTo(cores: string, pid: number): Promise<void> {
  const options = ['-a', '-c', '-p', cores, String(pid)];
  await promisify(execFile)('taskset', options).catch(() => undefined);
}
