/**
 * The packages of this folder, which are installed here alone: in CI they must be, elsewhere tests
 * that need them are skipped where the registry is out of reach.
 *
 * They are put together beside the folder and moved in whole, so that nobody who walks the sources
 * meanwhile meets half of them, and of two who install at a time one wins.
 */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const BUILD = fileURLToPath(new URL('../../build', import.meta.url));
const MODULES = 'node_modules';
/** In the installed folder: the digest of the lock that it was made from. */
const STAMP = '.lock-digest';
const DESCRIPTIONS = ['package.json', 'package-lock.json'];
const INSTALL = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];

/** Whether they are there now. Where not, a line says so. */
export async function installGateways(): Promise<boolean> {
  try {
    await install();
    return true;
  } catch (error) {
    if (process.env.CI === 'true') throw error;
    process.stdout.write(
      'federation gateways cannot be installed here: nothing is proved of them\n',
    );
    return false;
  }
}

async function install(): Promise<void> {
  const lock = await readFile(join(FOLDER, 'package-lock.json'));
  const digest = createHash('sha256').update(lock).digest('hex');
  if ((await installedDigest()) === digest) return;
  await mkdir(BUILD, { recursive: true });
  const stage = await mkdtemp(join(BUILD, 'gateways-'));
  try {
    for (const name of DESCRIPTIONS) await copyFile(join(FOLDER, name), join(stage, name));
    await promisify(execFile)('npm', INSTALL, { cwd: stage });
    await writeFile(join(stage, MODULES, STAMP), digest);
    await rename(join(FOLDER, MODULES), join(stage, 'old')).catch(ignoreMissing);
    await rename(join(stage, MODULES), join(FOLDER, MODULES)).catch(async (error: unknown) => {
      if ((await installedDigest()) !== digest) throw error;
    });
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

function installedDigest(): Promise<string | undefined> {
  return readFile(join(FOLDER, MODULES, STAMP), 'utf8').catch(() => undefined);
}

function ignoreMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
