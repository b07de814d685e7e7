/**
 * Permissions of a space: its model, its grants, and the questions that they answer, as of the head
 * of the authority chain or an earlier record. Changes are records of the chain.
 */

import { contextAt } from '../access/context-at.ts';
import { Explanations } from '../access/explain.ts';
import type { Explanation, ReducedExplanation } from '../access/explanation.ts';
import { HeldGrants } from '../access/held-grants.ts';
import { parseModel } from '../access/parse-model.ts';
import { type ModelPreview, previewModel } from '../access/preview.ts';
import {
  type CheckQuestion,
  expectAnswerable,
  type ListObjectsQuestion,
  type ListUsersQuestion,
} from '../access/question.ts';
import {
  type ObjectName,
  parseSubject,
  type Subject,
  sameCondition,
  type Tuple,
  WILDCARD,
} from '../access/tuple.ts';
import type { RecordBody } from '../authority/body.ts';
import type { AuthorityChain } from '../authority/chain.ts';
import { grantingRelation } from '../authority/granting-relation.ts';
import type { PermissionBody, Request, WrittenGrant } from '../authority/permission-body.ts';
import type { PermissionChain, PermissionVersion } from '../authority/permission-chain.ts';
import { signRequest } from '../authority/request.ts';
import { writtenGrant } from '../authority/written-grant.ts';
import type { Clock } from '../base/clock.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { RECORD_GRANTS_MAX } from '../base/identity-limits.ts';
import type { Random } from '../base/random.ts';
import type { AuthorKey } from '../crypto/author-key.ts';
import type { Engine } from '../engine/engine.ts';
import type { DefinitionSource, PermissionWriter, Revoked } from './authority-change.ts';
import { ReadRights } from './read-rights.ts';

const REQUEST_BYTES = 16;
/** Who may see or change all permissions has `read` or `write` of this object. */
const SPACE_OBJECT: ObjectName = { type: 'space', id: 'this' };

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

/** Hears of a record about permissions that has come into force. */
export type PermissionListener = (body: PermissionBody) => void;

export interface SpaceAccessParts {
  readonly engine: Engine;
  readonly chain: AuthorityChain;
  readonly permissions: PermissionChain;
  readonly clock: Clock;
  readonly random: Random;
  /** Throws where the space is only read. */
  readonly writing: () => { readonly authority: PermissionWriter; readonly key: AuthorKey };
}

export class SpaceAccess {
  readonly #parts: SpaceAccessParts;
  readonly #explanations: Explanations;
  readonly #held: HeldGrants;
  readonly #listeners = new Set<PermissionListener>();

  constructor(parts: SpaceAccessParts) {
    this.#parts = parts;
    this.#explanations = new Explanations(parts.engine);
    this.#held = new HeldGrants(parts.engine);
  }

  /** Whether no model is in force, so that everybody may do everything. */
  get isOpen(): boolean {
    return this.#parts.permissions.newest === undefined;
  }

  /** Height of the head of the authority chain. */
  get height(): number {
    return this.#parts.chain.length - 1;
  }

  /** Hash of the record at a height. */
  recordAt(height: number): Uint8Array {
    return this.#parts.chain.hashAt(height);
  }

  /** What is in force as of a height; undefined where nothing is. */
  version({ height = this.height }: AsOfHeight = {}): PermissionVersion | undefined {
    return this.#parts.permissions.at(height);
  }

  /** Throws NOT_FOUND or INVALID_INPUT where the model cannot answer the question. */
  check(question: Asked<CheckQuestion>, asOf?: AsOfHeight): boolean {
    const { given, ...at } = this.#asOf(asOf);
    const full = { ...given, ...question };
    expectAnswerable(at.model, answerable(full));
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

  /** Why a question is answered as it is, for who may see the grants that decide. */
  explain(question: Asked<CheckQuestion>, asOf?: AsOfHeight): Explanation {
    const { given, ...at } = this.#asOf(asOf);
    const full = { ...given, ...question };
    expectAnswerable(at.model, full);
    return this.#explanations.explain(full, at);
  }

  /** The same for everybody: it tells nothing of what others are granted. */
  explainReduced(question: Asked<CheckQuestion>, asOf?: AsOfHeight): ReducedExplanation {
    const { given, ...at } = this.#asOf(asOf);
    const full = { ...given, ...question };
    expectAnswerable(at.model, full);
    return this.#explanations.explainReduced(full, at);
  }

  /** Who would gain and who would lose what, if a model were the next version. */
  async preview(text: string): Promise<ModelPreview> {
    const next = parseModel(text);
    const { engine, random } = this.#parts;
    const { given, model: current, height } = this.#asOf();
    return await previewModel(engine, { current, next, height, context: given.context, random });
  }

  /** Whether an actor may grant a relation of an object, and so see who else has it. */
  mayGrant(actor: string, object: ObjectName, relation: string): boolean {
    const version = this.version();
    const type = version?.model.types.get(object.type);
    const granting = type === undefined ? undefined : grantingRelation(type, relation);
    return granting !== undefined && this.#holds(actor, granting, object);
  }

  /** Whether an actor may see, or change, all permissions: everybody in an open space. */
  mayAdminister(actor: string, verb: 'read' | 'write'): boolean {
    const version = this.version();
    if (version === undefined) return true;
    const isDefined = version.model.types.get(SPACE_OBJECT.type)?.relations.has(verb) === true;
    return isDefined && this.#holds(actor, verb, SPACE_OBJECT);
  }

  /** What an actor may read by name; undefined in an open space, where that is everything. */
  readRights(actor: string, { height = this.height }: AsOfHeight = {}): ReadRights | undefined {
    const { permissions, clock } = this.#parts;
    return ReadRights.of({ permissions, height, now: clock.now(), actor });
  }

  /** The grant of a relation of an object to a subject that holds, with its condition. */
  held({ object, relation, subject }: Omit<Tuple, 'condition'>): Tuple | undefined {
    const [found] = this.#held.to(object, relation, subject, this.height);
    return found?.tuple;
  }

  /** Calls `listener` after each record that makes or ends grants, or changes the model. */
  watch(listener: PermissionListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells those who watch of a record that has come into force. */
  publish(body: RecordBody): void {
    if (body.kind !== 'model' && body.kind !== 'grants' && body.kind !== 'revocation') return;
    for (const listener of this.#listeners) listener(body);
  }

  /** Makes a model the next version, unless it is the current one; whether it did. */
  async installModel(source: DefinitionSource): Promise<boolean> {
    return await this.#parts.writing().authority.installModel(source);
  }

  async grant(grants: readonly WrittenGrant[], { actor }: ChangeOptions = {}): Promise<void> {
    await this.#parts.writing().authority.grant(grants, this.#request('grants', grants, actor));
  }

  /** Makes, as the owner, those of the grants that do not hold just so; how many that were. */
  async ensure(grants: readonly Tuple[]): Promise<number> {
    const lacking = grants.filter((grant) => {
      const held = this.held(grant);
      return held === undefined || !sameCondition(held.condition, grant.condition);
    });
    for (let first = 0; first < lacking.length; first += RECORD_GRANTS_MAX) {
      await this.grant(lacking.slice(first, first + RECORD_GRANTS_MAX).map(writtenGrant));
    }
    return lacking.length;
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

  #holds(actor: string, relation: string, object: ObjectName): boolean {
    const { given, ...at } = this.#asOf();
    const question = { ...given, object, relation, subject: parseSubject(actor) };
    return this.#parts.permissions.permissions.check(question, at);
  }

  #asOf({ height = this.height }: AsOfHeight = {}) {
    const { permissions, clock } = this.#parts;
    const version = permissions.at(height);
    if (version === undefined) throw noModel(height);
    const given = { context: contextAt(clock.now()), contextualTuples: [] };
    return { given, model: version.model, height };
  }
}

/** OpenFGA knows no question about all of a type, which is one about any of them here. */
function answerable(question: CheckQuestion): CheckQuestion {
  const { object } = question;
  return object.id === WILDCARD ? { ...question, object: { ...object, id: 'any' } } : question;
}

function noModel(height: number): DatabaseError {
  const message = `a question as of height ${height} expected a permission model, got none`;
  return new DatabaseError(ErrorCode.NOT_FOUND, message);
}
