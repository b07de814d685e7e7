/** Random arguments of the fields of a query, as GraphQL writes them. */

import {
  type GraphQLArgument,
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLInputObjectType,
  getNamedType,
} from 'graphql';
import type { GraphView } from '../../src/engine/graph-view.ts';
import { EDGE_TYPES, INDEXES } from './graphql-definition.ts';
import { randomReferences } from './graphql-entities.ts';
import { type InputOptions, type Json, RandomInput } from './graphql-input.ts';
import type { GraphqlText } from './graphql-text.ts';

export type AnyField = GraphQLField<unknown, unknown>;

/** Numbers of edges, by their type. */
const WEIGHTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['NEXT', ['strength', 'strength', 'share', 'big', 'frame.extent.width']],
  ['KNOWS', ['strength', 'share']],
  ['LINKS', ['strength', 'big']],
  ['MADE', ['year', 'span.width']],
]);
/** Most graphs of random queries end after few edges. */
const REACHES = [1, 1, 1, 2, 2, 3, 64];
const PAGE_ITEMS = [0, 1, 1, 2, 2, 3, 4, 6, 10_000];

interface ArgumentOptions extends InputOptions {
  /** Whose nodes are referred to. */
  readonly graphs?: readonly GraphView[];
}

export class RandomArguments {
  readonly #text: GraphqlText;
  readonly #options: ArgumentOptions;
  readonly #input: RandomInput;
  /** The relationship of the path that is written. */
  #edgeType: string | undefined;
  /** The fields that the last groups are by, by the type of their values. */
  groupedBy: ReadonlyMap<string, readonly string[]> = new Map();

  /** Of `_entities`, those that were written last. */
  references: readonly unknown[] = [];

  constructor(text: GraphqlText, options: ArgumentOptions) {
    this.#text = text;
    this.#options = options;
    this.#input = new RandomInput(options);
  }

  /** `isTurned` is of a page that cursors are given to: others may come without a size. */
  of(field: AnyField, { isTurned }: { readonly isTurned: boolean }): string[] {
    const isPage = field.args.some(({ name }) => name === 'after');
    if (field.name === 'groups') return this.#groups(field);
    const indexed = this.#indexed(field);
    const args = field.args.flatMap((argument) => {
      const { name } = argument;
      if (indexed !== undefined && (name === 'where' || name === 'sort')) {
        return [this.#given(argument, indexed[name])];
      }
      return this.#argument(field, argument);
    });
    return isPage ? [...args, ...this.#pageSize(isTurned)] : args;
  }

  /** Mostly by few fields, so that some elements are in one group. */
  #groups({ args }: AnyField): string[] {
    const { random, isBroken } = this.#options;
    const asked = args.length > 1 && random.chance(0.7) ? [random.pick(args)] : args;
    const given = asked.map((argument) => {
      const type = getNamedType(argument.type) as GraphQLEnumType;
      const names = type.getValues().map(({ name }) => name);
      return {
        argument,
        names: Array.from(
          { length: isBroken && random.chance(0.2) ? 0 : random.pick([1, 1, 2]) },
          () => random.pick(names),
        ),
      };
    });
    this.groupedBy = new Map(
      given.map(({ argument, names }) => {
        const type = getNamedType(argument.type).name;
        return [type.replace('ScalarField', 'UniqueField'), names] as const;
      }),
    );
    return given.map(({ argument, names }) => this.#given(argument, names));
  }

  #argument(field: AnyField, argument: GraphQLArgument): string[] {
    const { random, see } = this.#options;
    const { name, type } = argument;
    const isSingle = field.args.length === 1;
    switch (name) {
      case 'where': {
        if (!isSingle && random.chance(0.4)) return [];
        const where = getNamedType(type) as GraphQLInputObjectType;
        return [this.#given(argument, isSingle ? this.#single(where) : this.#input.where(where))];
      }
      case 'sort': {
        if (random.chance(0.4)) return [];
        const sort = getNamedType(type) as GraphQLInputObjectType;
        return [this.#given(argument, this.#input.sort(sort))];
      }
      case 'limit':
      case 'offset':
        if (random.chance(name === 'limit' ? 0.5 : 0.7)) return [];
        see(name);
        return [this.#given(argument, this.#count())];
      case 'id':
      case 'of':
      case 'to':
        return [this.#given(argument, this.#input.id())];
      case 'maxDepth':
        // Of a relationship; `shortestPath` has ends.
        if (!field.args.some((each) => each.name === 'to')) return this.#reach(argument);
        return random.chance(0.4) ? [] : [this.#given(argument, this.#pathArgument(name))];
      case 'representations':
        return [this.#representations(argument)];
      case 'weight':
        return random.chance(0.35) ? [] : [this.#given(argument, this.#weight())];
      case 'from':
        this.#edgeType = undefined;
        return [this.#given(argument, this.#input.id())];
      case 'relationship':
      case 'direction':
        // Weights are of the edges of one relationship.
        return random.chance(name === 'relationship' ? 0.2 : 0.4)
          ? []
          : [this.#given(argument, this.#pathArgument(name))];
      default:
        return [];
    }
  }

  /** Of edges of some types: of others it is an error. */
  #weight(): string {
    const { random, see } = this.#options;
    see('path weight');
    const names = WEIGHTS.get(this.#edgeType ?? '');
    return random.pick(names === undefined || random.chance(0.1) ? ['year', 'label'] : names);
  }

  #representations({ name, type }: GraphQLArgument): string {
    const { random, graphs = [], see } = this.#options;
    this.references = randomReferences({ random, graphs, see });
    const isVariable = random.chance(0.5);
    if (isVariable) see('entities, in a variable');
    const { references } = this;
    const [text, kind] = [this.#text, isVariable ? 'variable' : 'value'] as const;
    return `${name}: ${text[kind](references, type)}`;
  }

  #reach(argument: GraphQLArgument): string[] {
    const { random, isBroken, see } = this.#options;
    if (random.chance(0.1)) return [];
    see('reach of a relationship');
    const isWrong = isBroken && random.chance(0.4);
    return [this.#given(argument, isWrong ? random.pick([-1, 0, 65]) : random.pick(REACHES))];
  }

  #given(argument: GraphQLArgument, value: unknown): string {
    return `${argument.name}: ${this.#text.value(value, argument.type)}`;
  }

  /** What an index of several fields is for, sometimes. */
  #indexed(field: AnyField): { readonly where: Json; readonly sort: Json[] } | undefined {
    const { random, indexes: known = INDEXES } = this.#options;
    const typeOf = (name: string) => {
      const argument = field.args.find((each) => each.name === name);
      return argument === undefined ? undefined : getNamedType(argument.type);
    };
    const where = typeOf('where') as GraphQLInputObjectType | undefined;
    const indexes = known.get(where?.name ?? '');
    if (where === undefined || indexes === undefined || typeOf('sort') === undefined) {
      return undefined;
    }
    return random.chance(0.45) ? this.#input.byIndex(where, random.pick(indexes)) : undefined;
  }

  /** Mostly of one node. */
  #single(type: GraphQLInputObjectType): unknown {
    const { random, see } = this.#options;
    if (random.chance(0.2)) return this.#input.where(type);
    const key = ['code', 'label'].find((name) => name in type.getFields());
    see(key === undefined ? 'lookup by id' : 'lookup by id or key');
    if (key === undefined || random.chance(0.4)) return { id: { eq: this.#input.id() } };
    return { [key]: { eq: this.#input.key() } };
  }

  #pageSize(isTurned: boolean): string[] {
    const { random, isBroken, see } = this.#options;
    const isBoth = isBroken && random.chance(0.1);
    const names = isBoth ? ['first', 'last'] : [random.pick(['first', 'first', 'last'])];
    if (!isTurned && random.chance(0.3)) return [];
    return names.map((name) => {
      see(name);
      return `${name}: ${this.#count()}`;
    });
  }

  #count(): number | null {
    const { random, isBroken } = this.#options;
    if (isBroken && random.chance(0.3)) return random.pick([-1, 10_001, -2_147_483_648]);
    return random.chance(0.02) ? null : random.pick(PAGE_ITEMS);
  }

  #pathArgument(name: string): unknown {
    const { random, isBroken, see } = this.#options;
    if (random.chance(0.05)) return null;
    see(`path ${name}`);
    if (name === 'direction') return random.pick(['OUT', 'IN', 'BOTH', 'BOTH']);
    if (name === 'relationship') {
      this.#edgeType = isBroken && random.chance(0.4) ? 'ROAD' : random.pick(EDGE_TYPES);
      return this.#edgeType;
    }
    if (isBroken && random.chance(0.4)) return random.pick([-1, 65]);
    return random.pick([0, 1, 1, 2, 2, 3, 5, 64]);
  }
}
