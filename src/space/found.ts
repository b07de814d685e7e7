/** The first records of a space: its genesis, its data definition and its first author. */

import type { RecordBody } from '../authority/body.ts';
import { type AuthorityRecord, signRecord } from '../authority/record.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import type { OrganisationKey } from '../crypto/organisation-key.ts';
import { parseDefinition } from '../definition/parse.ts';
import type { DefinitionSource } from './authority-change.ts';
import { DIRECTORY_LABEL } from './authority-writer.ts';

export interface FoundingParts {
  readonly definition: DefinitionSource | undefined;
  readonly organisation: () => Promise<OrganisationKey>;
  /** Gives the public key of the author to certify. */
  readonly author: () => Promise<Uint8Array>;
  readonly random: Random;
}

/** Makes the records, in order. The definition is parsed before any key is made. */
export async function found(parts: FoundingParts): Promise<readonly AuthorityRecord[]> {
  const { definition, random } = parts;
  if (definition === undefined) {
    throw new DatabaseError(
      ErrorCode.INVALID_INPUT,
      'a new space expected a data definition (--schema FILE or --demo), got none',
    );
  }
  const { source: sdl, file } = definition;
  parseDefinition(sdl, file === undefined ? {} : { file });
  const { name, owner, next, seed } = await parts.organisation();
  const author = await parts.author();
  const nonce = random.bytes(32);
  const genesis = signRecord({ kind: 'genesis', owner, next, name, nonce }, seed);
  const records = [genesis];
  const append = (body: RecordBody): void => {
    records.push(signRecord(body, seed));
  };
  const place = () => ({
    space: genesis.hash,
    height: records.length,
    previous: records.at(-1)?.hash ?? genesis.hash,
  });
  append({ kind: 'definition', ...place(), sdl });
  append({ kind: 'author', ...place(), author, label: DIRECTORY_LABEL });
  return records;
}
