/**
 * Random models that would follow one another: what a preview says is what the obvious evaluator
 * finds when it asks for every subject, relation and object that grants name, under both.
 */

import { GrantWriter } from '../../src/access/grants.ts';
import type { Model } from '../../src/access/model.ts';
import { type AccessChange, type ModelPreview, previewModel } from '../../src/access/preview.ts';
import {
  fits,
  formatObject,
  formatSubject,
  formatTuple,
  type ObjectName,
  type Subject,
  type Tuple,
  WILDCARD,
} from '../../src/access/tuple.ts';
import { Engine } from '../../src/engine/engine.ts';
import { ENGINE_SPACE } from '../fixture/apply-deltas.ts';
import { ReferenceAccess, type Verdict } from '../reference/reference-access.ts';
import { Seeded } from '../seeded.ts';
import { randomContext, randomModel, randomTuple } from './access-model.ts';

const GRANTS_MIN = 4;
const GRANTS_MAX = 24;
const HEIGHT = 10;

interface PreviewTally {
  previews: number;
  gained: number;
  lost: number;
  undecided: number;
  unfit: number;
}

export function beginTally(): PreviewTally {
  return { previews: 0, gained: 0, lost: 0, undecided: 0, unfit: 0 };
}

export function previewLine(tally: PreviewTally): string {
  const { previews, gained, lost, undecided, unfit } = tally;
  const counts = `${gained} gained, ${lost} lost, ${undecided} undecided, ${unfit} unfit`;
  return `${previews} previews: ${counts}`;
}

interface World {
  readonly current: Model;
  readonly next: Model;
  readonly grants: readonly Tuple[];
  readonly context: ReadonlyMap<string, unknown>;
}

/** Answers how the preview is wrong; undefined where it is right. It may be given another model. */
export async function runPreview(
  seed: number,
  tally: PreviewTally,
  alter: (model: Model) => Model = (model) => model,
): Promise<string | undefined> {
  const random = new Seeded(seed);
  const engine = await Engine.create(ENGINE_SPACE, random);
  const writer = new GrantWriter(engine);
  const current = randomModel(random);
  const next = random.chance(0.5) ? randomModel(random) : withOneRelationOf(random, current);
  writer.install(current, undefined, 1);
  const grants = makeGrants(random, writer, current);
  const world = { current, next, grants, context: randomContext(random) };
  const options = { ...world, next: alter(next), height: HEIGHT + 1, random };
  const preview = await previewModel(engine, options);
  tally.previews += 1;
  tally.gained += preview.gained.count;
  tally.lost += preview.lost.count;
  tally.undecided += preview.undecided;
  tally.unfit += preview.unfit.count;
  const wrong = difference(preview, world);
  return wrong === undefined ? undefined : `seed ${seed}: ${wrong}`;
}

/** The model with one relation of another one, where that is a model. */
function withOneRelationOf(random: Seeded, model: Model): Model {
  const other = randomModel(random);
  const types = [...model.types.values()].filter(({ relations }) => relations.size > 0);
  const type = random.pick(types);
  const changed = random.pick([...type.relations.keys()]);
  const relation = other.types.get(type.name)?.relations.get(changed);
  if (relation === undefined) return other;
  const relations = new Map([...type.relations, [changed, relation]]);
  return { ...model, types: new Map([...model.types, [type.name, { ...type, relations }]]) };
}

/** Some hold, some are ended before. */
function makeGrants(random: Seeded, writer: GrantWriter, model: Model): Tuple[] {
  const grants = new Map<string, Tuple>();
  const wanted = random.between(GRANTS_MIN, GRANTS_MAX);
  for (let tries = 0; tries < wanted; tries++) {
    const tuple = randomTuple(random, model);
    if (tuple === undefined) continue;
    writer.make([tuple], HEIGHT);
    grants.set(formatTuple(tuple), tuple);
    if (!random.chance(0.15)) continue;
    writer.end([tuple], HEIGHT + 1);
    grants.delete(formatTuple(tuple));
  }
  return [...grants.values()];
}

function difference(preview: ModelPreview, { current, next, grants, context }: World) {
  if (!preview.isComplete) return 'expected all to be asked';
  const unfit = grants.filter((tuple) => fits(current, tuple) && !fits(next, tuple));
  const names = unfit.map(formatTuple).sort();
  if (`${preview.unfit.first}` !== `${names}` || preview.unfit.count !== names.length) {
    return `expected grants that do not fit to be ${names}, got ${preview.unfit.first}`;
  }
  const before = new ReferenceAccess(current, grants);
  const after = new ReferenceAccess(next, grants);
  const [gained, lost] = [namesOf(preview.gained.first), namesOf(preview.lost.first)];
  let undecided = 0;
  for (const object of objectsOf(grants)) {
    for (const relation of relationsOf(object, current, next)) {
      for (const subject of subjectsOf(grants)) {
        const question = { object, relation, subject, context, contextualTuples: [] };
        const expected = changeOf(before.check(question), after.check(question));
        if (expected === 'undecided') undecided += 1;
        const name = nameOf(object, relation, subject);
        const got = changeIn(name, gained, lost);
        gained.delete(name);
        lost.delete(name);
        if (got === expected) continue;
        // All of a type stands for those of it that no grant on the way names.
        const all = nameOf(object, relation, { type: subject.type, id: WILDCARD });
        const isTold = changeIn(all, namesOf(preview.gained.first), namesOf(preview.lost.first));
        if (got === 'none' && isTold === expected && subject.relation === undefined) continue;
        if (expected !== 'undecided') return `${name} expected ${expected}, got ${got}`;
      }
    }
  }
  if (preview.undecided > undecided) {
    return `expected at most ${undecided} questions without an answer, got ${preview.undecided}`;
  }
  const more = [...gained, ...lost];
  return more.length === 0 ? undefined : `expected no more changes, got ${more}`;
}

function changeOf(before: Verdict, after: Verdict): 'gained' | 'lost' | 'undecided' | 'none' {
  if (before === 'error' || after === 'error') return 'undecided';
  if (before === 'granted') return after === 'granted' ? 'none' : 'lost';
  return after === 'granted' ? 'gained' : 'none';
}

function changeIn(name: string, gained: ReadonlySet<string>, lost: ReadonlySet<string>) {
  if (gained.has(name)) return 'gained';
  return lost.has(name) ? 'lost' : 'none';
}

function namesOf(changes: readonly AccessChange[]): Set<string> {
  return new Set(
    changes.map(({ object, relation, subject }) => `${object}#${relation}@${subject}`),
  );
}

function nameOf(object: ObjectName, relation: string, subject: Subject): string {
  return `${formatObject(object)}#${relation}@${formatSubject(subject)}`;
}

function objectsOf(grants: readonly Tuple[]): ObjectName[] {
  const subjects = grants.map(({ subject: { type, id } }) => ({ type, id }));
  const named = [
    ...grants.map(({ object }) => object),
    ...subjects.filter(({ id }) => id !== WILDCARD),
  ];
  return [...new Map(named.map((object) => [formatObject(object), object])).values()];
}

function relationsOf({ type }: ObjectName, current: Model, next: Model): Set<string> {
  const models = [current, next];
  return new Set(models.flatMap((model) => [...(model.types.get(type)?.relations.keys() ?? [])]));
}

function subjectsOf(grants: readonly Tuple[]): Subject[] {
  return [...new Map(grants.map(({ subject }) => [formatSubject(subject), subject])).values()];
}
