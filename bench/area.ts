/** Areas are files of one folder, named on the command line: bench/areas and test/soak. */

import { readdir } from 'node:fs/promises';

export async function areaNames(folder: URL): Promise<string[]> {
  const entries = await readdir(folder).catch(() => []);
  return entries
    .filter((entry) => entry.endsWith('.ts'))
    .map((entry) => entry.slice(0, -'.ts'.length))
    .sort();
}

/** The area that the arguments name, or what to say to who named none or an unknown one. */
export function chooseArea(
  positionals: readonly string[],
  names: readonly string[],
): { readonly area: string } | { readonly problem: string } {
  const [area, ...more] = positionals;
  if (area !== undefined && more.length === 0 && names.includes(area)) return { area };
  const got = positionals.length === 0 ? 'none' : positionals.join(' ');
  return { problem: `area expected one of ${names.join(', ') || '(none yet)'}, got ${got}` };
}
