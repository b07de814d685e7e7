/**
 * Functions that make the values of computed fields: given by the owner of a server, by type and
 * field. Each is given the fields that its own requires, and the id of a node, as in answers.
 */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { ComputedField, Definition } from '../definition/definition.ts';

/**
 * Is given what a caller sees of the required fields, as JSON has it; what is missing is null.
 * Answers the value, or a promise of it. A method's type, so that its argument may say more.
 */
export type Resolver = { resolve(source: object): unknown }['resolve'];

/** By the type that declares the computed fields, then by the name of each. */
export type Resolvers = Readonly<Record<string, Readonly<Record<string, Resolver>>>>;

/** Names that an error tells. */
const TOLD_MAX = 8;

/** What each function is given, by type and field. */
export type ResolverSources = Readonly<Record<string, Readonly<Record<string, object>>>>;

/** Exactly these functions. */
type ResolversOf<Sources> = {
  readonly [Type in keyof Sources]: {
    readonly [Name in keyof Sources[Type]]: (source: Sources[Type][Name]) => unknown;
  };
};

/**
 * For the types alone. What a function is given is said by its own argument, or for all together:
 * `defineResolvers<{ Person: { fullName: Named } }>({ Person: { fullName: ({ first }) => … } })`.
 */
export function defineResolvers(resolvers: Resolvers): Resolvers;
export function defineResolvers<Sources extends ResolverSources>(
  resolvers: ResolversOf<Sources>,
): Resolvers;
export function defineResolvers(resolvers: Resolvers): Resolvers {
  return resolvers;
}

/** What a module exports, where it is functions by type and field; else INVALID_INPUT. */
export function parseResolvers(given: unknown, file: string): Resolvers {
  const types = `${file}: resolvers expected functions by type and field`;
  for (const [type, fields] of entriesOf(given, types)) {
    const names = `${file}: resolvers of ${type} expected functions by field`;
    for (const [field, resolver] of entriesOf(fields, names)) {
      if (typeof resolver === 'function') continue;
      const expected = `${file}: resolver of ${type}.${field} expected a function`;
      throw invalid(`${expected}, got ${kindOf(resolver)}`);
    }
  }
  // All of it is functions by now.
  return given as Resolvers;
}

/** Throws unless there is one function for each computed field, and none for anything else. */
export function expectResolvers(definition: Definition, resolvers: Resolvers): void {
  const computed = new Set(computedNames(definition));
  const given = Object.entries(resolvers).flatMap(([type, fields]) => namesOf(type, fields));
  const missing = [...computed].filter((name) => !given.includes(name));
  if (missing.length > 0) {
    const expected = 'resolvers expected a function for each computed field';
    throw invalid(`${expected}, got none for ${list(missing)}`);
  }
  const others = given.filter((name) => !computed.has(name));
  if (others.length === 0) return;
  throw invalid(`resolvers expected computed fields of the definition, got ${list(others)}`);
}

/** Throws where there is none, as for a definition that came while the server runs. */
export function resolverOf(
  resolvers: Resolvers | undefined,
  { type, field }: { readonly type: string; readonly field: ComputedField },
): Resolver {
  const { name } = field;
  const fields = resolvers !== undefined && Object.hasOwn(resolvers, type) ? resolvers[type] : {};
  const resolver = Object.hasOwn(fields ?? {}, name) ? fields?.[name] : undefined;
  if (resolver !== undefined) return resolver;
  const message = `${type}.${name} expected a function of this server, got none`;
  throw new DatabaseError(ErrorCode.UNAVAILABLE, message);
}

function computedNames({ nodeTypes, edgeTypes }: Definition): string[] {
  const properties = [...edgeTypes.values()].flatMap((type) => type.properties ?? []);
  return [...nodeTypes.values(), ...properties].flatMap(({ name, computed }) =>
    computed
      // The server makes texts itself.
      .filter(({ text }) => text === undefined)
      .map((field) => `${name}.${field.name}`),
  );
}

function namesOf(type: string, fields: object): string[] {
  return Object.keys(fields).map((field) => `${type}.${field}`);
}

function entriesOf(value: unknown, expected: string): [string, unknown][] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.entries(value);
  }
  throw invalid(`${expected}, got ${kindOf(value)}`);
}

/** Of a value, for an error that does not tell it. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}

function list(names: readonly string[]): string {
  return `${names.slice(0, TOLD_MAX).join(', ')}${names.length > TOLD_MAX ? ', …' : ''}`;
}

function invalid(message: string): DatabaseError {
  return new DatabaseError(ErrorCode.INVALID_INPUT, message);
}
