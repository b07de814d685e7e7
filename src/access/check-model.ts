/**
 * Whether the names in a model lead somewhere, as OpenFGA checks it before it takes a model: every
 * relation, type and condition that is named exists, a tupleset names plain objects, and each
 * relation can be held by somebody.
 */

import { AccessError } from './access-error.ts';
import { checkCondition } from './condition.ts';
import { relationsInCircles, relationsOfNobody } from './entry-points.ts';
import type { Condition, ModelType, Relation, Rewrite, SubjectType } from './model.ts';
import type { ModelMistakes, Place } from './model-mistakes.ts';
import type { DeclaredModel } from './read-model.ts';

const START: Place = { line: 1, column: 1 };

export function checkModel(model: DeclaredModel, mistakes: ModelMistakes): void {
  new ModelCheck(model, mistakes).run();
}

class ModelCheck {
  readonly #model: DeclaredModel;
  readonly #mistakes: ModelMistakes;

  constructor(model: DeclaredModel, mistakes: ModelMistakes) {
    this.#model = model;
    this.#mistakes = mistakes;
  }

  run(): void {
    const { types, conditions } = this.#model;
    if (types.size === 0) this.#mistakes.add(START, 'model expected at least one type, got none');
    for (const type of types.values()) {
      const tuplesets = new Set<string>();
      for (const relation of type.relations.values()) {
        this.#checkRewrite(type, relation, relation.rewrite, tuplesets);
      }
      for (const relation of type.relations.values()) {
        for (const subject of relation.subjects) {
          this.#checkSubject(type, relation, subject, tuplesets.has(relation.name));
        }
      }
    }
    for (const condition of conditions.values()) {
      try {
        checkCondition(condition);
      } catch (error) {
        if (!(error instanceof AccessError)) throw error;
        this.#add(condition, error.message);
      }
    }
    // A name that leads nowhere may be why nobody holds a relation, so it goes first.
    if (this.#mistakes.isEmpty) this.#checkHolders();
  }

  /** Notes the tuplesets that it meets. */
  #checkRewrite(
    type: ModelType,
    relation: Relation,
    rewrite: Rewrite,
    tuplesets: Set<string>,
  ): void {
    const what = `relation ${type.name}#${relation.name}`;
    switch (rewrite.kind) {
      case 'direct':
        return;
      case 'computed':
        if (!type.relations.has(rewrite.relation)) {
          this.#add(relation, `${what} expected a relation of its type, got ${rewrite.relation}`);
        }
        return;
      case 'from':
        tuplesets.add(rewrite.tupleset);
        return this.#checkFrom(type, relation, rewrite);
      case 'exclusion':
        this.#checkRewrite(type, relation, rewrite.base, tuplesets);
        return this.#checkRewrite(type, relation, rewrite.subtract, tuplesets);
      default:
        for (const part of rewrite.parts) this.#checkRewrite(type, relation, part, tuplesets);
    }
  }

  #checkFrom(
    type: ModelType,
    relation: Relation,
    rewrite: Rewrite & { readonly kind: 'from' },
  ): void {
    const what = `relation ${type.name}#${relation.name}`;
    const tupleset = type.relations.get(rewrite.tupleset);
    if (tupleset === undefined) {
      this.#add(relation, `${what} expected a relation of its type, got ${rewrite.tupleset}`);
      return;
    }
    if (tupleset.rewrite.kind !== 'direct') {
      const expected = `${what} expected a relation with subjects alone after from`;
      this.#add(relation, `${expected}, got ${rewrite.tupleset}`);
      return;
    }
    const { types } = this.#model;
    const isDefined = tupleset.subjects.some((subject) =>
      types.get(subject.type)?.relations.has(rewrite.relation),
    );
    if (isDefined) return;
    const expected = `${what} expected a relation of a type that ${tupleset.name} names`;
    this.#add(relation, `${expected}, got ${rewrite.relation}`);
  }

  #checkSubject(
    type: ModelType,
    relation: Relation,
    subject: SubjectType,
    isTupleset: boolean,
  ): void {
    const what = `relation ${type.name}#${relation.name}`;
    const subjectType = this.#model.types.get(subject.type);
    if (subjectType === undefined) {
      this.#add(relation, `${what} expected a type of the model, got ${subject.type}`);
    } else if (subject.relation !== undefined && !subjectType.relations.has(subject.relation)) {
      const got = `${subject.type}#${subject.relation}`;
      this.#add(relation, `${what} expected a relation of the model, got ${got}`);
    }
    if (isTupleset && (subject.relation !== undefined || subject.isWildcard)) {
      const got = subject.isWildcard ? `${subject.type}:*` : `${subject.type}#${subject.relation}`;
      this.#add(relation, `${what} expected plain types, since it follows a from, got ${got}`);
    }
    if (subject.condition !== undefined && !this.#model.conditions.has(subject.condition)) {
      this.#add(relation, `${what} expected a condition of the model, got ${subject.condition}`);
    }
  }

  #checkHolders(): void {
    const circles = relationsInCircles(this.#model);
    for (const [type, relation] of circles) {
      const what = `relation ${type.name}#${relation.name}`;
      this.#add(relation, `${what} expected another definition than itself, got a circle`);
    }
    if (circles.length > 0) return;
    for (const [type, relation] of relationsOfNobody(this.#model)) {
      const what = `relation ${type.name}#${relation.name}`;
      this.#add(relation, `${what} expected subjects that can hold it, got none`);
    }
  }

  #add(at: Relation | Condition, message: string): void {
    this.#mistakes.add(this.#model.places.get(at) ?? START, message);
  }
}
