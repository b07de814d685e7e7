/** Directives that a definition defines itself, to be composed into the supergraph. */

import type { ConstDirectiveNode, DirectiveDefinitionNode } from 'graphql';
import { DirectiveLocation, Kind } from 'graphql';
import { isKnownDirective } from '../directives.ts';
import type { Mistakes } from '../mistakes.ts';
import { quoteShort } from '../syntax.ts';
import { FederationPlace } from './specification.ts';

const LOCATIONS = {
  [FederationPlace.SCHEMA]: DirectiveLocation.SCHEMA,
  [FederationPlace.TYPE]: DirectiveLocation.OBJECT,
  [FederationPlace.INTERFACE]: DirectiveLocation.INTERFACE,
  [FederationPlace.UNION]: DirectiveLocation.UNION,
  [FederationPlace.ENUM]: DirectiveLocation.ENUM,
  [FederationPlace.ENUM_VALUE]: DirectiveLocation.ENUM_VALUE,
  [FederationPlace.FIELD]: DirectiveLocation.FIELD_DEFINITION,
  [FederationPlace.INTERFACE_FIELD]: DirectiveLocation.FIELD_DEFINITION,
} as const;

export class CustomDirectives {
  readonly #byName = new Map<string, DirectiveDefinitionNode>();

  constructor(definitions: readonly DirectiveDefinitionNode[], mistakes: Mistakes) {
    for (const definition of definitions) {
      const name = definition.name.value;
      const isTaken = isKnownDirective(name) || name === 'link' || name.startsWith('__');
      if (isTaken) {
        const expected = 'a directive of a definition expected a name of its own';
        mistakes.add(definition.name, `${expected}, got @${quoteShort(name)}`);
      } else if (this.#byName.has(name)) {
        mistakes.add(definition.name, `directive @${name} expected one definition, got another`);
      }
      this.#byName.set(name, definition);
    }
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  get(name: string): DirectiveDefinitionNode | undefined {
    return this.#byName.get(name);
  }
}

/** Values are left to composition, which knows the types of the arguments. */
export function checkCustomDirective(
  custom: CustomDirectives,
  on: {
    readonly at: ConstDirectiveNode;
    readonly place: FederationPlace;
    readonly coordinate: string;
    /** Whether it stands there already. */
    readonly isAgain: boolean;
  },
  mistakes: Mistakes,
): void {
  const { at, place, coordinate, isAgain } = on;
  const definition = custom.get(at.name.value);
  if (definition === undefined) return;
  const what = `@${at.name.value}`;
  const locations = definition.locations.map(({ value }) => value);
  if (!locations.includes(LOCATIONS[place])) {
    const expected = `${what} expected to be on ${locations.join(' or ')}`;
    mistakes.add(at, `${expected}, got ${place} ${coordinate}`);
  }
  if (isAgain && !definition.repeatable) {
    mistakes.add(at, `${coordinate} expected ${what} once, got it again`);
  }
  const known = new Map((definition.arguments ?? []).map((each) => [each.name.value, each]));
  const given = new Set<string>();
  for (const argument of at.arguments ?? []) {
    const name = argument.name.value;
    if (given.has(name)) {
      mistakes.add(argument, `${what} expected ${quoteShort(name)} once, got it again`);
    } else if (!known.has(name)) {
      const expected = `${what} expected arguments of its definition`;
      mistakes.add(argument, `${expected}, got ${quoteShort(name)}`);
    }
    given.add(name);
  }
  for (const { name, type, defaultValue } of known.values()) {
    const isNeeded = type.kind === Kind.NON_NULL_TYPE && defaultValue === undefined;
    if (!isNeeded || given.has(name.value)) continue;
    mistakes.add(at, `${what} expected the argument ${name.value}, got none`);
  }
}
