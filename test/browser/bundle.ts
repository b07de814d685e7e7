/** A module and all it imports as one script for a page. */

import { fileURLToPath } from 'node:url';
import { build } from 'vite';

export interface Bundle {
  readonly code: string;
  /** Files from the root of the repository, and what stands in for modules of Node. */
  readonly modules: readonly string[];
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** What Vite puts in the place of a module that browsers do not have. */
const NOT_IN_BROWSERS = '__vite-browser-external';

export async function bundleForBrowser(path: string): Promise<Bundle> {
  const built = await build({
    configFile: false,
    root: ROOT,
    publicDir: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: false,
      rolldownOptions: { input: `${ROOT}${path}`, preserveEntrySignatures: 'strict' },
    },
  });
  if (Array.isArray(built) || !('output' in built)) {
    throw new Error('assertion failed: one entry gives one output');
  }
  const [chunk, ...others] = built.output;
  if (others.length > 0) throw new Error('assertion failed: a script for a page is one file');
  const modules = chunk.moduleIds.map((id) => id.replace(ROOT, ''));
  return { code: chunk.code, modules };
}

/** Modules of Node that a bundle would miss in a browser, and globals of Node that it names. */
export function nodeOnly({ code, modules }: Bundle): string[] {
  const missing = modules.filter((id) => id.includes(NOT_IN_BROWSERS));
  const globals = [...code.matchAll(/(?<!\.)\b(?:Buffer|process)\b(?=\.)/g)];
  return [...missing, ...new Set(globals.map(([name]) => name))];
}
