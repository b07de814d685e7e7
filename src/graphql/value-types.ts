/** What the API calls the values of fields: its scalars, the enums of the definition, and lists. */

import type { EnumType, ScalarField, ValueType } from '../definition/definition.ts';
import { typeNameOf } from '../definition/fields.ts';
import { collectionStem } from '../definition/generated-names.ts';
import { type Api, declaredEnum } from './builder.ts';
import { documentation } from './documentation.ts';

/** Of one value, or of an item of a list. */
export function itemType(api: Api, { scalar, enumType }: ValueType) {
  return enumType === undefined ? scalar : enumOf(api, enumType);
}

/** Of a field. */
export function apiType(api: Api, type: ValueType): ApiType {
  const item = itemType(api, type);
  return type.isList ? [item] : item;
}

type ItemType = ReturnType<typeof itemType>;
type ApiType = ItemType | [ItemType];

/** `StringScalarFilters`, `StatusEnumScalarFilters`, `StringListFilters`. */
export function filtersName(type: ValueType): string {
  if (!type.isList) return `${prefix(type)}Filters`;
  const isOfEnum = type.enumType !== undefined;
  return `${typeNameOf(type)}${isOfEnum ? 'ListEnumScalar' : 'List'}Filters`;
}

/** `StringScalarMutations`, `StateEnumScalarMutations`, `ListIntMutations`, `SetIntMutations`. */
export function mutationsName(type: ScalarField): string {
  const { collection } = type;
  if (collection !== undefined) return `${collectionStem(collection, typeNameOf(type))}Mutations`;
  return type.isList ? `List${typeNameOf(type)}Mutations` : `${prefix(type)}Mutations`;
}

/** `StringScalarAggregate`, `StatusEnumScalarAggregate`, `StringListScalarAggregate`. */
export function aggregateName(type: ValueType): string {
  return `${prefix(type)}Aggregate`;
}

function prefix(type: ValueType): string {
  const list = type.isList ? 'List' : '';
  return `${typeNameOf(type)}${list}${type.enumType === undefined ? '' : 'Enum'}Scalar`;
}

function enumOf(api: Api, enumType: EnumType) {
  const { name, values } = enumType;
  return declaredEnum(api, name, {
    ...documentation(enumType),
    values: Object.fromEntries(
      values.map((value) => [value.name, { value: value.name, ...documentation(value) }]),
    ),
  });
}
