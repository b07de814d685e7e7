/** Random permission models, in the language that they are written in, and grants that fit. */

import type { Context } from '../../src/access/condition.ts';
import type { Model, SubjectType } from '../../src/access/model.ts';
import { parseModel } from '../../src/access/parse-model.ts';
import { type Subject, type Tuple, WILDCARD } from '../../src/access/tuple.ts';
import type { DatabaseError } from '../../src/base/errors.ts';
import type { Seeded } from '../seeded.ts';

/** Types without relations, then those with. */
const PEOPLE = ['user', 'user', 'bot'];
const THINGS = ['group', 'folder', 'document'];
const RELATIONS = ['r0', 'r1', 'r2', 'r3'];
/** Whose grants name objects, to go on from them. */
const TUPLESET = 'parent';
const IDS = ['1', '2'];
/** The id of what no grant names. */
export const STRANGER_ID = 'other';
/** `low` is decided by what a grant or a question says of x, `near` may also fail on a division. */
const CONDITIONS = `
condition low(x: int) {
  x < 5
}
condition near(x: int, y: int) {
  y / x < 2
}`;
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  low: ['x'],
  near: ['x', 'y'],
};
const VALUE_MAX = 9;

/** A model that is none is refused, and another one is drawn. */
export function randomModel(random: Seeded): Model {
  for (;;) {
    const text = modelText(random);
    try {
      return parseModel(text);
    } catch (error) {
      if ((error as DatabaseError).code !== 'INVALID_INPUT') throw error;
    }
  }
}

function modelText(random: Seeded): string {
  const lines = ['model', '  schema 1.1', ...new Set(PEOPLE.map((type) => `type ${type}`))];
  for (const type of THINGS) {
    lines.push(`type ${type}`, '  relations', `    define ${TUPLESET}: [folder, document]`);
    for (const relation of RELATIONS) {
      lines.push(`    define ${relation}: ${rewriteText(random, relation)}`);
    }
  }
  return `${lines.join('\n')}${CONDITIONS}\n`;
}

function rewriteText(random: Seeded, relation: string): string {
  const others = RELATIONS.filter((other) => other !== relation);
  const parts: string[] = [];
  if (random.chance(0.85)) parts.push(subjectsText(random));
  const count = random.between(parts.length === 0 ? 1 : 0, 2);
  for (let part = 0; part < count; part++) {
    const isFrom = random.chance(0.4);
    parts.push(isFrom ? `${random.pick(RELATIONS)} from ${TUPLESET}` : random.pick(others));
  }
  const [first = '', second, ...rest] = parts;
  if (second === undefined) return first;
  const operator = random.pick(['or', 'or', 'and', 'but not']);
  if (rest.length === 0) return `${first} ${operator} ${second}`;
  if (operator === 'but not') return `${first} but not ${second}`;
  if (random.chance(0.3)) return `(${first} ${operator} ${second}) but not ${rest[0]}`;
  return [first, second, ...rest].join(` ${operator} `);
}

function subjectsText(random: Seeded): string {
  const count = random.between(1, 3);
  const subjects = new Set<string>();
  for (let subject = 0; subject < count; subject++) {
    const kind = random.below(8);
    const condition = random.chance(0.15) ? ` with ${random.pick(['low', 'near'])}` : '';
    if (kind < 3) subjects.add(`${random.pick(PEOPLE)}${condition}`);
    else if (kind < 4) subjects.add(`${random.pick(PEOPLE)}:*${condition}`);
    else if (kind < 5) subjects.add(`${random.pick(THINGS)}${condition}`);
    else subjects.add(`${random.pick(THINGS)}#${random.pick(RELATIONS)}${condition}`);
  }
  return `[${[...subjects].join(', ')}]`;
}

/** A grant that fits; undefined where the relation that was drawn can be granted to nobody. */
export function randomTuple(random: Seeded, model: Model): Tuple | undefined {
  const id = random.chance(0.15) ? WILDCARD : random.pick(IDS);
  const object = { type: random.pick(THINGS), id };
  const relation = random.chance(0.25) ? TUPLESET : random.pick(RELATIONS);
  const subjects = model.types.get(object.type)?.relations.get(relation)?.subjects ?? [];
  if (subjects.length === 0) return undefined;
  const kind = random.pick(subjects);
  const tuple = { object, relation, subject: subjectOf(random, kind) };
  if (kind.condition === undefined) return tuple;
  return {
    ...tuple,
    condition: { name: kind.condition, context: randomContext(random, kind.condition) },
  };
}

function subjectOf(random: Seeded, { type, relation, isWildcard }: SubjectType): Subject {
  if (isWildcard) return { type, id: '*' };
  const id = random.pick(IDS);
  return relation === undefined ? { type, id } : { type, id, relation };
}

/** Most often about what grants name; else about anything, which need not be granted to anybody. */
export function randomQuestion(
  random: Seeded,
  held: readonly Tuple[],
): {
  object: { type: string; id: string };
  relation: string;
  subject: Subject;
} {
  const id = () => (random.chance(0.12) ? STRANGER_ID : random.pick(IDS));
  const granted = held.length > 0 && random.chance(0.6) ? random.pick(held) : undefined;
  if (granted !== undefined) {
    const { subject } = random.pick(held);
    const isOfAll = granted.object.id === WILDCARD;
    const object = isOfAll ? { type: granted.object.type, id: id() } : granted.object;
    return { object, relation: random.pick(RELATIONS), subject };
  }
  const isSet = random.chance(0.2);
  const subject = isSet
    ? { type: random.pick(THINGS), id: id(), relation: random.pick(RELATIONS) }
    : { type: random.pick(PEOPLE), id: random.chance(0.1) ? '*' : id() };
  const object = { type: random.pick(THINGS), id: id() };
  return { object, relation: random.pick(RELATIONS), subject };
}

/** Values for some of the parameters, of which 0 makes a division fail. */
export function randomContext(random: Seeded, condition = 'near'): Context {
  const given = (PARAMETERS[condition] ?? []).filter(() => random.chance(0.6));
  return new Map(given.map((name) => [name, random.between(0, VALUE_MAX)]));
}
