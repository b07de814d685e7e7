/**
 * What a caller may read of elements by their names, whether they are there, gone or yet to come:
 * the same rules as those by which the engine shows the graph. It judges what tells of elements
 * from outside the graph: transactions of the log, and changes.
 */

import type { AsOf } from '../access/condition-verdicts.ts';
import { contextAt } from '../access/context-at.ts';
import { edgeObject, nodeObject } from '../access/element-object.ts';
import { readOfField, type TypeRules } from '../access/element-rules.ts';
import type { CheckQuestion } from '../access/question.ts';
import { type ObjectName, parseSubject, type Subject } from '../access/tuple.ts';
import type { PermissionChain, PermissionVersion } from '../authority/permission-chain.ts';
import { DatabaseError } from '../base/errors.ts';
import type { EdgeName } from '../engine/graph-view.ts';

/** An edge by its name, with the types of its ends. */
export interface NamedEdge {
  readonly name: EdgeName;
  readonly fromType: string;
  readonly toType: string;
}

export interface ReadRightsParts {
  readonly permissions: PermissionChain;
  /** Of the authority chain. */
  readonly height: number;
  /** Milliseconds. */
  readonly now: number;
  readonly actor: string;
}

export class ReadRights {
  readonly #permissions: PermissionChain;
  readonly #version: PermissionVersion;
  readonly #subject: Subject;
  readonly #asOf: AsOf;
  readonly #now: number;
  /** By object and relation. */
  readonly #known = new Map<string, boolean>();

  /** Undefined where no model is in force: everybody may read everything. */
  static of(parts: ReadRightsParts): ReadRights | undefined {
    const version = parts.permissions.at(parts.height);
    return version === undefined ? undefined : new ReadRights(parts, version);
  }

  private constructor(parts: ReadRightsParts, version: PermissionVersion) {
    const { permissions, height, now, actor } = parts;
    this.#permissions = permissions;
    this.#version = version;
    this.#subject = parseSubject(actor);
    this.#asOf = { model: version.model, height };
    this.#now = now;
  }

  /** Whether a node would be seen, if it were there. */
  seesNode(type: string, id: string): boolean {
    return this.#holds(this.#nodeRules(type)?.read, nodeObject(type, id));
  }

  /** Whether an edge would be seen, if it and its ends were there. */
  seesEdge({ name, fromType, toType }: NamedEdge): boolean {
    return (
      this.#holds(this.#edgeRules(name.type)?.read, edgeObject(name)) &&
      this.seesNode(fromType, name.from) &&
      this.seesNode(toType, name.to)
    );
  }

  /** Whether a field of a node that is seen may be read. */
  readsNode(type: string, id: string, path: string): boolean {
    const rules = this.#nodeRules(type);
    return rules !== undefined && this.#holds(readOfField(rules, path), nodeObject(type, id));
  }

  readsEdge(name: EdgeName, path: string): boolean {
    const rules = this.#edgeRules(name.type);
    return rules !== undefined && this.#holds(readOfField(rules, path), edgeObject(name));
  }

  #nodeRules(type: string): TypeRules | undefined {
    return this.#version.rules.nodes.get(type);
  }

  #edgeRules(type: string): TypeRules | undefined {
    return this.#version.rules.edges.get(type);
  }

  #holds(relation: string | undefined, object: ObjectName): boolean {
    if (relation === undefined) return false;
    const name = `${object.type}:${object.id}#${relation}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const context = contextAt(this.#now);
    const question = { object, relation, subject: this.#subject, context, contextualTuples: [] };
    const holds = this.#check(question);
    this.#known.set(name, holds);
    return holds;
  }

  /** A question that fails grants nothing. */
  #check(question: CheckQuestion): boolean {
    try {
      return this.#permissions.permissions.check(question, this.#asOf);
    } catch (error) {
      if (error instanceof DatabaseError) return false;
      throw error;
    }
  }
}
