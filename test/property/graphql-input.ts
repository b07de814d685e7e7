/**
 * Random conditions and orders of the API, as JSON has them. They follow the types of the schema,
 * so that whatever an API takes is given to it.
 */

import {
  type GraphQLEnumType,
  type GraphQLInputField,
  GraphQLInputObjectType,
  type GraphQLNamedType,
  getNamedType,
  isEnumType,
  isInputObjectType,
} from 'graphql';
import type { Seeded } from '../seeded.ts';
import { KEYS, SEQUENCES, SETS, VALUES } from './graphql-definition.ts';

export type Json = Readonly<Record<string, unknown>>;

const LOGIC = ['AND', 'OR', 'NOT'];
const TEXT_OPERATORS = ['contains', 'startsWith', 'endsWith'];
const ORDER_OPERATORS = ['gt', 'gte', 'lt', 'lte'];
/** Of values that few fields have, and whose operators are many. */
const ASKED_OFTEN = ['IDScalarFilters', 'DateTimeScalarFilters'];
const FEW_ITEMS = 2;
const DEPTH_MAX = 3;

/** Ids that a caller may name. */
export interface NodeIds {
  /** Of nodes that are there, by type. */
  readonly byType: ReadonlyMap<string, readonly string[]>;
  /** Of nodes that are gone, and texts that are no id. */
  readonly others: readonly string[];
}

/** What is asked about, where it is not the definition that has everything. */
export interface InputValues {
  /** Input values of each scalar. */
  readonly values?: Readonly<Record<string, readonly unknown[]>>;
  readonly keys?: readonly string[];
  /** Indexes of several fields, by the type of the conditions that they are for. */
  readonly indexes?: ReadonlyMap<string, readonly (readonly string[])[]>;
}

export interface InputOptions extends InputValues {
  readonly random: Seeded;
  readonly ids: NodeIds;
  /** Whether some of it may be refused. */
  readonly isBroken: boolean;
  /** Told what a condition or an order asks for. */
  readonly see: (what: string) => void;
}

export class RandomInput {
  readonly #options: InputOptions;
  readonly #random: Seeded;

  constructor(options: InputOptions) {
    this.#options = options;
    this.#random = options.random;
  }

  /** Of a type `…Where`. */
  where(type: GraphQLInputObjectType, depth = 0): Json {
    const random = this.#random;
    const count = random.pick([0, 1, 1, 1, 1, 1, 2, 2, 3]);
    const fields = conditionFields(type, depth);
    const names = Array.from({ length: count }, () => random.pick(fields));
    return Object.fromEntries(
      names.map((field) => {
        if (random.chance(0.02)) return [field.name, null];
        return [field.name, this.#condition(type, field, depth + 1)];
      }),
    );
  }

  /** Of a type `[…Sort!]`. */
  sort(type: GraphQLInputObjectType): Json[] {
    const count = this.#random.pick([0, 1, 1, 1, 2, 2, 3]);
    if (count > 1) this.#options.see('sort by several keys');
    return Array.from({ length: count }, () => this.#sortKey(type, ''));
  }

  id(): unknown {
    const { byType, others } = this.#options.ids;
    const ids = [...byType.values()].flat();
    return this.#random.pick(ids.length === 0 || this.#random.chance(0.1) ? others : ids);
  }

  /** A natural key. */
  key(): string {
    return this.#random.pick(this.#options.keys ?? KEYS);
  }

  /** The first fields of an index equal something, and the next one is compared or sorted by. */
  byIndex(type: GraphQLInputObjectType, paths: readonly string[]): { where: Json; sort: Json[] } {
    const random = this.#random;
    const length = random.between(1, paths.length - 1);
    const parts = paths.slice(0, length).map((path) => this.#equal(type, path));
    const next = paths[length] ?? '';
    const isCompared = random.chance(0.5);
    if (isCompared) parts.push(this.#compared(type, next));
    const isSorted = !isCompared || random.chance(0.6);
    const direction = random.pick(['ASC', 'DESC']);
    const key = along(next, direction);
    this.#options.see(`indexed, ${isCompared ? 'compared' : 'equal'}`);
    if (isSorted) this.#options.see(`indexed, in order, ${direction}`);
    return {
      where: random.chance(0.3) ? { AND: parts } : Object.assign({}, ...parts),
      sort: isSorted ? [key, ...(random.chance(0.3) ? [{ id: 'DESC' }] : [])] : [],
    };
  }

  /** A value of a scalar. */
  scalar(name: string): unknown {
    return this.#oneOf(name, this.#values(name));
  }

  /** Of a list: mostly one of few, so that what is asked for is in some lists. */
  item(name: string): unknown {
    const values = this.#values(name);
    return this.#oneOf(name, this.#random.chance(0.6) ? values.slice(0, FEW_ITEMS) : values);
  }

  #values(name: string): readonly unknown[] {
    const values = (this.#options.values ?? VALUES)[name];
    if (values === undefined) throw new Error(`no values of ${name}`);
    return values;
  }

  #oneOf(name: string, values: readonly unknown[]): unknown {
    const value = this.#random.pick(values);
    // Ids may be given as numbers.
    return name === 'ID' && value === '10' && this.#random.chance(0.5) ? 10 : value;
  }

  #condition(owner: GraphQLInputObjectType, field: GraphQLInputField, depth: number): unknown {
    const random = this.#random;
    const { see } = this.#options;
    if (isOneOf(SETS, field.name)) see('where a set');
    if (isOneOf(SEQUENCES, field.name)) see('where a sequence');
    if (field.name === 'NOT') {
      see('where NOT');
      return this.where(owner, depth);
    }
    if (LOGIC.includes(field.name)) {
      const count = random.pick([0, 1, 2, 2, 3]);
      if (count > 0) see(`where ${field.name}`);
      return Array.from({ length: count }, () => this.where(owner, depth));
    }
    const type = getNamedType(field.type);
    if (isEnumType(type)) return this.#typeNames(type);
    if (!(type instanceof GraphQLInputObjectType)) throw new Error(`no condition: ${field.name}`);
    if (type.name === 'NodeIdFilters') return this.#ids();
    if (isOperators(type)) return this.#operators(type);
    if (type.name.endsWith('Filters')) return this.#quantified(type, depth);
    if (!type.name.endsWith('Where')) throw new Error(`no condition: ${type.name}`);
    see(placeOf(field));
    return this.where(type, depth);
  }

  /** Of an interface: some of its types. */
  #typeNames(type: GraphQLEnumType): string[] {
    const names = type.getValues().map(({ name }) => name);
    this.#options.see('where typename');
    return names.filter(() => this.#random.chance(0.6));
  }

  #quantified(type: GraphQLInputObjectType, depth: number): Json {
    const random = this.#random;
    const isOfEdges = type.name.endsWith('ConnectionFilters');
    const count = random.pick([1, 1, 1, 2]);
    const fields = Array.from({ length: count }, () => {
      return random.pick(Object.values(type.getFields()));
    });
    return Object.fromEntries(
      fields.map((field) => {
        this.#options.see(`where ${field.name} of ${isOfEdges ? 'edges' : 'nodes'}`);
        const inner = getNamedType(field.type) as GraphQLInputObjectType;
        return [field.name, this.#breaks() ? null : this.where(inner, depth)];
      }),
    );
  }

  #operators(type: GraphQLInputObjectType): Json {
    const random = this.#random;
    const scalar = scalarOf(type);
    const isOfLists = 'includes' in type.getFields();
    const names = Object.keys(type.getFields());
    const count = random.pick([1, 1, 1, 1, 2]);
    const given = Array.from({ length: count }, () => random.pick(names));
    return Object.fromEntries(
      given.map((name) => {
        const isNull = name === 'eq' && random.chance(0.15);
        const subject = isOfLists ? 'list' : scalar;
        this.#options.see(isNull ? 'where eq null' : `where ${subject} ${name}`);
        if (isNull || this.#breaks()) return [name, null];
        if (isOfLists) return [name, name === 'eq' ? this.#list(scalar) : this.item(scalar)];
        if (name !== 'in') return [name, this.#operand(scalar, name)];
        const length = random.pick([0, 1, 2, 2, 3, 5, 70]);
        return [name, Array.from({ length }, () => this.#operand(scalar, name))];
      }),
    );
  }

  /** As short as most that are stored. */
  #list(scalar: string): unknown[] {
    return Array.from({ length: this.#random.pick([0, 1, 1, 2]) }, () => this.item(scalar));
  }

  #operand(scalar: string, operator: string): unknown {
    const random = this.#random;
    if (scalar === 'Float' && this.#breaks()) return Number.POSITIVE_INFINITY;
    const value = this.scalar(scalar);
    if (!TEXT_OPERATORS.includes(operator) || typeof value !== 'string') return value;
    const from = random.below(value.length + 1);
    return value.slice(from, from + random.pick([0, 1, 1, 1, 2, 2, 3]));
  }

  #ids(): Json {
    const random = this.#random;
    const name = random.pick(['eq', 'in']);
    this.#options.see(`where id ${name}`);
    if (this.#breaks()) return { [name]: null };
    if (name === 'eq') return random.chance(0.1) ? {} : { eq: this.id() };
    const among = Array.from({ length: random.pick([0, 1, 2, 4, 8]) }, () => this.id());
    return random.chance(0.1) ? { in: among, eq: this.id() } : { in: among };
  }

  #sortKey(type: GraphQLInputObjectType, prefix: string): Json {
    const random = this.#random;
    const count = random.pick([1, 1, 1, 2]);
    const all = Object.values(type.getFields());
    return Object.fromEntries(
      Array.from({ length: count }, () => {
        const field = random.pick(all);
        const inner = getNamedType(field.type);
        const path = `${prefix}${field.name}`;
        if (isInputObjectType(inner)) return [field.name, this.#sortKey(inner, `${path}.`)];
        if (random.chance(0.03)) return [field.name, null];
        const direction = random.pick(['ASC', 'DESC']);
        this.#options.see(`sort ${keyKind(path)} ${direction}`);
        return [field.name, direction];
      }),
    );
  }

  #equal(type: GraphQLInputObjectType, path: string): Json {
    const isNull = this.#random.chance(0.1);
    return along(path, { eq: isNull ? null : this.scalar(scalarOf(operatorsAt(type, path))) });
  }

  #compared(type: GraphQLInputObjectType, path: string): Json {
    const random = this.#random;
    const operators = operatorsAt(type, path);
    const scalar = scalarOf(operators);
    const names = 'gt' in operators.getFields() ? ORDER_OPERATORS : ['eq'];
    const count = random.pick([1, 1, 2, 2, 3]);
    const given = Array.from({ length: count }, () => random.pick(names));
    return along(path, Object.fromEntries(given.map((name) => [name, this.scalar(scalar)])));
  }

  #breaks(): boolean {
    return this.#options.isBroken && this.#random.chance(0.2);
  }
}

function isOneOf(names: readonly string[], name: string): boolean {
  return names.includes(name);
}

/** Some fields more often than others, as there are many values and few relationships. */
function conditionFields(type: GraphQLInputObjectType, depth: number): GraphQLInputField[] {
  return Object.values(type.getFields()).flatMap((field) => {
    const inner = getNamedType(field.type).name;
    if (LOGIC.includes(field.name)) return depth < DEPTH_MAX ? [field, field] : [];
    const isRelationship = inner.endsWith('Filters') && !isOperators(getNamedType(field.type));
    if (field.name === 'id' || ASKED_OFTEN.includes(inner)) return [field, field];
    if (isRelationship) return depth < DEPTH_MAX ? [field] : [];
    return [field];
  });
}

/** `{ frame: { name: … } }` of `frame.name`. */
function along(path: string, value: unknown): Json {
  const segments = path.split('.').toReversed();
  return segments.reduce<unknown>((inner, name) => ({ [name]: inner }), value) as Json;
}

/** The type of the conditions on a path. */
function operatorsAt(type: GraphQLInputObjectType, path: string): GraphQLInputObjectType {
  const [name = '', ...rest] = path.split('.');
  const field = type.getFields()[name];
  const inner = field === undefined ? undefined : getNamedType(field.type);
  if (!isInputObjectType(inner)) throw new Error(`no conditions on ${path}`);
  return rest.length > 0 ? operatorsAt(inner, rest.join('.')) : inner;
}

/** Conditions on a value: `…ScalarFilters`, `…ListFilters`. */
function isOperators(type: GraphQLNamedType): boolean {
  return isInputObjectType(type) && 'eq' in type.getFields();
}

/** What these are about. */
function scalarOf(type: GraphQLInputObjectType): string {
  const { eq } = type.getFields();
  if (eq === undefined) throw new Error(`no eq in ${type.name}`);
  return getNamedType(eq.type).name;
}

function placeOf({ name }: GraphQLInputField): string {
  if (name === 'node' || name === 'edge') return `where ${name}`;
  if (/^[A-Z]/.test(name)) return 'where of a type of a union';
  return 'where of a nested object';
}

function keyKind(path: string): string {
  const [first, ...rest] = path.split('.');
  const isOfEnd = first === 'node' || first === 'edge';
  const owner = isOfEnd ? `the ${first} of a page` : 'a node';
  const inner = isOfEnd ? rest.slice(1) : rest;
  if (path === 'id') return 'by the id';
  return inner.length > 0 ? `by a nested field of ${owner}` : `by ${owner}`;
}
