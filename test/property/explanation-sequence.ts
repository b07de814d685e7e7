/**
 * Random models, grants and questions, each explained: the verdict is the obvious evaluator's,
 * and every step of the explanation is checked against the grants.
 */

import { Explanations } from '../../src/access/explain.ts';
import type { Explanation } from '../../src/access/explanation.ts';
import { GrantWriter } from '../../src/access/grants.ts';
import type { Model } from '../../src/access/model.ts';
import type { CheckQuestion } from '../../src/access/question.ts';
import { formatTuple, WILDCARD } from '../../src/access/tuple.ts';
import { Engine } from '../../src/engine/engine.ts';
import { ENGINE_SPACE } from '../fixture/apply-deltas.ts';
import { ReferenceAccess } from '../reference/reference-access.ts';
import { type DatedGrant, verifyExplanation } from '../reference/verify-explanation.ts';
import { Seeded } from '../seeded.ts';
import { randomContext, randomModel, randomQuestion, randomTuple } from './access-model.ts';
import type { ExplanationCoverage } from './explanation-coverage.ts';

const MODELS = 4;
const QUESTIONS = 12;
const GRANTS_MIN = 8;
const GRANTS_MAX = 24;
const OWN_MAX = 3;

interface Moment {
  readonly height: number;
  readonly model: Model;
  readonly grants: readonly DatedGrant[];
}

/** Makes an explanation wrong; undefined where it has nothing of the kind. */
export type Plant = (explanation: Explanation) => Explanation | undefined;

/** Answers what is wrong with the first explanation that is; undefined when none is. */
export async function runExplanationSequence(
  seed: number,
  coverage: ExplanationCoverage,
  plant?: Plant,
): Promise<string | undefined> {
  const random = new Seeded(seed);
  const engine = await Engine.create(ENGINE_SPACE, random);
  const writer = new GrantWriter(engine);
  const explanations = new Explanations(engine);
  const moments: Moment[] = [];
  for (let number = 1; number <= MODELS; number++) {
    const height = number * 10;
    const model = randomModel(random);
    writer.install(model, undefined, height);
    const grants = changeGrants(random, writer, { model, held: moments.at(-1)?.grants, height });
    moments.push({ height, model, grants });
    for (let count = 0; count < QUESTIONS; count++) {
      const asked = random.chance(0.7) ? moments.at(-1) : random.pick(moments);
      const moment = { ...(asked as Moment), height: (asked as Moment).height + random.below(10) };
      const question = questionOf(random, moment);
      const wrong = explain(explanations, question, moment, { coverage, plant });
      if (wrong !== undefined) {
        return `seed ${seed}: ${formatTuple(question)} at ${moment.height}: ${wrong}`;
      }
    }
  }
  return undefined;
}

function changeGrants(
  random: Seeded,
  writer: GrantWriter,
  space: { model: Model; held: readonly DatedGrant[] | undefined; height: number },
): DatedGrant[] {
  const { model, held = [], height } = space;
  const grants = new Map(held.map((grant) => [formatTuple(grant.tuple), grant]));
  for (const [name, { tuple }] of grants) {
    if (!random.chance(0.5)) continue;
    writer.end([tuple], height);
    grants.delete(name);
  }
  const wanted = random.between(GRANTS_MIN, GRANTS_MAX);
  for (let tries = 0; tries < wanted; tries++) {
    const tuple = randomTuple(random, model);
    if (tuple === undefined) continue;
    grants.set(formatTuple(tuple), { tuple, since: height });
    writer.make([tuple], height);
  }
  return [...grants.values()];
}

function questionOf(random: Seeded, { model, grants }: Moment): CheckQuestion {
  const held = grants.map(({ tuple }) => tuple);
  const count = random.chance(0.8) ? 0 : random.between(1, OWN_MAX);
  const own = Array.from({ length: count }, () => randomTuple(random, model));
  const { object, ...asked } = randomQuestion(random, held);
  return {
    ...asked,
    // All of a type is asked about too, which grants of all of it decide.
    object: random.chance(0.05) ? { ...object, id: WILDCARD } : object,
    context: randomContext(random),
    contextualTuples: own.filter((tuple) => tuple !== undefined),
  };
}

function explain(
  explanations: Explanations,
  question: CheckQuestion,
  { height, model, grants }: Moment,
  { coverage, plant }: { coverage: ExplanationCoverage; plant: Plant | undefined },
): string | undefined {
  const reference = new ReferenceAccess(
    model,
    grants.map(({ tuple }) => tuple),
  );
  const { verdict, error } = reference.answer(question);
  const isDenied = verdict === 'denied' || verdict === 'undefined';
  const expected = verdict === 'error' ? 'failed' : isDenied ? 'denied' : 'granted';
  const made = explanations.explain(question, { model, height });
  const explanation = plant === undefined ? made : plant(made);
  if (explanation === undefined) return undefined;
  if (explanation.verdict !== expected) {
    return `expected ${expected}, got ${explanation.verdict} (${error?.message})`;
  }
  const again = explanations.explain(question, { model, height });
  if (JSON.stringify(again) !== JSON.stringify(made)) return 'expected the same again';
  try {
    coverage.count(explanation, verifyExplanation(explanation, { model, grants, question }));
    return undefined;
  } catch (cause) {
    return `${(cause as Error).message}\n${JSON.stringify(explanation, null, 1)}`;
  }
}
