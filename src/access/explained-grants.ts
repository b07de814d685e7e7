/**
 * The grants that count for one question: those that an engine holds and the question's own. Each
 * list is read once, and each condition evaluated once.
 */

import { EXPLANATION_VALUE_LENGTH_MAX } from '../base/limits.ts';
import { AccessError } from './access-error.ts';
import type { AsOf } from './condition-verdicts.ts';
import type { ConditionFinding, ParameterFinding } from './explanation.ts';
import { draftGrant, formatSet, type GrantDraft, type SetName } from './finding-draft.ts';
import { settleCondition } from './grant-condition.ts';
import type { HeldGrant, HeldGrants } from './held-grants.ts';
import type { Model } from './model.ts';
import type { CheckQuestion } from './question.ts';
import {
  expectFitting,
  fits,
  formatSubject,
  type Subject,
  type TupleCondition,
  WILDCARD,
} from './tuple.ts';

type GrantedTo = 'objects' | 'sets';

export class ExplainedGrants {
  readonly #held: HeldGrants;
  readonly #model: Model;
  readonly #height: number;
  readonly #question: CheckQuestion;
  readonly #own: readonly HeldGrant[];
  readonly #lists = new Map<string, readonly HeldGrant[]>();
  readonly #found = new Map<HeldGrant, GrantDraft>();

  constructor(held: HeldGrants, question: CheckQuestion, { model, height }: AsOf) {
    this.#held = held;
    this.#model = model;
    this.#height = height;
    this.#question = question;
    this.#own = question.contextualTuples
      .filter((tuple) => fits(model, tuple))
      .map((tuple) => ({ tuple, since: undefined }));
  }

  /** Those to the subject and to all of its type, whether they fit the model or not. */
  toSubject(set: SetName): readonly HeldGrant[] {
    const { subject } = this.#question;
    const isObject = subject.relation === undefined && subject.id !== WILDCARD;
    const subjects = isObject ? [subject, { type: subject.type, id: WILDCARD }] : [subject];
    return subjects.flatMap((to) =>
      this.#listOnce(`${formatSet(set)}@${formatSubject(to)}`, set, to),
    );
  }

  /** A list that was read. */
  known(set: SetName, to: GrantedTo): readonly HeldGrant[] | undefined {
    return this.#lists.get(`${formatSet(set)} ${to}`);
  }

  /** Those that may lead on and fit the model; `count` is of all that were read. */
  read(
    set: SetName,
    to: GrantedTo,
    limit: number,
  ): { grants: readonly HeldGrant[]; count: number } {
    const options = { height: this.#height, to, limit };
    const held = holdersOf(set).flatMap(({ object, relation }) =>
      this.#held.of(object, relation, options),
    );
    const own = this.#ownOf(set).filter(
      ({ tuple: { subject } }) => isSetOrAll(subject) === (to === 'sets'),
    );
    const grants = [...held.filter(({ tuple }) => fits(this.#model, tuple)), ...own];
    this.#lists.set(`${formatSet(set)} ${to}`, grants);
    return { grants, count: held.length };
  }

  /** What a grant comes to by itself: granted, unless its condition or the model say otherwise. */
  find(grant: HeldGrant): GrantDraft {
    const found = this.#found.get(grant) ?? this.#findOnce(grant);
    this.#found.set(grant, found);
    return { ...found, findings: [] };
  }

  #findOnce(grant: HeldGrant): GrantDraft {
    const draft = draftGrant(grant);
    const misfit = this.#misfit(grant);
    if (misfit !== undefined) return { ...draft, misfit };
    if (grant.tuple.condition === undefined) return { ...draft, outcome: 'granted' };
    const condition = this.#settle(grant.tuple.condition);
    const outcomes = { true: 'granted', false: 'denied', failed: 'failed' } as const;
    return { ...draft, outcome: outcomes[condition.result], condition };
  }

  #listOnce(key: string, set: SetName, to: Subject): readonly HeldGrant[] {
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    const name = formatSubject(to);
    const list = [
      ...holdersOf(set).flatMap(({ object, relation }) =>
        this.#held.to(object, relation, to, this.#height),
      ),
      ...this.#ownOf(set).filter(({ tuple }) => formatSubject(tuple.subject) === name),
    ];
    this.#lists.set(key, list);
    return list;
  }

  #ownOf(set: SetName): readonly HeldGrant[] {
    const names = holdersOf(set).map(formatSet);
    return this.#own.filter(({ tuple }) => names.includes(formatSet(tuple)));
  }

  #misfit({ tuple }: HeldGrant): string | undefined {
    try {
      expectFitting(this.#model, tuple);
      return undefined;
    } catch (error) {
      if (error instanceof AccessError) return error.message;
      throw error;
    }
  }

  #settle(condition: TupleCondition): ConditionFinding {
    const asked = this.#question.context;
    const declared = this.#model.conditions.get(condition.name)?.parameters ?? new Map();
    const parameters = Array.from(declared.keys(), (name: string): ParameterFinding => {
      if (condition.context.has(name)) {
        return { name, from: 'grant', value: shown(condition.context.get(name)) };
      }
      return asked.has(name) ? { name, from: 'question', value: shown(asked.get(name)) } : { name };
    });
    const { name } = condition;
    const result = settleCondition(this.#model, condition, asked);
    if (result.kind === 'failed') {
      return { name, result: 'failed', parameters, failure: result.error.message };
    }
    return { name, result: result.kind === 'true' ? 'true' : 'false', parameters };
  }
}

/** The sets whose grants count for one: its own, and the same of all of its type. */
function holdersOf(set: SetName): readonly SetName[] {
  const { type, id } = set.object;
  return id === WILDCARD ? [set] : [set, { ...set, object: { type, id: WILDCARD } }];
}

function isSetOrAll({ id, relation }: Subject): boolean {
  return relation !== undefined || id === WILDCARD;
}

/** A value as it is, or the begin of a long one as text. */
function shown(value: unknown): unknown {
  const text = JSON.stringify(value);
  const isShort = text.length <= EXPLANATION_VALUE_LENGTH_MAX;
  return isShort ? value : `${text.slice(0, EXPLANATION_VALUE_LENGTH_MAX)}…`;
}
