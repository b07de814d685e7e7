/**
 * One random sequence of what callers see: a graph, a model and grants, which change; and plans of
 * callers, which must get the same bytes from the engine as from the reference over what is seen.
 */

import { HIDDEN_PLACES_MAX } from '../../assembly/abi-access.ts';
import { GrantWriter } from '../../src/access/grants.ts';
import type { Model } from '../../src/access/model.ts';
import { formatTuple, type Tuple } from '../../src/access/tuple.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { Plan, PlanAnswer } from '../../src/engine/plan.ts';
import { EngineView } from '../../src/engine/view.ts';
import { callerAsOf } from '../fixture/caller-as-of.ts';
import { wrongSum } from '../fixture/memory-sum.ts';
import { NO_LIMITS } from '../fixture/plan-limits.ts';
import { ReferenceGraph } from '../reference/reference-graph.ts';
import { everyAnswer, type ReferenceAnswer } from '../reference/reference-plan.ts';
import { SeenGraph } from '../reference/seen-graph.ts';
import { Seeded } from '../seeded.ts';
import { fullCommits } from './full-commits.ts';
import { groupCommit, referenceTransactions } from './graph-commits.ts';
import { COMPOUND, INDEXABLE, SPACE } from './graph-names.ts';
import { arrivalOrder, randomPlan } from './graph-plan.ts';
import { answerText, isAllowed, planText, referenceText } from './plan-text.ts';
import { randomQueryPlan } from './random-query-plan.ts';
import type { SightCoverage } from './sight-coverage.ts';
import { NOW, randomSightGrants, randomSightModel, randomSubject } from './sight-model.ts';
import { readDifference } from './sight-reads.ts';
import { smallerPlan } from './smaller-plan.ts';

/** Models and grants that follow one another, and plans of callers under each. */
const ROUNDS = 3;
const CALLERS = 3;
const PLANS = 6;

export interface SightSequenceOptions {
  readonly seed: number;
  readonly coverage: SightCoverage;
  /** What the engine sees in the place of what holds: a wrong one is found out. */
  readonly alter?: (tuples: readonly Tuple[]) => readonly Tuple[];
}

/** What the engine is asked for, and what it is to answer. */
interface Asked {
  readonly answer: (plan: Plan) => PlanAnswer;
  readonly graph: SeenGraph;
}

export async function runSightSequence(options: SightSequenceOptions): Promise<string | undefined> {
  const random = new Seeded(options.seed);
  const sequence = new SightSequence(await Engine.create(SPACE, random), random, options);
  const commits = [
    ...fullCommits(random, 1n),
    ...arrivalOrder(randomPlan(random, random.between(2, 12)), random),
  ];
  for (let round = 1; round <= ROUNDS; round++) {
    const share = Math.ceil(commits.length / ROUNDS);
    const group = commits.slice((round - 1) * share, round * share);
    const difference = sequence.run(group, round * 10);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

class SightSequence {
  readonly #engine: Engine;
  readonly #random: Seeded;
  readonly #options: SightSequenceOptions;
  readonly #graph = new ReferenceGraph();
  readonly #writer: GrantWriter;
  readonly #view: EngineView;
  readonly #indexed: (typeof INDEXABLE)[number][];
  readonly #compound: (typeof COMPOUND)[number][];
  #model: Model = { types: new Map(), conditions: new Map() };
  #held: readonly Tuple[] = [];

  constructor(engine: Engine, random: Seeded, options: SightSequenceOptions) {
    this.#engine = engine;
    this.#random = random;
    this.#options = options;
    this.#writer = new GrantWriter(engine);
    this.#view = new EngineView(engine);
    this.#indexed = INDEXABLE.filter(() => random.chance(0.6));
    this.#compound = COMPOUND.filter(() => random.chance(0.5));
    for (const [type, path] of this.#indexed) engine.declareIndex(type, path);
    for (const index of this.#compound) engine.declareIndex(...index);
  }

  run(group: readonly Parameters<typeof groupCommit>[0][], height: number): string | undefined {
    const random = this.#random;
    if (group.length > 0) {
      this.#engine.prepare(group.map(groupCommit));
      this.#engine.apply();
      for (const each of group.flatMap(referenceTransactions)) this.#graph.apply(each);
    }
    if (this.#held.length === 0 || random.chance(0.5)) this.#install(height);
    else this.#change(height);
    for (let caller = 0; caller < CALLERS; caller++) {
      const difference = this.#ask(height + random.below(10));
      if (difference !== undefined) return difference;
    }
    return wrongSum(this.#engine);
  }

  /** A new model, and grants for it alone. */
  #install(height: number): void {
    this.#model = randomSightModel(this.#random);
    this.#writer.install(this.#model, undefined, height);
    this.#writer.end(this.#held, height);
    this.#held = [];
    this.#change(height);
  }

  #change(height: number): void {
    const { alter = (tuples) => tuples } = this.#options;
    const random = this.#random;
    const ended = new Set(this.#held.filter(() => random.chance(0.3)));
    this.#writer.end([...ended], height);
    const graph = { nodes: this.#graph.nodes(), edges: this.#graph.edges() };
    const made = randomSightGrants(random, this.#model, graph);
    this.#writer.make(alter(made), height);
    const held = this.#held.filter((tuple) => !ended.has(tuple));
    // A grant that is made again replaces the one before, with its condition.
    this.#held = [
      ...new Map([...held, ...made].map((tuple) => [formatTuple(tuple), tuple])).values(),
    ];
  }

  #ask(height: number): string | undefined {
    const random = this.#random;
    const by = {
      model: this.#model,
      tuples: this.#held,
      subject: randomSubject(random),
      now: NOW,
    };
    const graph = new SeenGraph(this.#graph, by);
    const view = this.#view.as(callerAsOf({ ...by, height }));
    const asked = { answer: (plan: Plan) => view.answer(plan, NO_LIMITS), graph };
    const { coverage } = this.#options;
    coverage.caller(this.#graph, graph);
    for (let index = 0; index < PLANS; index++) {
      // What a caller does not see is asked for too: by values, ids and places that are there.
      const from = random.chance(0.5) ? this.#graph : graph;
      const plan = randomQueryPlan(random, {
        graph: from,
        ends: graph,
        indexed: this.#indexed,
        compound: this.#compound,
      });
      const difference = this.#difference(plan, asked);
      if (difference !== undefined) return `${difference}\n${this.#told(by.subject)}`;
      // Others read in between, who see all.
      if (random.chance(0.2)) this.#view.counts();
    }
    const difference = readDifference({
      view,
      seen: graph,
      open: this.#view,
      all: this.#graph,
      indexed: this.#indexed,
      random,
    });
    return difference === undefined ? undefined : `${difference}\n${this.#told(by.subject)}`;
  }

  #difference(plan: Plan, { answer, graph }: Asked): string | undefined {
    const { coverage } = this.#options;
    const [met, metByAll] = [new Set<string>(), new Set<string>()];
    const reference = everyAnswer(graph, plan, { see: (what) => met.add(what) });
    const engine = answer(plan);
    coverage.plan(reference, everyAnswer(this.#graph, plan, { see: (what) => metByAll.add(what) }));
    coverage.lookups(met, metByAll);
    if (isSame(engine, reference)) return undefined;
    const small = smallerPlan(plan, (less) => !isSame(answer(less), everyAnswer(graph, less)));
    const [got, expected] = [answer(small), everyAnswer(graph, small)];
    return [
      `the engine answers\n${answerText(got)}\n${hiddenText(got)}`,
      `the reference\n${referenceText(expected)}\n${JSON.stringify(expected.hidden)}`,
      `to the plan\n${planText(small)}`,
      `which is part of\n${planText(plan)}`,
      `with indexes on ${[...this.#indexed, ...this.#compound].join(' and ')}`,
    ].join('\n');
  }

  #told(subject: { readonly type: string; readonly id: string }): string {
    const types = [...this.#model.types.values()].flatMap(({ name, relations }) =>
      [...relations.values()].map((each) => `${name}#${each.name} ${JSON.stringify(each.rewrite)}`),
    );
    return [`for ${subject.type}:${subject.id}`, ...types, ...this.#held.map(formatTuple)].join(
      '\n',
    );
  }
}

function isSame(engine: PlanAnswer, reference: ReferenceAnswer): boolean {
  if (!isAllowed(engine, reference)) return false;
  return engine.status !== 'ok' || hiddenText(engine) === toldText(reference.hidden);
}

function hiddenText(answer: PlanAnswer): string {
  if (answer.status !== 'ok' || answer.hidden === undefined) return toldText([]);
  const { places, more } = answer.hidden;
  return JSON.stringify([places.length + more, places]);
}

function toldText(places: ReferenceAnswer['hidden']): string {
  return JSON.stringify([places.length, places.slice(0, HIDDEN_PLACES_MAX)]);
}
