/**
 * What definitions take of Apollo Federation 2: its directives, where they stand and what they are
 * given (https://specs.apollo.dev/federation). Those that need arguments of fields, which a
 * definition does not have, are left out, as are those of the first version.
 */

import { type ConstValueNode, Kind } from 'graphql';
import { unreachable } from '../../base/assert.ts';
import type { ArgumentRule } from '../directive-arguments.ts';

/** Followed by `v2.` and a number. */
export const FEDERATION_IDENTITY = 'https://specs.apollo.dev/federation';
/** Of the versions that @apollo/composition knows. */
export const FEDERATION_MINOR_MAX = 14;

/** Not of Federation, but of those who cache what it answers: it needs no import. */
export const CACHE_CONTROL = 'cacheControl';

/** Where a directive may stand. */
export const FederationPlace = {
  SCHEMA: 'the schema',
  TYPE: 'a type',
  INTERFACE: 'an interface',
  UNION: 'a union',
  ENUM: 'an enum',
  ENUM_VALUE: 'a value of an enum',
  FIELD: 'a field',
  INTERFACE_FIELD: 'a field of an interface',
} as const;
export type FederationPlace = (typeof FederationPlace)[keyof typeof FederationPlace];

export const ArgumentForm = {
  STRING: 'a string',
  BOOLEAN: 'true or false',
  /** Any of these lists, of which all items: `[["read", "write"], ["admin"]]`. */
  ALTERNATIVES: 'lists of strings in a list',
  SECONDS: 'an integer of 0 or more',
  SCOPE: 'PUBLIC or PRIVATE',
} as const;
export type ArgumentForm = (typeof ArgumentForm)[keyof typeof ArgumentForm];

type Rule = ArgumentRule<ArgumentForm>;

export interface FederationDirective {
  readonly places: readonly FederationPlace[];
  readonly arguments: Readonly<Record<string, Rule>>;
  /** Where it may stand more than once. */
  readonly isRepeatable?: readonly FederationPlace[];
  /** The minor version of Federation 2 that is the first to have it; 0 where absent. */
  readonly since?: number;
}

const { SCHEMA, TYPE, INTERFACE, UNION, ENUM, ENUM_VALUE, FIELD, INTERFACE_FIELD } =
  FederationPlace;
const ELEMENTS = [TYPE, INTERFACE, UNION, ENUM, ENUM_VALUE, FIELD, INTERFACE_FIELD];
const GUARDED = [TYPE, ENUM, FIELD];
const STRING: Rule = { form: ArgumentForm.STRING, isRequired: true };
const OPTIONAL_STRING: Rule = { form: ArgumentForm.STRING, isRequired: false };
const ALTERNATIVES: Rule = { form: ArgumentForm.ALTERNATIVES, isRequired: true };

export const FEDERATION_DIRECTIVES = {
  key: {
    places: [TYPE, INTERFACE],
    arguments: { fields: STRING, resolvable: { form: ArgumentForm.BOOLEAN, isRequired: false } },
    isRepeatable: [TYPE, INTERFACE],
  },
  shareable: { places: [TYPE, FIELD], arguments: {} },
  external: { places: [FIELD, INTERFACE_FIELD], arguments: { reason: OPTIONAL_STRING } },
  requires: { places: [FIELD], arguments: { fields: STRING } },
  provides: { places: [FIELD], arguments: { fields: STRING } },
  override: { places: [FIELD], arguments: { from: STRING, label: OPTIONAL_STRING } },
  inaccessible: { places: ELEMENTS, arguments: {} },
  tag: { places: ELEMENTS, arguments: { name: STRING }, isRepeatable: ELEMENTS },
  interfaceObject: { places: [TYPE], arguments: {}, since: 3 },
  extends: { places: [TYPE, INTERFACE], arguments: {} },
  authenticated: { places: GUARDED, arguments: {}, since: 5 },
  requiresScopes: { places: GUARDED, arguments: { scopes: ALTERNATIVES }, since: 5 },
  policy: { places: GUARDED, arguments: { policies: ALTERNATIVES }, since: 6 },
  [CACHE_CONTROL]: {
    places: [TYPE, INTERFACE, UNION, FIELD],
    arguments: {
      maxAge: { form: ArgumentForm.SECONDS, isRequired: false },
      scope: { form: ArgumentForm.SCOPE, isRequired: false },
    },
  },
  composeDirective: {
    places: [SCHEMA],
    arguments: { name: STRING },
    isRepeatable: [SCHEMA],
    since: 1,
  },
} as const satisfies Record<string, FederationDirective>;

export type FederationName = keyof typeof FEDERATION_DIRECTIVES;

export function isFederationName(name: string): name is FederationName {
  return Object.hasOwn(FEDERATION_DIRECTIVES, name);
}

/** What is said of a directive of Federation in a text without a link to it. */
export function unlinked(name: string): string | undefined {
  if (!isFederationName(name)) return undefined;
  const link = `@link(url: "${FEDERATION_IDENTITY}/v2.7", import: ["@${name}"])`;
  return `@${name} expected extend schema ${link}, got none`;
}

/**
 * Types of Federation, which a text may import to name them in directives of its own, with the
 * minor version that is the first to have them.
 */
export const FEDERATION_TYPES: ReadonlyMap<string, number> = new Map([
  ['FieldSet', 0],
  ['Scope', 5],
  ['Policy', 6],
]);

export function hasForm(value: ConstValueNode, form: ArgumentForm): boolean {
  switch (form) {
    case ArgumentForm.STRING:
      return value.kind === Kind.STRING;
    case ArgumentForm.BOOLEAN:
      return value.kind === Kind.BOOLEAN;
    case ArgumentForm.ALTERNATIVES:
      return areAlternatives(value);
    case ArgumentForm.SECONDS:
      return value.kind === Kind.INT && SECONDS.test(value.value);
    case ArgumentForm.SCOPE:
      return value.kind === Kind.ENUM && (value.value === 'PUBLIC' || value.value === 'PRIVATE');
    default:
      return unreachable(form);
  }
}

/** Of 31 bits at most, as caches take them. */
const SECONDS = /^(?:0|[1-9]\d{0,8})$/;

function areAlternatives(value: ConstValueNode): boolean {
  if (value.kind !== Kind.LIST) return false;
  return value.values.every((each) => {
    return each.kind === Kind.LIST && each.values.every(({ kind }) => kind === Kind.STRING);
  });
}
