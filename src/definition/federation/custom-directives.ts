/** Directives that a definition defines itself, to be composed into the supergraph. */

import type { ConstDirectiveNode, DirectiveDefinitionNode } from 'graphql';
import { DirectiveLocation, Kind } from 'graphql';
import { findArgument } from '../directives.ts';
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
} as const;

export class CustomDirectives {
  readonly #byName = new Map<string, DirectiveDefinitionNode>();

  constructor(definitions: readonly DirectiveDefinitionNode[], mistakes: Mistakes) {
    for (const definition of definitions) {
      const name = definition.name.value;
      if (!this.#byName.has(name)) this.#byName.set(name, definition);
      else mistakes.add(definition.name, `directive @${name} expected one definition, got another`);
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
  },
  mistakes: Mistakes,
): void {
  const { at, place, coordinate } = on;
  const definition = custom.get(at.name.value);
  if (definition === undefined) return;
  const what = `@${at.name.value}`;
  const locations = definition.locations.map(({ value }) => value);
  if (!locations.includes(LOCATIONS[place])) {
    const expected = `${what} expected to be on ${locations.join(' or ')}`;
    mistakes.add(at, `${expected}, got ${place} ${coordinate}`);
  }
  const known = definition.arguments ?? [];
  for (const argument of at.arguments ?? []) {
    const name = argument.name.value;
    if (known.some((each) => each.name.value === name)) continue;
    mistakes.add(argument, `${what} expected arguments of its definition, got ${quoteShort(name)}`);
  }
  for (const { name, type, defaultValue } of known) {
    const isNeeded = type.kind === Kind.NON_NULL_TYPE && defaultValue === undefined;
    if (!isNeeded || findArgument(at, name.value) !== undefined) continue;
    mistakes.add(at, `${what} expected the argument ${name.value}, got none`);
  }
}
