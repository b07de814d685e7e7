/**
 * Takes what is Federation's out of a definition, so that the rest is read as if it were not there:
 * `extend schema @link(…)`, definitions of directives, and the directives that stand on types,
 * fields and values. `extend type` says that other subgraphs have the type, too; here it is a type.
 */

import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DirectiveDefinitionNode,
  type DocumentNode,
  Kind,
  type SchemaExtensionNode,
} from 'graphql';
import { assert } from '../../base/assert.ts';
import { checkArguments } from '../directive-arguments.ts';
import { findArgument, stringArgument } from '../directives.ts';
import type { Mistakes } from '../mistakes.ts';
import { quoteShort } from '../syntax.ts';
import { CustomDirectives, checkCustomDirective } from './custom-directives.ts';
import { Links } from './links.ts';
import {
  FEDERATION_DIRECTIVES,
  type FederationDirective,
  type FederationName,
  FederationPlace,
  hasForm,
  isFederationName,
} from './specification.ts';

/** A directive on a type, a field or a value. */
export interface AppliedDirective {
  /** Of Federation; undefined for one that the text defines itself. */
  readonly name: FederationName | undefined;
  readonly at: ConstDirectiveNode;
}

/** What a text has of Federation. */
export interface FederationSyntax {
  readonly links: Links;
  readonly extensions: readonly SchemaExtensionNode[];
  readonly directives: readonly DirectiveDefinitionNode[];
  /** By what they stand on: `Airport`, `Airport.name` or `Status.OPEN`. */
  readonly applied: ReadonlyMap<string, readonly AppliedDirective[]>;
  /** Names of types that are written with `extend`. */
  readonly extended: ReadonlySet<string>;
}

export interface Taken {
  /** The text without it. */
  readonly document: DocumentNode;
  readonly federation: FederationSyntax;
}

/** Of what the schema itself is told. */
export const SCHEMA = 'the schema';

/** What is wrong is noted; where there is no link to Federation, nothing is taken. */
export function takeFederation(document: DocumentNode, mistakes: Mistakes): Taken {
  const links = new Links();
  const extensions = document.definitions.filter((each) => each.kind === Kind.SCHEMA_EXTENSION);
  for (const { directives = [] } of extensions) {
    for (const each of directives) if (each.name.value === 'link') links.read(each, mistakes);
  }
  const directives = document.definitions.filter((each) => each.kind === Kind.DIRECTIVE_DEFINITION);
  if (!links.isFederated) {
    return { document, federation: { ...NOTHING, links } };
  }
  const taking = new Taking(links, new CustomDirectives(directives, mistakes), mistakes);
  for (const extension of extensions) taking.checkSchema(extension);
  const definitions = document.definitions.flatMap((definition) => taking.definition(definition));
  const { applied, extended } = taking;
  return {
    document: { ...document, definitions },
    federation: { links, extensions, directives, applied, extended },
  };
}

const INTERFACE_KEYS_SINCE = 3;
const LABELS_SINCE = 7;

const NOTHING = { extensions: [], directives: [], applied: new Map(), extended: new Set<string>() };

/** What a directive stands on. */
interface Holder {
  readonly place: FederationPlace;
  /** `Airport.name` */
  readonly coordinate: string;
}

const PLACES: Readonly<Record<string, FederationPlace>> = {
  [Kind.OBJECT_TYPE_DEFINITION]: FederationPlace.TYPE,
  [Kind.INTERFACE_TYPE_DEFINITION]: FederationPlace.INTERFACE,
  [Kind.UNION_TYPE_DEFINITION]: FederationPlace.UNION,
  [Kind.ENUM_TYPE_DEFINITION]: FederationPlace.ENUM,
};

class Taking {
  readonly applied = new Map<string, AppliedDirective[]>();
  readonly extended = new Set<string>();
  /** Names of the directives that were met already, by what they stand on. */
  readonly #seen = new Map<string, Set<string>>();
  readonly #links: Links;
  readonly #custom: CustomDirectives;
  readonly #mistakes: Mistakes;

  constructor(links: Links, custom: CustomDirectives, mistakes: Mistakes) {
    this.#links = links;
    this.#custom = custom;
    this.#mistakes = mistakes;
  }

  checkSchema(extension: SchemaExtensionNode): void {
    const [operation] = extension.operationTypes ?? [];
    if (operation !== undefined) {
      const expected = 'extend schema expected directives alone';
      this.#mistakes.add(operation, `${expected}, got ${operation.operation}`);
    }
    for (const directive of extension.directives ?? []) {
      if (directive.name.value === 'link') continue;
      const holder = { place: FederationPlace.SCHEMA, coordinate: SCHEMA };
      if (this.#take(directive, holder)) {
        this.#checkComposed(directive);
        continue;
      }
      const got = `@${quoteShort(directive.name.value)}`;
      this.#mistakes.add(directive, `extend schema expected directives of Federation, got ${got}`);
    }
  }

  /** What is composed is a directive of another specification, which the text defines. */
  #checkComposed(at: ConstDirectiveNode): void {
    if (this.#links.federationName(at.name.value) !== 'composeDirective') return;
    const given = stringArgument(at, 'name') ?? '';
    const name = given.startsWith('@') ? given.slice(1) : '';
    if (this.#links.isOther(name) && this.#custom.has(name)) return;
    const expected = 'name of @composeDirective expected "@name" of a directive';
    const from = 'that another @link imports and the text defines';
    this.#mistakes.add(at, `${expected} ${from}, got ${quoteShort(JSON.stringify(given))}`);
  }

  /** Nothing is left of what the schema is told; of others what is not Federation's. */
  definition(definition: DefinitionNode): DefinitionNode[] {
    if (definition.kind === Kind.SCHEMA_EXTENSION) return [];
    if (definition.kind === Kind.DIRECTIVE_DEFINITION) return [];
    const type = asType(definition);
    const place = PLACES[type.kind];
    if (place === undefined) return [type];
    assert('name' in type && type.name !== undefined, 'a type has a name');
    const coordinate = type.name.value;
    if (this.#links.isTakenType(coordinate)) {
      const expected = 'type name expected one that no specification takes';
      this.#mistakes.add(type.name, `${expected}, got ${quoteShort(coordinate)}`);
    }
    if (type !== definition) this.extended.add(coordinate);
    return [this.#members(this.#without(type, { place, coordinate }), coordinate)];
  }

  #members(type: DefinitionNode, name: string): DefinitionNode {
    switch (type.kind) {
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_DEFINITION: {
        const isOfInterface = type.kind === Kind.INTERFACE_TYPE_DEFINITION;
        const place = isOfInterface ? FederationPlace.INTERFACE_FIELD : FederationPlace.FIELD;
        const fields = type.fields?.map((field) =>
          this.#without(field, { place, coordinate: `${name}.${field.name.value}` }),
        );
        return { ...type, ...(fields && { fields }) };
      }
      case Kind.ENUM_TYPE_DEFINITION: {
        const place = FederationPlace.ENUM_VALUE;
        const values = type.values?.map((value) =>
          this.#without(value, { place, coordinate: `${name}.${value.name.value}` }),
        );
        return { ...type, ...(values && { values }) };
      }
      default:
        return type;
    }
  }

  #without<T extends object>(node: T, holder: Holder): T {
    if (!('directives' in node) || !Array.isArray(node.directives)) return node;
    const directives = (node.directives as readonly ConstDirectiveNode[]).filter(
      (directive) => !this.#take(directive, holder),
    );
    return { ...node, directives };
  }

  /** Whether it is Federation's, or one that the text defines. */
  #take(at: ConstDirectiveNode, holder: Holder): boolean {
    const written = at.name.value;
    const name = this.#links.federationName(written);
    const isAgain = this.#isAgain(written, holder.coordinate);
    if (name !== undefined) this.#check(at, name, { ...holder, isAgain });
    else if (this.#custom.has(written)) {
      checkCustomDirective(this.#custom, { at, isAgain, ...holder }, this.#mistakes);
    } else if (this.#links.isOther(written)) {
      const expected = `@${written} expected a definition: directive @${written} on OBJECT`;
      this.#mistakes.add(at, `${expected}, got none`);
    } else if (isFederationName(written) && holder.place !== FederationPlace.SCHEMA) {
      const expected = `@${written} expected to be imported by @link`;
      this.#mistakes.add(at, `${expected}, got no import of it`);
    } else return false;
    const known = this.applied.get(holder.coordinate);
    if (known === undefined) this.applied.set(holder.coordinate, [{ name, at }]);
    else known.push({ name, at });
    return true;
  }

  #isAgain(written: string, coordinate: string): boolean {
    const names = this.#seen.get(coordinate) ?? new Set();
    this.#seen.set(coordinate, names);
    const isAgain = names.has(written);
    names.add(written);
    return isAgain;
  }

  #check(
    at: ConstDirectiveNode,
    name: FederationName,
    { place, coordinate, isAgain }: Holder & { readonly isAgain: boolean },
  ): void {
    const rule: FederationDirective = FEDERATION_DIRECTIVES[name];
    const what = `@${at.name.value}`;
    if (!rule.places.includes(place)) {
      const places = rule.places.join(' or ');
      this.#mistakes.add(at, `${what} expected to be on ${places}, got ${place} ${coordinate}`);
    }
    if (isAgain && rule.isRepeatable?.includes(place) !== true) {
      this.#mistakes.add(at, `${coordinate} expected ${what} once, got it again`);
    }
    this.#checkVersion(at, name, { place, rule });
    const taken = { rules: rule.arguments, hasForm, expected: listArguments(rule) };
    checkArguments(at, taken, this.#mistakes);
  }

  /** Interfaces have keys, and overrides labels, later than the directives themselves. */
  #checkVersion(
    at: ConstDirectiveNode,
    name: FederationName,
    { place, rule }: { readonly place: FederationPlace; readonly rule: FederationDirective },
  ): void {
    const isKeyOfInterface = name === 'key' && place === FederationPlace.INTERFACE;
    const isLabelled = name === 'override' && findArgument(at, 'label') !== undefined;
    const later = isKeyOfInterface ? INTERFACE_KEYS_SINCE : isLabelled ? LABELS_SINCE : 0;
    const since = Math.max(rule.since ?? 0, later);
    if (this.#links.minor >= since) return;
    const what = isKeyOfInterface ? 'of an interface' : isLabelled ? 'with a label' : '';
    const expected = `@${at.name.value} ${what}`.trim();
    const got = `v2.${this.#links.minor}`;
    this.#mistakes.add(at, `${expected} expected Federation v2.${since} or later, got ${got}`);
  }
}

/** What a directive takes, in words. */
function listArguments(rule: FederationDirective): string {
  const names = Object.keys(rule.arguments).join(' or ');
  return names === '' ? 'no arguments' : `the argument ${names}`;
}

/** `extend type` as the type that it extends, be it here or in another subgraph. */
export function asType(definition: DefinitionNode): DefinitionNode {
  switch (definition.kind) {
    case Kind.OBJECT_TYPE_EXTENSION:
      return { ...definition, kind: Kind.OBJECT_TYPE_DEFINITION };
    case Kind.INTERFACE_TYPE_EXTENSION:
      return { ...definition, kind: Kind.INTERFACE_TYPE_DEFINITION };
    default:
      return definition;
  }
}
