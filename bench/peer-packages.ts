/** The packages of bench/peers, and of folders in it, which are installed there alone. */

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PEERS = 'peers/';

/** Installs the packages, unless each is there in the version that is wanted. */
export async function installPeers(folder = PEERS): Promise<void> {
  const { dependencies = {} } = await readPackage(folder, 'package.json');
  const names = Object.keys(dependencies);
  const found = await Promise.all(names.map((name) => installedVersion(name, folder)));
  if (names.every((name, index) => found[index] === dependencies[name])) return;
  // Unlike `npm ci`, it leaves what is there where the registry is out of reach.
  const options = ['install', '--no-audit', '--no-fund', '--ignore-scripts'];
  const cwd = fileURLToPath(new URL(folder, import.meta.url));
  await promisify(execFile)('npm', options, { cwd });
}

/** Undefined where the package is not installed. */
export async function installedVersion(name: string, folder = PEERS): Promise<string | undefined> {
  const path = `node_modules/${name}/package.json`;
  return (await readPackage(folder, path).catch(() => undefined))?.version;
}

interface Package {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

async function readPackage(folder: string, path: string): Promise<Package> {
  const url = new URL(folder + path, import.meta.url);
  return JSON.parse(await readFile(url, 'utf8')) as Package;
}
