/** Small queries that are about one feature, which larger ones come by too seldom. */

import type { ReferenceElement } from '../reference/query-data.ts';
import {
  type ListDefinition,
  type NodeTypeDefinition,
  nodeTypeNamed,
  type RelationshipDefinition,
  type ScalarDefinition,
  scalarsOf,
  valuesOf,
} from '../reference/query-definition.ts';
import { OPERATORS, QUANTIFIERS } from '../reference/query-operator.ts';
import { isList, REFERENCE_SCALARS, scalarNamed } from '../reference/query-scalar.ts';
import type { Seeded } from '../seeded.ts';
import { OPERATION } from './graphql-answers.ts';
import type { RandomQuery } from './graphql-query.ts';
import type { SemanticsWorld } from './semantics-world.ts';

type Condition = Readonly<Record<string, unknown>>;

/** Scalars that have no order, by the operators that they lack. */
const OF_TEXT = ['contains', 'startsWith', 'endsWith'];
const OF_ORDER = ['gt', 'gte', 'lt', 'lte'];
const OF_LISTS = ['eq', 'includes'];
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
    const type = random.pick([...this.#world.definition.nodeTypes.values()]);
    const focus = random.pick([
      ...[this.#ofValues, this.#ofValues, this.#ofText, this.#ofText, this.#ofText],
      ...[this.#ofOrder, this.#ofOrder, this.#ofFigures, this.#ofFigures, this.#ofLengths],
      ...[this.#ofRelated, this.#ofRelated, this.#ofRelated, this.#ofReach, this.#ofReach],
      ...[this.#ofLists, this.#ofNothing],
    ]);
    return focus.call(this, type);
  }

  /** Conditions on values, as they are and turned round. */
  #ofValues(type: NodeTypeDefinition): RandomQuery {
    return this.#lists(type, this.#conditions(type, scalarsOf(type.fields)));
  }

  #ofText(type: NodeTypeDefinition): RandomQuery {
    const texts = scalarsOf(type.fields).filter(({ scalar }) => ['ID', 'String'].includes(scalar));
    return this.#lists(type, this.#conditions(type, texts, OF_TEXT));
  }

  #ofLists(type: NodeTypeDefinition): RandomQuery {
    const lists = valuesOf(type.fields).filter((field) => field.kind === 'list');
    const query = this.#lists(type, this.#conditions(type, lists));
    if (lists.length === 0) return query;
    const { path } = this.#random.pick(lists);
    const count = `node ${selection(path, '{ count }')}`;
    const [head, tail] = [query.text.slice(0, -1), `c: ${type.plural}Connection`];
    return { ...query, text: `${head} ${tail} { aggregate { ${count} } } }` };
  }

  /** Of nothing all is true and nothing is. */
  #ofNothing(type: NodeTypeDefinition): RandomQuery {
    return this.#lists(type, this.#random.pick([[{ OR: [] }], [{ AND: [] }]]));
  }

  #ofRelated(type: NodeTypeDefinition): RandomQuery {
    const { relationships } = type;
    if (relationships.length === 0) return this.#ofValues(type);
    const some = Array.from({ length: 2 }, () => this.#random.pick(relationships));
    const conditions = some.map((relationship) => this.#related(relationship));
    return this.#lists(type, conditions);
  }

  #related({
    name,
    target,
    targets,
    properties = [],
    edgeType,
  }: RelationshipDefinition): Condition {
    const random = this.#random;
    const { nodes, edges } = this.#world.data;
    const { definition } = this.#world;
    const quantifier = random.pick(Object.keys(QUANTIFIERS));
    const abstract = definition.abstracts.get(target);
    const isOfUnion = abstract?.kind === 'union';
    const type = random.pick(targets);
    const far = isOfUnion || abstract === undefined ? nodeTypeNamed(definition, type) : abstract;
    const byType = (inner: Condition) => (isOfUnion ? { [type]: inner } : inner);
    const ofValues = this.#condition(
      valuesOf(far.fields),
      nodes.filter((node) => (isOfUnion ? node.type === type : targets.includes(node.type))),
    );
    const isOfType = abstract?.kind === 'interface' && random.chance(0.5);
    const ofNode = isOfType ? { typename: [type] } : ofValues;
    if (random.chance(0.2)) return { [name]: { [quantifier]: {} } };
    const isOfEdges = random.chance(0.6);
    if (!isOfEdges) return { [name]: { [quantifier]: byType(ofNode) } };
    const ofEdge = this.#condition(
      valuesOf(properties),
      edges.filter((edge) => edge.type === edgeType),
    );
    const isEmpty = Object.keys(ofEdge).length === 0 || random.chance(0.3);
    const inner = isEmpty ? { node: ofNode } : { edge: ofEdge };
    return { [`${name}Connection`]: { [quantifier]: byType(inner) } };
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
    const order = () =>
      Array.from({ length: random.between(1, 2) }, () => {
        // There are more ways to put text in a wrong order than other values.
        const texts = scalarsOf(fields).filter(({ scalar }) => scalar === 'String');
        const isOfText = texts.length > 0 && random.chance(0.25);
        const { path } = this.#anyOf(isOfText ? texts : scalarsOf(fields));
        return along(path, random.pick(['ASC', 'DESC']));
      });
    const variables = {
      sort: order(),
      other: order(),
      limit: random.between(1, 6),
      offset: random.between(0, 6),
    };
    const end = random.pick(['first', 'last']);
    return query(
      `$sort: [${name}Sort!], $other: [${name}Sort!], $limit: Int, $offset: Int`,
      `{ ${plural}(sort: $sort, limit: $limit, offset: $offset) { id }
        o: ${plural}(sort: $other, limit: $limit) { id }
        p1: ${plural}Connection(sort: $sort, ${end}: $limit, «p1») { edges { cursor node { id } }
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }`,
      variables,
      ['p1'],
    );
  }

  /** All of some fields, and by the values of another. */
  #ofFigures(type: NodeTypeDefinition): RandomQuery {
    const scalars = scalarsOf(type.fields);
    const name = this.#anyOf(scalars).path.replaceAll('.', '_');
    const asked = Array.from({ length: 2 }, () => this.#anyOf(scalars)).map(
      ({ path, scalar }, index) => {
        return `f${index}: node ${selection(path, `{ ${figuresOf(scalar).join(' ')} }`)}`;
      },
    );
    const figures = asked.join(' ');
    const groups = `groups(by: [${name}]) { values { ${name} } count { nodes } ${figures} }`;
    return query('', `{ ${type.plural}Connection { aggregate { ${figures} } ${groups} } }`, {});
  }

  /** Of text, of which some is longer in code units than another, and not in code points. */
  #ofLengths(type: NodeTypeDefinition): RandomQuery {
    const texts = scalarsOf(type.fields).filter(({ scalar }) => scalar === 'String');
    if (texts.length === 0) return this.#ofFigures(type);
    const figures = texts.map(({ path }, index) => {
      return `f${index}: node ${selection(path, '{ shortest longest }')}`;
    });
    return query('', `{ ${type.plural}Connection { aggregate { ${figures.join(' ')} } } }`, {});
  }

  /** Each scalar as often as the others. */
  #anyOf<Field extends ScalarDefinition | ListDefinition>(fields: readonly Field[]): Field {
    const scalar = this.#random.pick([...new Set(fields.map((field) => field.scalar))]);
    return this.#random.pick(fields.filter((field) => field.scalar === scalar));
  }

  /** Nodes that fulfil each condition, and those that do not. */
  #lists({ name, plural }: NodeTypeDefinition, conditions: readonly Condition[]): RandomQuery {
    const given = conditions.flatMap((condition) => [condition, { NOT: condition }]);
    const declared = given.map((_, index) => `$w${index}: ${name}Where`).join(', ');
    const fields = given.map((_, index) => `l${index}: ${plural}(where: $w${index}) { id }`);
    const variables = Object.fromEntries(given.map((where, index) => [`w${index}`, where]));
    return query(declared, `{ ${fields.join(' ')} }`, variables);
  }

  #conditions(
    type: NodeTypeDefinition,
    fields: readonly (ScalarDefinition | ListDefinition)[],
    operators?: readonly string[],
  ): Condition[] {
    const nodes = this.#world.data.nodes.filter((node) => node.type === type.name);
    return Array.from({ length: 3 }, () => this.#condition(fields, nodes, operators));
  }

  /** On one field that has a value somewhere; empty without any. */
  #condition(
    fields: readonly (ScalarDefinition | ListDefinition)[],
    elements: readonly ReferenceElement[],
    operators?: readonly string[],
  ): Condition {
    const random = this.#random;
    const all = fields.filter(({ path }) => {
      return elements.some((element) => element.values.has(path));
    });
    if (all.length === 0) return {};
    const field = this.#anyOf(all);
    const known = field.kind === 'list' ? OF_LISTS : operatorsOf(field.scalar);
    const name = random.pick(operators ?? known);
    if (name === 'eq' && random.chance(0.25)) return along(field.path, { eq: null });
    if (field.kind === 'list')
      return along(field.path, { [name]: this.#listed(field, elements, name) });
    const operand = () => this.#operand(field, elements, name);
    const given = name === 'in' ? Array.from({ length: random.between(1, 3) }, operand) : operand();
    return along(field.path, { [name]: given });
  }

  /** A list that is stored, or in another order, or longer; or an item of one. */
  #listed(
    { path, scalar }: ListDefinition,
    elements: readonly ReferenceElement[],
    operator: string,
  ): unknown {
    const random = this.#random;
    const stored = elements.map(({ values }) => values.get(path) ?? null).filter(isList);
    const long = stored.filter(({ length }) => length > 1);
    const { write } = scalarNamed(REFERENCE_SCALARS, scalar);
    const pool = this.#world.values.values[scalar] ?? [];
    const items = random.pick(random.chance(0.7) && long.length > 0 ? long : stored).map(write);
    if (operator === 'includes') return items.at(-1) ?? random.pick(pool);
    if (random.chance(0.5)) return items;
    return random.chance(0.5) ? items.toReversed() : [...items, random.pick(pool)];
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
  if (scalar === 'Bytes' || scalar === 'Enum') return ['eq', 'in'];
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
  const references = new Map();
  return { text, variables, asks: new Map(), references, pages, isBroken: false };
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
