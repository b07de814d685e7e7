/**
 * Fields that may be hidden from a caller who sees their element: those with a rule of their own in
 * the permission model. In the API they may be null, whatever the data definition requires.
 */

import { type ElementRules, readOfField, type TypeRules } from '../access/element-rules.ts';
import type { Definition, Field, InterfaceType } from '../definition/definition.ts';

/** `Person.salary`, `Point.latitude`: by the type that declares the field. */
export type HideableFields = ReadonlySet<string>;

export function hideableFields(
  definition: Definition,
  rules: ElementRules | undefined,
): HideableFields {
  const found = new Set<string>();
  if (rules === undefined) return found;
  for (const [name, { fields }] of definition.nodeTypes) {
    collect(found, { name, fields, rules: rules.nodes.get(name) });
  }
  for (const type of definition.interfaceTypes.values()) collectShared(found, type);
  for (const [name, { properties }] of definition.edgeTypes) {
    if (properties === undefined) continue;
    const { name: typeName, fields } = properties;
    collect(found, { name: typeName, fields, rules: rules.edges.get(name) });
  }
  return found;
}

/** A field as the API shows it. */
export function shownField<Shown extends Field>(
  hideable: HideableFields,
  typeName: string,
  field: Shown,
): Shown {
  return hideable.has(nameOf(typeName, field)) ? { ...field, required: false } : field;
}

interface Declared {
  readonly name: string;
  readonly fields: readonly Field[];
  readonly rules: TypeRules | undefined;
}

function collect(found: Set<string>, { name, fields, rules }: Declared): void {
  if (rules === undefined) return;
  for (const field of fields) {
    if (readOfField(rules, field.path) !== rules.read) found.add(nameOf(name, field));
    if (field.kind === 'nested')
      collect(found, { name: field.typeName, fields: field.fields, rules });
  }
}

/** Of an interface what may be hidden in one of its types. */
function collectShared(found: Set<string>, { name, fields, nodeTypes }: InterfaceType): void {
  for (const field of fields) {
    if (nodeTypes.some((type) => found.has(nameOf(type, field)))) found.add(nameOf(name, field));
  }
}

function nameOf(typeName: string, { name }: Field): string {
  return `${typeName}.${name}`;
}

/** The rules of a node type, by its name; none without a model. */
export function rulesOfNodes(
  rules: ElementRules | undefined,
  name: string,
): ReadonlyMap<string, TypeRules> {
  const own = rules?.nodes.get(name);
  return new Map(own === undefined ? [] : [[name, own]]);
}

/** Those of the edge types that have these properties. */
export function rulesOfEdges(
  definition: Definition,
  rules: ElementRules | undefined,
  propertiesName: string,
): ReadonlyMap<string, TypeRules> {
  const found = new Map<string, TypeRules>();
  for (const [name, { properties }] of definition.edgeTypes) {
    const own = properties?.name === propertiesName ? rules?.edges.get(name) : undefined;
    if (own !== undefined) found.set(name, own);
  }
  return found;
}
