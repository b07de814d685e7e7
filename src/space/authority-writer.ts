/**
 * Writes records of the authority chain in the organisation's name: versions of the definition,
 * certified authors, rotations of its key, seals. The key is unlocked while writing goes on; the
 * record is made, checked and appended between two commits.
 */

import type { AuthorityChain } from '../authority/chain.ts';
import { type RecordBody, signRecord } from '../authority/record.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { FaultPoint, type Faults } from '../base/fault.ts';
import type { Random } from '../base/random.ts';
import { type OrganisationKey, successorOf } from '../crypto/organisation-key.ts';
import type { OrganisationStore } from '../crypto/organisation-store.ts';
import type { Replica } from './replica.ts';
import { sealOf } from './sealing.ts';
import type { Snapshots } from './snapshots.ts';
import type { Turns } from './turns.ts';

/** What the organisation certifies the author of a data directory as. */
export const DIRECTORY_LABEL = 'data directory';

export interface DefinitionSource {
  readonly source: string;
  /** Named in errors. */
  readonly file?: string;
}

export interface AuthorityWriterParts {
  readonly chain: AuthorityChain;
  readonly replica: Replica;
  readonly turns: Turns;
  readonly snapshots: Pick<Snapshots, 'isBusy' | 'idle'>;
  readonly organisation: OrganisationStore;
  readonly random: Random;
  readonly faults: Faults;
}

export class AuthorityWriter {
  readonly #parts: AuthorityWriterParts;

  constructor(parts: AuthorityWriterParts) {
    this.#parts = parts;
  }

  /** Makes a definition the next version, unless it is the current one word for word. */
  async define({ source, file }: DefinitionSource): Promise<void> {
    const { chain } = this.#parts;
    const isCurrent = () => source === chain.definition.source;
    if (isCurrent()) return;
    await this.#write(() =>
      isCurrent() ? undefined : { kind: 'definition', ...chain.nextPlace, sdl: source },
    ).catch((error: unknown) => {
      throw inFile(error, file);
    });
  }

  /** Whether the author is new. */
  async certify(author: Uint8Array, label: string): Promise<boolean> {
    const { chain } = this.#parts;
    const isCertified = () => chain.isAuthor(author, chain.length);
    if (isCertified()) return false;
    return await this.#write(() =>
      isCertified() ? undefined : { kind: 'author', ...chain.nextPlace, author, label },
    );
  }

  /**
   * Puts the pre-committed key in force. Its keys are on disk before the record that needs them,
   * and the older ones go after it, so that a stop at any step leaves those that the chain names.
   */
  async rotate(): Promise<void> {
    const { chain, turns, organisation, replica, random, faults } = this.#parts;
    const key = await this.#unlock();
    const successor = successorOf(key, random);
    const { owner, next } = successor;
    await turns.exclusive(async () => {
      const body: RecordBody = { kind: 'rotation', ...chain.nextPlace, owner, next };
      const record = signRecord(body, successor.seed);
      chain.check(record);
      await onKeys(() => organisation.stage(successor));
      faults.reach(FaultPoint.ROTATION_STAGED);
      await replica.writeRecord(record);
      faults.reach(FaultPoint.ROTATION_APPENDED);
      await onKeys(() => organisation.settle(owner));
      faults.reach(FaultPoint.ROTATION_SETTLED);
    });
  }

  /**
   * Seals every commit that is here, while no snapshot is copied; whether there was one to seal.
   * Writing waits for no snapshot: one that has begun when the turn comes is waited for again.
   */
  async seal(): Promise<boolean> {
    const { chain, turns, replica, snapshots } = this.#parts;
    const { seed } = await this.#unlock();
    for (;;) {
      await snapshots.idle();
      const isSealed = await turns.exclusive(async () => {
        if (snapshots.isBusy) return undefined;
        const sealed = sealOf(replica.frontier, chain);
        if (sealed === undefined) return false;
        const body: RecordBody = { kind: 'seal', ...chain.nextPlace, ...sealed };
        await replica.writeRecord(signRecord(body, seed));
        return true;
      });
      if (isSealed !== undefined) return isSealed;
    }
  }

  /** Writes what `bodyOf` makes when its turn comes; whether it makes anything. */
  async #write(bodyOf: () => RecordBody | undefined): Promise<boolean> {
    const { turns, replica } = this.#parts;
    const { seed } = await this.#unlock();
    return await turns.exclusive(async () => {
      const body = bodyOf();
      if (body !== undefined) await replica.writeRecord(signRecord(body, seed));
      return body !== undefined;
    });
  }

  #unlock(): Promise<OrganisationKey> {
    const { organisation, chain } = this.#parts;
    return onKeys(() => organisation.unlock(chain.owner));
  }
}

/** A key file that the disk refuses says nothing of the log: writing goes on. */
async function onKeys<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? keysUnavailable(error) : error;
  }
}

function keysUnavailable(cause: Error): DatabaseError {
  return new DatabaseError(
    ErrorCode.UNAVAILABLE,
    `the keys of the organisation expected to be read and written, got: ${cause.message}`,
    { cause },
  );
}

/** The same error with the name of the file that its position is in. */
function inFile(error: unknown, file: string | undefined): unknown {
  if (!(error instanceof DatabaseError) || error.position === undefined || file === undefined) {
    return error;
  }
  const position = { ...error.position, file };
  return new DatabaseError(error.code, error.message, { ...error, position, cause: error.cause });
}
