/** The engine with one line of its source altered, in a copy of the project. */

import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInCopy } from './planted-copy.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Of what was found, as much as is printed: a difference of answers may be long. */
const FOUND_LENGTH = 200;

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

/** A line for each place, of what was found with it altered; throws where that is nothing. */
export async function findEach<Site extends SourceSite>(
  sites: readonly Site[],
  find: (site: Site) => Promise<string | undefined>,
): Promise<string[]> {
  const lines: string[] = [];
  for (const site of sites) {
    const place = `${site.file}:${site.line + 1} ${site.text}`;
    const found = await find(site);
    if (found === undefined) throw new Error(`without ${place} nothing was found`);
    lines.push(`${place}: ${found.slice(0, FOUND_LENGTH)}`);
  }
  return [...lines, `${lines.length} places, each found out`];
}
