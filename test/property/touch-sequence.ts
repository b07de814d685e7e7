/**
 * One random sequence: whenever a write changes the answer of a query, it touches what the plan of
 * the query depends on.
 */

import { isDeepStrictEqual } from 'node:util';
import { type GraphQLSchema, parse, validate } from 'graphql';
import type { Plan } from '../../src/engine/plan.ts';
import { openChangeFeed } from '../../src/graphql/change-feed.ts';
import { type Dependency, dependenciesOf } from '../../src/graphql/live/dependencies.ts';
import { DependencyIndex } from '../../src/graphql/live/dependency-index.ts';
import type { Json } from '../../src/graphql/live/json.ts';
import { difference } from '../../src/graphql/live/json-patch.ts';
import { buildSchema } from '../../src/graphql/schema.ts';
import { Door } from '../fixture/door.ts';
import { applyPatch } from '../reference/apply-patch.ts';
import { plainDifference } from '../reference/plain-difference.ts';
import { Seeded } from '../seeded.ts';
import { answerByPlan, runPlan } from './graphql-answers.ts';
import { firstPages } from './graphql-cursors.ts';
import { CHANGES, CONNECTS, CREATES, GraphqlData } from './graphql-data.ts';
import { EVERYTHING, everythingDefinition } from './graphql-definition.ts';
import { randomQuery } from './graphql-query.ts';
import { LEAK_ROOT } from './leak-model.ts';
import { writeValue } from './random-write.ts';

export interface TouchTally {
  /** Answers that a write changed, and those whose patch is shorter than a plain one. */
  changed: number;
  shorter: number;
  /** Answers that a write touched without changing them, and that it did not touch. */
  touched: number;
  untouched: number;
}

export function newTouchTally(): TouchTally {
  return { changed: 0, shorter: 0, touched: 0, untouched: 0 };
}

export interface TouchSequenceOptions {
  readonly seed: number;
  readonly queries: number;
  readonly writes: number;
  readonly tally: TouchTally;
}

interface Watched {
  readonly text: string;
  readonly plan: Plan;
  readonly dependencies: readonly Dependency[];
  answer: string;
}

let known: GraphQLSchema | undefined;

/** Runs a sequence; a change that was missed is returned. */
export async function runTouchSequence(options: TouchSequenceOptions): Promise<string | undefined> {
  known ??= buildSchema(everythingDefinition());
  const { seed, tally } = options;
  const door = await Door.open({ sdl: EVERYTHING, seed });
  await using space = door.space;
  const feed = openChangeFeed(space);
  const services = { space, feed, clock: door.clock, random: new Seeded(seed + 1) };
  const random = new Seeded(seed + 2);
  const data = new GraphqlData({ schema: known, services, random, door });
  for (let count = random.pick([5, 20, 40]); count > 0; count--) {
    await data.mutate(random.pick([CREATES, CREATES, CONNECTS]));
  }
  const index = new DependencyIndex<Watched>(space.graph);
  const watched = Array.from({ length: options.queries }, () => watch(data, random)).filter(
    (each) => each !== undefined,
  );
  for (const each of watched) index.put(each, each.dependencies, {});
  const touched = new Set<Watched>();
  space.watchGroups((group) => index.touch(group, (each) => touched.add(each)));
  try {
    for (let count = 0; count < options.writes; count++) {
      if (random.chance(0.5)) await writeValue(space, LEAK_ROOT, random);
      else if (random.chance(0.15)) await data.writeBeside();
      else await data.mutate(random.pick([CREATES, CONNECTS, CHANGES, CHANGES]));
      for (const each of watched) {
        const answer = answerOf(data, each.plan);
        const isTouched = touched.has(each);
        if (answer !== each.answer) {
          tally.changed += 1;
          const told = `${each.text}\nwas ${each.answer}\nand is ${answer}`;
          if (!isTouched) return `a change that is missed: ${told}`;
          const problem = problemOfPatch(each.answer, answer, tally);
          if (problem !== undefined) return `${problem}: ${told}`;
        } else if (isTouched) tally.touched += 1;
        else tally.untouched += 1;
        each.answer = answer;
        if (isTouched) index.put(each, each.dependencies, {});
      }
      touched.clear();
    }
    return undefined;
  } finally {
    feed.close();
  }
}

/** A random query that has a plan. */
function watch(data: GraphqlData, random: Seeded): Watched | undefined {
  const { schema, ids } = data;
  const query = randomQuery({ schema, random, ids, isBroken: false });
  const document = parse(firstPages(query));
  if (validate(schema, document).length > 0) return undefined;
  const { plan } = answerByPlan(data, { document, variables: query.variables });
  if (plan === undefined) return undefined;
  const text = `${firstPages(query)}\n${JSON.stringify(query.variables)}`;
  return { text, plan, dependencies: dependenciesOf(plan), answer: answerOf(data, plan) };
}

function answerOf(data: GraphqlData, plan: Plan): string {
  const answer = runPlan(data, plan);
  return 'text' in answer ? answer.text : answer.fallback;
}

/** What is wrong with the patch from one answer to the next. */
function problemOfPatch(before: string, after: string, tally: TouchTally): string | undefined {
  // A plan may have ended without an answer.
  if (!before.startsWith('{') || !after.startsWith('{')) return undefined;
  const [old, now] = [JSON.parse(before) as Json, JSON.parse(after) as Json];
  const patch = difference(old, now);
  const patched = applyPatch(old, patch);
  if (!isDeepStrictEqual(patched, now)) {
    return `a patch ${JSON.stringify(patch)} that makes ${JSON.stringify(patched)}`;
  }
  const plain = plainDifference(old, now);
  const [length, plainLength] = [patch, plain].map((each) => JSON.stringify(each).length);
  if ((length ?? 0) > (plainLength ?? 0)) {
    return `${JSON.stringify(patch)}, which is longer than ${JSON.stringify(plain)}`;
  }
  if (length !== plainLength) tally.shorter += 1;
  return undefined;
}
