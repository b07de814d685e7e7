/** The servers of bench/peers that area `api` measures beside this database. */

import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const API_PEERS = [
  'yoga',
  'yoga with graphql-jit',
  'mercurius with jit',
  'apollo-server',
] as const;

const FOLDER = new URL('../peers/', import.meta.url);
const LAST = 'node_modules/mercurius/package.json';

/** Installs the packages of the peers, unless they are there. */
export async function installPeers(): Promise<void> {
  if (await isThere(LAST)) return;
  const options = ['install', '--no-audit', '--no-fund', '--ignore-scripts'];
  await promisify(execFile)('npm', options, { cwd: fileURLToPath(FOLDER) });
}

function isThere(file: string): Promise<boolean> {
  return stat(new URL(file, FOLDER)).then(
    () => true,
    () => false,
  );
}
