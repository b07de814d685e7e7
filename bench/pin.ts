/** A process that is measured has a core of its own, where that can be had. */

import { type ChildProcess, execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';

/** Before any process is kept to some of them. */
const LAST = availableParallelism() - 1;

/** To the last core, which others may use too: most of them wait for what is measured. */
export async function pin({ pid }: ChildProcess): Promise<void> {
  if (LAST > 0 && pid !== undefined) await keepTo(String(LAST), pid);
}

/** Keeps this process off the last core, its collectors of garbage too, until that is over. */
export async function stayOff(): Promise<AsyncDisposable> {
  if (LAST > 0) await keepTo(`0-${LAST - 1}`, process.pid);
  return {
    [Symbol.asyncDispose]: async () => {
      if (LAST > 0) await keepTo(`0-${LAST}`, process.pid);
    },
  };
}

async function keepTo(cores: string, pid: number): Promise<void> {
  const options = ['-a', '-c', '-p', cores, String(pid)];
  await promisify(execFile)('taskset', options).catch(() => undefined);
}
