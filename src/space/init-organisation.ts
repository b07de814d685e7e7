/** Makes an organisation's keys in a data directory, before it has a space. */

import { expectName } from '../authority/record.ts';
import { makeDirectory } from '../base/durable-file.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { systemRandom } from '../base/random.ts';
import type { OrganisationKey } from '../crypto/organisation-key.ts';
import { DirectoryOrganisation } from '../crypto/organisation-store.ts';
import { lockDirectory } from '../log/directory-lock.ts';
import { FileLog } from '../log/file-log.ts';

export interface InitOptions {
  readonly directory: string;
  readonly name: string;
  readonly passphrase: string | undefined;
}

/** Throws ALREADY_EXISTS where there are keys, or a space whose keys are kept elsewhere. */
export async function initOrganisation(options: InitOptions): Promise<OrganisationKey> {
  const { directory, name, passphrase } = options;
  expectName(name);
  await makeDirectory(directory);
  using _ = await lockDirectory(directory);
  const store = new DirectoryOrganisation({ directory, passphrase, random: systemRandom });
  if ((await store.has()) || (await FileLog.isIn(directory))) {
    throw new DatabaseError(
      ErrorCode.ALREADY_EXISTS,
      `a new organisation expected a directory without one, got ${directory}`,
    );
  }
  return await store.obtain(name);
}
