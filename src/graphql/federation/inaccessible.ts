/**
 * `@inaccessible`: what other subgraphs see, and clients of the gateway do not. What the API makes
 * of a field or a type is hidden with it: else a filter would tell what its field does not, and
 * what leads to a type that is hidden would lead nowhere, which composition refuses.
 */

import {
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
} from 'graphql';
import type { Definition, Field } from '../../definition/definition.ts';
import { scalarFields } from '../../definition/fields.ts';
import { isGeneratedSuffix, isOfSpace, upperFirst } from '../../definition/generated-names.ts';
import { graphqlName } from '../../definition/infer-names.ts';
import { namedType } from '../../definition/syntax.ts';

/** Which no graph is without: where all of it is hidden, composition says so. */
const QUERY = 'Query';
const LATER_ROOTS: ReadonlySet<string> = new Set(['Mutation', 'Subscription']);

/** Types whose members are named by the API alone. */
const AROUND = /(?:Connection|Edge|Response|Result)$/;

/** The coordinates of what is hidden: `Airport`, `Airport.name`, `Query.airports(where:)`. */
export function hiddenElements(
  document: DocumentNode,
  definition: Definition,
): ReadonlySet<string> {
  const hiding = new Hiding(document, definition);
  hiding.begin();
  if (!hiding.isEmpty) hiding.spread();
  return hiding.hidden;
}

class Hiding {
  readonly hidden = new Set<string>();
  readonly #types: readonly DefinitionNode[];
  readonly #definition: Definition;

  constructor({ definitions }: DocumentNode, definition: Definition) {
    this.#types = definitions;
    this.#definition = definition;
  }

  get isEmpty(): boolean {
    return this.hidden.size === 0;
  }

  /** What the definition hides, and what is generated of that by its name. */
  begin(): void {
    /** Members that are hidden, by their types; undefined among them is the type itself. */
    const members = new Map<string, Set<string | undefined>>();
    for (const [coordinate, applied] of this.#definition.federation?.applied ?? []) {
      if (!applied.some(({ name }) => name === 'inaccessible')) continue;
      this.hidden.add(coordinate);
      const [typeName = '', member] = coordinate.split('.');
      const known = members.get(typeName) ?? new Set();
      members.set(typeName, known.add(member));
    }
    const owners = new Map<string, string[]>();
    for (const typeName of members.keys()) {
      for (const stem of this.#stemsOf(typeName)) {
        owners.set(stem, [...(owners.get(stem) ?? []), typeName]);
      }
    }
    for (const type of this.#types) {
      for (const owner of ownersOf(nameOf(type), owners)) {
        const hidden = members.get(owner);
        if (hidden?.has(undefined)) this.hidden.add(nameOf(type));
        if (hidden !== undefined) this.#hideMembers(type, hidden);
      }
    }
    this.#hidePaths();
  }

  /** Fields that lists are grouped by have names of their paths: `AirportScalarField`. */
  #hidePaths(): void {
    const { nodeTypes, interfaceTypes, edgeTypes } = this.#definition;
    const properties = [...edgeTypes.values()].flatMap((type) => type.properties ?? []);
    const owners = [...nodeTypes.values(), ...interfaceTypes.values(), ...properties];
    for (const { name, fields } of owners) {
      for (const path of this.#hiddenPaths(name, fields)) {
        this.hidden.add(`${name}ScalarField.${graphqlName(path)}`);
      }
    }
  }

  #hiddenPaths(typeName: string, fields: readonly Field[]): string[] {
    return fields.flatMap((field) => {
      if (this.hidden.has(`${typeName}.${field.name}`)) {
        return scalarFields([field]).map(({ path }) => path);
      }
      return field.kind === 'nested' ? this.#hiddenPaths(field.typeName, field.fields) : [];
    });
  }

  /** What types that are generated of a type begin with. */
  #stemsOf(typeName: string): readonly string[] {
    const { nodeTypes, interfaceTypes, unionTypes } = this.#definition;
    const type =
      nodeTypes.get(typeName) ?? interfaceTypes.get(typeName) ?? unionTypes.get(typeName);
    if (type === undefined) return [typeName];
    const plural = upperFirst(type.plural);
    const relationships = 'relationships' in type ? type.relationships : [];
    return [
      ...relationships.map(({ stem }) => stem),
      typeName,
      plural,
      ...['Create', 'Update', 'Delete', 'Batch'].map((verb) => `${verb}${plural}`),
      ...['Create', 'Upsert', 'Update', 'Delete'].map((verb) => `Try${verb}${plural}Result`),
    ];
  }

  /** Inputs that have to be given stay: nothing could be created without them. */
  #hideMembers(type: DefinitionNode, names: ReadonlySet<string | undefined>): void {
    if (AROUND.test(nameOf(type))) return;
    for (const member of membersOf(type)) {
      const name = member.name.value;
      if (!names.has(name) && !names.has(withoutSuffix(name, 'Connection'))) continue;
      if (member.kind === Kind.INPUT_VALUE_DEFINITION && isRequired(member)) continue;
      this.hidden.add(`${nameOf(type)}.${member.name.value}`);
    }
  }

  /** Until nothing that is shown leads to what is hidden. */
  spread(): void {
    let size = 0;
    while (size !== this.hidden.size) {
      size = this.hidden.size;
      for (const type of this.#types) this.#spreadTo(type);
    }
  }

  #spreadTo(type: DefinitionNode): void {
    const name = nameOf(type);
    const members = membersOf(type);
    for (const member of members) {
      const coordinate = `${name}.${member.name.value}`;
      if (member.kind === Kind.ENUM_VALUE_DEFINITION) continue;
      if (this.hidden.has(namedType(member.type))) {
        this.hidden.add(coordinate);
        // What has to be given and cannot be named: nothing of the type can be given.
        if (member.kind === Kind.INPUT_VALUE_DEFINITION && isRequired(member)) {
          this.hidden.add(name);
        }
      }
      if (member.kind === Kind.FIELD_DEFINITION) this.#spreadToArguments(member, coordinate);
    }
    const isUnion = type.kind === Kind.UNION_TYPE_DEFINITION;
    const parts = isUnion
      ? (type.types ?? []).map((each) => each.name.value)
      : membersTold(name, members).map((member) => `${name}.${member.name.value}`);
    if (name === QUERY || parts.length === 0) return;
    if (parts.every((part) => this.hidden.has(part))) this.hidden.add(name);
  }

  #spreadToArguments(field: FieldDefinitionNode, coordinate: string): void {
    for (const argument of field.arguments ?? []) {
      if (!this.hidden.has(namedType(argument.type))) continue;
      this.hidden.add(isRequired(argument) ? coordinate : `${coordinate}(${argument.name.value}:)`);
    }
  }
}

interface Named {
  readonly name: { readonly value: string };
}

/** Without what every space has, which is told to no gateway. */
function membersTold(typeName: string, members: readonly Named[]): readonly Named[] {
  if (!LATER_ROOTS.has(typeName)) return members;
  return members.filter((member) => !isOfSpace(member.name.value));
}

/** The types by whose stems what is generated of them can have this name. */
function ownersOf(name: string, owners: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set<string>();
  for (let length = 1; length <= name.length; length++) {
    const known = owners.get(name.slice(0, length));
    if (known === undefined || !isGeneratedSuffix(name.slice(length))) continue;
    for (const owner of known) found.add(owner);
  }
  return found;
}

/** Empty for a name without it. */
function withoutSuffix(name: string, suffix: string): string {
  return name.endsWith(suffix) && name !== suffix ? name.slice(0, -suffix.length) : '';
}

function membersOf(type: DefinitionNode) {
  switch (type.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION:
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return type.fields ?? [];
    case Kind.ENUM_TYPE_DEFINITION:
      return type.values ?? [];
    default:
      return [];
  }
}

function nameOf(type: DefinitionNode): string {
  return 'name' in type ? (type.name?.value ?? '') : '';
}

function isRequired({ type, defaultValue }: InputValueDefinitionNode): boolean {
  return type.kind === Kind.NON_NULL_TYPE && defaultValue === undefined;
}
