/**
 * One random sequence: commits arrive in groups at an engine and at the reference, and in between
 * both are asked random plans, which must get the same bytes and change nothing.
 */

import { Engine } from '../../src/engine/engine.ts';
import type { Plan, PlanAnswer } from '../../src/engine/plan.ts';
import { EngineView } from '../../src/engine/view.ts';
import { wrongSum } from '../fixture/memory-sum.ts';
import { NO_LIMITS } from '../fixture/plan-limits.ts';
import type { PlanRules } from '../reference/plan-context.ts';
import { ReferenceGraph } from '../reference/reference-graph.ts';
import { everyAnswer } from '../reference/reference-plan.ts';
import { Seeded } from '../seeded.ts';
import { fullCommits } from './full-commits.ts';
import { groupCommit, referenceTransactions } from './graph-commits.ts';
import { COMPOUND, INDEXABLE, SPACE } from './graph-names.ts';
import {
  arrivalOrder,
  describePlan,
  inGroups,
  type PlannedCommit,
  randomPlan,
} from './graph-plan.ts';
import type { PlanCoverage } from './plan-coverage.ts';
import { answerText, isAllowed, planText, referenceText } from './plan-text.ts';
import { preparedLookups } from './prepared-lookups.ts';
import { randomQueryPlan } from './random-query-plan.ts';
import { smallerPlan } from './smaller-plan.ts';

/** Later than what random commits come to. */
const LATE = 1_000n;

export interface PlanSequenceOptions {
  readonly seed: number;
  /** How many plans are asked. */
  readonly plans: number;
  readonly coverage: PlanCoverage;
  /** Wrong ones: those that are found out are taken off. */
  readonly wrong?: Map<string, PlanRules>;
  /** Another in place of the engine's plans. */
  readonly answering?: (graph: ReferenceGraph) => Answering;
}

type Answering = (plan: Plan) => PlanAnswer;

/** Runs a sequence; what differs is returned with the commits that led there. */
export async function runPlanSequence(options: PlanSequenceOptions): Promise<string | undefined> {
  const random = new Seeded(options.seed);
  const order = randomOrder(random);
  const groups = inGroups(order, random, random.between(1, 8));
  const sequence = new PlanSequence(await Engine.create(SPACE, random), random, options);
  let arrived = 0;
  for (const [index, group] of groups.entries()) {
    const difference = await sequence.take(group, { isLast: index === groups.length - 1 });
    arrived += group.length;
    if (difference === undefined) continue;
    return `${difference}\nafter\n${describePlan(order.slice(0, arrived))}`;
  }
  return undefined;
}

/** Commits that fill the graph come first, where others may delete it again, or last. */
function randomOrder(random: Seeded): PlannedCommit[] {
  const some = arrivalOrder(randomPlan(random, random.between(2, 20)), random);
  const early = random.chance(0.7) ? fullCommits(random, 1n) : [];
  const late = random.chance(0.5) ? fullCommits(random, LATE) : [];
  return [...early, ...some, ...late];
}

class PlanSequence {
  readonly #random: Seeded;
  readonly #options: PlanSequenceOptions;
  readonly #graph = new ReferenceGraph();
  readonly #indexed: (typeof INDEXABLE)[number][] = [];
  readonly #compound: (typeof COMPOUND)[number][] = [];
  #engine: Engine;
  #answers: Answering;
  #plansLeft: number;
  #isSealed = false;

  constructor(engine: Engine, random: Seeded, options: PlanSequenceOptions) {
    this.#random = random;
    this.#options = options;
    this.#engine = engine;
    this.#answers = this.#answering();
    this.#plansLeft = options.plans;
    const all = random.chance(0.3);
    for (const index of INDEXABLE) if (all || random.chance(0.5)) this.#declare(index);
    for (const index of COMPOUND) if (all || random.chance(0.4)) this.#declareCompound(index);
  }

  /** Applies a group on both sides; returns what differs in the answers to plans. */
  async take(
    group: readonly PlannedCommit[],
    { isLast }: { readonly isLast: boolean },
  ): Promise<string | undefined> {
    const random = this.#random;
    if (random.chance(0.1)) this.#declare(random.pick(INDEXABLE));
    if (random.chance(0.1)) this.#declareCompound(random.pick(COMPOUND));
    if (random.chance(0.03)) {
      this.#engine = await Engine.fromImage(this.#engine.image(), SPACE);
      this.#answers = this.#answering();
    }
    // What follows is later than all that is here, as a seal asks.
    const isLate = group.every(({ clock }) => clock >= LATE);
    if (isLate && !this.#isSealed && random.chance(0.7)) this.#seal();
    this.#engine.prepare(group.map(groupCommit));
    if (random.chance(0.1)) {
      const difference = this.#ask(1);
      if (difference !== undefined) return `between prepare and apply, ${difference}`;
    }
    this.#engine.apply();
    for (const each of group.flatMap(referenceTransactions)) this.#graph.apply(each);
    if (isLast) return this.#ask(this.#plansLeft) ?? wrongSum(this.#engine);
    return random.chance(0.3) ? this.#ask(random.between(1, 3)) : undefined;
  }

  #ask(count: number): string | undefined {
    const asked = Math.min(count, this.#plansLeft);
    this.#plansLeft -= asked;
    const hash = this.#engine.stateHash(false);
    const world = { graph: this.#graph, indexed: this.#indexed, compound: this.#compound };
    for (let index = 0; index < asked; index++) {
      const plan = randomQueryPlan(this.#random, world);
      const difference = this.#difference(plan) ?? this.#preparedDifference(plan);
      if (difference !== undefined) return difference;
    }
    const isChanged = this.#engine.stateHash(false) !== hash;
    return isChanged ? 'plans expected to change nothing, a state hash changed' : undefined;
  }

  #difference(plan: Plan): string | undefined {
    const { coverage, wrong = new Map<string, PlanRules>() } = this.#options;
    const graph = this.#graph;
    const engine = this.#answers(plan);
    for (const [name, rules] of wrong) {
      if (!isAllowed(engine, everyAnswer(graph, plan, { rules }))) wrong.delete(name);
    }
    const reference = everyAnswer(graph, plan, { see: coverage.see });
    coverage.end(reference);
    if (isAllowed(engine, reference)) return undefined;
    const small = smallerPlan(plan, (less) => {
      return !isAllowed(this.#answers(less), everyAnswer(graph, less));
    });
    return [
      `the engine answers\n${answerText(this.#answers(small))}`,
      `the reference\n${referenceText(everyAnswer(graph, small))}`,
      `to the plan\n${planText(small)}`,
      `which is part of\n${planText(plan)}`,
      `with indexes on ${[...this.#indexed, ...this.#compound].join(' and ')}`,
    ].join('\n');
  }

  #preparedDifference(plan: Plan): string | undefined {
    const made = preparedLookups(plan);
    if (made === undefined) return undefined;
    const view = new EngineView(this.#engine);
    for (const { inputs, plan: own } of made.runs) {
      const answer = view.answerPrepared({ plan: made.prepared, inputs, limits: NO_LIMITS });
      const reference = everyAnswer(this.#graph, own);
      if (isAllowed(answer, reference)) continue;
      return [
        `the engine answers by a plan that is kept\n${answerText(answer)}`,
        `the reference\n${referenceText(reference)}`,
        `to the plan\n${planText(own)}`,
      ].join('\n');
    }
    return undefined;
  }

  #answering(): Answering {
    const { answering } = this.#options;
    if (answering !== undefined) return answering(this.#graph);
    const view = new EngineView(this.#engine);
    return (plan) => view.answer(plan, NO_LIMITS);
  }

  #declare(index: (typeof INDEXABLE)[number]): void {
    if (this.#indexed.includes(index)) return;
    const [type, path] = index;
    this.#engine.declareIndex(type, path);
    this.#indexed.push(index);
  }

  #seal(): void {
    this.#engine.compact();
    this.#graph.seal();
    this.#isSealed = true;
  }

  #declareCompound(index: (typeof COMPOUND)[number]): void {
    if (this.#compound.includes(index)) return;
    this.#engine.declareIndex(...index);
    this.#compound.push(index);
  }
}
