/** Input values as GraphQL writes them, some of them as variables, at any depth. */

import {
  type GraphQLInputType,
  GraphQLNonNull,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import type { Seeded } from '../seeded.ts';

/**
 * Whether null is given, by a variable with a default, to arguments that may not be null: planning
 * throws then, where resolvers answer an error of the field.
 */
export const GIVES_NULL_TO_REQUIRED = true;

export class GraphqlText {
  readonly variables: Record<string, unknown> = {};
  readonly #random: Seeded;
  readonly #declarations: string[] = [];

  readonly #isBroken: boolean;

  constructor(random: Seeded, options: { readonly isBroken: boolean } = { isBroken: false }) {
    this.#random = random;
    this.#isBroken = options.isBroken && GIVES_NULL_TO_REQUIRED;
  }

  value(value: unknown, type: GraphQLInputType): string {
    const random = this.#random;
    const own = getNullableType(type);
    if (!isWritable(value) || (random.chance(0.06) && isJson(value)))
      return this.variable(value, type);
    if (value === null) return 'null';
    if (isListType(own)) {
      const items = (value as readonly unknown[]).map((item) => this.value(item, own.ofType));
      const [only] = items;
      const isAlone = only !== undefined && items.length === 1 && random.chance(0.1);
      // A list, a variable and null would stand for the whole.
      const isWhole = isAlone && only !== 'null' && !/^[$[]/.test(only);
      return isWhole ? only : `[${items.join(', ')}]`;
    }
    if (isInputObjectType(own)) {
      const fields = own.getFields();
      const members = Object.entries(value as object).flatMap(([name, member]) => {
        const field = fields[name];
        return field === undefined ? [] : [`${name}: ${this.value(member, field.type)}`];
      });
      return `{ ${members.join(', ')} }`;
    }
    if (isEnumType(own)) return String(value);
    return jsonLiteral(value) ?? this.variable(value, type);
  }

  /** A variable of this value, mostly. */
  variable(value: unknown, type: GraphQLInputType): string {
    const random = this.#random;
    const name = `v${this.#declarations.length + 1}`;
    if (this.#isBroken && isNonNullType(type) && isConstant(value) && random.chance(0.5)) {
      this.#declarations.push(`$${name}: ${type.ofType} = ${constantText(value, type)}`);
      this.variables[name] = null;
      return `$${name}`;
    }
    const isStricter = !isNonNullType(type) && value !== null && random.chance(0.2);
    const declared = isStricter ? new GraphQLNonNull(type) : type;
    if (isNonNullType(declared) || random.chance(0.9)) {
      this.#declarations.push(`$${name}: ${declared}`);
      this.variables[name] = value;
    } else {
      const isGiven = random.chance(0.5) && isWritable(value) && isConstant(value);
      const text = isGiven ? ` = ${constantText(value, type)}` : '';
      this.#declarations.push(`$${name}: ${declared}${text}`);
    }
    return `$${name}`;
  }

  /** The variables of an operation, in parentheses. */
  declarations(): string {
    return this.#declarations.length === 0 ? '' : `(${this.#declarations.join(', ')})`;
  }

  flag(isTrue: boolean): string {
    if (this.#random.chance(0.5)) return String(isTrue);
    const name = `v${this.#declarations.length + 1}`;
    const isNull = this.#isBroken && this.#random.chance(0.2);
    this.#declarations.push(`$${name}: ${isNull ? 'Boolean = true' : 'Boolean!'}`);
    this.variables[name] = isNull ? null : isTrue;
    return `$${name}`;
  }
}

/** Half a pair of surrogates is no text of a document. */
function isWritable(value: unknown): boolean {
  return typeof value !== 'string' || value.isWellFormed();
}

function isJson(value: unknown): boolean {
  return value !== Number.POSITIVE_INFINITY;
}

function isConstant(value: unknown): boolean {
  return value === null || typeof value !== 'object';
}

function constantText(value: unknown, type: GraphQLInputType): string {
  if (value === null) return 'null';
  return isEnumType(getNullableType(type)) ? String(value) : scalarText(value);
}

/** JSON as a literal; undefined where a key is no name. */
function jsonLiteral(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return scalarText(value);
  const members = Object.entries(value).map(([name, member]) => {
    const literal = jsonLiteral(member);
    if (Array.isArray(value) || literal === undefined) return literal;
    return /^[A-Za-z_]\w*$/.test(name) ? `${name}: ${literal}` : undefined;
  });
  if (members.includes(undefined)) return undefined;
  return Array.isArray(value) ? `[${members.join(', ')}]` : `{ ${members.join(', ')} }`;
}

/** JSON has no -0, and nothing beyond the range. */
function scalarText(value: unknown): string {
  if (value === Number.POSITIVE_INFINITY) return '1e999';
  return Object.is(value, -0) ? '-0.0' : JSON.stringify(value);
}
