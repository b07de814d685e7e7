/**
 * What an actor may do, asked delta by delta while a transaction is made: the same rules as those
 * by which the door masks (write-judge.ts), but whoever writes here is told at once.
 */

import { AccessError } from '../access/access-error.ts';
import type { AsOf } from '../access/condition-verdicts.ts';
import { contextAt } from '../access/context-at.ts';
import { edgeObject, nodeObject } from '../access/element-object.ts';
import type { TypeRules } from '../access/element-rules.ts';
import { formatObject, type ObjectName, type Subject } from '../access/tuple.ts';
import type { PermissionChain, PermissionVersion } from '../authority/permission-chain.ts';
import { principalFor } from '../authority/permission-chain.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { EdgeName } from '../engine/graph-view.ts';

export type WriteVerb = 'create' | 'delete' | 'write';

/** What is done to an element; `path` is of a verb that writes one. */
export interface Deed {
  readonly verb: WriteVerb;
  readonly path?: string;
}

/** What an actor has no right to. */
export interface Lacking {
  readonly object: ObjectName;
  /** Undefined where the model has none that would give the right. */
  readonly relation: string | undefined;
  /** Why it could not be told whether the actor has it. */
  readonly failure?: AccessError;
}

export interface WriteRightsParts {
  readonly permissions: PermissionChain;
  /** Height of the chain's head. */
  readonly height: number;
  /** Milliseconds of the commit's clock. */
  readonly now: number;
  readonly actor: string;
  /** The member whose author signs; none of the owner's. */
  readonly organisation: string | undefined;
}

export class WriteRights {
  readonly #parts: WriteRightsParts;
  readonly #version: PermissionVersion;
  readonly #subject: Subject;
  readonly #asOf: AsOf;
  /** By object and relation: those that are granted. */
  readonly #granted = new Set<string>();

  /** Undefined where no model is in force: everybody may do everything. */
  static of(parts: WriteRightsParts): WriteRights | undefined {
    const version = parts.permissions.at(parts.height);
    return version === undefined ? undefined : new WriteRights(parts, version);
  }

  private constructor(parts: WriteRightsParts, version: PermissionVersion) {
    const { actor, organisation, height } = parts;
    const subject = principalFor(organisation, actor);
    if (subject === undefined) {
      throw forbidden(actor, 'to write as a principal of the organisation that signs');
    }
    this.#parts = parts;
    this.#version = version;
    this.#subject = subject;
    this.#asOf = { model: version.model, height };
  }

  /** Throws FORBIDDEN where the actor may not do it to a node. */
  expectOfNode(type: string, id: string, deed: Deed): void {
    this.#expect(this.lackingOfNode(type, id, deed), deed);
  }

  expectOfEdge(edge: EdgeName, deed: Deed): void {
    this.#expect(this.lackingOfEdge(edge, deed), deed);
  }

  /** What the actor lacks to do it to a node; undefined where nothing. */
  lackingOfNode(type: string, id: string, deed: Deed): Lacking | undefined {
    return this.#lacking(this.#version.rules.nodes.get(type), nodeObject(type, id), deed);
  }

  lackingOfEdge(edge: EdgeName, deed: Deed): Lacking | undefined {
    return this.#lacking(this.#version.rules.edges.get(edge.type), edgeObject(edge), deed);
  }

  #expect(lacking: Lacking | undefined, { verb }: Deed): void {
    if (lacking === undefined) return;
    const { object, relation = verb, failure } = lacking;
    if (failure !== undefined) throw failure;
    throw forbidden(this.#parts.actor, `to hold ${relation} of ${formatObject(object)}`);
  }

  #lacking(rules: TypeRules | undefined, object: ObjectName, deed: Deed): Lacking | undefined {
    const relation = rules === undefined ? undefined : relationOf(rules, deed);
    if (relation === undefined) return { object, relation };
    const name = `${formatObject(object)}#${relation}`;
    if (this.#granted.has(name)) return undefined;
    const { now, permissions } = this.#parts;
    const asked = { object, relation, subject: this.#subject };
    const question = { ...asked, context: contextAt(now), contextualTuples: [] };
    try {
      if (!permissions.permissions.check(question, this.#asOf)) return { object, relation };
    } catch (failure) {
      if (failure instanceof AccessError) return { object, relation, failure };
      throw failure;
    }
    this.#granted.add(name);
    return undefined;
  }
}

/** The relation that a deed asks for; undefined where the model has none. */
function relationOf(rules: TypeRules, { verb, path }: Deed): string | undefined {
  if (verb !== 'write' || path === undefined) return rules[verb];
  for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
    const field = rules.fields.get(path.slice(0, end));
    if (field !== undefined) return field.write;
  }
  return rules.write;
}

function forbidden(actor: string, expected: string): DatabaseError {
  return new DatabaseError(ErrorCode.FORBIDDEN, `${actor} expected ${expected}, got none`);
}
