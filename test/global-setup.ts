/** Runs once before all tests. */

import { fileURLToPath } from 'node:url';
import { buildEngineIfStale } from '../assembly/build.js';

const COMPILE_CACHE = new URL('../build/compile-cache', import.meta.url);

/**
 * A failing build is reported and not thrown, so that the tests that need no engine still say what
 * they know; the run as a whole fails at the tidy test "the engine is newer than its sources".
 */
export async function setup(): Promise<void> {
  // For the workers and what they start, be it killed before it could write one: as a command.
  process.env.NODE_COMPILE_CACHE ??= fileURLToPath(COMPILE_CACHE);
  await buildEngineIfStale().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  });
}
