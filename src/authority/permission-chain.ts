/**
 * What the chain says of permissions, in the memory of an engine: models with the data definition
 * they go with, and grants, each from its height on. Who asks for a grant must have the right to
 * give it.
 */

import { AccessError } from '../access/access-error.ts';
import { type ElementRules, elementRules, expectRelations } from '../access/element-rules.ts';
import { kindsOfGrants } from '../access/grant-kinds.ts';
import { GrantWriter } from '../access/grants.ts';
import type { Model } from '../access/model.ts';
import { Permissions } from '../access/permissions.ts';
import { USER_TYPE } from '../access/principal.ts';
import {
  expectFitting,
  fits,
  formatSubject,
  formatTuple,
  parseGrantedObject,
  parseRelation,
  parseSubject,
  type Subject,
  type Tuple,
} from '../access/tuple.ts';
import { toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Definition } from '../definition/definition.ts';
import type { Engine } from '../engine/engine.ts';
import type { RecordBody } from './body.ts';
import type { AuthorityChain, PermissionJudge } from './chain.ts';
import { grantingRelation } from './granting-relation.ts';
import { ParsedModels } from './parsed-models.ts';
import type {
  GrantsBody,
  ModelBody,
  PermissionBody,
  RevocationBody,
  WrittenGrant,
} from './permission-body.ts';
import { refused } from './refused.ts';
import { isRequestSigned } from './request.ts';

const USER_PREFIX = `${USER_TYPE}:`;

/** A model together with what the data definition makes of it. */
export interface PermissionVersion {
  /** From here on. */
  readonly height: number;
  readonly model: Model;
  /** Of the model. */
  readonly text: string;
  /** Which relation each verb asks for. */
  readonly rules: ElementRules;
}

export class PermissionChain implements PermissionJudge {
  readonly models: ParsedModels;
  readonly #engine: Engine;
  readonly #writer: GrantWriter;
  readonly #permissions: Permissions;
  readonly #versions: PermissionVersion[] = [];
  /** Requests that were granted, in hex. */
  readonly #requests = new Set<string>();
  /** Records below this height are in the engine's memory. */
  #loaded: number;

  /**
   * `loaded`: how many records the image has that the engine was loaded from; `models`: of another
   * chain of the same space.
   */
  constructor(engine: Engine, loaded: number, models = new ParsedModels()) {
    this.models = models;
    this.#engine = engine;
    this.#loaded = loaded;
    this.#writer = new GrantWriter(engine);
    this.#permissions = new Permissions(engine);
  }

  /** The engine holds what records below a height say: it has taken over another image. */
  holdBelow(height: number): void {
    this.#loaded = height;
  }

  /** What is in force; undefined in a space that is open. */
  get newest(): PermissionVersion | undefined {
    return this.#versions.at(-1);
  }

  /** What is in force at a height. */
  at(height: number): PermissionVersion | undefined {
    return this.#versions.findLast((version) => version.height <= height);
  }

  /** Questions about permissions, as of any height that is loaded. */
  get permissions(): Permissions {
    return this.#permissions;
  }

  check(body: PermissionBody, chain: AuthorityChain): void {
    // What the memory holds was checked before it came there, when it held nothing later.
    if (body.height < this.#loaded) return;
    switch (body.kind) {
      case 'model':
        return this.#checkModel(body, chain.definition);
      case 'grants':
        return this.#checkGrants(body, chain);
      case 'revocation':
        return this.#checkRevocation(body, chain);
    }
  }

  checkDefinition(definition: Definition, height: number): void {
    const { newest } = this;
    if (height >= this.#loaded && newest !== undefined) expectRelations(definition, newest.model);
  }

  ensure(body: RecordBody, definition: Definition | undefined): void {
    if (body.kind === 'grants') this.#writer.ensureGrants(body.grants.map(parseGrant));
    const version = this.#versionOf(body, definition);
    if (version !== undefined) this.#writer.ensureModel(version.model, definition);
  }

  /** Takes what a record says, into the memory too unless it is there. */
  accept(body: RecordBody, definition: Definition | undefined): void {
    if (body.kind === 'genesis') return;
    const { height } = body;
    const version = this.#versionOf(body, definition);
    if (version !== undefined) this.#versions.push(version);
    if (body.kind === 'model') this.models.accept(body);
    const isRequested = body.kind === 'grants' || body.kind === 'revocation';
    if (isRequested && body.request !== undefined) this.#requests.add(toHex(body.request.id));
    if (height < this.#loaded) return;
    if (version !== undefined) this.#writer.install(version.model, definition, height);
    if (body.kind === 'grants') this.#writer.make(body.grants.map(parseGrant), height);
    if (body.kind === 'revocation') this.#writer.end(body.grants.map(parseGrant), height);
  }

  /** What a record puts in force: another model, or the same with another definition. */
  #versionOf(body: RecordBody, definition: Definition | undefined): PermissionVersion | undefined {
    if (body.kind === 'model') {
      const model = this.models.of(body);
      const rules = elementRules(definition, model);
      return { height: body.height, text: body.model, model, rules };
    }
    const { newest } = this;
    if (body.kind !== 'definition' || newest === undefined) return undefined;
    return { ...newest, height: body.height, rules: elementRules(definition, newest.model) };
  }

  #checkModel(body: ModelBody, definition: Definition): void {
    const model = this.models.of(body);
    expectRelations(definition, model);
    const unfit = kindsOfGrants(this.#engine).filter((tuple) => !fits(model, tuple));
    if (unfit.length === 0) return;
    const [first] = unfit.map(formatTuple).sort();
    throw refused('a model that all grants fit which hold', `one without a place for ${first}`);
  }

  #checkGrants(body: GrantsBody, chain: AuthorityChain): void {
    const model = this.#expectModel();
    const tuples = expectTuples(body.grants);
    for (const tuple of tuples) expectFitting(model, tuple);
    this.#checkRequest(body, tuples, chain);
  }

  #checkRevocation(body: RevocationBody, chain: AuthorityChain): void {
    const tuples = expectTuples(body.grants);
    if (tuples.length > 0) this.#expectModel();
    if (body.request !== undefined && body.authors.length + body.members.length > 0) {
      throw refused('authors and members to be revoked by the owner', 'a request');
    }
    this.#checkRequest(body, tuples, chain);
  }

  /** Whoever asks is who it says, and may give what it asks for. */
  #checkRequest(
    { kind, space, grants, request }: GrantsBody | RevocationBody,
    tuples: readonly Tuple[],
    chain: AuthorityChain,
  ): void {
    if (request === undefined) return;
    const { actor, author, id } = request;
    const head = chain.length - 1;
    if (!chain.isAuthor(author, head)) throw refused('a request by an author', toHex(author));
    const subject = principalFor(chain.author(author)?.organisation, actor);
    if (subject === undefined) {
      throw refused("a request for a principal of the author's organisation", actor);
    }
    if (this.#requests.has(toHex(id))) throw refused('a request once', toHex(id));
    if (!isRequestSigned({ space, kind, grants }, request)) {
      throw refused("the author's signature of the request", 'one that fails');
    }
    for (const tuple of tuples) this.#expectRight(subject, tuple, head);
  }

  #expectRight(subject: Subject, tuple: Tuple, height: number): void {
    const { model } = this.at(height) ?? missing();
    const { object, relation } = tuple;
    const type = model.types.get(object.type);
    const granting = type === undefined ? undefined : grantingRelation(type, relation);
    const question = { object, subject, context: new Map(), contextualTuples: [] };
    const isGranted =
      granting !== undefined &&
      this.#permissions.check({ ...question, relation: granting }, { model, height });
    if (isGranted) return;
    throw new DatabaseError(
      ErrorCode.FORBIDDEN,
      `${formatTuple(tuple)} expected to be granted by one who may grant it, got ` +
        formatSubject(subject),
    );
  }

  #expectModel(): Model {
    if (this.newest !== undefined) return this.newest.model;
    throw refused('a permission model before grants', 'none');
  }
}

/**
 * The principal that an actor is, where an author may write for it: one of a member only for that
 * member's. Undefined where it may not, or where the name is none of a principal.
 */
export function principalFor(organisation: string | undefined, actor: string): Subject | undefined {
  const prefix = organisation === undefined ? USER_PREFIX : `${USER_PREFIX}${organisation}/`;
  // What stands before `#` would be taken for the principal, and a set is none.
  if (!actor.startsWith(prefix) || actor.includes('#')) return undefined;
  try {
    return parseSubject(actor);
  } catch (error) {
    if (error instanceof AccessError) return undefined;
    throw error;
  }
}

/** Throws INVALID_INPUT where a grant is not of its form, or stands twice. */
function expectTuples(grants: readonly WrittenGrant[]): Tuple[] {
  const tuples = grants.map(parseGrant);
  const names = new Set(tuples.map(formatTuple));
  if (names.size < tuples.length) throw refused('each grant once', 'one twice');
  return tuples;
}

function parseGrant({ object, relation, subject, condition }: WrittenGrant): Tuple {
  const tuple = {
    object: parseGrantedObject(object),
    relation: parseRelation(relation),
    subject: parseSubject(subject),
  };
  if (condition === undefined) return tuple;
  return { ...tuple, condition: { name: condition.name, context: contextOf(condition.context) } };
}

function contextOf(text: string): ReadonlyMap<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw notContext('other text', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw notContext(typeof value);
  }
  return new Map(Object.entries(value));
}

function notContext(actual: string, cause?: unknown): DatabaseError {
  const message = `the context of a grant expected a JSON object, got ${actual}`;
  return new DatabaseError(ErrorCode.INVALID_INPUT, message, { cause });
}

function missing(): never {
  throw new Error('assertion failed: a grant is asked for where a model is in force');
}
