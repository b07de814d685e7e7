/** The engine with one line of its source altered: built and run in a copy of the project. */

import { execFile } from 'node:child_process';
import { cp, glob, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COPIED = ['assembly', 'src', 'test', 'bench', 'schema', 'asconfig.json', 'package.json'];

const run = promisify(execFile);

export interface SourceSite {
  /** From the project's root. */
  readonly file: string;
  /** From 0. */
  readonly line: number;
  readonly text: string;
}

/** Lines of the engine that a pattern fits, in the order of the files. */
export async function sitesOf(
  pattern: RegExp,
  { files, except }: { readonly files: string; readonly except: readonly string[] },
): Promise<SourceSite[]> {
  const sites: SourceSite[] = [];
  for (const file of (await Array.fromAsync(glob(files, { cwd: ROOT }))).sort()) {
    if (except.some((name) => file.endsWith(name))) continue;
    const lines = (await readFile(join(ROOT, file), 'utf8')).split('\n');
    for (const [line, text] of lines.entries()) {
      if (pattern.test(text)) sites.push({ file, line, text: text.trim() });
    }
  }
  return sites;
}

/** What a script prints with a line of the engine altered; undefined where it is nothing. */
export async function runAltered(
  site: SourceSite,
  alter: (lines: string[]) => void,
  script: string,
): Promise<string | undefined> {
  const copy = await mkdtemp(join(tmpdir(), 'massive-graph-planted-'));
  try {
    for (const name of COPIED) await cp(join(ROOT, name), join(copy, name), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    await mkdir(join(copy, 'build'));
    const path = join(copy, site.file);
    const lines = (await readFile(path, 'utf8')).split('\n');
    alter(lines);
    await writeFile(path, lines.join('\n'));
    const compiler = join('node_modules', 'assemblyscript', 'bin', 'asc.js');
    const target = ['--target', 'debug', '--use', 'abort=', '--outFile', 'build/engine.wasm'];
    const options = { cwd: copy };
    await run(process.execPath, [compiler, '--config', 'asconfig.json', ...target], options);
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], options);
    return stdout.trim() || undefined;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}
