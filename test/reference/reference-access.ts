/**
 * Permissions once more, the obvious way: a question is answered by asking what its definition
 * asks, again and again, over a plain list of tuples, with nothing remembered between two
 * questions. Whatever answers questions fast must answer like this.
 *
 * An answer has four values. `undefined` comes of a question that stands on its own denial (a
 * circle through the subtracted side of an exclusion), `error` of a condition that could not be
 * evaluated or of an answer that lies too many tuples away. Both are kept only where they decide:
 *
 *   union         granted, error, undefined, denied: the first of these among the parts
 *   intersection  denied, error, undefined, granted: the first of these among the parts
 *   exclusion     the intersection of the base and of the rest, with granted and denied swapped
 */

import { ACCESS_DEPTH_MAX } from '../../assembly/abi-access.ts';
import { AccessError, AccessReason } from '../../src/access/access-error.ts';
import { type Context, evaluateCondition, mergeContexts } from '../../src/access/condition.ts';
import type { Model, Relation, Rewrite } from '../../src/access/model.ts';
import type {
  CheckQuestion,
  ListObjectsQuestion,
  ListUsersQuestion,
} from '../../src/access/question.ts';
import {
  fits,
  formatObject,
  formatSubject,
  type ObjectName,
  type Subject,
  type SubjectFilter,
  type Tuple,
  WILDCARD,
} from '../../src/access/tuple.ts';

export type Verdict = 'granted' | 'denied' | 'undefined' | 'error';

/** The verdict, with the first failure where it is `error`. */
export interface Answer {
  readonly verdict: Verdict;
  readonly error?: AccessError;
}

/** A relation of an object: all who hold it. */
interface Userset {
  readonly object: ObjectName;
  readonly relation: string;
}

/** A question on the way to the present one. */
interface Ancestor extends Userset {
  /** The way on from it leads through the subtracted side of an exclusion. */
  readonly isSubtracted: boolean;
}

interface Asked {
  readonly subject: Subject;
  readonly context: Context;
  readonly tuples: readonly Tuple[];
}

const GRANTED: Answer = { verdict: 'granted' };
const DENIED: Answer = { verdict: 'denied' };
const UNDEFINED: Answer = { verdict: 'undefined' };

export class ReferenceAccess {
  readonly #model: Model;
  readonly #tuples: readonly Tuple[];
  /** All of them: they name objects, too. */
  readonly #held: readonly Tuple[];

  /** Tuples that do not fit the model do not count. */
  constructor(model: Model, tuples: readonly Tuple[]) {
    this.#model = model;
    this.#held = tuples;
    this.#tuples = tuples.filter((tuple) => fits(model, tuple));
  }

  check(question: CheckQuestion): Verdict {
    return this.answer(question).verdict;
  }

  answer({ object, relation, subject, context, contextualTuples }: CheckQuestion): Answer {
    const tuples = this.#withContextual(contextualTuples);
    return this.#ask(
      { subject, context, tuples },
      { object, relation },
      { ancestors: [], depth: 0 },
    );
  }

  /** Throws where one of the checks is an error. */
  listObjects({ type, relation, subject, ...rest }: ListObjectsQuestion): string[] {
    const named = [...this.#held, ...rest.contextualTuples].flatMap((tuple) => [
      tuple.object,
      tuple.subject,
    ]);
    // The subject of the question is an object too: a userset holds its own relation.
    const objects = [...named, subject].filter(
      ({ type: of, id }) => of === type && id !== WILDCARD,
    );
    const granted = objects.filter((object) =>
      this.#isGranted({ object, relation, subject, ...rest }),
    );
    return [...new Set(granted.map(formatObject))];
  }

  /** Throws where one of the checks is an error. */
  listUsers({ object, relation, filter, ...rest }: ListUsersQuestion): string[] {
    const tuples = this.#withContextual(rest.contextualTuples);
    const subjects = this.#reachableSubjects({ object, relation }, tuples).filter((subject) =>
      isOfFilter(subject, filter),
    );
    const granted = subjects.filter((subject) =>
      this.#isGranted({ object, relation, subject, ...rest }),
    );
    return [...new Set(granted.map(formatSubject))];
  }

  #isGranted(question: CheckQuestion): boolean {
    const { verdict, error } = this.answer(question);
    if (error !== undefined) throw error;
    return verdict === 'granted';
  }

  #withContextual(tuples: readonly Tuple[]): readonly Tuple[] {
    return [...this.#tuples, ...tuples.filter((tuple) => fits(this.#model, tuple))];
  }

  #relation({ object, relation }: Userset): Relation | undefined {
    return this.#model.types.get(object.type)?.relations.get(relation);
  }

  #ask(
    asked: Asked,
    userset: Userset,
    { ancestors, depth }: { ancestors: readonly Ancestor[]; depth: number },
  ): Answer {
    if (depth > ACCESS_DEPTH_MAX) {
      const message = `check expected at most ${ACCESS_DEPTH_MAX} tuples on the way, got more`;
      return { verdict: 'error', error: new AccessError(AccessReason.DEPTH, message) };
    }
    if (isSubject(userset, asked.subject)) return GRANTED;
    const met = ancestors.findIndex((ancestor) => isSame(ancestor, userset));
    if (met >= 0) {
      return ancestors.slice(met).some(({ isSubtracted }) => isSubtracted) ? UNDEFINED : DENIED;
    }
    const relation = this.#relation(userset);
    if (relation === undefined) return DENIED;
    const way = { userset, relation, ancestors, depth, isSubtracted: false };
    return this.#rewrite(asked, relation.rewrite, way);
  }

  #rewrite(asked: Asked, rewrite: Rewrite, way: Way): Answer {
    switch (rewrite.kind) {
      case 'direct':
        return union(this.#tuplesOf(asked, way).map((tuple) => this.#direct(asked, tuple, way)));
      case 'computed': {
        const userset = { object: way.userset.object, relation: rewrite.relation };
        return this.#ask(asked, userset, { ancestors: onWay(way), depth: way.depth });
      }
      case 'from':
        return this.#from(asked, rewrite, way);
      case 'union':
        return union(rewrite.parts.map((part) => this.#rewrite(asked, part, way)));
      case 'intersection':
        return intersection(rewrite.parts.map((part) => this.#rewrite(asked, part, way)));
      case 'exclusion': {
        const subtract = this.#rewrite(asked, rewrite.subtract, { ...way, isSubtracted: true });
        return intersection([this.#rewrite(asked, rewrite.base, way), not(subtract)]);
      }
    }
  }

  #direct(asked: Asked, tuple: Tuple, way: Way): Answer {
    const { type, id, relation } = tuple.subject;
    const isAsked = formatSubject(tuple.subject) === formatSubject(asked.subject);
    const isOfType = asked.subject.type === type && asked.subject.relation === undefined;
    if (isAsked || (id === WILDCARD && isOfType)) {
      return this.#ifConditionHolds(asked, tuple, () => GRANTED);
    }
    // What the tuple gives to somebody else has no say, not even by a condition that fails.
    if (relation === undefined) return DENIED;
    const userset = { object: { type, id }, relation };
    return this.#ifConditionHolds(asked, tuple, () =>
      this.#ask(asked, userset, { ancestors: onWay(way), depth: way.depth + 1 }),
    );
  }

  #from(asked: Asked, rewrite: Rewrite & { readonly kind: 'from' }, way: Way): Answer {
    const { relation, tupleset } = rewrite;
    const tuples = this.#tuplesOf(asked, { userset: { ...way.userset, relation: tupleset } });
    return union(
      tuples.map((tuple) => {
        const userset = { object: tuple.subject, relation };
        if (this.#relation(userset) === undefined) return DENIED;
        return this.#ifConditionHolds(asked, tuple, () =>
          this.#ask(asked, userset, { ancestors: onWay(way), depth: way.depth + 1 }),
        );
      }),
    );
  }

  /** Of the object, and of all of its type. */
  #tuplesOf(
    { tuples }: Pick<Asked, 'tuples'>,
    { userset }: { readonly userset: Userset },
  ): readonly Tuple[] {
    return tuples.filter((tuple) => isSame(tuple, userset) || isSame(tuple, allLike(userset)));
  }

  #ifConditionHolds(asked: Asked, { condition }: Tuple, then: () => Answer): Answer {
    if (condition === undefined) return then();
    const declared = this.#model.conditions.get(condition.name);
    if (declared === undefined) return DENIED;
    try {
      const context = mergeContexts(asked.context, condition.context);
      return evaluateCondition(declared, context) ? then() : DENIED;
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      return { verdict: 'error', error };
    }
  }

  /** Every subject and every userset that the definition leads to, whatever its operators. */
  #reachableSubjects(start: Userset, tuples: readonly Tuple[]): Subject[] {
    const met: Userset[] = [];
    const subjects: Subject[] = [];
    const left = [start];
    for (let userset = left.pop(); userset !== undefined; userset = left.pop()) {
      const present = userset;
      const relation = this.#relation(present);
      if (relation === undefined || met.some((other) => isSame(other, present))) continue;
      met.push(present);
      subjects.push({ ...present.object, relation: present.relation });
      for (const leaf of leaves(relation.rewrite)) {
        if (leaf.kind === 'computed') left.push({ ...present, relation: leaf.relation });
        const from = leaf.kind === 'from' ? leaf.tupleset : present.relation;
        if (leaf.kind === 'computed') continue;
        const granting = this.#tuplesOf({ tuples }, { userset: { ...present, relation: from } });
        for (const { subject } of granting) {
          const { type, id } = subject;
          if (leaf.kind === 'from') left.push({ object: { type, id }, relation: leaf.relation });
          else subjects.push(subject);
          if (leaf.kind === 'direct' && subject.relation !== undefined) {
            left.push({ object: { type, id }, relation: subject.relation });
          }
        }
      }
    }
    return subjects;
  }
}

/** Where the recursion stands within a definition. */
interface Way {
  readonly userset: Userset;
  readonly ancestors: readonly Ancestor[];
  readonly depth: number;
  readonly isSubtracted: boolean;
}

function onWay({ userset, ancestors, isSubtracted }: Way): readonly Ancestor[] {
  return [...ancestors, { ...userset, isSubtracted }];
}

function union(parts: readonly Answer[]): Answer {
  return firstOf(['granted', 'error', 'undefined'], parts) ?? DENIED;
}

function intersection(parts: readonly Answer[]): Answer {
  return firstOf(['denied', 'error', 'undefined'], parts) ?? GRANTED;
}

function firstOf(verdicts: readonly Verdict[], parts: readonly Answer[]): Answer | undefined {
  for (const verdict of verdicts) {
    const part = parts.find((answer) => answer.verdict === verdict);
    if (part !== undefined) return part;
  }
  return undefined;
}

function not(answer: Answer): Answer {
  if (answer.verdict === 'granted') return DENIED;
  return answer.verdict === 'denied' ? GRANTED : answer;
}

function leaves(rewrite: Rewrite): Rewrite[] {
  if (rewrite.kind === 'exclusion') return [rewrite.base, rewrite.subtract].flatMap(leaves);
  return 'parts' in rewrite ? rewrite.parts.flatMap(leaves) : [rewrite];
}

function allLike({ object, relation }: Userset): Userset {
  return { object: { type: object.type, id: WILDCARD }, relation };
}

function isSame(left: Userset, right: Userset): boolean {
  const isObject = left.object.type === right.object.type && left.object.id === right.object.id;
  return isObject && left.relation === right.relation;
}

function isSubject({ object, relation }: Userset, subject: Subject): boolean {
  return subject.relation === relation && subject.type === object.type && subject.id === object.id;
}

function isOfFilter({ type, relation }: Subject, filter: SubjectFilter): boolean {
  return type === filter.type && relation === filter.relation;
}
