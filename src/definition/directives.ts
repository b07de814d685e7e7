/** The directives of a definition: which exist, where they stand, and what arguments they take. */

import {
  type ConstArgumentNode,
  type ConstDirectiveNode,
  type ConstValueNode,
  DEFAULT_DEPRECATION_REASON,
  Kind,
  specifiedDirectives,
} from 'graphql';
import { INDEX_PATHS_MAX } from '../../assembly/abi.ts';
import { unreachable } from '../base/assert.ts';
import { Direction } from '../engine/direction.ts';
import type { AccessRelations } from './definition.ts';
import { type ArgumentRule, checkArguments } from './directive-arguments.ts';
import { unlinked } from './federation/specification.ts';
import type { Mistakes } from './mistakes.ts';
import { isRelationName, quoteShort } from './syntax.ts';

const ArgumentForm = {
  STRING: 'a string',
  DIRECTION: 'IN or OUT',
  OPERATIONS: 'CREATE, UPDATE or both',
  RELATION: 'the name of a relation',
  /** Up to INDEX_PATHS_MAX. */
  INDEXES: 'lists of 2 to 4 names of fields',
  /** Checked against the field's scalar, which is not known here. */
  ANY: 'a value',
} as const;
type ArgumentForm = (typeof ArgumentForm)[keyof typeof ArgumentForm];

type Rule = ArgumentRule<ArgumentForm>;

type DirectivePlace =
  | 'type'
  | 'field'
  | 'enum value'
  | 'interface'
  | 'union'
  | 'field of an interface';

interface DirectiveRule {
  readonly places: readonly DirectivePlace[];
  readonly arguments: Readonly<Record<string, Rule>>;
}

const OPTIONAL_STRING: Rule = { form: ArgumentForm.STRING, isRequired: false };
const OPTIONAL_RELATION: Rule = { form: ArgumentForm.RELATION, isRequired: false };

const RULES: Readonly<Record<string, DirectiveRule>> = {
  node: {
    places: ['type'],
    arguments: {
      plural: OPTIONAL_STRING,
      indexes: { form: ArgumentForm.INDEXES, isRequired: false },
    },
  },
  relationshipProperties: { places: ['type'], arguments: {} },
  relationship: {
    places: ['field'],
    arguments: {
      type: { form: ArgumentForm.STRING, isRequired: true },
      direction: { form: ArgumentForm.DIRECTION, isRequired: true },
      properties: OPTIONAL_STRING,
    },
  },
  id: { places: ['field'], arguments: {} },
  unique: { places: ['field'], arguments: {} },
  index: { places: ['field'], arguments: {} },
  set: { places: ['field'], arguments: {} },
  sequence: { places: ['field'], arguments: {} },
  updates: { places: ['field'], arguments: {} },
  text: {
    places: ['field'],
    arguments: { of: { form: ArgumentForm.STRING, isRequired: true }, name: OPTIONAL_STRING },
  },
  default: {
    places: ['field'],
    arguments: { value: { form: ArgumentForm.ANY, isRequired: true } },
  },
  timestamp: {
    places: ['field'],
    arguments: { operations: { form: ArgumentForm.OPERATIONS, isRequired: false } },
  },
  customResolver: { places: ['field'], arguments: { requires: OPTIONAL_STRING } },
  access: {
    places: ['type', 'field'],
    arguments: { read: OPTIONAL_RELATION, write: OPTIONAL_RELATION },
  },
  deprecated: {
    places: ['field', 'enum value', 'field of an interface'],
    arguments: { reason: OPTIONAL_STRING },
  },
  plural: {
    places: ['interface', 'union'],
    arguments: { value: { form: ArgumentForm.STRING, isRequired: true } },
  },
  declareRelationship: { places: ['field of an interface'], arguments: {} },
};

/** Whether a directive is GraphQL's own or one of definitions. */
export function isKnownDirective(name: string): boolean {
  return Object.hasOwn(RULES, name) || specifiedDirectives.some((each) => each.name === name);
}

export type Directives = ReadonlyMap<string, ConstDirectiveNode>;

/**
 * The directives on one type or field, by name. One with wrong arguments is noted and still listed,
 * so that what it says of its type or field does not become a mistake elsewhere.
 */
export function readDirectives(
  written: readonly ConstDirectiveNode[] | undefined,
  on: { readonly place: DirectivePlace; readonly what: string },
  mistakes: Mistakes,
): Directives {
  const directives = new Map<string, ConstDirectiveNode>();
  for (const directive of written ?? []) {
    const name = directive.name.value;
    const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
    if (rule === undefined) {
      const expected = `${on.what} expected ${listDirectives(on.place)}, got @${quoteShort(name)}`;
      mistakes.add(directive, unlinked(name) ?? expected);
    } else if (!rule.places.includes(on.place)) {
      mistakes.add(directive, `@${name} expected to be on ${placeOf(rule, on)}, got ${on.what}`);
    } else if (directives.has(name)) {
      mistakes.add(directive, `${on.what} expected @${name} once, got it again`);
    } else {
      checkGiven(directive, rule, mistakes);
      directives.set(name, directive);
    }
  }
  return directives;
}

/** Where a directive could stand; a field of an interface is told from others. */
function placeOf({ places }: DirectiveRule, on: { readonly place: DirectivePlace }): string {
  const [place = ''] = places;
  if (place === 'field' && on.place === 'field of an interface') return 'a field of a type';
  return place === 'interface' ? 'an interface' : `a ${place}`;
}

export function findArgument(
  directive: ConstDirectiveNode | undefined,
  name: string,
): ConstArgumentNode | undefined {
  return directive?.arguments?.find((argument) => argument.name.value === name);
}

/** The text of an argument whose form is a string; undefined where it is absent. */
export function stringArgument(
  directive: ConstDirectiveNode | undefined,
  name: string,
): string | undefined {
  const value = findArgument(directive, name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}

/** Why a field or a value is deprecated, where it is. */
export function deprecationReason(directives: Directives): string | undefined {
  const directive = directives.get('deprecated');
  if (directive === undefined) return undefined;
  return stringArgument(directive, 'reason') ?? DEFAULT_DEPRECATION_REASON;
}

/** What `@access` names, where it stands. */
export function accessRelations(directives: Directives): AccessRelations | undefined {
  const directive = directives.get('access');
  if (directive === undefined) return undefined;
  return { read: stringArgument(directive, 'read'), write: stringArgument(directive, 'write') };
}

export function directionArgument(directive: ConstDirectiveNode): Direction {
  const value = findArgument(directive, 'direction')?.value;
  return value?.kind === Kind.ENUM && value.value === 'IN' ? Direction.IN : Direction.OUT;
}

/** The operations of `@timestamp`; both where it names none. */
export function timestampOperations(directive: ConstDirectiveNode): {
  readonly onCreate: boolean;
  readonly onUpdate: boolean;
} {
  const value = findArgument(directive, 'operations')?.value;
  if (value === undefined) return { onCreate: true, onUpdate: true };
  const names = enumNames(value) ?? [];
  return { onCreate: names.includes('CREATE'), onUpdate: names.includes('UPDATE') };
}

function checkGiven(directive: ConstDirectiveNode, rule: DirectiveRule, mistakes: Mistakes): void {
  const expected = listArguments(rule);
  checkArguments(directive, { rules: rule.arguments, hasForm, expected }, mistakes);
  const { name, arguments: given = [] } = directive;
  if (name.value === 'access' && given.length === 0) {
    mistakes.add(directive, `@access expected ${expected}, got none`);
  }
}

function hasForm(value: ConstValueNode, form: ArgumentForm): boolean {
  switch (form) {
    case ArgumentForm.STRING:
      return value.kind === Kind.STRING;
    case ArgumentForm.DIRECTION:
      return value.kind === Kind.ENUM && (value.value === 'IN' || value.value === 'OUT');
    case ArgumentForm.OPERATIONS: {
      const names = enumNames(value) ?? [];
      const known = names.every((name) => name === 'CREATE' || name === 'UPDATE');
      return known && names.length > 0 && new Set(names).size === names.length;
    }
    case ArgumentForm.RELATION:
      return value.kind === Kind.STRING && isRelationName(value.value);
    case ArgumentForm.INDEXES:
      return areIndexes(value);
    case ArgumentForm.ANY:
      return true;
    default:
      return unreachable(form);
  }
}

/** Whether a value is a list of lists of 2 to INDEX_PATHS_MAX strings. */
export function areIndexes(value: ConstValueNode): boolean {
  if (value.kind !== Kind.LIST) return false;
  return value.values.every((index) => {
    if (index.kind !== Kind.LIST || index.values.some(({ kind }) => kind !== Kind.STRING)) {
      return false;
    }
    return index.values.length >= 2 && index.values.length <= INDEX_PATHS_MAX;
  });
}

/** The names in a list of enum values; as everywhere in GraphQL, one value is a list of one. */
function enumNames(value: ConstValueNode): string[] | undefined {
  const items = value.kind === Kind.LIST ? value.values : [value];
  const names = items.flatMap((item) => (item.kind === Kind.ENUM ? [item.value] : []));
  return names.length === items.length ? names : undefined;
}

function listDirectives(place: DirectivePlace): string {
  const names = Object.keys(RULES).filter((name) => RULES[name]?.places.includes(place));
  return listAlternatives(names.map((name) => `@${name}`));
}

function listArguments(rule: DirectiveRule): string {
  const names = Object.keys(rule.arguments);
  return names.length === 0 ? 'no arguments' : `the argument ${listAlternatives(names)}`;
}

function listAlternatives(names: readonly string[]): string {
  return names.length === 1 ? names.join() : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
