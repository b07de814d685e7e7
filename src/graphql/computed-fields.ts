/**
 * Output fields that functions of the server's owner compute (resolvers.ts). A function is given
 * what the caller sees: where one of its fields is hidden, so is what would be made of it, and it
 * does not run. There is no plan, so that resolvers answer the whole operation.
 */

import { type GraphQLLeafType, type GraphQLSchema, isLeafType, responsePathAsArray } from 'graphql';
import { readOfField, type TypeRules } from '../access/element-rules.ts';
import { assert } from '../base/assert.ts';
import type {
  ComputedField,
  Field,
  ScalarField,
  TextSource,
  ValueType,
} from '../definition/definition.ts';
import { BUILT_IN_ID, fieldAtPath, keyOf, scalarFields, typeNameOf } from '../definition/fields.ts';
import { ListValue, type Value } from '../delta/value.ts';
import type { Api, FieldRefs, ObjectFieldBuilder } from './builder.ts';
import { computedValue } from './computed-value.ts';
import type { Context } from './context.ts';
import { documentation } from './documentation.ts';
import { externalValues } from './federation/external-values.ts';
import { sizeExtensions } from './list-size.ts';
import { resolverOf } from './resolvers.ts';
import { type ShownItem, shownValue } from './scalars.ts';
import { isHeldBack, isNestedThere, type ValueFieldOptions } from './value-fields.ts';
import { apiType } from './value-types.ts';

/** Bytes of updates that count as a row that is looked at. */
const TEXT_BYTES_OF_A_ROW = 256;

/** A type that declares computed fields beside those that hold values. */
interface ComputedFieldOptions<Source> extends ValueFieldOptions<Source> {
  readonly of: ValueFieldOptions<Source>['of'] & { readonly computed: readonly ComputedField[] };
}

export function computedFields<Source>(
  api: Api,
  t: ObjectFieldBuilder<Source>,
  options: ComputedFieldOptions<Source>,
): FieldRefs {
  const fields = options.of.computed.map((field) => {
    return [field.name, computedField(api, t, field, options)] as const;
  });
  return Object.fromEntries(fields);
}

function computedField<Source>(
  api: Api,
  t: ObjectFieldBuilder<Source>,
  field: ComputedField,
  { of, values, rules }: ComputedFieldOptions<Source>,
) {
  const required = selectedFields(of.fields, field.requires);
  const paths = guardedPaths(of, field);
  const mayBeHidden = [...rules.values()].some((own) => paths.some((path) => hasRule(own, path)));
  // Where a natural key has its name, the function asks for that.
  const isIdTaken = keyOf(of.fields)?.name === BUILT_IN_ID;
  const name = `${of.name}.${field.name}`;
  return t.field({
    ...documentation(field),
    type: apiType(api, field),
    // Only known when it runs: to Pothos' types a resolver may answer null, as optional ones do.
    nullable: (!field.required || mayBeHidden) as true,
    extensions: sizeExtensions({ ownCost: 1 + field.requires.length }),
    resolve: (source, _args, context, { path: place, schema }) => {
      const { graph, hidden, budget } = context;
      const own = rules.size === 0 ? undefined : rules.get(values.typeOf(graph, source));
      if (own !== undefined) {
        const path = paths.find((each) => isHeldBack(values, own, { graph, source, path: each }));
        if (path !== undefined) {
          hidden.add(responsePathAsArray(place), readOfField(own, path));
          return null;
        }
      }
      budget.spend(1);
      const read = (member: ScalarField) => values.read(graph, source, member);
      if (field.text !== undefined) return textValue(field.text, { of, read }, context);
      const resolver = resolverOf(context.resolvers, { type: of.name, field });
      const identity = isIdTaken ? {} : values.identity(graph, source);
      const external = externalValues(
        {
          ...{ schema, field, typeName: of.name, federation: api.definition.federation },
          kept: (member) => keptValue(of, member, { schema, read }),
        },
        context,
        place,
      );
      const given = { ...identity, ...sourceOf(required, { schema, read }), ...external };
      const run = () => resolver(given);
      return computedValue({ name, field, type: leafType(schema, field), run }, context);
    },
  });
}

/** Made of updates in a thread, for which this operation waits. */
async function textValue(
  { of: path, root }: TextSource,
  { of, read }: Pick<Reading, 'read'> & { readonly of: { readonly fields: readonly Field[] } },
  { texts, budget, deadline }: Context,
): Promise<ShownItem> {
  const updatesField = fieldAtPath(of, path);
  const value = updatesField?.kind === 'scalar' ? read(updatesField) : null;
  const items = value instanceof ListValue ? value.items : [];
  const updates = items.filter((item) => item instanceof Uint8Array);
  const bytes = updates.reduce((sum, { length }) => sum + length, 0);
  budget.spend(Math.ceil(bytes / TEXT_BYTES_OF_A_ROW));
  try {
    return budget.show(await texts.textOf(updates, root));
  } finally {
    deadline.resume();
  }
}

/** A field of another subgraph that this one keeps a copy of. */
function keptValue(
  { fields }: { readonly fields: readonly Field[] },
  name: string,
  reading: Reading,
): unknown {
  const field = fields.find((each) => each.name === name);
  if (field === undefined) return undefined;
  const paths = scalarFields([field]).map(({ path }) => path);
  const [value] = Object.values(sourceOf(selectedFields([field], paths), reading));
  return value;
}

/** What the caller has to see: the field by a rule of its own name, and all that it is made of. */
function guardedPaths(of: { readonly fields: readonly Field[] }, field: ComputedField): string[] {
  const kept = field.external.filter((path) => fieldAtPath(of, path) !== undefined);
  const seen = [...field.requires, ...kept].filter((path) => {
    const found = fieldAtPath(of, path);
    // A key is seen with its node.
    return found?.kind !== 'scalar' || !found.isKey;
  });
  return [field.name, ...seen];
}

function hasRule(rules: TypeRules, path: string): boolean {
  return readOfField(rules, path) !== rules.read;
}

/** Those that lead to the paths, nested ones with members that do. */
function selectedFields(fields: readonly Field[], paths: readonly string[]): Selected[] {
  return fields.flatMap((field): Selected[] => {
    if (field.kind === 'scalar') return paths.includes(field.path) ? [{ field, members: [] }] : [];
    const members = selectedFields(field.fields, paths);
    return members.length > 0 ? [{ field, members }] : [];
  });
}

interface Selected {
  readonly field: Field;
  readonly members: readonly Selected[];
}

interface Reading {
  readonly schema: GraphQLSchema;
  readonly read: (field: ScalarField) => Value;
}

/** As an answer has them. */
function sourceOf(selected: readonly Selected[], reading: Reading): object {
  const members = selected.map(({ field, members: inner }) => {
    if (field.kind === 'scalar') return [field.name, answered(field, reading)] as const;
    const isThere = isNestedThere(field, reading.read);
    return [field.name, isThere ? sourceOf(inner, reading) : null] as const;
  });
  return Object.fromEntries(members);
}

function answered(field: ScalarField, { schema, read }: Reading): unknown {
  const value = shownValue(field, read(field));
  if (value === null) return null;
  const type = leafType(schema, field);
  return Array.isArray(value) ? value.map((item) => type.serialize(item)) : type.serialize(value);
}

/** The API's own type of a field's values. */
function leafType(schema: GraphQLSchema, field: ValueType): GraphQLLeafType {
  const type = schema.getType(typeNameOf(field));
  assert(isLeafType(type), 'the values of a field have a type of the API');
  return type;
}
