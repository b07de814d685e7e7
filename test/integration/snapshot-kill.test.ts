import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { FaultPoint } from '../../src/base/fault.ts';
import { snapshotPositions } from '../../src/log/snapshot-file.ts';
import { openSpace } from '../../src/space/open.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SDL = 'type City @node { code: ID! @id }';
const STEPS = Object.values(FaultPoint).filter((point) => point.startsWith('snapshot.'));
/** Steps after which the newer snapshot has its name. */
const NAMED: readonly string[] = [FaultPoint.SNAPSHOT_RENAMED, FaultPoint.SNAPSHOT_DONE];

/** Opens a space, writes cities up to a count, and dies at a step of its last snapshot. */
const WRITE = `
  const [directory, count, step] = process.argv.slice(1);
  const { openSpace } = await import('./src/space/open.ts');
  const { parseFaults, noFaults } = await import('./src/base/fault.ts');
  const definition = { source: ${JSON.stringify(SDL)} };
  const faults = step === undefined ? noFaults : parseFaults(step);
  const space = await openSpace({ directory, definition, faults });
  for (let index = space.graph.counts().nodes; index < Number(count); index++) {
    await space.write({ actor: 'a' }, (draft) => draft.createNode('City', { key: 'c' + index }));
  }
  process.stdout.write(space.stateHash());
  await space[Symbol.asyncDispose]();`;

test.each(STEPS)('[S6] a process that is killed at %s loses nothing', async (step) => {
  const directory = await temporaryDirectory();
  await write(directory, 10);
  const [first] = await snapshotPositions(directory);
  const killed = await write(directory, 30, step);
  expect(killed.signal).toBe('SIGKILL');
  const positions = await snapshotPositions(directory);
  expect(positions).toHaveLength(NAMED.includes(step) ? 2 : 1);
  expect(positions.at(-1)).toBe(first);
  const hasHalf = (await readdir(directory)).some((name) => name.endsWith('.image.new'));
  expect(hasHalf).toBe(!NAMED.includes(step));
  await using space = await openSpace({ directory });
  expect(space.graph.counts().nodes).toBe(30);
  expect(space.stateHash()).toBe(killed.hash);
  await space.write({ actor: 'a' }, (draft) => draft.createNode('City', { key: 'last' }));
  await space[Symbol.asyncDispose]();
  expect((await readdir(directory)).some((name) => name.endsWith('.image.new'))).toBe(false);
  expect(await snapshotPositions(directory)).toHaveLength(2);
});

async function write(
  directory: string,
  count: number,
  step?: string,
): Promise<{ readonly hash: string; readonly signal: string | undefined }> {
  const rest = step === undefined ? [] : [step];
  const parameters = ['--input-type=module', '-e', WRITE, directory, String(count), ...rest];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, parameters, { cwd: ROOT });
    return { hash: stdout, signal: undefined };
  } catch (error) {
    const { stdout, signal, stderr } = error as { stdout: string; signal: string; stderr: string };
    expect(stderr).toBe('');
    return { hash: stdout, signal };
  }
}
