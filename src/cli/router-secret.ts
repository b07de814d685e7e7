/** Where `serve` gets the secret from that a gateway shows. */

import { readFile } from 'node:fs/promises';
import { ROUTER_SECRET_BYTES_MAX, ROUTER_SECRET_BYTES_MIN } from '../base/limits.ts';
import { checkFiles } from './arguments.ts';
import { UsageError } from './usage-error.ts';

/** The text of the file without its last line break, as a header may hold it. */
export async function readRouterSecret(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  await checkFiles([file], '--router-secret-file');
  const secret = (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  const { length } = secret;
  const isHeader = /^[\x21-\x7e]+$/.test(secret);
  if (isHeader && length >= ROUTER_SECRET_BYTES_MIN && length <= ROUTER_SECRET_BYTES_MAX) {
    return secret;
  }
  const bounds = `${ROUTER_SECRET_BYTES_MIN} to ${ROUTER_SECRET_BYTES_MAX}`;
  const expected = `a router secret expected ${bounds} characters of ASCII without spaces`;
  const got = isHeader ? String(length) : 'others';
  throw new UsageError(`${file}: ${expected}, got ${got}`, 'Try: openssl rand -hex 32');
}
