/**
 * Permissions of a space: its model, its grants, and the questions that they answer, as of the head
 * of the authority chain or an earlier record. Changes are records of the chain.
 */

import { contextAt } from '../access/context-at.ts';
import {
  type CheckQuestion,
  expectAnswerable,
  type ListObjectsQuestion,
  type ListUsersQuestion,
} from '../access/question.ts';
import type { ObjectName, Subject } from '../access/tuple.ts';
import type { AuthorityChain } from '../authority/chain.ts';
import type { Request, WrittenGrant } from '../authority/permission-body.ts';
import type { PermissionChain, PermissionVersion } from '../authority/permission-chain.ts';
import { signRequest } from '../authority/request.ts';
import type { Clock } from '../base/clock.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import type { AuthorKey } from '../crypto/author-key.ts';
import type { DefinitionSource, PermissionWriter, Revoked } from './authority-change.ts';

const REQUEST_BYTES = 16;

/** As of a height of the authority chain; its head where absent. */
export interface AsOfHeight {
  readonly height?: number;
}

/** Who asks for a change: a principal, or the owner itself where absent. */
export interface ChangeOptions {
  readonly actor?: string;
}

/** A question without what comes from the space itself: the time, and no grants of its own. */
type Asked<Question extends CheckQuestion | ListObjectsQuestion | ListUsersQuestion> = Omit<
  Question,
  'context' | 'contextualTuples'
> &
  Partial<Question>;

export interface SpaceAccessParts {
  readonly chain: AuthorityChain;
  readonly permissions: PermissionChain;
  readonly clock: Clock;
  readonly random: Random;
  /** Throws where the space is only read. */
  readonly writing: () => { readonly authority: PermissionWriter; readonly key: AuthorKey };
}

export class SpaceAccess {
  readonly #parts: SpaceAccessParts;

  constructor(parts: SpaceAccessParts) {
    this.#parts = parts;
  }

  /** Whether no model is in force, so that everybody may do everything. */
  get isOpen(): boolean {
    return this.#parts.permissions.newest === undefined;
  }

  /** Height of the head of the authority chain. */
  get height(): number {
    return this.#parts.chain.length - 1;
  }

  /** What is in force as of a height; undefined where nothing is. */
  version({ height = this.height }: AsOfHeight = {}): PermissionVersion | undefined {
    return this.#parts.permissions.at(height);
  }

  /** Throws NOT_FOUND or INVALID_INPUT where the model cannot answer the question. */
  check(question: Asked<CheckQuestion>, asOf?: AsOfHeight): boolean {
    const { given, ...at } = this.#asOf(asOf);
    const full = { ...given, ...question };
    expectAnswerable(at.model, full);
    return this.#parts.permissions.permissions.check(full, at);
  }

  listObjects(question: Asked<ListObjectsQuestion>, asOf?: AsOfHeight): ObjectName[] {
    const { given, ...at } = this.#asOf(asOf);
    const full = { ...given, ...question };
    expectAnswerable(at.model, full);
    return this.#parts.permissions.permissions.listObjects(full, at);
  }

  listUsers(question: Asked<ListUsersQuestion>, asOf?: AsOfHeight): Subject[] {
    const { given, ...at } = this.#asOf(asOf);
    const full = { ...given, ...question };
    expectAnswerable(at.model, full);
    return this.#parts.permissions.permissions.listUsers(full, at);
  }

  /** Makes a model the next version, unless it is the current one; whether it did. */
  async installModel(source: DefinitionSource): Promise<boolean> {
    return await this.#parts.writing().authority.installModel(source);
  }

  async grant(grants: readonly WrittenGrant[], { actor }: ChangeOptions = {}): Promise<void> {
    await this.#parts.writing().authority.grant(grants, this.#request('grants', grants, actor));
  }

  async revoke(revoked: Revoked, { actor }: ChangeOptions = {}): Promise<void> {
    const request = this.#request('revocation', revoked.grants ?? [], actor);
    await this.#parts.writing().authority.revoke(revoked, request);
  }

  #request(
    kind: 'grants' | 'revocation',
    grants: readonly WrittenGrant[],
    actor: string | undefined,
  ): Request | undefined {
    if (actor === undefined) return undefined;
    const { chain, random, writing } = this.#parts;
    const { key } = writing();
    const asking = { actor, author: key.publicKey, id: random.bytes(REQUEST_BYTES) };
    return signRequest({ space: chain.space, kind, grants }, asking, key.seed);
  }

  #asOf({ height = this.height }: AsOfHeight = {}) {
    const { permissions, clock } = this.#parts;
    const version = permissions.at(height);
    if (version === undefined) throw noModel(height);
    const given = { context: contextAt(clock.now()), contextualTuples: [] };
    return { given, model: version.model, height };
  }
}

function noModel(height: number): DatabaseError {
  const message = `a question as of height ${height} expected a permission model, got none`;
  return new DatabaseError(ErrorCode.NOT_FOUND, message);
}
