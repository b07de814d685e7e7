/** Output fields for the values of a node or an edge, and the types of nested objects. */

import { type ResponsePath, responsePathAsArray } from 'graphql';
import { readOfField, type TypeRules } from '../access/element-rules.ts';
import type { Field, NestedField, ScalarField } from '../definition/definition.ts';
import { scalarFields } from '../definition/fields.ts';
import type { Value } from '../delta/value.ts';
import type { CallerView } from '../engine/caller-view.ts';
import {
  type Api,
  declaredType,
  type FieldRefs,
  type ObjectFieldBuilder,
  type ObjectRef,
} from './builder.ts';
import type { Context } from './context.ts';
import { documentation } from './documentation.ts';
import type { ElementReader } from './element.ts';
import { relationExtensions } from './hidden-relation.ts';
import { shownField } from './hideable-fields.ts';
import { placeWithin, planExtensions, Unplannable } from './plan-field.ts';
import { plannedObject, plannedValue } from './plan-values.ts';
import { isShown, shownValue } from './scalars.ts';
import { apiType } from './value-types.ts';

/** A nested object of one element. Elements that hold it elsewhere share its type. */
interface NestedSource {
  readonly field: NestedField;
  readonly read: (member: ScalarField) => Value;
  /** Tells that a member is hidden, where it is. */
  readonly tell: (member: Field, path: ResponsePath) => void;
}

/** A type that declares fields. */
interface Declared {
  readonly name: string;
  readonly fields: readonly Field[];
}

export interface ValueFieldOptions<Source> {
  readonly of: Declared;
  readonly values: ElementReader<Source>;
  /** By the type of the element, of which there may be several with these fields. */
  readonly rules: ReadonlyMap<string, TypeRules>;
}

export function valueFields<Source>(
  api: Api,
  t: ObjectFieldBuilder<Source>,
  options: ValueFieldOptions<Source>,
): FieldRefs {
  const { of } = options;
  const fields = of.fields.map((field) => shownField(api.hideable, of.name, field));
  const entries = fields.map((field) => [field.name, valueField(api, t, field, options)] as const);
  return Object.fromEntries(entries);
}

function valueField<Source>(
  api: Api,
  t: ObjectFieldBuilder<Source>,
  field: Field,
  { values, rules }: ValueFieldOptions<Source>,
) {
  const { of, read } = values;
  const tell = teller(values, rules);
  const relation = relationExtensions([...rules.values()], field.path);
  if (field.kind === 'scalar') {
    return t.field({
      ...documentation(field),
      type: apiType(api, field),
      nullable: isOptional(field),
      extensions: { ...relation, ...planExtensions(() => plannedValue(field, of)) },
      resolve: (source, _args, context, { path }) => {
        const value = shownValue(field, read(context.graph, source, field));
        if (value === null) tell(context, source, field, path);
        return context.budget.show(value);
      },
    });
  }
  return t.field({
    ...documentation(field),
    type: nestedObject(api, field),
    nullable: isOptional(field),
    extensions: {
      ...relation,
      ...planExtensions((request) => plannedObject(request, { field, of })),
    },
    resolve: (source, _args, context, { path }) => {
      const nested = nestedSource(field, {
        read: (member) => read(context.graph, source, member),
        tell: (member, at) => tell(context, source, member, at),
      });
      if (nested === null) tell(context, source, field, path);
      return nested;
    },
  });
}

/** Tells that a field is hidden, or that one is which decides whether a nested object is there. */
function teller<Source>(
  values: ElementReader<Source>,
  rulesByType: ReadonlyMap<string, TypeRules>,
) {
  return ({ graph, hidden }: Context, source: Source, field: Field, at: ResponsePath): void => {
    const rules =
      rulesByType.size === 0 ? undefined : rulesByType.get(values.typeOf(graph, source));
    if (rules === undefined) return;
    const isHidden = scalarFields([field]).some(({ path }) =>
      isHeldBack(values, rules, { graph, source, path }),
    );
    if (!isHidden) return;
    const relation = readOfField(rules, field.path);
    hidden.add(responsePathAsArray(at), relation === rules.read ? undefined : relation);
  };
}

/** Whether a path is hidden from the caller by a rule of its own. */
export function isHeldBack<Source>(
  { mayRead }: ElementReader<Source>,
  rules: TypeRules,
  at: { readonly graph: CallerView; readonly source: Source; readonly path: string },
): boolean {
  return readOfField(rules, at.path) !== rules.read && !mayRead(at.graph, at.source, at.path);
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
  const { required } = member;
  if (member.kind === 'scalar') {
    return t.field({
      ...documentation(member),
      type: apiType(api, member),
      nullable: isOptional(member),
      extensions: planExtensions((request) => {
        const { field, of } = placeWithin(request, 'nested');
        const own = field.fields[index];
        if (own?.kind !== 'scalar') throw new Unplannable();
        return plannedValue({ ...own, required }, of);
      }),
      resolve: ({ field, read, tell }, _args, { budget }, { path }) => {
        const own = field.fields[index];
        const value = own?.kind === 'scalar' ? shownValue(own, read(own)) : null;
        if (value === null && own !== undefined) tell(own, path);
        return budget.show(value);
      },
    });
  }
  return t.field({
    ...documentation(member),
    type: nestedObject(api, member),
    nullable: isOptional(member),
    extensions: planExtensions((request) => {
      const { field, of } = placeWithin(request, 'nested');
      const own = field.fields[index];
      if (own?.kind !== 'nested') throw new Unplannable();
      return plannedObject(request, { field: { ...own, required }, of });
    }),
    resolve: ({ field, read, tell }, _args, _context, { path }) => {
      const own = field.fields[index];
      if (own?.kind !== 'nested') return null;
      const nested = nestedSource({ ...own, required }, { read, tell });
      if (nested === null) tell(own, path);
      return nested;
    },
  });
}

/** Only known when it runs: to Pothos' types a resolver may answer null, as optional ones do. */
function isOptional(field: Field): true {
  return !field.required as true;
}

function nestedSource(
  field: NestedField,
  { read, tell }: Pick<NestedSource, 'read' | 'tell'>,
): NestedSource | null {
  return isNestedThere(field, read) ? { field, read, tell } : null;
}

/** An optional nested object is there while any of its members is. */
export function isNestedThere(field: NestedField, read: NestedSource['read']): boolean {
  return field.required || scalarFields(field.fields).some((member) => isShown(read(member)));
}
