/**
 * Which relation of the permission model each verb asks for, at each node type, edge type and path
 * of the data definition. A type is read by its relation `read`, a field by `read.<path>` or, where
 * there is none, as what is above it, at last as its type; `@access` names others. What comes to no
 * relation is denied.
 *
 * The model's types are named as the node types and edge types are. Those that the definition does
 * not declare have the model's rules too: the graph may hold what an earlier definition declared.
 */

import { PATH_DEPTH_MAX } from '../../assembly/abi.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { AccessRelations, Definition, Field } from '../definition/definition.ts';
import { positionInSource } from '../definition/position.ts';
import { quoteShort } from '../definition/syntax.ts';
import type { Model, ModelType } from './model.ts';

/** Relations by verb; undefined is denied. */
export interface ElementRules {
  readonly nodes: ReadonlyMap<string, TypeRules>;
  readonly edges: ReadonlyMap<string, TypeRules>;
}

export interface TypeRules extends FieldRules {
  readonly create: string | undefined;
  readonly delete: string | undefined;
  /** By path: those that are not as above it, from the shortest path on. */
  readonly fields: ReadonlyMap<string, FieldRules>;
}

export interface FieldRules {
  readonly read: string | undefined;
  readonly write: string | undefined;
}

/** A node type, or an edge type with its properties, as the definition has it. */
interface Declared {
  readonly access: AccessRelations | undefined;
  readonly fields: readonly Field[];
}

const NOT_DECLARED: Declared = { access: undefined, fields: [] };
const FIELD_VERBS = ['read', 'write'] as const;

export function elementRules(definition: Definition | undefined, model: Model): ElementRules {
  const nodes = new Map<string, TypeRules>();
  const edges = new Map<string, TypeRules>();
  for (const [name, type] of model.types) {
    nodes.set(name, typeRules(type, definition?.nodeTypes.get(name)));
    edges.set(name, typeRules(type, definition?.edgeTypes.get(name)?.properties));
  }
  return { nodes, edges };
}

/** The rule of a field, or of what is above it. */
export function readOfField(rules: TypeRules, path: string): string | undefined {
  for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
    const field = rules.fields.get(path.slice(0, end));
    if (field !== undefined) return field.read;
  }
  return rules.read;
}

/** Throws where `@access` names a relation that the model does not have, with its place. */
export function expectRelations(
  definition: Definition,
  model: Model,
  options: { readonly file?: string } = {},
): void {
  for (const [name, type] of definition.nodeTypes) {
    expectOf(type, { model, name, typeName: name, definition, file: options.file });
  }
  for (const [name, { properties }] of definition.edgeTypes) {
    if (properties === undefined) continue;
    const typeName = properties.name;
    expectOf(properties, { model, name, typeName, definition, file: options.file });
  }
}

interface Expectation {
  readonly model: Model;
  /** Of the model's type. */
  readonly name: string;
  /** In the text of the definition. */
  readonly typeName: string;
  readonly definition: Definition;
  readonly file: string | undefined;
}

function expectOf(declared: Declared, expectation: Expectation): void {
  expectNamed(declared.access, undefined, expectation);
  for (const { access, path } of allFields(declared.fields)) expectNamed(access, path, expectation);
}

function expectNamed(
  access: AccessRelations | undefined,
  path: string | undefined,
  { model, name, typeName, definition, file }: Expectation,
): void {
  for (const relation of [access?.read, access?.write]) {
    if (relation === undefined || model.types.get(name)?.relations.has(relation)) continue;
    const what = path === undefined ? `type ${typeName}` : `field ${path} of type ${typeName}`;
    const expected = `@access of ${what} expected a relation of ${quoteShort(name)} in the model`;
    throw new DatabaseError(ErrorCode.INVALID_INPUT, `${expected}, got ${relation}`, {
      position: positionInSource(definition, { typeName, path, file }),
    });
  }
}

function typeRules(type: ModelType, declared: Declared = NOT_DECLARED): TypeRules {
  const named = (relation: string) => (type.relations.has(relation) ? relation : undefined);
  const read = declared.access?.read ?? named('read');
  const write = declared.access?.write ?? named('write');
  const own = { read, write };
  return {
    ...own,
    create: named('create') ?? write,
    delete: named('delete') ?? write,
    fields: fieldRules(type, declared, own),
  };
}

function fieldRules(
  type: ModelType,
  declared: Declared,
  own: FieldRules,
): ReadonlyMap<string, FieldRules> {
  const fields = new Map<string, FieldRules>();
  const named = new Map(allFields(declared.fields).map(({ path, access }) => [path, access]));
  for (const path of rulePaths(type, named)) {
    const above = rulesAbove(fields, path) ?? own;
    const access = named.get(path);
    const rules = {
      read: access?.read ?? relationOf(type, 'read', path) ?? above.read,
      write: access?.write ?? relationOf(type, 'write', path) ?? above.write,
    };
    if (rules.read !== above.read || rules.write !== above.write) fields.set(path, rules);
  }
  return fields;
}

/** The paths that have rules, each behind those above it. */
function rulePaths(
  type: ModelType,
  declared: ReadonlyMap<string, AccessRelations | undefined>,
): string[] {
  const paths = new Set<string>();
  for (const [path, access] of declared) if (access !== undefined) paths.add(path);
  for (const relation of type.relations.keys()) {
    const verb = FIELD_VERBS.find((each) => relation.startsWith(`${each}.`));
    if (verb === undefined) continue;
    const path = relation.slice(verb.length + 1);
    const segments = path.split('.');
    // Others are of no path that a payload could name.
    if (segments.length <= PATH_DEPTH_MAX && !segments.includes('')) paths.add(path);
  }
  return [...paths].sort((left, right) => left.length - right.length || (left < right ? -1 : 1));
}

function relationOf(
  type: ModelType,
  verb: (typeof FIELD_VERBS)[number],
  path: string,
): string | undefined {
  const relation = `${verb}.${path}`;
  return type.relations.has(relation) ? relation : undefined;
}

function rulesAbove(fields: ReadonlyMap<string, FieldRules>, path: string): FieldRules | undefined {
  let end = path.lastIndexOf('.');
  while (end > 0) {
    const rules = fields.get(path.slice(0, end));
    if (rules !== undefined) return rules;
    end = path.lastIndexOf('.', end - 1);
  }
  return undefined;
}

/** Nested ones and their members, each behind what it stands in. */
function allFields(fields: readonly Field[]): Field[] {
  return fields.flatMap((field) =>
    field.kind === 'scalar' ? [field] : [field, ...allFields(field.fields)],
  );
}
