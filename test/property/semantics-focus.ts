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
    const focus = random.pick([this.#ofValue, this.#ofValue, this.#ofRelated, this.#ofReach]);
    return focus.call(this, type);
  }

  /** A condition on values, as it is and turned round. */
  #ofValue(type: NodeTypeDefinition): RandomQuery {
    const nodes = this.#world.data.nodes.filter((node) => node.type === type.name);
    return this.#list(type, this.#condition(type.fields, nodes));
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

  #list(type: NodeTypeDefinition, condition: Condition): RandomQuery {
    const { name, plural } = type;
    const fields = `{ a: ${plural}(where: $where) { id } b: ${plural}(where: $not) { id } }`;
    const variables = { where: condition, not: { NOT: condition } };
    return query(`$where: ${name}Where, $not: ${name}Where`, fields, variables);
  }

  /** On one field that has a value somewhere; empty without any. */
  #condition(fields: readonly FieldDefinition[], elements: readonly ReferenceElement[]): Condition {
    const random = this.#random;
    const all = scalarsOf(fields).filter(({ path }) => {
      return elements.some((element) => element.values.has(path));
    });
    if (all.length === 0) return {};
    const scalars = [...new Set(all.map(({ scalar }) => scalar))];
    const scalar = random.pick(scalars);
    const field = random.pick(all.filter((each) => each.scalar === scalar));
    const name = random.pick(operatorsOf(scalar));
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
    const length = random.between(1, 2);
    if (operator === 'startsWith') return value.slice(0, length);
    return operator === 'endsWith' ? value.slice(-length) : value.slice(1, 1 + length);
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
): RandomQuery {
  const text = `query ${OPERATION}(${declared}) ${fields}`;
  return { text, variables, asks: new Map(), pages: [], isBroken: false };
}

/** `{ place: { city: … } }` of `place.city`. */
function along(path: string, condition: Condition): Condition {
  const segments = path.split('.').toReversed();
  return segments.reduce<Condition>((inner, name) => ({ [name]: inner }), condition);
}
