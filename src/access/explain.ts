/**
 * Explains answers about permissions from the model and the grants in an engine's memory. The
 * verdict is the engine's; why it is so is found out once more, along the model, as the engine
 * does:
 *
 * - relations of grants, computed relations and unions alone are walked breadth first, each set
 *   once, so that a proof has as few grants as can be;
 * - all others are judged along their rules; a set that is met on the way to itself is denied
 *   there, or undefined beyond what is subtracted.
 *
 * What looks at more than a question may is left out, and says so.
 */

import { ACCESS_DEPTH_MAX } from '../../assembly/abi-access.ts';
import { assert } from '../base/assert.ts';
import { EXPLANATION_LOOKS_MAX, EXPLANATION_OPEN_MAX } from '../base/limits.ts';
import type { Engine } from '../engine/engine.ts';
import { AccessError, AccessReason } from './access-error.ts';
import type { AsOf } from './condition-verdicts.ts';
import { ExplainedGrants } from './explained-grants.ts';
import type { Explanation, ReducedExplanation } from './explanation.ts';
import {
  boundFindings,
  type Draft,
  decide,
  decideRule,
  draftGrants,
  draftOperator,
  draftSet,
  endedSet,
  formatSet,
  type SetDraft,
  type SetName,
} from './finding-draft.ts';
import { type HeldGrant, HeldGrants } from './held-grants.ts';
import type { Model, Relation, Rewrite } from './model.ts';
import { Permissions } from './permissions.ts';
import { walkedRelations } from './program.ts';
import type { CheckQuestion } from './question.ts';
import { formatObject, formatSubject } from './tuple.ts';

export class Explanations {
  readonly #permissions: Permissions;
  readonly #grants: HeldGrants;

  constructor(engine: Engine) {
    this.#permissions = new Permissions(engine);
    this.#grants = new HeldGrants(engine);
  }

  /** For who may see the grants that decide. The verdict is that of `Permissions.check`. */
  explain(question: CheckQuestion, asOf: AsOf): Explanation {
    const { object, relation, subject } = question;
    const { verdict, error } = this.#answer(question, asOf);
    const evaluation = new Evaluation(this.#grants, question, asOf);
    const finding = evaluation.run();
    const found = finding.outcome === 'undefined' ? 'denied' : finding.outcome;
    const isLimited = evaluation.isLimited || error?.reason === AccessReason.DEPTH;
    assert(found === verdict || isLimited, 'a question is explained as it is answered');
    return {
      object: formatObject(object),
      relation,
      subject: formatSubject(subject),
      height: asOf.height,
      verdict,
      ...(error !== undefined && { failure: error.message }),
      cut: boundFindings(finding),
      finding,
    };
  }

  /** For everybody who may ask: it tells nothing of what others are granted. */
  explainReduced(question: CheckQuestion, asOf: AsOf): ReducedExplanation {
    const { verdict } = this.#answer(question, asOf);
    return verdict === 'denied' ? { verdict, lacking: question.relation } : { verdict };
  }

  #answer(
    question: CheckQuestion,
    asOf: AsOf,
  ): { verdict: Explanation['verdict']; error?: AccessError } {
    try {
      return { verdict: this.#permissions.check(question, asOf) ? 'granted' : 'denied' };
    } catch (error) {
      if (error instanceof AccessError) return { verdict: 'failed', error };
      throw error;
    }
  }
}

/** How a set is asked for. */
interface Way {
  /** Grants so far. */
  readonly depth: number;
  /** Exclusions of which the subtracted side is asked. */
  readonly negations: number;
  readonly open: OpenSet | undefined;
  /** Parts of rules that are open, each within the one before. */
  readonly nesting: number;
  readonly walk: Walk | undefined;
}

/** A set that is judged on the way to the present one. */
interface OpenSet {
  readonly name: string;
  readonly negations: number;
  readonly before: OpenSet | undefined;
}

/** A set that is walked to. */
interface Place {
  readonly set: SetName;
  readonly depth: number;
  readonly draft: SetDraft;
}

interface Walk {
  readonly known: Set<string>;
  /** Those as many grants away as is looked at, and those one grant further. */
  level: Place[];
  next: Place[];
  isFound: boolean;
}

/** One question. */
class Evaluation {
  readonly #model: Model;
  readonly #walked: ReadonlySet<Relation>;
  readonly #question: CheckQuestion;
  readonly #subject: string;
  readonly #grants: ExplainedGrants;
  #looks = 0;
  #isLimited = false;

  constructor(grants: HeldGrants, question: CheckQuestion, asOf: AsOf) {
    this.#model = asOf.model;
    this.#walked = walkedRelations(asOf.model);
    this.#question = question;
    this.#subject = formatSubject(question.subject);
    this.#grants = new ExplainedGrants(grants, question, asOf);
  }

  /** Whether a limit was met, so that it knows less than the answer. */
  get isLimited(): boolean {
    return this.#isLimited;
  }

  run(): Draft {
    const { object, relation } = this.#question;
    const way = { depth: 0, negations: 0, open: undefined, nesting: 0, walk: undefined };
    return this.#ask({ object, relation }, way);
  }

  #ask(set: SetName, way: Way): SetDraft {
    if (way.walk !== undefined) return this.#add(set, way.depth, way.walk);
    const relation = this.#relation(set);
    if (relation === undefined) return endedSet(set, 'denied', 'absent');
    if (this.#walked.has(relation)) return this.#walk(set, way.depth);
    if (this.#isSubject(set)) return endedSet(set, 'granted', 'itself');
    const name = formatSet(set);
    for (let open = way.open; open !== undefined; open = open.before) {
      if (open.name !== name) continue;
      return endedSet(set, open.negations === way.negations ? 'denied' : 'undefined', 'again');
    }
    if (!this.#look() || way.nesting > EXPLANATION_OPEN_MAX) return this.#limited(set, 'visits');
    const draft = draftSet(set);
    const open = { name, negations: way.negations, before: way.open };
    draft.findings = [this.#rule(relation.rewrite, set, { ...way, open })];
    decide(draft);
    return draft;
  }

  /** Finds the nearest grant to the subject, or looks at everything. */
  #walk(start: SetName, depth: number): SetDraft {
    const walk: Walk = { known: new Set(), level: [], next: [], isFound: false };
    const first = this.#add(start, depth, walk);
    const places: Place[] = [];
    while (walk.next.length > 0 && !walk.isFound) {
      walk.level = walk.next;
      walk.next = [];
      // What a set comes to without a grant is added behind it.
      for (const place of walk.level) {
        places.push(place);
        this.#lookAt(place, walk);
        if (walk.isFound) break;
      }
    }
    // What a set leads to was looked at after it.
    for (const { draft } of places.reverse()) decideRule(draft);
    return first;
  }

  /** Adds a set unless it is there. */
  #add(set: SetName, depth: number, walk: Walk): SetDraft {
    const name = formatSet(set);
    if (walk.known.has(name)) return endedSet(set, 'denied', 'again');
    const isNear = walk.level[0]?.depth === depth;
    if (!isNear && !this.#look()) return this.#limited(set, 'visits');
    walk.known.add(name);
    const draft = draftSet(set);
    (isNear ? walk.level : walk.next).push({ set, depth, draft });
    return draft;
  }

  #lookAt({ set, depth, draft }: Place, walk: Walk): void {
    const relation = this.#relation(set);
    if (relation === undefined) {
      draft.ending = 'absent';
    } else if (this.#isSubject(set)) {
      draft.ending = 'itself';
      draft.outcome = 'granted';
      walk.isFound = true;
    } else {
      const way = { depth, negations: 0, open: undefined, nesting: 0, walk };
      draft.findings = [this.#rule(relation.rewrite, set, way)];
    }
  }

  #rule(rewrite: Rewrite, set: SetName, outer: Way): Draft {
    const way = { ...outer, nesting: outer.nesting + 1 };
    switch (rewrite.kind) {
      case 'direct':
        return this.#direct(set, way);
      case 'from':
        return this.#from(set, rewrite, way);
      case 'computed':
        return this.#ask({ ...set, relation: rewrite.relation }, way);
      case 'union':
      case 'intersection': {
        const draft = draftOperator(rewrite.kind, []);
        const last = rewrite.kind === 'union' ? 'granted' : 'denied';
        for (const part of rewrite.parts) {
          const finding = this.#rule(part, set, way);
          draft.findings.push(finding);
          if (isOver(finding, last, way)) break;
        }
        return close(draft, way);
      }
      case 'exclusion': {
        const base = this.#rule(rewrite.base, set, way);
        if (base.outcome === 'denied') return decide(draftOperator('exclusion', [base]));
        const beyond = { ...way, negations: way.negations + 1 };
        const subtracted = this.#rule(rewrite.subtract, set, beyond);
        const not = decide(draftOperator('not', [subtracted]));
        return decide(draftOperator('exclusion', [base, not]));
      }
    }
  }

  #direct(set: SetName, way: Way): Draft {
    const draft = draftGrants(set.relation);
    for (const grant of this.#grants.toSubject(set)) {
      const finding = this.#grants.find(grant);
      draft.findings.push(finding);
      if (finding.outcome !== 'granted') continue;
      if (way.walk !== undefined) way.walk.isFound = true;
      return close(draft, way);
    }
    for (const grant of this.#onward(draft, set, 'sets')) {
      const { relation, ...object } = grant.tuple.subject;
      // Those to all of a type, and to the subject itself, were looked at before.
      if (relation === undefined || this.#isSubject({ object, relation })) continue;
      const finding = this.#follow(grant, { object, relation }, way);
      draft.findings.push(finding);
      if (isOver(finding, 'granted', way)) break;
    }
    return close(draft, way);
  }

  #from(
    { object }: SetName,
    { tupleset, relation: through }: Rewrite & { readonly kind: 'from' },
    way: Way,
  ): Draft {
    const draft = draftGrants(tupleset, through);
    const set = { object, relation: tupleset };
    for (const grant of this.#onward(draft, set, 'objects')) {
      const next = { object: grant.tuple.subject, relation: through };
      if (this.#relation(next) === undefined) continue;
      const finding = this.#follow(grant, next, way);
      draft.findings.push(finding);
      if (isOver(finding, 'granted', way)) break;
    }
    return close(draft, way);
  }

  /** A grant that leads to a set. */
  #follow(grant: HeldGrant, next: SetName, way: Way): Draft {
    const finding = this.#grants.find(grant);
    if (finding.outcome !== 'granted') return finding;
    const isFar = way.depth === ACCESS_DEPTH_MAX;
    const further = { ...way, depth: way.depth + 1 };
    finding.findings = [isFar ? this.#limited(next, 'depth') : this.#ask(next, further)];
    return close(finding, way);
  }

  /** The grants that may lead on; notes in the draft where there are more than are looked at. */
  #onward(draft: Draft, set: SetName, to: 'objects' | 'sets'): readonly HeldGrant[] {
    const known = this.#grants.known(set, to);
    if (known !== undefined) return known;
    const room = EXPLANATION_LOOKS_MAX - this.#looks;
    const { grants, count } = this.#grants.read(set, to, room + 1);
    this.#looks += count;
    if (count <= room) return grants;
    draft.findings.push(this.#limited(set, 'visits'));
    return [];
  }

  #look(): boolean {
    this.#looks += 1;
    return this.#looks <= EXPLANATION_LOOKS_MAX;
  }

  #limited(set: SetName, ending: 'depth' | 'visits'): SetDraft {
    this.#isLimited = true;
    return endedSet(set, 'failed', ending);
  }

  #relation({ object, relation }: SetName): Relation | undefined {
    return this.#model.types.get(object.type)?.relations.get(relation);
  }

  #isSubject(set: SetName): boolean {
    return formatSet(set) === this.#subject;
  }
}

/** Settles a finding, unless sets below it are still to be looked at. */
function close<D extends Draft>(draft: D, { walk }: Way): D {
  if (walk === undefined) decide(draft);
  return draft;
}

/** Whether a list of parts is decided by the last one, or a walk by now. */
function isOver(finding: Draft, last: Draft['outcome'], { walk }: Way): boolean {
  return walk === undefined ? finding.outcome === last : walk.isFound;
}
