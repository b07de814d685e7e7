/** The packages of bench/peers, which are installed there alone. */

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const FOLDER = new URL('peers/', import.meta.url);

/** Installs the packages, unless each is there in the version that is wanted. */
export async function installPeers(): Promise<void> {
  const { dependencies = {} } = await readPackage('package.json');
  const names = Object.keys(dependencies);
  const found = await Promise.all(names.map(installedVersion));
  if (names.every((name, index) => found[index] === dependencies[name])) return;
  // Unlike `npm ci`, it leaves what is there where the registry is out of reach.
  const options = ['install', '--no-audit', '--no-fund', '--ignore-scripts'];
  await promisify(execFile)('npm', options, { cwd: fileURLToPath(FOLDER) });
}

/** Undefined where the package is not installed. */
export async function installedVersion(name: string): Promise<string | undefined> {
  const found = await readPackage(`node_modules/${name}/package.json`).catch(() => undefined);
  return found?.version;
}

interface Package {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

async function readPackage(path: string): Promise<Package> {
  return JSON.parse(await readFile(new URL(path, FOLDER), 'utf8')) as Package;
}
