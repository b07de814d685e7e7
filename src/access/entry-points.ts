/**
 * Relations that cannot be answered. Both questions are fixed points: they are found with a list of
 * what to look at again, without recursion, in time that grows with the text.
 */

import type { Model, ModelType, Relation, Rewrite } from './model.ts';

type TypeRelation = readonly [ModelType, Relation];

/** Relations that lead to themselves through computed relations alone, whatever the tuples. */
export function relationsInCircles(model: Model): TypeRelation[] {
  const found: TypeRelation[] = [];
  for (const type of model.types.values()) {
    const open = new Map<string, number>();
    const users = new Map<string, string[]>();
    for (const { name, rewrite } of type.relations.values()) {
      const computed = new Set<string>();
      eachLeaf(rewrite, (leaf) => leaf.kind === 'computed' && computed.add(leaf.relation));
      open.set(name, computed.size);
      for (const target of computed) {
        const list = users.get(target);
        if (list === undefined) users.set(target, [name]);
        else list.push(name);
      }
    }
    // What computes only from relations that are no circle is none itself.
    const settled = [...open].filter(([, count]) => count === 0).map(([name]) => name);
    for (const name of settled) {
      for (const user of users.get(name) ?? []) {
        const left = (open.get(user) ?? 0) - 1;
        open.set(user, left);
        if (left === 0) settled.push(user);
      }
    }
    const done = new Set(settled);
    for (const relation of type.relations.values()) {
      if (!done.has(relation.name)) found.push([type, relation]);
    }
  }
  return found;
}

/** Relations that no tuple, however many are written, gives to anybody. */
export function relationsOfNobody(model: Model): TypeRelation[] {
  const holders = new Holders(model);
  const all: TypeRelation[] = [];
  for (const type of model.types.values()) {
    for (const relation of type.relations.values()) all.push([type, relation]);
  }
  const waiting = [...all];
  for (const asked of waiting) waiting.push(...holders.lookAt(asked));
  return all.filter((asked) => !holders.isHeld(asked));
}

class Holders {
  readonly #model: Model;
  readonly #held = new Set<Relation>();
  /** Who is to be looked at again once a relation can be held. */
  readonly #waiting = new Map<Relation, Set<TypeRelation>>();

  constructor(model: Model) {
    this.#model = model;
  }

  isHeld([, relation]: TypeRelation): boolean {
    return this.#held.has(relation);
  }

  /** Whom to look at now, because this relation turns out to be one that can be held. */
  lookAt(asked: TypeRelation): Iterable<TypeRelation> {
    const [, relation] = asked;
    if (this.#held.has(relation) || !this.#canBeHeld(asked, relation.rewrite)) return [];
    this.#held.add(relation);
    const waiting = this.#waiting.get(relation) ?? [];
    this.#waiting.delete(relation);
    return waiting;
  }

  #canBeHeld(asked: TypeRelation, rewrite: Rewrite): boolean {
    const [type, relation] = asked;
    switch (rewrite.kind) {
      case 'direct':
        return relation.subjects.some(
          (subject) =>
            subject.relation === undefined || this.#holds(asked, subject.type, subject.relation),
        );
      case 'computed':
        return this.#holds(asked, type.name, rewrite.relation);
      case 'from': {
        const subjects = type.relations.get(rewrite.tupleset)?.subjects ?? [];
        return subjects.some((subject) => this.#holds(asked, subject.type, rewrite.relation));
      }
      case 'union':
        return rewrite.parts.some((part) => this.#canBeHeld(asked, part));
      case 'intersection':
        return rewrite.parts.every((part) => this.#canBeHeld(asked, part));
      case 'exclusion':
        return this.#canBeHeld(asked, rewrite.base) && this.#canBeHeld(asked, rewrite.subtract);
    }
  }

  /** Whether it is known to be held; if not, `asked` waits for it. */
  #holds(asked: TypeRelation, type: string, name: string): boolean {
    const relation = this.#model.types.get(type)?.relations.get(name);
    if (relation === undefined) return false;
    if (this.#held.has(relation)) return true;
    const waiting = this.#waiting.get(relation) ?? new Set();
    this.#waiting.set(relation, waiting.add(asked));
    return false;
  }
}

function eachLeaf(rewrite: Rewrite, visit: (leaf: Rewrite) => void): void {
  const left = [rewrite];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (next.kind === 'union' || next.kind === 'intersection') left.push(...next.parts);
    else if (next.kind === 'exclusion') left.push(next.base, next.subtract);
    else visit(next);
  }
}
