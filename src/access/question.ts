/** What can be asked of a model and its tuples, and whether the model can answer it. */

import { CONTEXTUAL_TUPLES_MAX } from '../base/limits.ts';
import { AccessError, AccessReason, withReason } from './access-error.ts';
import type { Context } from './condition.ts';
import type { Model } from './model.ts';
import {
  expectFitting,
  formatObject,
  formatSubject,
  type ObjectName,
  type Subject,
  type SubjectFilter,
  type Tuple,
  WILDCARD,
} from './tuple.ts';

interface QuestionContext {
  /** What conditions of tuples are evaluated with. */
  readonly context: Context;
  /** Tuples that count for this question as if they were written. */
  readonly contextualTuples: readonly Tuple[];
}

/** Does the subject hold the relation of the object? */
export interface CheckQuestion extends QuestionContext {
  readonly object: ObjectName;
  readonly relation: string;
  readonly subject: Subject;
}

/** Of which objects of the type does the subject hold the relation? */
export interface ListObjectsQuestion extends QuestionContext {
  readonly type: string;
  readonly relation: string;
  readonly subject: Subject;
}

/** Which subjects of the filter hold the relation of the object? */
export interface ListUsersQuestion extends QuestionContext {
  readonly object: ObjectName;
  readonly relation: string;
  readonly filter: SubjectFilter;
}

/**
 * Throws where the question names what the model does not have. A check is then malformed as a
 * whole; a list says whether it is the type or the relation that does not exist.
 */
export function expectAnswerable(
  model: Model,
  question: CheckQuestion | ListObjectsQuestion | ListUsersQuestion,
): void {
  if ('filter' in question) {
    expectListed(model, question.object.type, question.relation);
    const { type, relation } = question.filter;
    expectType(model, type, AccessReason.TYPE);
    if (relation !== undefined) expectRelation(model, { type, relation }, AccessReason.RELATION);
  } else if ('object' in question) {
    const { object, relation, subject } = question;
    expectSubject(model, subject);
    if (object.id === WILDCARD) {
      const message = `question expected an object, got ${formatObject(object)}`;
      throw new AccessError(AccessReason.QUESTION, message);
    }
    expectType(model, object.type, AccessReason.QUESTION);
    expectRelation(model, { type: object.type, relation }, AccessReason.QUESTION);
  } else {
    expectListed(model, question.type, question.relation);
    expectSubject(model, question.subject);
  }
  expectContextualTuples(model, question.contextualTuples);
}

function expectListed(model: Model, type: string, relation: string): void {
  expectType(model, type, AccessReason.TYPE);
  expectRelation(model, { type, relation }, AccessReason.RELATION);
}

function expectSubject(model: Model, subject: Subject): void {
  const { type, relation } = subject;
  expectType(model, type, AccessReason.QUESTION);
  if (relation === undefined) return;
  if (subject.id === WILDCARD) {
    const message = `question expected a subject, got ${formatSubject(subject)}`;
    throw new AccessError(AccessReason.QUESTION, message);
  }
  expectRelation(model, { type, relation }, AccessReason.QUESTION);
}

function expectType(model: Model, type: string, reason: AccessReason): void {
  if (model.types.has(type)) return;
  throw new AccessError(reason, `question expected a type of the model, got ${type}`);
}

function expectRelation(
  model: Model,
  { type, relation }: { readonly type: string; readonly relation: string },
  reason: AccessReason,
): void {
  if (model.types.get(type)?.relations.has(relation)) return;
  throw new AccessError(reason, `question expected a relation of ${type}, got ${relation}`);
}

function expectContextualTuples(model: Model, tuples: readonly Tuple[]): void {
  if (tuples.length > CONTEXTUAL_TUPLES_MAX) {
    const expected = `question expected at most ${CONTEXTUAL_TUPLES_MAX} contextual tuples`;
    throw new AccessError(AccessReason.QUESTION, `${expected}, got ${tuples.length}`);
  }
  for (const tuple of tuples) {
    withReason(AccessReason.CONTEXTUAL_TUPLE, () => expectFitting(model, tuple));
  }
}
