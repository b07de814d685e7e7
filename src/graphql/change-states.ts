/** What a change tells of an element before it and after it: values, each of which may be null. */

import type { OutputRef } from '@pothos/core';
import type { Field, NodeType } from '../definition/definition.ts';
import {
  type Api,
  type FieldRefs,
  type ObjectFieldBuilder,
  type ObjectRef,
  objectType,
  once,
} from './builder.ts';
import { rulesOfEdges, rulesOfNodes } from './hideable-fields.ts';
import type { SeenStates } from './seen-changes.ts';
import { type SeenState, STATE_VALUES } from './seen-state.ts';
import { valueFields } from './value-fields.ts';

/** The fields of a change that need images: what asks for one of them asks for these. */
export const STATE_FIELDS: ReadonlySet<string> = new Set(['before', 'after']);

/** `before` and `after` of a change of nodes of a type. */
export function nodeStateFields<Source extends SeenStates>(
  api: Api,
  t: ObjectFieldBuilder<Source>,
  type: NodeType,
): FieldRefs {
  return stateFields(t, nodeState(api, type), {
    before: 'What showed before; null for what was created, or is shown now.',
    after: 'What showed after; null for what was deleted, or is hidden now.',
  });
}

/** The same of edges; none where no type of edges has properties. */
export function edgeStateFields<Source extends SeenStates>(
  api: Api,
  t: ObjectFieldBuilder<Source>,
): FieldRefs {
  const state = edgeState(api);
  if (state === undefined) return {};
  return stateFields(t, state, {
    before: 'Properties that showed before; null for what was created, or has none.',
    after: 'Properties that showed after; null for what was deleted, or has none.',
  });
}

function stateFields<Source extends SeenStates>(
  t: ObjectFieldBuilder<Source>,
  type: OutputRef<SeenState>,
  descriptions: { readonly before: string; readonly after: string },
): FieldRefs {
  const field = (name: 'before' | 'after') =>
    t.field({
      description: descriptions[name],
      type,
      nullable: true,
      resolve: (states) => states[name] ?? null,
    });
  return { before: field('before'), after: field('after') };
}

/** `AirportChangeState` */
function nodeState(api: Api, type: NodeType): ObjectRef<SeenState> {
  return state(api, type, () => rulesOfNodes(api.rules, type.name));
}

/** `RelationshipChangeState`: of whatever edge properties there are, such as `RouteChangeState`. */
function edgeState(api: Api) {
  const { edgeTypes } = api.definition;
  const declared = [...edgeTypes.values()].flatMap(({ properties }) => properties ?? []);
  if (declared.length === 0) return undefined;
  const byName = new Map(declared.map((properties) => [properties.name, properties]));
  return once(api, 'RelationshipChangeState', () =>
    api.builder.unionType('RelationshipChangeState', {
      description: 'The properties of an edge before a change, or after it.',
      types: Array.from(byName.values(), (properties) =>
        state(api, properties, () => rulesOfEdges(api.definition, api.rules, properties.name)),
      ),
      resolveType: ({ typeName }) => stateName(edgeTypes.get(typeName)?.properties?.name ?? ''),
    }),
  );
}

function state(
  api: Api,
  { name, fields }: { readonly name: string; readonly fields: readonly Field[] },
  rules: () => ReturnType<typeof rulesOfNodes>,
): ObjectRef<SeenState> {
  const optional = fields.map((field) => ({ ...field, required: false }));
  return objectType<SeenState>(api, stateName(name), {
    description: `Values of ${name} before a change, or after it: what is hidden is null.`,
    fields: (t) =>
      valueFields(api, t, { of: { name, fields: optional }, values: STATE_VALUES, rules: rules() }),
  });
}

function stateName(name: string): string {
  return `${name}ChangeState`;
}
