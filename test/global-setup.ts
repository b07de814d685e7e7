/** Runs once before all tests. */

import { buildEngineIfStale } from '../assembly/build.js';

/**
 * A failing build is reported and not thrown, so that the tests that need no engine still say what
 * they know; the run as a whole fails at the tidy test "the engine is newer than its sources".
 */
export async function setup(): Promise<void> {
  await buildEngineIfStale().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  });
}
