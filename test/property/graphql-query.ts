/**
 * Random queries over a generated schema: fields, arguments, fragments and directives as a caller
 * might put them together. Where a page can be turned the text has a place for a cursor, since
 * cursors are known once the query has been answered.
 */

import {
  GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type GraphQLUnionType,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isUnionType,
} from 'graphql';
import type { GraphView } from '../../src/engine/graph-view.ts';
import type { Seeded } from '../seeded.ts';
import { OPERATION } from './graphql-answers.ts';
import { type AnyField, RandomArguments } from './graphql-arguments.ts';
import { ENTITY_ID } from './graphql-entities.ts';
import type { InputValues, NodeIds } from './graphql-input.ts';
import { GraphqlText } from './graphql-text.ts';

/**
 * Whether nodes and edges of a shortest path are selected: of several paths of the fewest edges
 * plans and resolvers do not choose the same one yet.
 */
export const SELECTS_PATH_ELEMENTS = true;

export interface QueryWorld extends InputValues {
  readonly schema: GraphQLSchema;
  readonly random: Seeded;
  readonly ids: NodeIds;
  /** Some may be refused, where absent. */
  readonly isBroken?: boolean;
  /** Nodes that entities are asked for are of these; where absent, no entities are. */
  readonly graphs?: readonly GraphView[];
  /** Fields that are not asked for. */
  readonly omitted?: readonly string[];
}

export interface RandomQuery {
  /** With `«name»` where cursors may be given to the page of that name in the answer. */
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** What is asked for, by the name in the answer. */
  readonly asks: ReadonlyMap<string, readonly string[]>;
  /** What `_entities` are asked for, by the name in the answer. */
  readonly references: ReadonlyMap<string, readonly unknown[]>;
  /** Names in the answer of pages that can be turned. */
  readonly pages: readonly string[];
  /** It may have wrong arguments, where a list that is empty hides them. */
  readonly isBroken: boolean;
}

export function randomQuery(world: QueryWorld): RandomQuery {
  return new QueryWriter(world).query();
}

/** A type with fields. */
type Composite = GraphQLObjectType | GraphQLInterfaceType;

/** Fields that plans do not answer: of the log, and not of the graph. */
const OMITTED = [
  ...['lineage', 'proof', 'checkpoint', 'replica', 'check', 'explain', 'listObjects'],
  ...['listUsers', 'permissionModel', 'previewModel', 'viewer', '_service'],
];
const DEPTH_MAX = 5;
const ENTITIES_FIELD = '_entities';
const ENTITY = '_Entity';

class QueryWriter {
  readonly #schema: GraphQLSchema;
  readonly #random: Seeded;
  readonly #isBroken: boolean;
  readonly #omitted: readonly string[];
  readonly #text: GraphqlText;
  readonly #arguments: RandomArguments;
  readonly #fragments: { readonly name: string; readonly type: string; readonly text: string }[] =
    [];
  readonly #asks = new Map<string, readonly string[]>();
  readonly #references = new Map<string, readonly unknown[]>();
  readonly #pages: string[] = [];
  #seen: string[] = [];
  /** Of the groups that are written: the values that they have, by their type. */
  #groupValues: ReadonlyMap<string, readonly string[]> = new Map();
  #names = 0;

  constructor(world: QueryWorld) {
    const { random } = world;
    this.#schema = world.schema;
    this.#random = random;
    const references = world.graphs === undefined ? ['_entities'] : [];
    this.#omitted = [...OMITTED, ...references, ...(world.omitted ?? [])];
    const isBroken = random.chance(0.08) && world.isBroken !== false;
    this.#isBroken = isBroken;
    this.#text = new GraphqlText(random, { isBroken });
    const see = (what: string) => void this.#seen.push(what);
    this.#arguments = new RandomArguments(this.#text, { ...world, isBroken, see });
  }

  query(): RandomQuery {
    const random = this.#random;
    const root = this.#schema.getQueryType();
    if (root === null || root === undefined) throw new Error('a schema has queries');
    const all = Object.values(root.getFields()).filter(({ name }) => !this.#omitted.includes(name));
    // Most pairs of nodes have no path between them.
    const paths = all.filter(({ name }) => name === 'shortestPath');
    const entities = all.filter(({ name }) => name === ENTITIES_FIELD);
    const fields = [...all, ...paths, ...paths, ...paths, ...entities];
    const count = random.pick([1, 1, 1, 1, 2, 3]);
    const parts = Array.from({ length: count }, () => this.#field(random.pick(fields), 0));
    if (random.chance(0.03)) parts.push('__typename');
    if (random.chance(0.005)) parts.push('__type(name: "Item") { name }');
    const isInFragment = random.chance(0.05);
    const body = isInFragment ? this.#fragment(root, `{ ${parts.join('\n')} }`) : parts.join('\n');
    const fragments = this.#fragments.map(({ name, type, text }) => {
      return `fragment ${name} on ${type} ${text}`;
    });
    const head = `query ${OPERATION}${this.#text.declarations()}`;
    const others = random.chance(0.03) ? ['query Other { __typename }'] : [];
    const text = [...others, `${head} {\n${body}\n}`, ...fragments].join('\n');
    const { variables } = this.#text;
    const isBroken = this.#isBroken;
    const asked = { asks: this.#asks, references: this.#references, pages: this.#pages };
    return { text, variables, ...asked, isBroken };
  }

  #selections(type: Composite | GraphQLUnionType, depth: number): string {
    const random = this.#random;
    if (isUnionType(type)) return this.#ofTypes(type, depth);
    const isBare = isOfGroup(type) && (this.#groupValues.get(type.name) ?? []).length === 0;
    if (isBare && !this.#isBroken) return '{ __typename }';
    const count = random.pick([1, 1, 2, 2, 3, 4]);
    const parts = Array.from({ length: count }, () => this.#selection(type, depth));
    if (random.chance(0.08)) parts.push('__typename');
    if (random.chance(0.02)) parts.push(`${this.#name('t')}: __typename`);
    return `{ ${parts.join(' ')} }`;
  }

  /** What is asked of nodes of a union: of some of its types, or of every node. */
  #ofTypes(type: GraphQLUnionType, depth: number): string {
    const random = this.#random;
    const parts = Array.from({ length: random.pick([1, 1, 2]) }, () => this.#ofType(type, depth));
    if (random.chance(0.2)) parts.push('... on Node { id }');
    if (type.name === ENTITY) parts.push(...this.#ofEntities(depth));
    if (random.chance(0.2)) parts.push('__typename');
    return `{ ${parts.join(' ')} }`;
  }

  /** Mostly with the id, by which it is known whether it is the one. */
  #ofEntities(depth: number): string[] {
    const random = this.#random;
    const noted = this.#compositeOf('Noted');
    const isNoted = noted !== undefined && random.chance(0.3);
    return [
      ...(random.chance(0.8) ? [`... on Node { ${ENTITY_ID}: id }`] : []),
      ...(isNoted ? [`... on Noted ${this.#selections(noted, depth)}`] : []),
    ];
  }

  #ofType(type: GraphQLInterfaceType | GraphQLUnionType, depth: number): string {
    const object = this.#random.pick(this.#schema.getPossibleTypes(type));
    return `... on ${object.name}${this.#directive()} ${this.#selections(object, depth)}`;
  }

  #selection(type: Composite, depth: number): string {
    const random = this.#random;
    const isOfTypes = isInterfaceType(type) && random.chance(type.name === 'Node' ? 0.7 : 0.3);
    if (isOfTypes) return this.#ofType(type, depth);
    if (depth < DEPTH_MAX && random.chance(0.06)) return this.#inlineFragment(type, depth);
    if (depth < DEPTH_MAX && random.chance(0.06)) return this.#namedFragment(type, depth);
    const field = this.#chosenField(type, depth);
    return type.name.endsWith('ScalarAggregate')
      ? this.#figure(type, field)
      : this.#field(field, depth);
  }

  /** Under a name of its own, by which it is known in the answer. */
  #figure(type: Composite, { name }: AnyField): string {
    const alias = this.#name('g');
    this.#asks.set(alias, [`figure ${name} of ${type.name.replace('ScalarAggregate', '')}`]);
    return `${alias}: ${name}${this.#directive()}`;
  }

  #chosenField(type: Composite, depth: number): AnyField {
    const random = this.#random;
    const asked = Object.values(type.getFields()).filter(
      ({ name }) => !this.#omitted.includes(name),
    );
    const values = this.#groupValues.get(type.name) ?? [];
    const own = asked.filter(({ name }) => values.includes(name));
    const all = isOfGroup(type) && !this.#isBroken ? own : asked;
    const leaves = all.filter((field) => isLeafType(getNamedType(field.type)));
    const related = all.filter(({ args }) => args.length > 0);
    const objects = all.filter((each) => !leaves.includes(each) && !related.includes(each));
    const isRelated = depth < DEPTH_MAX && random.chance(depth < 3 ? 0.24 : 0.1);
    if (isRelated && related.length > 0) return random.pick(related);
    if (depth < DEPTH_MAX && objects.length > 0) {
      const share = objects.length / (leaves.length + objects.length);
      if (random.chance(Math.max(share, 0.3))) return random.pick(objects);
    }
    return random.pick(leaves.length > 0 ? leaves : objects);
  }

  #inlineFragment(type: Composite, depth: number): string {
    const random = this.#random;
    const names = [type.name, ...(isObjectType(type) ? type.getInterfaces() : [])].map(String);
    const condition = random.pick(['', ...names]);
    const inner = this.#compositeOf(condition) ?? type;
    const on = condition === '' ? '' : ` on ${condition}`;
    return `...${on}${this.#directive()} ${this.#selections(inner, depth)}`;
  }

  #namedFragment(type: Composite, depth: number): string {
    const random = this.#random;
    // Other groups have other values.
    const known = this.#fragments.filter(
      (fragment) => fragment.type === type.name && !/Unique/.test(fragment.type),
    );
    if (known.length > 0 && random.chance(0.5)) {
      return `...${random.pick(known).name}${this.#directive()}`;
    }
    const names = [type.name, ...(isObjectType(type) ? type.getInterfaces() : [])].map(String);
    const on = this.#compositeOf(random.pick(names)) ?? type;
    return this.#fragment(on, this.#selections(on, depth));
  }

  /** A spread of a new fragment with this text. */
  #fragment(type: Composite, text: string): string {
    const name = this.#name('F');
    this.#fragments.push({ name, type: type.name, text });
    return `...${name}${this.#directive()}`;
  }

  #compositeOf(name: string): Composite | undefined {
    const type = this.#schema.getType(name);
    return isObjectType(type) || type instanceof GraphQLInterfaceType ? type : undefined;
  }

  #field(field: AnyField, depth: number): string {
    const random = this.#random;
    const type = getNamedType(field.type);
    const isComposite = isObjectType(type) || isAbstractType(type);
    const head = field.args.length > 0 ? this.#headWithArguments(field) : this.#plainHead(field);
    const mention = () => {
      const start = `${head}${this.#directive()}`;
      return isComposite ? `${start} ${this.#bodyOf(field, type, depth)}` : start;
    };
    return random.chance(0.05) ? `${mention()} ${mention()}` : mention();
  }

  #bodyOf(field: AnyField, type: Composite | GraphQLUnionType, depth: number): string {
    if (field.name === 'shortestPath' && !SELECTS_PATH_ELEMENTS) {
      return this.#random.chance(0.8) ? '{ length }' : `{ length ${this.#name('n')}: length }`;
    }
    const inner = this.#selections(type, depth + 1);
    const isPage = !isUnionType(type) && type.name.endsWith('Connection');
    if (!isPage || this.#random.chance(0.1)) return inner;
    return `{ edges ${this.#edges(type, depth)} ${inner.slice(1)}`;
  }

  #edges(type: Composite, depth: number): string {
    const edges = type.getFields().edges;
    const item = edges === undefined ? undefined : getNamedType(edges.type);
    if (!isObjectType(item)) throw new Error(`${type.name} expected to have edges`);
    const inner = this.#selections(item, depth + 1);
    const { properties } = item.getFields();
    if (properties === undefined || this.#random.chance(0.6)) return inner;
    return `{ ${this.#field(properties, depth + 1)} ${inner.slice(1)}`;
  }

  #plainHead({ name }: AnyField): string {
    return this.#random.chance(0.06) ? `${this.#name('a')}: ${name}` : name;
  }

  #headWithArguments(field: AnyField): string {
    const random = this.#random;
    this.#seen = [];
    const isPage = field.args.some(({ name }) => name === 'after');
    const isTurned = isPage && random.chance(0.6);
    // References are known by the name in the answer, also where it is another operation's.
    const isNamed = field.name === ENTITIES_FIELD && this.#references.has(field.name);
    const isOther = isTurned || random.chance(0.75) || isNamed;
    const name = isOther ? this.#name(isPage ? 'p' : 'f') : field.name;
    const args = this.#arguments.of(field, { isTurned });
    if (field.name === 'groups') this.#groupValues = this.#arguments.groupedBy;
    if (isTurned) {
      this.#pages.push(name);
      args.push(`«${name}»`);
    }
    if (field.name === ENTITIES_FIELD) this.#references.set(name, this.#arguments.references);
    const given = args.length === 0 ? '' : `(${args.join(', ')})`;
    const known = this.#asks.get(name) ?? [];
    const kinds = [`field ${kindOf(field)}`, ...abstractKind(field)];
    this.#asks.set(name, [...known, ...kinds, ...this.#seen]);
    return `${name === field.name ? '' : `${name}: `}${field.name}${given}`;
  }

  #directive(): string {
    const random = this.#random;
    if (random.chance(0.94)) return '';
    if (random.chance(0.1)) return ` @skip(if: ${this.#text.flag(false)}) @include(if: true)`;
    const [name, isTrue] = random.pick([
      ['include', true],
      ['include', true],
      ['include', false],
      ['skip', false],
      ['skip', false],
      ['skip', true],
    ] as const);
    return ` @${name}(if: ${this.#text.flag(isTrue)})`;
  }

  #name(prefix: string): string {
    this.#names += 1;
    return `${prefix}${this.#names}`;
  }
}

/** Whether it has the values of a group, which are those alone that it is by. */
function isOfGroup({ name }: Composite): boolean {
  return name.endsWith('UniqueField');
}

const OF_ITS_KIND = ['shortestPath', 'node', 'groups', ENTITIES_FIELD];

function kindOf({ name, args, type }: AnyField): string {
  if (OF_ITS_KIND.includes(name)) return name;
  if (args.length === 1) return 'of one node';
  return getNamedType(type).name.endsWith('Connection') ? 'of a page' : 'of a list';
}

/** Where nodes of a list or a page may be of several types. */
function abstractKind({ name, type }: AnyField): readonly string[] {
  if (name === 'node' || name === ENTITIES_FIELD) return [];
  const named = getNamedType(type);
  const edges = isObjectType(named) ? named.getFields().edges : undefined;
  const edge = edges === undefined ? undefined : getNamedType(edges.type);
  const of = isObjectType(edge) ? getNamedType(edge.getFields().node?.type) : named;
  const where = edge === undefined ? 'a list' : 'a page';
  if (isUnionType(of)) return [`${where} of a union`];
  return isInterfaceType(of) ? [`${where} of an interface`] : [];
}
