/** Random shapes that hold no lists: values, objects of them, figures. */

import type { Field, Figure, Member, Shape } from '../../src/engine/plan.ts';
import {
  fieldForm,
  fittingForm,
  PATHS_ASKED,
  type PlanMaker,
  randomField,
  randomForm,
  randomProperty,
  type Spot,
} from './random-field.ts';

/** Some come twice in one object. */
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'name', '__proto__', 'é😀', '"quoted"\\', '\n\u0001'];
const LITERALS = ['null', 'true', '-1.5e3', '"Place"', '[]', '{"a":[1,{}]}'];
const FIGURES: readonly Figure[] = ['min', 'max', 'sum', 'average', 'shortest', 'longest'];

export function randomMembers({ random }: PlanMaker, count: number, shape: () => Shape): Member[] {
  return Array.from({ length: count }, () => ({ name: random.pick(NAMES), shape: shape() }));
}

export function randomValueShape(maker: PlanMaker, spot: Spot): Shape {
  const { random } = maker;
  const field = randomField(maker, spot);
  const isThere = field.kind === 'id' || (field.kind === 'type' && field.of === 'node');
  const isRequired = random.chance(isThere ? 0.5 : 0.015);
  return {
    kind: 'value',
    field,
    ...fieldForm(maker, field),
    ...(isRequired ? { isRequired } : {}),
  };
}

export function randomVersion({ random }: PlanMaker): Shape {
  const paths = Array.from({ length: random.between(0, 6) }, () => random.pick(PATHS_ASKED));
  return { kind: 'version', paths };
}

export function randomObject(maker: PlanMaker, spot: Spot): Shape {
  const { random } = maker;
  const fields = Array.from({ length: random.between(1, 3) }, () => randomField(maker, spot));
  const shapes = randomMembers(maker, random.between(0, 3), () => randomValueShape(maker, spot));
  const cursor = { name: 'cursor', shape: { kind: 'cursor' } } as const;
  const hasCursor = spot.isPageItem === true && random.chance(0.5);
  return {
    kind: 'object',
    members: hasCursor ? [...shapes, cursor] : shapes,
    ...(random.chance(0.6) ? { unlessAllMissing: fields } : {}),
  };
}

export function figureMembers(maker: PlanMaker, spot: Spot, by: number): Member[] {
  return randomMembers(maker, maker.random.between(2, 6), () => figureShape(maker, spot, by));
}

function figureShape(maker: PlanMaker, spot: Spot, by: number): Shape {
  const { random } = maker;
  const choice = random.below(18);
  if (choice < 6 && by > 0) {
    return { kind: 'groupValue', index: random.below(by), ...randomForm(maker) };
  }
  if (choice < 8) return random.chance(0.5) ? { kind: 'countOf' } : { kind: 'countNodes' };
  const field = randomProperty(maker, spot);
  if (choice < 10) return { kind: 'countOf', field };
  if (choice === 10) {
    return { kind: 'object', members: [{ name: 'in', shape: figureShape(maker, spot, by) }] };
  }
  const figure = random.pick(FIGURES);
  const isOfNumbers = (figure === 'sum' || figure === 'average') && random.chance(0.5);
  const path = random.pick(['visits', 'atx']);
  const numbers: Field = { kind: 'property', of: 'node', path };
  return {
    kind: 'figure',
    figure,
    field: isOfNumbers ? numbers : field,
    // Most formats fit few values, and end the plan at others.
    ...(random.chance(0.3) ? { format: 'any' } : randomForm(maker)),
  };
}

/** A node's values, each in a format of its kind. */
export function fittingValues(maker: PlanMaker): Shape | undefined {
  const { random, graph } = maker;
  const nodes = graph.nodes().filter(({ id }) => graph.values(id).size > 0);
  if (nodes.length === 0) return undefined;
  const { id } = random.pick(nodes);
  const values = [...graph.values(id)];
  const shape = (): Shape => {
    const [path, held] = random.pick(values);
    const field = { kind: 'property', of: 'node', path } as const;
    const form = fittingForm(maker, held);
    return { kind: 'value', field, ...form, isRequired: random.chance(0.5) };
  };
  const rows = { source: { kind: 'ids', ids: [id] } } as const;
  return {
    kind: 'one',
    rows,
    item: { members: randomMembers(maker, random.between(2, 5), shape) },
  };
}

export function randomLiteral({ random }: PlanMaker): Shape {
  return { kind: 'literal', json: random.pick(LITERALS) };
}
