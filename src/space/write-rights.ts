/**
 * What an actor may do, asked delta by delta while a transaction is made: the same rules as those
 * by which the door masks (write-judge.ts), but whoever writes here is told at once.
 */

import type { AsOf } from '../access/condition-verdicts.ts';
import { contextAt } from '../access/context-at.ts';
import { edgeObject, nodeObject } from '../access/element-object.ts';
import type { TypeRules } from '../access/element-rules.ts';
import { USER_TYPE } from '../access/principal.ts';
import { formatObject, type ObjectName, parseSubject, type Subject } from '../access/tuple.ts';
import type { PermissionChain, PermissionVersion } from '../authority/permission-chain.ts';
import { mayWriteFor } from '../authority/permission-chain.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { EdgeName } from '../engine/graph-view.ts';

export type WriteVerb = 'create' | 'delete' | 'write';

/** What is done to an element; `path` is of a verb that writes one. */
export interface Deed {
  readonly verb: WriteVerb;
  readonly path?: string;
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
    if (!actor.startsWith(`${USER_TYPE}:`) || !mayWriteFor(organisation, actor)) {
      throw forbidden(actor, 'to write as a principal of the organisation that signs');
    }
    this.#parts = parts;
    this.#version = version;
    this.#subject = parseSubject(actor);
    this.#asOf = { model: version.model, height };
  }

  /** Throws FORBIDDEN where the actor may not do it to a node. */
  expectOfNode(type: string, id: string, deed: Deed): void {
    this.#expect(this.#version.rules.nodes.get(type), nodeObject(type, id), deed);
  }

  expectOfEdge(edge: EdgeName, deed: Deed): void {
    this.#expect(this.#version.rules.edges.get(edge.type), edgeObject(edge), deed);
  }

  #expect(rules: TypeRules | undefined, object: ObjectName, deed: Deed): void {
    const relation = rules === undefined ? undefined : relationOf(rules, deed);
    const { actor, now, permissions } = this.#parts;
    const name = `${formatObject(object)}#${relation}`;
    if (this.#granted.has(name)) return;
    const isGranted =
      relation !== undefined &&
      permissions.permissions.check(
        { object, relation, subject: this.#subject, context: contextAt(now), contextualTuples: [] },
        this.#asOf,
      );
    if (!isGranted)
      throw forbidden(actor, `to hold ${relation ?? deed.verb} of ${formatObject(object)}`);
    this.#granted.add(name);
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
