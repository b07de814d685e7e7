import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lockDirectory } from '../../src/log/directory-lock.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

const SOURCE = fileURLToPath(new URL('../../src/log/directory-lock.ts', import.meta.url));

describe('the lock of a data directory', () => {
  test('makes the directory where it is missing', async () => {
    const directory = join(await temporaryDirectory(), 'a', 'b');
    using _ = await lockDirectory(directory);
    expect((await stat(directory)).isDirectory()).toBe(true);
  });

  test('is had once at a time, also in one process', async () => {
    const directory = await temporaryDirectory();
    const lock = await lockDirectory(directory);
    await expect(lockDirectory(directory)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: `the data directory ${directory} expected one process, got another that holds it`,
    });
    lock[Symbol.dispose]();
    using _ = await lockDirectory(directory);
  });

  test('a refused try leaves the lock with its holder', async () => {
    const directory = await temporaryDirectory();
    using _ = await lockDirectory(directory);
    for (let round = 0; round < 5; round++) {
      await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'CONFLICT' });
    }
    expect(await ask(directory)).toBe('CONFLICT');
  });

  test('is refused while another process has it, and free once that is killed', async () => {
    const directory = await temporaryDirectory();
    const holder = hold(directory);
    expect(await firstLine(holder)).toBe('locked');
    await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'CONFLICT' });
    const gone = once(holder, 'exit');
    holder.kill('SIGKILL');
    await gone;
    using _ = await lockDirectory(directory);
  });

  test('two directories have two locks', async () => {
    using _one = await lockDirectory(await temporaryDirectory());
    using _two = await lockDirectory(await temporaryDirectory());
  });

  test('a place that cannot be a directory is named', async () => {
    const directory = await temporaryDirectory();
    using _ = await lockDirectory(directory);
    await expect(lockDirectory(join(directory, 'lock', 'x'))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });
});

/** A process that takes the lock, says how that went, and keeps it. */
function hold(directory: string): ChildProcess {
  const script = `
    import { lockDirectory } from ${JSON.stringify(SOURCE)};
    await lockDirectory(process.argv[1]).then(
      () => process.stdout.write('locked\\n'),
      (error) => process.stdout.write(error.code + '\\n'),
    );
    setInterval(() => {}, 1000);
  `;
  const words = ['--input-type=module', '--eval', script, directory];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

async function ask(directory: string): Promise<string> {
  return firstLine(hold(directory));
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the process has no output');
  const [bytes] = await once(child.stdout, 'data');
  return String(bytes).trim();
}
