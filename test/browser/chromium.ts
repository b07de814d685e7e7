/** The browser of the tests: in CI one must be there, elsewhere its tests are skipped without. */

import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
/** Chromium looks for its own services unless told not to. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Says so where a test must be skipped. */
export function canRunChromium(what: string): boolean {
  const canRun = existsSync(CHROMIUM) || process.env.CI === 'true';
  if (!canRun) process.stderr.write(`${what} is skipped: it expected ${CHROMIUM}, got none\n`);
  return canRun;
}

export function launchChromium(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: [...QUIET, ...more] });
}
