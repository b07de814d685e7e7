/**
 * The write barrier with one of its places left out: built in a copy of the project, and run under
 * the same random sequences, which must find it out.
 */

import { execFile } from 'node:child_process';
import { cp, glob, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COPIED = ['assembly', 'src', 'test', 'bench', 'schema', 'asconfig.json', 'package.json'];
/** A whole statement; the barrier itself is left alone. */
const SITE = /^\s*(?:if \(isSnapshotRunning\(\)\) )?(?:guard|keep)\(.*\);$/;
const BARRIER = 'memory/guard.ts';

const run = promisify(execFile);

export interface GuardSite {
  /** From the project's root. */
  readonly file: string;
  /** From 0. */
  readonly line: number;
  readonly text: string;
}

/** Places where a write is guarded, in the order of the files. */
export async function guardSites(): Promise<GuardSite[]> {
  const sites: GuardSite[] = [];
  for (const file of (await Array.fromAsync(glob('assembly/**/*.ts', { cwd: ROOT }))).sort()) {
    if (file.endsWith(BARRIER)) continue;
    const lines = (await readFile(join(ROOT, file), 'utf8')).split('\n');
    for (const [line, text] of lines.entries()) {
      if (SITE.test(text)) sites.push({ file, line, text: text.trim() });
    }
  }
  return sites;
}

/** What the sequences find without a guard; undefined when they find nothing. */
export async function findWithout(
  site: GuardSite,
  { seed, sequences }: { readonly seed: number; readonly sequences: number },
): Promise<string | undefined> {
  const copy = await mkdtemp(join(tmpdir(), 'massive-graph-guards-'));
  try {
    for (const name of COPIED) await cp(join(ROOT, name), join(copy, name), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    await mkdir(join(copy, 'build'));
    const path = join(copy, site.file);
    const lines = (await readFile(path, 'utf8')).split('\n');
    lines[site.line] = '  ;';
    await writeFile(path, lines.join('\n'));
    const compiler = join('node_modules', 'assemblyscript', 'bin', 'asc.js');
    const target = ['--target', 'debug', '--use', 'abort=', '--outFile', 'build/engine.wasm'];
    const options = { cwd: copy };
    await run(process.execPath, [compiler, '--config', 'asconfig.json', ...target], options);
    const script = `
      const { runSnapshots, SnapshotTally } = await import('./test/property/snapshot-sequence.ts');
      for (let seed = ${seed}; seed < ${seed + sequences}; seed++) {
        const difference = await runSnapshots(seed, new SnapshotTally());
        if (difference === undefined) continue;
        console.log(\`seed \${seed}: \${difference}\`);
        process.exit();
      }
      const { GrowthTally, runGrowth } = await import('./test/property/snapshot-growth.ts');
      const { OrderTally, runOrder } = await import('./test/property/snapshot-order.ts');
      const { ListTally, runLists } = await import('./test/property/snapshot-lists.ts');
      const { GrantTally, runGrants } = await import('./test/property/snapshot-grants.ts');
      console.log(
        (await runGrowth(${seed}, new GrowthTally())) ??
          (await runOrder(${seed}, new OrderTally())) ??
          (await runLists(${seed}, new ListTally())) ??
          (await runGrants(${seed}, new GrantTally())) ??
          '',
      );`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], options);
    return stdout.trim() || undefined;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}
