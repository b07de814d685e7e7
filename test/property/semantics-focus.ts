/** Small queries that are about one feature, which larger ones come by too seldom. */

import type { ReferenceElement } from '../reference/query-data.ts';
import {
  type FieldDefinition,
  type NodeTypeDefinition,
  nodeTypeNamed,
  type ScalarDefinition,
  scalarsOf,
} from '../reference/query-definition.ts';
import { OPERATORS, QUANTIFIERS } from '../reference/query-operator.ts';
import { REFERENCE_SCALARS, scalarNamed } from '../reference/query-scalar.ts';
import type { Seeded } from '../seeded.ts';
import { OPERATION } from './graphql-answers.ts';
import type { RandomQuery } from './graphql-query.ts';
import type { SemanticsWorld } from './semantics-world.ts';

type Condition = Readonly<Record<string, unknown>>;

/** Scalars that have no order, by the operators that they lack. */
const OF_TEXT = ['contains', 'startsWith', 'endsWith'];
const OF_ORDER = ['gt', 'gte', 'lt', 'lte'];
const EQUAL_SHARE = 0.5;

export class FocusedQueries {
  readonly #world: SemanticsWorld;
  readonly #random: Seeded;

  constructor(world: SemanticsWorld, random: Seeded) {
    this.#world = world;
    this.#random = random;
  }

  next(): RandomQuery {
    const random = this.#random;
    const type = random.pick([...this.#world.definition.values()]);
    const focus = random.pick([
      ...[this.#ofValue, this.#ofValue, this.#ofText, this.#ofText, this.#ofText],
      ...[this.#ofOrder, this.#ofFigures, this.#ofFigures, this.#ofRelated, this.#ofRelated],
      this.#ofReach,
    ]);
    return focus.call(this, type);
  }

  /** A condition on values, as it is and turned round. */
  #ofValue(type: NodeTypeDefinition): RandomQuery {
    const nodes = this.#world.data.nodes.filter((node) => node.type === type.name);
    return this.#list(type, this.#condition(type.fields, nodes));
  }

  #ofText(type: NodeTypeDefinition): RandomQuery {
    const nodes = this.#world.data.nodes.filter((node) => node.type === type.name);
    const texts = scalarsOf(type.fields).filter(({ scalar }) => ['ID', 'String'].includes(scalar));
    return this.#list(type, this.#condition(texts, nodes, OF_TEXT));
  }

  #ofRelated(type: NodeTypeDefinition): RandomQuery {
    const random = this.#random;
    if (type.relationships.length === 0) return this.#ofValue(type);
    const { name, target, properties = [], edgeType } = random.pick(type.relationships);
    const { nodes, edges } = this.#world.data;
    const quantifier = random.pick(Object.keys(QUANTIFIERS));
    const far = nodeTypeNamed(this.#world.definition, target);
    const ofNode = this.#condition(
      far.fields,
      nodes.filter((node) => node.type === target),
    );
    if (random.chance(0.2)) return this.#list(type, { [name]: { [quantifier]: {} } });
    const isOfEdges = random.chance(0.6);
    if (!isOfEdges) return this.#list(type, { [name]: { [quantifier]: ofNode } });
    const ofEdge = this.#condition(
      properties,
      edges.filter((edge) => edge.type === edgeType),
    );
    const isEmpty = Object.keys(ofEdge).length === 0 || random.chance(0.3);
    const inner = isEmpty ? { node: ofNode } : { edge: ofEdge };
    return this.#list(type, { [`${name}Connection`]: { [quantifier]: inner } });
  }

  #ofReach(type: NodeTypeDefinition): RandomQuery {
    const random = this.#random;
    const own = type.relationships.filter(({ target }) => target === type.name);
    if (own.length === 0) return this.#ofRelated(type);
    const { name } = random.pick(own);
    const maxDepth = random.pick([1, 2, 2, 3, 3, 4, 64]);
    const fields = `id ${name}(maxDepth: ${maxDepth}) { id }`;
    return query(`$limit: Int`, `{ ${type.plural}(limit: $limit) { ${fields} } }`, {
      limit: random.pick([2, 5, 50]),
    });
  }

  /** By one field and another, the page and the list. */
  #ofOrder(type: NodeTypeDefinition): RandomQuery {
    const random = this.#random;
    const { name, plural, fields } = type;
    const sort = Array.from({ length: random.between(1, 2) }, () => {
      const { path } = this.#anyOf(scalarsOf(fields));
      return along(path, random.pick(['ASC', 'DESC']));
    });
    const variables = { sort, limit: random.between(1, 6), offset: random.between(0, 6) };
    const end = random.pick(['first', 'last']);
    return query(
      `$sort: [${name}Sort!], $limit: Int, $offset: Int`,
      `{ ${plural}(sort: $sort, limit: $limit, offset: $offset) { id }
        p1: ${plural}Connection(sort: $sort, ${end}: $limit, «p1») { edges { cursor node { id } }
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }`,
      variables,
      ['p1'],
    );
  }

  /** All of one field, and by the values of another. */
  #ofFigures(type: NodeTypeDefinition): RandomQuery {
    const scalars = scalarsOf(type.fields);
    const [by, of] = [this.#anyOf(scalars), this.#anyOf(scalars)];
    const name = by.path.replaceAll('.', '_');
    const figures = `node ${selection(of.path, `{ ${figuresOf(of.scalar).join(' ')} }`)}`;
    const groups = `groups(by: [${name}]) { values { ${name} } count { nodes } ${figures} }`;
    return query('', `{ ${type.plural}Connection { aggregate { ${figures} } ${groups} } }`, {});
  }

  /** Each scalar as often as the others. */
  #anyOf(fields: readonly ScalarDefinition[]): ScalarDefinition {
    const scalar = this.#random.pick([...new Set(fields.map((field) => field.scalar))]);
    return this.#random.pick(fields.filter((field) => field.scalar === scalar));
  }

  #list(type: NodeTypeDefinition, condition: Condition): RandomQuery {
    const { name, plural } = type;
    const fields = `{ a: ${plural}(where: $where) { id } b: ${plural}(where: $not) { id } }`;
    const variables = { where: condition, not: { NOT: condition } };
    return query(`$where: ${name}Where, $not: ${name}Where`, fields, variables);
  }

  /** On one field that has a value somewhere; empty without any. */
  #condition(
    fields: readonly FieldDefinition[],
    elements: readonly ReferenceElement[],
    operators?: readonly string[],
  ): Condition {
    const random = this.#random;
    const all = scalarsOf(fields).filter(({ path }) => {
      return elements.some((element) => element.values.has(path));
    });
    if (all.length === 0) return {};
    const field = this.#anyOf(all);
    const name = random.pick(operators ?? operatorsOf(field.scalar));
    if (name === 'eq' && random.chance(0.25)) return along(field.path, { eq: null });
    const operand = () => this.#operand(field, elements, name);
    const given = name === 'in' ? Array.from({ length: random.between(1, 3) }, operand) : operand();
    return along(field.path, { [name]: given });
  }

  /** A value that is stored, mostly, or a part of it. */
  #operand(
    { path, scalar }: ScalarDefinition,
    elements: readonly ReferenceElement[],
    operator: string,
  ): unknown {
    const random = this.#random;
    const stored = elements.flatMap(({ values }) => values.get(path) ?? []);
    const { write } = scalarNamed(REFERENCE_SCALARS, scalar);
    const isStored = random.chance(EQUAL_SHARE);
    const pool = this.#world.values.values[scalar] ?? [];
    const value = isStored ? write(random.pick(stored)) : random.pick(pool);
    if (!OF_TEXT.includes(operator) || typeof value !== 'string') return value;
    const characters = Array.from(value);
    const from = random.below(characters.length);
    const part = characters.slice(from, from + random.between(1, 2)).join('');
    return random.chance(0.2) ? part.toUpperCase() : part;
  }
}

function operatorsOf(scalar: string): string[] {
  const names = Object.keys(OPERATORS);
  if (scalar === 'Boolean') return ['eq'];
  if (scalar === 'Bytes') return ['eq', 'in'];
  if (scalar === 'ID') return names.filter((name) => !OF_ORDER.includes(name));
  return scalar === 'String' ? names : names.filter((name) => !OF_TEXT.includes(name));
}

function query(
  declared: string,
  fields: string,
  variables: Readonly<Record<string, unknown>>,
  pages: readonly string[] = [],
): RandomQuery {
  const text = `query ${OPERATION}${declared === '' ? '' : `(${declared})`} ${fields}`;
  return { text, variables, asks: new Map(), pages, isBroken: false };
}

function figuresOf(scalar: string): string[] {
  const all = ['count'];
  if (['Boolean', 'Bytes'].includes(scalar)) return all;
  all.push('min', 'max');
  if (['String', 'ID'].includes(scalar)) all.push('shortest', 'longest');
  return ['Int', 'BigInt', 'Float'].includes(scalar) ? [...all, 'sum', 'average'] : all;
}

/** `{ place { city … } }` of `place.city`. */
function selection(path: string, leaf: string): string {
  const segments = path.split('.').toReversed();
  return segments.reduce((inner, name) => `{ ${name} ${inner} }`, leaf);
}

/** `{ place: { city: … } }` of `place.city`. */
function along(path: string, leaf: unknown): Condition {
  const segments = path.split('.').toReversed();
  return segments.reduce<unknown>((inner, name) => ({ [name]: inner }), leaf) as Condition;
}
