/** Random values of what mutations take, as JSON has them: they follow the types of the schema. */

import {
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  isRequiredInputField,
} from 'graphql';
import type { Seeded } from '../seeded.ts';
import { IMPLEMENTING } from './graphql-definition.ts';
import { type InputOptions, type Json, RandomInput } from './graphql-input.ts';

/** What a connect asks of the nodes of a type. */
const CONNECT = /^(.*)ConnectWhere$/;
/** What names positions of a sequence, and those that some lists have. */
const PLACE = /^Sequence(?:Range|Move|.+Input)$/;
const POSITIONS = [0, 0, 0, 1, 1, 2];
/** Nodes made within nodes. */
const DEPTH_MAX = 2;

/** What a mutation is refused by where it does not hold. */
export const EXPECTATIONS = ['atMost', 'ifVersion'];

export class WrittenInput {
  readonly #options: InputOptions;
  readonly #random: Seeded;
  readonly #input: RandomInput;

  constructor(options: InputOptions) {
    this.#options = options;
    this.#random = options.random;
    this.#input = new RandomInput(options);
  }

  /** What a mutation takes at a place of this type. */
  written(type: GraphQLInputType, depth = 0): unknown {
    const random = this.#random;
    const own = getNullableType(type);
    if (isListType(own)) {
      const item = getNamedType(own);
      const isOfValues = !isInputObjectType(item);
      const count =
        depth === 0 && !isOfValues ? random.pick([1, 1, 1, 2, 3]) : random.pick([0, 1, 1, 2]);
      return Array.from({ length: count }, () =>
        isOfValues ? this.#input.item(item.name) : this.written(own.ofType, depth),
      );
    }
    if (!isInputObjectType(own)) return this.#input.scalar(own.name);
    if (own.name.endsWith('ConnectionWhere'))
      return random.chance(0.6) ? {} : this.#input.where(own, 2);
    const target = CONNECT.exec(own.name)?.[1];
    if (target !== undefined) return { node: this.idWhere(target) };
    const all = Object.values(own.getFields());
    if (own.isOneOf) return this.#oneOf(random.pick(all), depth);
    const fields = all.filter((field) => this.#isGiven(field, depth));
    const one = own.name.startsWith('Sequence') ? [random.pick(all)] : fields.slice(-1);
    const given = isOperators(own) ? one : fields;
    return Object.fromEntries(
      given.map((field) => {
        const isPosition = PLACE.test(own.name) && getNamedType(field.type).name === 'Int';
        const value = isPosition ? random.pick(POSITIONS) : this.#writtenField(field, depth);
        return [field.name, value] as const;
      }),
    );
  }

  /** One of the types of an interface. */
  #oneOf({ name, type }: GraphQLInputField, depth: number): Json {
    return { [name]: this.written(type, depth) };
  }

  /** Of a type `…UpdateInput`: edges to nodes that are there. */
  connecting(type: GraphQLInputObjectType): Json {
    const relationships = Object.values(type.getFields()).filter(({ type: inner }) =>
      /Update(?:Field)?Input$/.test(getNamedType(inner).name),
    );
    const field = this.#random.pick(relationships);
    const inner = getNamedType(field.type) as GraphQLInputObjectType;
    // To a union it is written by type.
    if (inner.name.endsWith('UpdateInput')) return { [field.name]: this.connecting(inner) };
    const { connect } = inner.getFields();
    if (connect === undefined) throw new Error(`no connect in ${field.name}`);
    return { [field.name]: [{ connect: this.written(connect.type) }] };
  }

  /** Of nodes of a type that are there. */
  idWhere(type: string): Json {
    const random = this.#random;
    const types = IMPLEMENTING.get(type) ?? [type];
    const ids = types.flatMap((each) => this.#options.ids.byType.get(each) ?? []);
    if (ids.length === 0) return {};
    const count = random.pick([1, 1, 1, 2, 3]);
    return { id: { in: Array.from({ length: count }, () => random.pick(ids)) } };
  }

  #isGiven(field: GraphQLInputField, depth: number): boolean {
    if (isRequiredInputField(field)) return true;
    if (EXPECTATIONS.includes(field.name)) return false;
    const type = getNamedType(field.type).name;
    const isOfRelationship = type.endsWith('FieldInput') || type.endsWith('ConnectionInput');
    if (!isOfRelationship) return this.#random.chance(field.name === '_emptyInput' ? 0 : 0.5);
    if (depth >= DEPTH_MAX) return false;
    return this.#random.chance(field.name === 'delete' ? 0.05 : 0.25);
  }

  #writtenField(field: GraphQLInputField, depth: number): unknown {
    const isRequired = isRequiredInputField(field);
    const type = getNamedType(field.type);
    const isValue = !isInputObjectType(type);
    if (!isRequired && isValue && field.name !== 'code' && this.#random.chance(0.04)) return null;
    const isInner = isInputObjectType(type) && type.name.endsWith('FieldInput');
    return this.written(field.type, isInner ? depth + 1 : Math.max(depth, 1));
  }
}

/** `IntScalarMutations`, `ListIntMutations`, `SequenceIntMutations`: one operator at a time. */
function isOperators(type: GraphQLInputObjectType): boolean {
  return /ScalarMutations$|^(?:List|Set|Sequence).*Mutations$/.test(type.name);
}
