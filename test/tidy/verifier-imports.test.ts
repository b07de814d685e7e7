/** What verifies proofs must run where there is no database: in a browser, or years from now. */

import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { expect, test } from 'vitest';
import { importPaths } from './source-text.ts';

const ROOT = new URL('../../', import.meta.url);
const ALLOWED = [
  ...['src/base/', 'src/crypto/', 'src/quorum/', 'src/delta/', 'src/definition/'],
  ...['src/authority/', 'src/proof/'],
  'src/access/principal.ts',
  // Numbers and types alone.
  ...[
    'assembly/abi.ts',
    'assembly/abi-collections.ts',
    'assembly/abi-texts.ts',
    'src/engine/direction.ts',
  ],
];

/** Files and packages that a file comes to import, itself included. */
async function reachable(from: string): Promise<{ files: string[]; packages: string[] }> {
  const files = new Set([from]);
  const packages = new Set<string>();
  for (const path of files) {
    for (const target of importPaths(await readFile(new URL(path, ROOT), 'utf8'))) {
      if (target.startsWith('.')) files.add(posix.join(posix.dirname(path), target));
      else packages.add(target);
    }
  }
  return { files: [...files], packages: [...packages].sort() };
}

test('[P1] a proof is verified without engine, log, space, file or network', async () => {
  const { files, packages } = await reachable('src/proof/verify.ts');
  expect(files).toContain('src/authority/chain.ts');
  expect(files.filter((file) => !ALLOWED.some((start) => file.startsWith(start)))).toEqual([]);
  expect(packages.filter((name) => name.startsWith('node:'))).toEqual(['node:crypto']);
});
