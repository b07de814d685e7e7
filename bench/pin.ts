/** A process that is measured has a core of its own, where that can be had. */

import { type ChildProcess, execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';

/** To the last core; the one who asks has the others. */
export async function pin({ pid }: ChildProcess): Promise<void> {
  const core = availableParallelism() - 1;
  if (core === 0) return;
  const options = ['-a', '-c', '-p', String(core), String(pid)];
  await promisify(execFile)('taskset', options).catch(() => undefined);
}
