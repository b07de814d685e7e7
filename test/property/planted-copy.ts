/** A copy of the project with one thing changed, in which a script finds out what that breaks. */

import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COPIED = ['assembly', 'src', 'test', 'bench', 'schema', 'asconfig.json', 'package.json'];
const ENGINE = join('build', 'engine.wasm');
/** As vitest.config.ts says. */
const FLAG = '--external-memory-accounted-in-global-limit';
/** In the copy; threads could not start beside a script that is given as text. */
const SCRIPT = 'planted.js';

const run = promisify(execFile);

export interface PlantedChange {
  /** From the project's root. */
  readonly file: string;
  readonly change: (text: string) => string;
  /** Whether the engine is to be compiled again. */
  readonly isOfEngine: boolean;
}

/** What the script prints in the copy; undefined when it prints nothing. */
export async function runInCopy(
  { file, change, isOfEngine }: PlantedChange,
  script: string,
): Promise<string | undefined> {
  const copy = await mkdtemp(join(tmpdir(), 'massive-graph-planted-'));
  try {
    for (const name of COPIED) await cp(join(ROOT, name), join(copy, name), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    await mkdir(join(copy, 'build'));
    const path = join(copy, file);
    const text = await readFile(path, 'utf8');
    const changed = change(text);
    if (changed === text) throw new Error(`expected ${file} to be changed, got the same`);
    await writeFile(path, changed);
    const options = { cwd: copy };
    if (isOfEngine) {
      const compiler = join('node_modules', 'assemblyscript', 'bin', 'asc.js');
      const target = ['--target', 'debug', '--use', 'abort=', '--outFile', ENGINE];
      await run(process.execPath, [compiler, '--config', 'asconfig.json', ...target], options);
    } else await copyFile(join(ROOT, ENGINE), join(copy, ENGINE));
    // What is compiled of the copy is of no use after it.
    const env = { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' };
    await writeFile(join(copy, SCRIPT), script);
    const { stdout } = await run(process.execPath, [FLAG, SCRIPT], { ...options, env });
    return stdout.trim() || undefined;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}
