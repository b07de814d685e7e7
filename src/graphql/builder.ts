/**
 * The Pothos builder of one generated API, with what the generating files share. Types refer to
 * each other in cycles, so each is made at its first mention and its fields are thunks.
 */

import SchemaBuilder from '@pothos/core';
import ErrorsPlugin from '@pothos/plugin-errors';
import type { ElementRules } from '../access/element-rules.ts';
import type { Definition } from '../definition/definition.ts';
import type { Timestamp } from '../delta/value.ts';
import type { Context } from './context.ts';
import { type HideableFields, hideableFields } from './hideable-fields.ts';

interface Types {
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    String: { Input: string; Output: string };
    Int: { Input: number; Output: number };
    Float: { Input: number; Output: number };
    Boolean: { Input: boolean; Output: boolean };
    BigInt: { Input: bigint; Output: bigint };
    DateTime: { Input: Timestamp; Output: Timestamp };
    Bytes: { Input: Uint8Array; Output: Uint8Array };
    Duration: { Input: string; Output: string };
    /** In its one form as text, and as the value. */
    JSON: { Input: string; Output: unknown };
    /** What a gateway gives to name a node. */
    _Any: { Input: unknown; Output: unknown };
  };
}

/** What the caller gave for an input type; its fields are checked where they are read. */
export type InputMap = Readonly<Record<string, unknown>>;

export function isInputMap(value: unknown): value is InputMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What was given under a name; a field may have a name that every object inherits. */
export function givenAs(input: InputMap, name: string): unknown {
  return Object.hasOwn(input, name) ? input[name] : undefined;
}

export type Builder = ReturnType<typeof createBuilder>;
type SchemaTypes = Builder['$inferSchemaTypes'];
export type ObjectFieldBuilder<Source> = PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, Source>;
export type ObjectRef<Source> = PothosSchemaTypes.ImplementableObjectRef<SchemaTypes, Source>;
export type FieldRefs = Record<string, PothosSchemaTypes.FieldRef<SchemaTypes, unknown>>;
export type InputRef = ReturnType<typeof inputRef>;
export type InputFields = Parameters<InputRef['implement']>[0]['fields'];
type InputThunk = Extract<InputFields, (...args: never[]) => unknown>;
export type InputFieldBuilder = Parameters<InputThunk>[0];
export type InputFieldRefs = ReturnType<InputThunk>;

export interface Api {
  readonly builder: Builder;
  readonly definition: Definition;
  /** What the permission model asks for; undefined where none is in force. */
  readonly rules: ElementRules | undefined;
  readonly hideable: HideableFields;
  /** Types that exist already, by name. */
  readonly made: Map<string, unknown>;
}

export function createApi(definition: Definition, rules: ElementRules | undefined): Api {
  const hideable = hideableFields(definition, rules);
  return { builder: createBuilder(), definition, rules, hideable, made: new Map() };
}

function createBuilder() {
  return new SchemaBuilder<Types>({ defaultFieldNullability: false, plugins: [ErrorsPlugin] });
}

function inputRef(builder: Builder, name: string) {
  return builder.inputRef<InputMap, false>(name);
}

/** The type of this name, made at its first mention by the one function that makes it. */
export function once<T>(api: Api, name: string, make: () => T): T {
  if (!api.made.has(name)) api.made.set(name, make());
  // Each name is made by one function only, so what is there is what that function made.
  return api.made.get(name) as T;
}

/** The type is on record before its fields are made, as they may lead back to it. */
export function objectType<Source>(
  api: Api,
  name: string,
  type: ObjectDefinition<Source>,
): ObjectRef<Source> {
  return implemented(api, { name, key: name }, type);
}

/** A type that the data definition names, told apart from one that the API names alike. */
export function declaredType<Source>(
  api: Api,
  name: string,
  type: ObjectDefinition<Source>,
): ObjectRef<Source> {
  return implemented(api, { name, key: declaredKey(name) }, type);
}

/** A mention of a type that the data definition names; it is given its fields elsewhere. */
export function declaredRef<Source>(api: Api, name: string): ObjectRef<Source> {
  return once(api, declaredKey(name), () => api.builder.objectRef<Source>(name));
}

/** A mention of an interface that the data definition names; it is given its fields elsewhere. */
export function declaredInterface<Source>(api: Api, name: string) {
  return once(api, declaredKey(name), () => api.builder.interfaceRef<Source>(name));
}

/** The fields of an interface, which are made as those of an object are. */
export function interfaceFields<Source>(make: (t: ObjectFieldBuilder<Source>) => FieldRefs) {
  return (t: PothosSchemaTypes.InterfaceFieldBuilder<SchemaTypes, Source>): FieldRefs =>
    // The builders differ in the kind of type alone, which fields do not ask for.
    make(t as unknown as ObjectFieldBuilder<Source>);
}

/** A union that the data definition names. */
export function declaredUnion<Source>(
  api: Api,
  name: string,
  options: () => {
    readonly description?: string;
    readonly types: readonly ObjectRef<Source>[];
    readonly resolveType: (source: Source, context: Context) => string;
  },
) {
  return once(api, declaredKey(name), () => {
    const { types, ...others } = options();
    return api.builder.unionType(name, { ...others, types: [...types] });
  });
}

/** An enum that the data definition names; its values are their own names. */
export function declaredEnum(api: Api, name: string, options: EnumOptions) {
  return once(api, declaredKey(name), () => api.builder.enumType(name, options));
}

interface EnumOptions {
  readonly description?: string;
  readonly values: Readonly<Record<string, PothosSchemaTypes.EnumValueConfig<SchemaTypes>>>;
}

interface ObjectDefinition<Source> {
  readonly description?: string;
  readonly fields: (t: ObjectFieldBuilder<Source>) => FieldRefs;
}

function declaredKey(name: string): string {
  return `declared ${name}`;
}

function implemented<Source>(
  api: Api,
  { name, key }: { readonly name: string; readonly key: string },
  type: ObjectDefinition<Source>,
): ObjectRef<Source> {
  const isNew = !api.made.has(key);
  const ref = once(api, key, () => api.builder.objectRef<Source>(name));
  if (isNew) ref.implement(type);
  return ref;
}

export function inputType(
  api: Api,
  name: string,
  fields: (t: InputFieldBuilder) => InputFieldRefs,
  options: { readonly isOneOf?: true; readonly extensions?: Record<string, unknown> } = {},
): InputRef {
  const isNew = !api.made.has(name);
  const ref = once(api, name, () => inputRef(api.builder, name));
  if (isNew) ref.implement({ ...options, fields });
  return ref;
}
