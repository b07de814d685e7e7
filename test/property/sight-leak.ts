/**
 * Two databases that differ in what one caller does not see, and in nothing else: other values in
 * hidden fields, and hidden nodes and edges that one of them lacks. Whatever the caller asks,
 * within whatever limits, must get the same answer from both.
 */

import { GrantWriter } from '../../src/access/grants.ts';
import type { AddressedDelta } from '../../src/delta/delta.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { PlanAnswer, PlanLimits } from '../../src/engine/plan.ts';
import { EngineView } from '../../src/engine/view.ts';
import { callerAsOf } from '../fixture/caller-as-of.ts';
import { NO_LIMITS } from '../fixture/plan-limits.ts';
import { edgeElement } from '../reference/reference-delta.ts';
import { ReferenceGraph } from '../reference/reference-graph.ts';
import { SeenGraph } from '../reference/seen-graph.ts';
import { Seeded } from '../seeded.ts';
import { fullCommits } from './full-commits.ts';
import { groupCommit, referenceTransactions } from './graph-commits.ts';
import { COMPOUND, INDEXABLE, randomValue, SPACE } from './graph-names.ts';
import { arrivalOrder, type PlannedCommit, randomPlan } from './graph-plan.ts';
import { answerText, planText } from './plan-text.ts';
import { randomQueryPlan } from './random-query-plan.ts';
import { NOW, randomSightGrants, randomSightModel, randomSubject } from './sight-model.ts';

const PLANS = 20;
const HEIGHT = 1;
/** Of plans that may do little: a power of two. */
const WORK_BITS_MAX = 9;
const ITEMS_MAX = 12;

export class LeakTally {
  plans = 0;
  /** Plans that were answered with something. */
  answered = 0;
  /** Plans that ended by a limit. */
  limited = 0;
  /** Deltas that were altered, or left out. */
  altered = 0;
}

/** Where the answers differ; `asAll` has everybody ask in the place of the caller. */
export async function runLeakSequence(
  seed: number,
  tally: LeakTally,
  { asAll = false }: { readonly asAll?: boolean } = {},
): Promise<string | undefined> {
  const random = new Seeded(seed);
  const commits = [
    ...fullCommits(random, 1n),
    ...arrivalOrder(randomPlan(random, random.between(2, 12)), random),
  ];
  const graph = new ReferenceGraph();
  for (const each of commits.flatMap(referenceTransactions)) graph.apply(each);
  const model = randomSightModel(random);
  const grantable = { nodes: graph.nodes(), edges: graph.edges() };
  const tuples = randomSightGrants(random, model, grantable);
  const by = { model, tuples, subject: randomSubject(random), now: NOW };
  const seen = new SeenGraph(graph, by);
  const others = commits.map((commit) => altered(commit, { random, graph, seen, tally }));
  const indexed = INDEXABLE.filter(() => random.chance(0.7));
  const compound = COMPOUND.filter(() => random.chance(0.6));
  const views = [];
  for (const group of [commits, others]) {
    const engine = await Engine.create(SPACE, random);
    for (const [type, path] of indexed) engine.declareIndex(type, path);
    for (const index of compound) engine.declareIndex(...index);
    engine.prepare(group.map(groupCommit));
    engine.apply();
    const writer = new GrantWriter(engine);
    writer.install(model, undefined, HEIGHT);
    writer.make(tuples, HEIGHT);
    const open = new EngineView(engine);
    views.push(asAll ? open : open.as(callerAsOf({ ...by, height: HEIGHT })));
  }
  for (let index = 0; index < PLANS; index++) {
    const plan = randomQueryPlan(random, { graph, ends: seen, indexed, compound });
    const limits = randomLimits(random);
    const [one, other] = views.map((view) => textOf(view.answer(plan, limits)));
    tally.plans += 1;
    if (one !== undefined && /:"|[1-9]|true/.test(one)) tally.answered += 1;
    if (one === 'work' || one === 'items') tally.limited += 1;
    if (one !== other) {
      const told = `one answers ${one}\nthe other ${other}\nwithin ${JSON.stringify(limits)}`;
      return `seed ${seed}: ${told} to ${planText(plan)}`;
    }
  }
  return undefined;
}

function randomLimits(random: Seeded): PlanLimits {
  if (random.chance(0.6)) return NO_LIMITS;
  return {
    work: 2 ** random.between(2, WORK_BITS_MAX),
    items: random.below(ITEMS_MAX),
    bytes: 2 ** 32,
  };
}

function textOf(answer: PlanAnswer): string {
  if (answer.status !== 'ok') return answer.status;
  return `${answerText(answer)} ${JSON.stringify(answer.hidden ?? null)}`;
}

interface Alteration {
  readonly random: Seeded;
  readonly graph: ReferenceGraph;
  readonly seen: SeenGraph;
  readonly tally: LeakTally;
}

/** The commit with other deltas where the caller sees none of what they do. */
function altered(commit: PlannedCommit, alteration: Alteration): PlannedCommit {
  const transactions = commit.transactions.map((transaction) => ({
    ...transaction,
    deltas: transaction.deltas.map((delta) => alteredDelta(delta, alteration)),
  }));
  return { ...commit, transactions };
}

function alteredDelta(addressed: AddressedDelta, alteration: Alteration): AddressedDelta {
  const { random, graph, seen, tally } = alteration;
  const { subject, delta } = addressed;
  const element = subject.element === 'node' ? subject.id : edgeElement(subject);
  const isSeen = subject.element === 'node' ? seen.exists(subject.id) : seen.hasEdge(subject);
  const isThere = subject.element === 'node' ? graph.exists(subject.id) : graph.hasEdge(subject);
  if (delta.operation === 'set') {
    if (!isThere || (isSeen && !seen.hides(element, delta.path))) return addressed;
    tally.altered += 1;
    return { subject, delta: { ...delta, value: randomValue(random) } };
  }
  const isCreate = delta.operation === 'createNode' || delta.operation === 'createEdge';
  if (!isCreate || isSeen || !isThere || random.chance(0.5)) return addressed;
  tally.altered += 1;
  return { subject, delta: { operation: 'delete' } };
}
