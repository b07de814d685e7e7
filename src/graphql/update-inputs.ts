/** The input types of update mutations: operators per field, and what is done to relationships. */

import type {
  EdgeProperties,
  Field,
  FieldedType,
  NestedField,
  Relationship,
  ScalarField,
} from '../definition/definition.ts';
import { Collection, Scalar } from '../definition/definition.ts';
import {
  type Api,
  type InputFieldBuilder,
  type InputFieldRefs,
  type InputRef,
  inputType,
} from './builder.ts';
import {
  connectFieldInput,
  createFieldInput,
  fieldedTarget,
  nestedInput,
  orEmpty,
} from './create-inputs.ts';
import { edgePropertiesOf, targetOf } from './definition-lookup.ts';
import { IF_VERSION } from './expected-version.ts';
import { connectionWhere } from './filter-inputs.ts';
import { inputByType } from './input-by-type.ts';
import { sequenceMutations, updatesMutations } from './sequence-inputs.ts';
import { itemType, mutationsName } from './value-types.ts';

/** `AirportUpdateInput`; of an interface what is updated of nodes of any of its types. */
export function nodeUpdateInput(api: Api, type: FieldedType): InputRef {
  return inputType(api, `${type.name}UpdateInput`, (t) => ({
    ...orEmpty(t, updateFields(api, t, type.fields), type.relationships.length),
    ...Object.fromEntries(
      type.relationships.map((relationship) => {
        return [relationship.name, t.field({ type: updateOf(api, relationship) })];
      }),
    ),
  }));
}

/** Of a relationship to a union it is by type: `MovieSearchUpdateInput`. */
function updateOf(api: Api, relationship: Relationship): InputRef | [InputRef] {
  const target = targetOf(api.definition, relationship);
  if (target.kind !== 'union') return [relationshipUpdateInput(api, relationship)];
  const name = `${relationship.stem}UpdateInput`;
  return inputByType(api, name, { relationship, target }, (each) => [
    relationshipUpdateInput(api, each),
  ]);
}

/** `AirportRoutesUpdateFieldInput` */
function relationshipUpdateInput(api: Api, relationship: Relationship): InputRef {
  const prefix = relationship.stem;
  const where = () => connectionWhere(api, relationship);
  const matching = (name: string) =>
    inputType(api, name, (t) => ({
      where: t.field({ type: where(), description: 'All of the relationship where absent.' }),
    }));
  return inputType(api, `${prefix}UpdateFieldInput`, (t) => ({
    disconnect: t.field({
      description: 'Deletes edges and keeps the nodes they lead to.',
      type: [matching(`${prefix}DisconnectFieldInput`)],
    }),
    delete: t.field({
      description: 'Deletes the nodes that edges lead to, with all their edges.',
      type: [matching(`${prefix}DeleteFieldInput`)],
    }),
    update: t.field({ type: [relatedUpdateInput(api, relationship)] }),
    connect: t.field({ type: [connectFieldInput(api, relationship)] }),
    create: t.field({ type: [createFieldInput(api, relationship)] }),
  }));
}

/** `AirportRoutesUpdateConnectionInput`: changes of edges, and of the nodes they lead to. */
function relatedUpdateInput(api: Api, relationship: Relationship): InputRef {
  const name = `${relationship.stem}UpdateConnectionInput`;
  const properties = edgePropertiesOf(api.definition, relationship);
  return inputType(api, name, (t) => ({
    where: t.field({ type: connectionWhere(api, relationship) }),
    node: t.field({ type: nodeUpdateInput(api, fieldedTarget(api, relationship)) }),
    ...(properties ? { edge: t.field({ type: edgeUpdateInput(api, properties) }) } : {}),
    ifVersion: t.field({ type: 'String', description: IF_VERSION }),
  }));
}

/** `RouteUpdateInput` */
function edgeUpdateInput(api: Api, properties: EdgeProperties): InputRef {
  return inputType(api, `${properties.name}UpdateInput`, (t) =>
    orEmpty(t, updateFields(api, t, properties.fields), 0),
  );
}

/** A natural key is part of what a node is, and a timestamp is the server's: neither is set. */
function updateFields(api: Api, t: InputFieldBuilder, fields: readonly Field[]): InputFieldRefs {
  const given = fields.filter(
    (field) => field.kind === 'nested' || !(field.isKey || field.timestamp?.onUpdate === true),
  );
  return Object.fromEntries(
    given.map((field) => [
      field.name,
      t.field({
        type: field.kind === 'nested' ? nestedMutations(api, field) : scalarMutations(api, field),
      }),
    ]),
  );
}

/** `PointMutations`: the whole of a nested object by `set`, or members by their own operators. */
function nestedMutations(api: Api, field: NestedField): InputRef {
  return inputType(api, `${field.typeName}Mutations`, (t) => ({
    ...updateFields(api, t, field.fields),
    set: t.field({ type: nestedInput(api, field) }),
  }));
}

function scalarMutations(api: Api, type: ScalarField): InputRef {
  const { scalar } = type;
  const own = itemType(api, type);
  if (type.collection === Collection.SET) {
    return inputType(api, mutationsName(type), (t) => ({
      set: t.field({ type: [own], description: 'Replaces all values. Null removes the set.' }),
      add: t.field({ type: [own], description: 'Wins over removals that have not seen it.' }),
      remove: t.field({ type: [own], description: 'Also beside add, which goes after it.' }),
    }));
  }
  if (type.collection === Collection.SEQUENCE) return sequenceMutations(api, type);
  if (type.collection === Collection.UPDATES) return updatesMutations(api, type);
  if (type.isList) {
    return inputType(api, mutationsName(type), (t) => ({
      set: t.field({ type: [own], description: 'Null removes the list.' }),
      push: t.field({ type: [own], description: 'Adds items at the end.' }),
      pop: t.field({ type: 'Int', description: 'Takes so many items from the end.' }),
    }));
  }
  const isInteger = scalar === Scalar.Int || scalar === Scalar.BigInt;
  return inputType(api, mutationsName(type), (t) => ({
    set: t.field({ type: own, description: 'Null removes the value.' }),
    ...(isInteger ? { add: t.field({ type: scalar }), subtract: t.field({ type: scalar }) } : {}),
  }));
}
