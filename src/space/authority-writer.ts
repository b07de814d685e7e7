/**
 * Writes records of the authority chain in the organisation's name. The key is unlocked while
 * writing goes on; the record is made, checked and appended between two commits.
 */

import { parseModel } from '../access/parse-model.ts';
import type { PlacedBody, RecordBody } from '../authority/body.ts';
import type { AuthorSequence } from '../authority/body-fields.ts';
import type { AuthorityChain } from '../authority/chain.ts';
import type { EpochVoter } from '../authority/epoch-body.ts';
import type { Request, WrittenGrant } from '../authority/permission-body.ts';
import type { PermissionChain } from '../authority/permission-chain.ts';
import { signRecord } from '../authority/record.ts';
import { compareBytes } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { FaultPoint, type Faults } from '../base/fault.ts';
import type { Random } from '../base/random.ts';
import { type OrganisationKey, successorOf } from '../crypto/organisation-key.ts';
import type { OrganisationStore } from '../crypto/organisation-store.ts';
import type { DefinitionSource, PermissionWriter, Revoked } from './authority-change.ts';
import type { CouncilSeat } from './council-seat.ts';
import { writeBetweenSnapshots } from './record-turn.ts';
import type { Replica } from './replica.ts';
import { sealOf, unsealedAuthors } from './sealing.ts';
import type { Snapshots } from './snapshots.ts';
import type { Turns } from './turns.ts';

/** What the organisation certifies the author of a data directory as. */
export const DIRECTORY_LABEL = 'data directory';

export interface AuthorityWriterParts {
  readonly chain: AuthorityChain;
  readonly permissions: PermissionChain;
  readonly replica: Replica;
  readonly turns: Turns;
  readonly snapshots: Pick<Snapshots, 'isBusy' | 'idle'>;
  readonly organisation: OrganisationStore;
  readonly seat: CouncilSeat;
  readonly random: Random;
  readonly faults: Faults;
}

export class AuthorityWriter implements PermissionWriter {
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

  /** Whether the author is new. One of a member writes for its principals alone. */
  async certify(author: Uint8Array, label: string, organisation?: string): Promise<boolean> {
    const { chain } = this.#parts;
    const isCertified = () => chain.isAuthor(author, chain.length);
    if (isCertified()) return false;
    const own = organisation === undefined ? { label } : { label, organisation };
    return await this.#write(() =>
      isCertified() ? undefined : { kind: 'author', ...chain.nextPlace, author, ...own },
    );
  }

  /** Lets an organisation share the space, by its root key. */
  async addMember(name: string, key: Uint8Array): Promise<void> {
    await this.#write(() => ({ kind: 'member', ...this.#parts.chain.nextPlace, name, key }));
  }

  /** Makes a permission model the next version, unless it is the current one word for word. */
  async installModel({ source: model, ...options }: DefinitionSource): Promise<boolean> {
    const { chain, permissions } = this.#parts;
    const isCurrent = () => model === permissions.newest?.text;
    if (isCurrent()) return false;
    // Mistakes of the model are told with its file; what the chain refuses may lie elsewhere.
    parseModel(model, options);
    return await this.#write(() =>
      isCurrent()
        ? undefined
        : { kind: 'model', ...chain.nextPlace, model, frontier: this.#frontier() },
    );
  }

  /** Makes grants; the owner's own where nobody asks for them. */
  async grant(grants: readonly WrittenGrant[], request?: Request): Promise<void> {
    const asking = request === undefined ? {} : { request };
    const place = () => this.#parts.chain.nextPlace;
    await this.#write(() => ({ kind: 'grants', ...place(), grants, ...asking }));
  }

  /** Ends grants, and the right of authors and members to write. */
  async revoke(revoked: Revoked, request?: Request): Promise<void> {
    const { grants = [], authors = [], members = [] } = revoked;
    const ended = { grants, authors: [...authors].sort(compareBytes), members };
    const asking = request === undefined ? {} : { request };
    await this.#write(() => {
      const place = { ...this.#parts.chain.nextPlace, frontier: this.#frontier() };
      return { kind: 'revocation', ...place, ...ended, ...asking };
    });
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

  /** Lets organisations vote on every record from here on, each with a key and a weight. */
  async beginEpoch(voters: readonly EpochVoter[]): Promise<void> {
    const { chain } = this.#parts;
    const ascending = voters.toSorted((left, right) => compareBytes(left.key, right.key));
    await this.#write(() => {
      const epoch = (chain.voters?.epoch ?? 0) + 1;
      return { kind: 'epoch', ...chain.nextPlace, epoch, voters: ascending };
    });
  }

  /** Seals every commit that is here; whether there was one to seal. */
  async seal(): Promise<boolean> {
    const { chain, replica } = this.#parts;
    if (chain.voters !== undefined) {
      const sealed = sealOf(replica.frontier, chain);
      if (sealed !== undefined) await this.#parts.seat.ask({ kind: 'seal', ...sealed });
      return sealed !== undefined;
    }
    const { seed } = await this.#unlock();
    return await writeBetweenSnapshots(this.#parts, () => {
      const sealed = sealOf(replica.frontier, chain);
      if (sealed === undefined) return undefined;
      return signRecord({ kind: 'seal', ...chain.nextPlace, ...sealed }, seed);
    });
  }

  /** What narrows rights here leaves alone everything that is here. */
  #frontier(): AuthorSequence[] {
    const { replica, chain } = this.#parts;
    return unsealedAuthors(replica.frontier, chain);
  }

  /**
   * Writes what `bodyOf` makes when its turn comes, or asks the members for it; whether it makes
   * anything.
   */
  async #write(bodyOf: () => PlacedBody | undefined): Promise<boolean> {
    const { turns, replica, chain, seat } = this.#parts;
    if (chain.voters !== undefined) {
      const body = bodyOf();
      if (body !== undefined) await seat.ask(body);
      return body !== undefined;
    }
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
