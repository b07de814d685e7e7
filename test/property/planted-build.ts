/** The engine with one line of its source altered, in a copy of the project. */

import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInCopy } from './planted-copy.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

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
export function runAltered(
  { file }: SourceSite,
  alter: (lines: string[]) => void,
  script: string,
): Promise<string | undefined> {
  const change = (text: string) => {
    const lines = text.split('\n');
    alter(lines);
    return lines.join('\n');
  };
  return runInCopy({ file, change, isOfEngine: true }, script);
}
