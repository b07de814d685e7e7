/**
 * What another model would change: who would gain and who would lose what, by the grants that an
 * engine holds at a height. A second engine with a copy of these grants has both models, one after
 * the other, and is asked under each. The first one is only read: its memory is the state of the
 * space, which is hashed, stored and the same everywhere, and a model that is not in force is no
 * part of it.
 */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { PREVIEW_CHANGES_MAX, PREVIEW_GRANTS_MAX, PREVIEW_QUESTIONS_MAX } from '../base/limits.ts';
import type { Random } from '../base/random.ts';
import { Engine } from '../engine/engine.ts';
import { AccessError } from './access-error.ts';
import { affectedRelations } from './affected-relations.ts';
import type { Context } from './condition.ts';
import type { AsOf } from './condition-verdicts.ts';
import { GrantWriter } from './grants.ts';
import { HeldGrants } from './held-grants.ts';
import type { Model } from './model.ts';
import { Permissions } from './permissions.ts';
import {
  fits,
  formatObject,
  formatSubject,
  formatTuple,
  type ObjectName,
  type Subject,
  type SubjectFilter,
  type Tuple,
  WILDCARD,
} from './tuple.ts';

/** So many at most, in the order of their names, and how many there are. */
export interface Listed<Entry> {
  readonly first: readonly Entry[];
  readonly count: number;
}

/** A relation of an object that a subject would gain or lose. */
export interface AccessChange {
  readonly object: string;
  readonly relation: string;
  readonly subject: string;
}

export interface ModelPreview {
  readonly gained: Listed<AccessChange>;
  readonly lost: Listed<AccessChange>;
  /** Grants that fit the current model and would not fit the next. */
  readonly unfit: Listed<string>;
  /** Questions without an answer under either model, such as for want of a parameter's value. */
  readonly undecided: number;
  /** Whether all was asked; counts are of what was. */
  readonly isComplete: boolean;
}

export interface PreviewOptions {
  readonly current: Model;
  readonly next: Model;
  /** Of the authority chain, at which grants hold. */
  readonly height: number;
  /** What conditions are evaluated with. */
  readonly context: Context;
  readonly random: Random;
}

const CURRENT_HEIGHT = 1;
const NEXT_HEIGHT = 2;

export async function previewModel(engine: Engine, options: PreviewOptions): Promise<ModelPreview> {
  const { current, next, height, random } = options;
  const grants: Tuple[] = [];
  for (const { tuple } of new HeldGrants(engine).all(height)) {
    if (grants.length === PREVIEW_GRANTS_MAX) {
      const message = `preview expected at most ${PREVIEW_GRANTS_MAX} grants, got more`;
      throw new DatabaseError(ErrorCode.LIMIT_EXCEEDED, message);
    }
    grants.push(tuple);
  }
  const scratch = await Engine.create(new Uint8Array(32), random);
  const writer = new GrantWriter(scratch);
  writer.make(grants, CURRENT_HEIGHT);
  writer.install(current, undefined, CURRENT_HEIGHT);
  writer.install(next, undefined, NEXT_HEIGHT);
  return new Preview(new Permissions(scratch), grants, options).run();
}

class Preview {
  readonly #permissions: Permissions;
  readonly #grants: readonly Tuple[];
  readonly #options: PreviewOptions;
  readonly #asOf: { readonly current: AsOf; readonly next: AsOf };
  /** Subjects that grants name, and their kinds. */
  readonly #subjects: ReadonlySet<string>;
  readonly #filters: readonly SubjectFilter[];
  readonly #gained = new Listing<AccessChange>();
  readonly #lost = new Listing<AccessChange>();
  #questions = 0;
  #undecided = 0;
  #isComplete = true;

  constructor(permissions: Permissions, grants: readonly Tuple[], options: PreviewOptions) {
    this.#permissions = permissions;
    this.#grants = grants;
    this.#options = options;
    this.#asOf = {
      current: { model: options.current, height: CURRENT_HEIGHT },
      next: { model: options.next, height: NEXT_HEIGHT },
    };
    this.#subjects = new Set(grants.map(({ subject }) => formatSubject(subject)));
    this.#filters = filtersOf(grants);
  }

  run(): ModelPreview {
    const { current, next } = this.#options;
    const affected = affectedRelations(current, next);
    for (const object of objectsOf(this.#grants, affected)) {
      for (const relation of affected.get(object.type) ?? []) this.#compare(object, relation);
    }
    return {
      gained: this.#gained.listed,
      lost: this.#lost.listed,
      unfit: this.#unfit(),
      undecided: this.#undecided,
      isComplete: this.#isComplete,
    };
  }

  #unfit(): Listed<string> {
    const { current, next } = this.#options;
    const unfit = this.#grants.filter((tuple) => fits(current, tuple) && !fits(next, tuple));
    const listing = new Listing<string>();
    for (const name of unfit.map(formatTuple).sort()) listing.add(name);
    return listing.listed;
  }

  #compare(object: ObjectName, relation: string): void {
    for (const subject of this.#candidates(object, relation)) {
      if (!this.#mayAsk(2)) return;
      const change = { object: formatObject(object), relation, subject: formatSubject(subject) };
      const before = this.#check(object, relation, subject, this.#asOf.current);
      const after = this.#check(object, relation, subject, this.#asOf.next);
      if (before === undefined || after === undefined) this.#undecided += 1;
      else if (after && !before) this.#gained.add(change);
      else if (before && !after) this.#lost.add(change);
    }
  }

  /**
   * The subjects that either model leads to from the object, by name. For all others of a type the
   * answer is that for all of the type, which is among them where a grant gives it anything.
   */
  #candidates(object: ObjectName, relation: string): Subject[] {
    const found = new Map<string, Subject>();
    for (const asOf of [this.#asOf.current, this.#asOf.next]) {
      for (const filter of this.#filters) {
        for (const subject of this.#list(object, relation, filter, asOf)) {
          const name = formatSubject(subject);
          if (this.#subjects.has(name)) found.set(name, subject);
        }
      }
    }
    return [...found].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, one]) => one);
  }

  #list(object: ObjectName, relation: string, filter: SubjectFilter, asOf: AsOf): Subject[] {
    if (!this.#mayAsk(1)) return [];
    const given = { context: this.#options.context, contextualTuples: [] };
    try {
      return this.#permissions.listCandidates({ object, relation, filter, ...given }, asOf);
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      this.#isComplete = false;
      return [];
    }
  }

  /** Undefined where there is no answer. */
  #check(object: ObjectName, relation: string, subject: Subject, asOf: AsOf): boolean | undefined {
    const given = { context: this.#options.context, contextualTuples: [] };
    try {
      return this.#permissions.check({ object, relation, subject, ...given }, asOf);
    } catch (error) {
      if (error instanceof AccessError) return undefined;
      throw error;
    }
  }

  #mayAsk(questions: number): boolean {
    this.#questions += questions;
    if (this.#questions > PREVIEW_QUESTIONS_MAX) this.#isComplete = false;
    return this.#questions <= PREVIEW_QUESTIONS_MAX;
  }
}

/** Keeps the first entries, and counts all. */
class Listing<Entry> {
  readonly #first: Entry[] = [];
  #count = 0;

  get listed(): Listed<Entry> {
    return { first: this.#first, count: this.#count };
  }

  add(entry: Entry): void {
    this.#count += 1;
    if (this.#first.length < PREVIEW_CHANGES_MAX) this.#first.push(entry);
  }
}

/** The objects of some types that grants name, by name; all of a type where a grant is of it. */
function objectsOf(
  grants: readonly Tuple[],
  types: ReadonlyMap<string, unknown>,
): readonly ObjectName[] {
  const objects = new Map<string, ObjectName>();
  for (const { object, subject } of grants) {
    if (types.has(object.type)) objects.set(formatObject(object), object);
    if (!types.has(subject.type) || subject.id === WILDCARD) continue;
    objects.set(formatObject(subject), { type: subject.type, id: subject.id });
  }
  return [...objects].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, one]) => one);
}

function filtersOf(grants: readonly Tuple[]): SubjectFilter[] {
  const filters = new Map<string, SubjectFilter>();
  for (const { subject } of grants) {
    const { type, relation } = subject;
    filters.set(
      `${type}#${relation ?? ''}`,
      relation === undefined ? { type } : { type, relation },
    );
  }
  return [...filters.values()];
}
