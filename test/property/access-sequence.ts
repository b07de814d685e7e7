/**
 * Random models, grants and questions, answered by the engine and by the obvious evaluator. Grants
 * come and go and models follow one another; questions are asked as of now, and of before.
 */

import { AccessError } from '../../src/access/access-error.ts';
import { GrantWriter } from '../../src/access/grants.ts';
import type { Model } from '../../src/access/model.ts';
import { Permissions } from '../../src/access/permissions.ts';
import { formatObject, formatSubject, type Tuple, WILDCARD } from '../../src/access/tuple.ts';
import { Engine } from '../../src/engine/engine.ts';
import { ENGINE_SPACE } from '../fixture/apply-deltas.ts';
import { ReferenceAccess } from '../reference/reference-access.ts';
import { Seeded } from '../seeded.ts';
import type { AccessCoverage } from './access-coverage.ts';
import { randomContext, randomModel, randomQuestion, randomTuple } from './access-model.ts';

/** Models that follow one another in one space, and questions after each. */
const MODELS = 6;
const QUESTIONS = 10;

const TUPLES_MIN = 8;
const TUPLES_MAX = 24;
const CONTEXTUAL_MAX = 3;

/** The space as it was from a height on. */
interface Moment {
  readonly height: number;
  readonly model: Model;
  readonly held: readonly Tuple[];
  readonly reference: ReferenceAccess;
  /** The same without grants of all of a type. */
  readonly narrow: ReferenceAccess;
}

/**
 * Answers how the first answer differs; undefined when none does. The engine may be given an
 * altered model, which is to be found out.
 */
export async function runAccessSequence(
  seed: number,
  coverage: AccessCoverage,
  alter: (model: Model) => Model = (model) => model,
): Promise<string | undefined> {
  const random = new Seeded(seed);
  const engine = await Engine.create(ENGINE_SPACE, random);
  const writer = new GrantWriter(engine);
  const permissions = new Permissions(engine);
  const moments: Moment[] = [];
  let held: Tuple[] = [];
  for (let number = 1; number <= MODELS; number++) {
    const height = number * 10;
    const model = randomModel(random);
    writer.install(alter(model), undefined, height);
    held = changeGrants(random, { writer, model, held, height });
    moments.push({
      height,
      model,
      held,
      reference: new ReferenceAccess(model, held),
      narrow: new ReferenceAccess(
        model,
        held.filter(({ object }) => object.id !== WILDCARD),
      ),
    });
    for (let question = 0; question < QUESTIONS; question++) {
      const moment = random.chance(0.7) ? moments.at(-1) : random.pick(moments);
      const later = { ...(moment as Moment), height: (moment as Moment).height + random.below(10) };
      const difference = ask(random, permissions, later, coverage);
      if (difference !== undefined) return `seed ${seed}: ${difference}`;
    }
  }
  return undefined;
}

/** Ends some, and makes others. Those of an earlier model may fit no more, and do not count. */
function changeGrants(
  random: Seeded,
  space: { writer: GrantWriter; model: Model; held: readonly Tuple[]; height: number },
): Tuple[] {
  const { writer, model, height } = space;
  const isEnded = new Set(space.held.filter(() => random.chance(0.5)));
  writer.end([...isEnded], height);
  const grants = new Map(
    space.held.filter((tuple) => !isEnded.has(tuple)).map((tuple) => [nameOf(tuple), tuple]),
  );
  const wanted = random.between(TUPLES_MIN, TUPLES_MAX);
  for (let tries = 0; tries < wanted; tries++) {
    const tuple = randomTuple(random, model);
    if (tuple === undefined) continue;
    grants.set(nameOf(tuple), tuple);
    writer.make([tuple], height);
  }
  return [...grants.values()];
}

/** A grant that is made again, under whatever condition, replaces the one before. */
function nameOf({ object, relation, subject }: Tuple): string {
  return `${formatObject(object)}#${relation}@${formatSubject(subject)}`;
}

function ask(
  random: Seeded,
  permissions: Permissions,
  moment: Moment,
  coverage: AccessCoverage,
): string | undefined {
  const { model, reference } = moment;
  const count = random.chance(0.8) ? 0 : random.between(1, CONTEXTUAL_MAX);
  const contextualTuples = Array.from({ length: count }, () => randomTuple(random, model)).filter(
    (tuple) => tuple !== undefined,
  );
  const { object, relation, subject } = randomQuestion(random, moment.held);
  const given = { relation, context: randomContext(random), contextualTuples };
  const kind = random.below(10);
  const told = `${JSON.stringify({ kind, object, ...given, subject })} at ${moment.height}`;
  if (kind < 6) {
    const question = { object, subject, ...given };
    const verdict = reference.check(question);
    coverage.check(verdict, count > 0);
    if (moment.narrow.check(question) !== verdict) coverage.ofAll(object.id);
    const expected = verdict === 'error' ? verdict : `${verdict === 'granted'}`;
    return differenceOf(told, expected, () => `${permissions.check(question, moment)}`);
  }
  if (kind < 8) {
    const question = { type: object.type, subject, ...given };
    const expected = answerOf(() => listed(reference.listObjects(question)));
    coverage.list(expected);
    return differenceOf(told, expected, () =>
      listed(permissions.listObjects(question, moment).map(formatObject)),
    );
  }
  const { type, relation: set } = subject;
  const filter = set === undefined ? { type } : { type, relation: set };
  const question = { object, filter, ...given };
  const expected = answerOf(() => listed(reference.listUsers(question)));
  coverage.list(expected);
  return differenceOf(told, expected, () =>
    listed(permissions.listUsers(question, moment).map(formatSubject)),
  );
}

function differenceOf(
  question: string,
  expected: string,
  answer: () => string,
): string | undefined {
  const got = answerOf(answer);
  return got === expected ? undefined : `${question} expected ${expected}, got ${got}`;
}

/** What is answered, or `error`. */
function answerOf(answer: () => string): string {
  try {
    return answer();
  } catch (error) {
    if (error instanceof AccessError) return 'error';
    throw error;
  }
}

function listed(names: readonly string[]): string {
  return `[${names.toSorted().join(' ')}]`;
}
