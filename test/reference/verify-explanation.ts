/**
 * Checks an explanation against the model and the plain list of grants, step by step and without
 * the evaluator that made it: that each grant is there and holds since then, that its condition
 * comes to what is said, that what was needed is all there, and that no grant is left out where
 * nothing is granted. Throws where a step is wrong.
 */

import { ACCESS_DEPTH_MAX } from '../../assembly/abi-access.ts';
import { AccessError } from '../../src/access/access-error.ts';
import { evaluateCondition, mergeContexts } from '../../src/access/condition.ts';
import type {
  Explanation,
  Finding,
  GrantFinding,
  GrantsFinding,
  Outcome,
  SetFinding,
} from '../../src/access/explanation.ts';
import type { Model, Relation, Rewrite } from '../../src/access/model.ts';
import type { CheckQuestion } from '../../src/access/question.ts';
import {
  fits,
  formatObject,
  formatSubject,
  type ObjectName,
  type Tuple,
  WILDCARD,
} from '../../src/access/tuple.ts';

/** A grant, and from when on it holds; undefined where the question brings it along. */
export interface DatedGrant {
  readonly tuple: Tuple;
  readonly since: number | undefined;
}

interface Userset {
  readonly object: ObjectName;
  readonly relation: string;
}

interface Way {
  readonly depth: number;
  readonly negations: number;
  readonly ancestors: readonly { readonly name: string; readonly negations: number }[];
  /** The findings that unions alone connect: each set of them is looked at once. */
  readonly run: Finding;
}

/** Answers whether all of it was shown; what is cut cannot be checked. */
export function verifyExplanation(
  explanation: Explanation,
  world: {
    readonly model: Model;
    readonly grants: readonly DatedGrant[];
    readonly question: CheckQuestion;
  },
): boolean {
  return new ExplanationCheck(world).run(explanation);
}

class ExplanationCheck {
  readonly #model: Model;
  readonly #grants: readonly DatedGrant[];
  readonly #question: CheckQuestion;
  #isWhole = true;

  constructor(world: {
    readonly model: Model;
    readonly grants: readonly DatedGrant[];
    readonly question: CheckQuestion;
  }) {
    this.#model = world.model;
    this.#question = world.question;
    const own = world.question.contextualTuples.map((tuple) => ({ tuple, since: undefined }));
    this.#grants = [...world.grants, ...own];
  }

  run({ object, relation, subject, verdict, finding }: Explanation): boolean {
    const asked = this.#question;
    expect(object === formatObject(asked.object) && relation === asked.relation, 'the question');
    expect(subject === formatSubject(asked.subject), 'the subject');
    const isDenied = finding.outcome === 'denied' || finding.outcome === 'undefined';
    expect(verdict === (isDenied ? 'denied' : finding.outcome), 'the verdict');
    this.#set(finding, asked, { depth: 0, negations: 0, ancestors: [], run: finding });
    return this.#isWhole;
  }

  #set(finding: Finding, set: Userset, way: Way): void {
    expect(finding.kind === 'set', `a set, got ${finding.kind}`);
    const name = nameOf(set);
    expect(`${finding.object}#${finding.relation}` === name, `the set ${name}`);
    const relation = this.#model.types.get(set.object.type)?.relations.get(set.relation);
    const isSubject = name === formatSubject(this.#question.subject);
    if (finding.ending !== undefined) {
      expect(finding.findings.length === 0, 'nothing below an ending');
      this.#ending(finding, relation, isSubject, way);
      return;
    }
    expect(!isSubject && !way.ancestors.some((one) => one.name === name), `${name} to end`);
    expect(way.depth <= ACCESS_DEPTH_MAX, 'so many grants at most');
    if (finding.cut > 0) {
      this.#isWhole = false;
      return;
    }
    const [rule, ...others] = finding.findings;
    expect(relation !== undefined && rule !== undefined && others.length === 0, 'one rule');
    expect(finding.outcome === rule.outcome, `${name} as its rule`);
    const ancestors = [...way.ancestors, { name, negations: way.negations }];
    this.#rule(rule, relation.rewrite, set, { ...way, ancestors });
  }

  #ending(
    { ending, outcome, object, relation }: SetFinding,
    declared: Relation | undefined,
    isSubject: boolean,
    way: Way,
  ): void {
    switch (ending) {
      case 'itself':
        return expect(isSubject && outcome === 'granted', 'the subject itself');
      case 'absent':
        return expect(declared === undefined && outcome === 'denied', 'no such relation');
      case 'depth':
        return expect(way.depth === ACCESS_DEPTH_MAX + 1 && outcome === 'failed', 'a far set');
      case 'again': {
        const name = `${object}#${relation}`;
        const met = way.ancestors.findLast((ancestor) => ancestor.name === name);
        if (met === undefined) {
          const isThere = setsOf(way.run).some((set) => `${set.object}#${set.relation}` === name);
          return expect((isThere || isCut(way.run)) && outcome === 'denied', `${name} elsewhere`);
        }
        const isDenied = met.negations === way.negations;
        return expect(outcome === (isDenied ? 'denied' : 'undefined'), `${name} again`);
      }
      default:
        throw new Error('expected an ending that can be checked');
    }
  }

  #rule(finding: Finding, rewrite: Rewrite, set: Userset, way: Way): void {
    if (finding.cut > 0 && finding.kind !== 'grants') {
      this.#isWhole = false;
      return;
    }
    switch (rewrite.kind) {
      case 'direct':
      case 'from':
        expect(finding.kind === 'grants', `grants, got ${finding.kind}`);
        return this.#list(finding, rewrite, set, way);
      case 'computed':
        return this.#set(finding, { ...set, relation: rewrite.relation }, way);
      case 'union':
        expect(finding.kind === 'union', `a union, got ${finding.kind}`);
        expect(finding.outcome === unionOf(finding.findings), 'what a union comes to');
        return this.#parts(finding, rewrite.parts, { set, way, one: 'granted' });
      case 'intersection': {
        expect(finding.kind === 'intersection', `an intersection, got ${finding.kind}`);
        const runs = finding.findings.map((run) => ({ ...way, run }));
        expect(finding.outcome === intersectionOf(finding.findings), 'what an intersection is');
        return this.#parts(finding, rewrite.parts, { set, way, runs, one: 'denied' });
      }
      case 'exclusion':
        expect(finding.kind === 'exclusion', `an exclusion, got ${finding.kind}`);
        return this.#exclusion(finding, rewrite, set, way);
    }
  }

  /** One part decides alone; of another outcome all are needed, and those that failed are some. */
  #parts(
    { outcome, findings }: Finding,
    parts: readonly Rewrite[],
    given: { set: Userset; way: Way; runs?: readonly Way[]; one: Outcome },
  ): void {
    const { set, way, runs, one } = given;
    const isSome = outcome === one || outcome === 'failed';
    const isPart = outcome === 'undefined' && one === 'denied';
    if (!isSome && !isPart) expect(findings.length === parts.length, 'all parts');
    if (outcome === one) expect(findings.length === 1, 'one part');
    let next = 0;
    for (const [index, finding] of findings.entries()) {
      const own = runs?.[index] ?? way;
      if (isSome || isPart) expect(finding.outcome === outcome, 'parts that decide');
      const found = parts.findIndex(
        (part, at) => at >= next && isRight(() => this.#rule(finding, part, set, own)),
      );
      // Once more, for what is wrong.
      const part = parts[next];
      if (found < 0 && part !== undefined) this.#rule(finding, part, set, own);
      expect(found >= 0 && (isSome || isPart || found === next), 'a part of the rule');
      next = found + 1;
    }
  }

  #exclusion(
    { outcome, findings }: Finding,
    { base, subtract }: Rewrite & { readonly kind: 'exclusion' },
    set: Userset,
    way: Way,
  ): void {
    expect(outcome === intersectionOf(findings), 'what an exclusion comes to');
    const nots = findings.filter((finding) => finding.kind === 'not');
    const bases = findings.filter((finding) => finding.kind !== 'not');
    expect(nots.length <= 1 && bases.length <= 1 && findings.length > 0, 'two sides at most');
    if (outcome === 'granted') expect(findings.length === 2, 'both sides');
    if (outcome === 'denied') expect(findings.length === 1, 'one side');
    for (const finding of bases) this.#rule(finding, base, set, { ...way, run: finding });
    for (const not of nots) {
      if (not.cut > 0) {
        this.#isWhole = false;
        continue;
      }
      const [subtracted] = not.findings;
      expect(subtracted !== undefined, 'what is subtracted');
      expect(not.outcome === NEGATED[subtracted.outcome], 'the other way round');
      const negations = way.negations + 1;
      this.#rule(subtracted, subtract, set, { ...way, negations, run: subtracted });
    }
  }

  #list(
    finding: GrantsFinding,
    rewrite: Rewrite & { readonly kind: 'direct' | 'from' },
    set: Userset,
    way: Way,
  ): void {
    const granted = rewrite.kind === 'direct' ? set.relation : rewrite.tupleset;
    const through = rewrite.kind === 'direct' ? undefined : rewrite.relation;
    expect(finding.relation === granted && finding.through === through, 'the relation granted');
    // Of a list that is cut, what decided may be missing; never is it so where it is granted.
    const isSeen = finding.cut === 0 || finding.outcome === 'granted';
    if (isSeen) expect(finding.outcome === unionOf(finding.findings), 'what grants come to');
    const { type } = set.object;
    const objects = [formatObject(set.object), formatObject({ type, id: WILDCARD })];
    const all = this.#grants.filter(({ tuple: { object, relation } }) => {
      return relation === granted && objects.includes(formatObject(object));
    });
    const left = all.filter((grant) => this.#counts(grant, through));
    for (const below of finding.findings) {
      expect(below.kind === 'grant', `a grant, got ${below.kind}`);
      if (below.misfit !== undefined) {
        const isMisfit = all.some((one) => isOf(below, one) && !fits(this.#model, one.tuple));
        expect(isMisfit && below.outcome === 'denied', 'a grant that does not fit');
        continue;
      }
      const at = left.findIndex((grant) => isOf(below, grant));
      const [grant] = at < 0 ? [] : left.splice(at, 1);
      expect(grant !== undefined, `a grant that holds, got ${nameOfGrant(below)}`);
      this.#grant(below, grant.tuple, through, way);
    }
    if (finding.cut > 0) this.#isWhole = false;
    const isOne = finding.outcome === 'granted';
    if (isOne) expect(finding.findings.length === 1, 'one grant');
    else if (finding.outcome !== 'failed') {
      // A grant that does not fit may be among those that are cut.
      expect(left.length <= finding.cut, `no grant left out, got ${left.length}`);
    }
  }

  /** Whether a grant may have a say. */
  #counts({ tuple }: DatedGrant, through: string | undefined): boolean {
    const { type, relation } = tuple.subject;
    if (!fits(this.#model, tuple)) return false;
    if (through !== undefined) return this.#model.types.get(type)?.relations.has(through) === true;
    return relation !== undefined || this.#isToSubject(tuple);
  }

  #isToSubject({ subject }: Tuple): boolean {
    const asked = this.#question.subject;
    if (formatSubject(subject) === formatSubject(asked)) return true;
    return subject.id === WILDCARD && subject.type === asked.type && asked.relation === undefined;
  }

  #grant(finding: GrantFinding, tuple: Tuple, through: string | undefined, way: Way): void {
    const result = this.#condition(finding, tuple);
    if (result !== 'true') {
      expect(finding.outcome === (result === 'false' ? 'denied' : 'failed'), 'the condition');
      return expect(finding.findings.length === 0, 'nothing behind the condition');
    }
    const { type, id, relation = through } = tuple.subject;
    if (through === undefined && this.#isToSubject(tuple)) {
      const isEnd = finding.findings.length === 0 && finding.cut === 0;
      return expect(isEnd && finding.outcome === 'granted', 'a grant to the subject');
    }
    if (finding.cut > 0) {
      this.#isWhole = false;
      return;
    }
    const [set] = finding.findings;
    expect(set !== undefined && relation !== undefined, 'what a grant leads to');
    expect(finding.outcome === set.outcome, 'a grant as what it leads to');
    this.#set(set, { object: { type, id }, relation }, { ...way, depth: way.depth + 1 });
  }

  /** What the condition comes to, and whether the finding says so. */
  #condition(finding: GrantFinding, { condition }: Tuple): 'true' | 'false' | 'failed' {
    expect((finding.condition === undefined) === (condition === undefined), 'the condition');
    if (condition === undefined || finding.condition === undefined) return 'true';
    const declared = this.#model.conditions.get(condition.name);
    expect(declared !== undefined && finding.condition.name === condition.name, 'its name');
    const names = finding.condition.parameters.map(({ name }) => name);
    expect(`${names}` === `${[...declared.parameters.keys()]}`, 'all parameters');
    const context = mergeContexts(this.#question.context, condition.context);
    for (const { name, from, value } of finding.condition.parameters) {
      const giver = condition.context.has(name) ? 'grant' : 'question';
      expect(from === (context.has(name) ? giver : undefined), `who gives ${name}`);
      expect(value === context.get(name), `the value of ${name}`);
    }
    const result = resultOf(() => evaluateCondition(declared, context));
    expect(finding.condition.result === result, `a condition that is ${result}`);
    return result;
  }
}

const NEGATED: Readonly<Record<Outcome, Outcome>> = {
  granted: 'denied',
  denied: 'granted',
  undefined: 'undefined',
  failed: 'failed',
};

function expect(isSo: boolean, what: string): asserts isSo {
  if (!isSo) throw new Error(`expected ${what}`);
}

function isRight(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

function resultOf(evaluate: () => boolean): 'true' | 'false' | 'failed' {
  try {
    return evaluate() ? 'true' : 'false';
  } catch (error) {
    if (error instanceof AccessError) return 'failed';
    throw error;
  }
}

function unionOf(findings: readonly Finding[]): Outcome {
  return firstOf(['granted', 'failed', 'undefined'], findings) ?? 'denied';
}

function intersectionOf(findings: readonly Finding[]): Outcome {
  return firstOf(['denied', 'failed', 'undefined'], findings) ?? 'granted';
}

function firstOf(order: readonly Outcome[], findings: readonly Finding[]): Outcome | undefined {
  return order.find((outcome) => findings.some((finding) => finding.outcome === outcome));
}

/** The sets whose rules are shown, as far as unions alone connect them. */
function setsOf(run: Finding): SetFinding[] {
  const below = run.findings.filter(isConnected).flatMap(setsOf);
  return run.kind === 'set' && run.ending === undefined ? [run, ...below] : below;
}

function isCut(run: Finding): boolean {
  return run.cut > 0 || run.findings.filter(isConnected).some(isCut);
}

function isConnected({ kind }: Finding): boolean {
  return kind !== 'intersection' && kind !== 'exclusion' && kind !== 'not';
}

function isOf(finding: GrantFinding, { tuple, since }: DatedGrant): boolean {
  const name = `${nameOf(tuple)}@${formatSubject(tuple.subject)}`;
  return finding.since === since && nameOfGrant(finding) === name;
}

function nameOfGrant({ object, relation, subject }: GrantFinding): string {
  return `${object}#${relation}@${subject}`;
}

function nameOf({ object, relation }: Userset): string {
  return `${formatObject(object)}#${relation}`;
}
