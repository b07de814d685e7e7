/** Output fields for the values of a node or an edge, and the types of nested objects. */

import type { Field, NestedField, ScalarField } from '../definition/definition.ts';
import { scalarFields } from '../definition/fields.ts';
import {
  type Api,
  declaredType,
  type FieldRefs,
  type ObjectFieldBuilder,
  type ObjectRef,
} from './builder.ts';
import type { ElementReader } from './element.ts';
import { shownField } from './hideable-fields.ts';
import { planExtensions, Unplannable } from './plan-field.ts';
import { plannedObject, plannedValue } from './plan-values.ts';
import { type ShownValue, shownValue } from './scalars.ts';

/** A nested object of one element. Elements that hold it elsewhere share its type. */
interface NestedSource {
  readonly field: NestedField;
  readonly read: (member: ScalarField) => ShownValue | null;
}

/** A type that declares fields. */
interface Declared {
  readonly name: string;
  readonly fields: readonly Field[];
}

export function valueFields<Source>(
  api: Api,
  t: ObjectFieldBuilder<Source>,
  options: { readonly of: Declared; readonly values: ElementReader<Source> },
): FieldRefs {
  const { of, values } = options;
  const fields = of.fields.map((field) => shownField(api.hideable, of.name, field));
  const entries = fields.map(
    (field) => [field.name, valueField(api, t, { field, values })] as const,
  );
  return Object.fromEntries(entries);
}

function valueField<Source>(
  api: Api,
  t: ObjectFieldBuilder<Source>,
  options: { readonly field: Field; readonly values: ElementReader<Source> },
) {
  const { field, values } = options;
  const { of, read } = values;
  if (field.kind === 'scalar') {
    return t.field({
      ...documentation(field),
      type: field.scalar,
      nullable: isOptional(field),
      extensions: planExtensions(() => plannedValue(field, of)),
      resolve: (source, _args, { graph }) => shownValue(field, read(graph, source, field)),
    });
  }
  return t.field({
    ...documentation(field),
    type: nestedObject(api, field),
    nullable: isOptional(field),
    extensions: planExtensions((request) => plannedObject(request, { field, of })),
    resolve: (source, _args, { graph }) =>
      nestedSource(field, (member) => shownValue(member, read(graph, source, member))),
  });
}

function nestedObject(api: Api, field: NestedField): ObjectRef<NestedSource> {
  return declaredType<NestedSource>(api, field.typeName, {
    fields: (t) =>
      Object.fromEntries(
        field.fields.map((member, index) => {
          const shown = shownField(api.hideable, field.typeName, member);
          return [member.name, nestedMember(api, t, shown, index)];
        }),
      ),
  });
}

/** All fields of one nested type list the same members, so a member is found by its index. */
function nestedMember(api: Api, t: ObjectFieldBuilder<NestedSource>, member: Field, index: number) {
  if (member.kind === 'scalar') {
    return t.field({
      ...documentation(member),
      type: member.scalar,
      nullable: isOptional(member),
      extensions: planExtensions(({ nested }) => {
        const own = nested?.field.fields[index];
        if (nested === undefined || own?.kind !== 'scalar') throw new Unplannable();
        return plannedValue({ ...own, required: member.required }, nested.of);
      }),
      resolve: ({ field, read }) => {
        const own = field.fields[index];
        return own?.kind === 'scalar' ? read(own) : null;
      },
    });
  }
  return t.field({
    ...documentation(member),
    type: nestedObject(api, member),
    nullable: isOptional(member),
    extensions: planExtensions((request) => {
      const { nested } = request;
      const own = nested?.field.fields[index];
      if (nested === undefined || own?.kind !== 'nested') throw new Unplannable();
      const field = { ...own, required: member.required };
      return plannedObject(request, { field, of: nested.of });
    }),
    resolve: ({ field, read }) => {
      const own = field.fields[index];
      if (own?.kind !== 'nested') return null;
      return nestedSource({ ...own, required: member.required }, read);
    },
  });
}

/** Only known when it runs: to Pothos' types a resolver may answer null, as optional ones do. */
function isOptional(field: Field): true {
  return !field.required as true;
}

/** An optional nested object is there while any of its members is. */
function nestedSource(field: NestedField, read: NestedSource['read']): NestedSource | null {
  const isThere =
    field.required || scalarFields(field.fields).some((member) => read(member) !== null);
  return isThere ? { field, read } : null;
}

export function documentation({ description, deprecated }: Partial<Field>) {
  return {
    ...(description === undefined ? {} : { description }),
    ...(deprecated === undefined ? {} : { deprecationReason: deprecated }),
  };
}
