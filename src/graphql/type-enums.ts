/** The types of nodes and of edges that the definition declares, as callers name them. */

import { type Api, once } from './builder.ts';
import { enumNames } from './names.ts';

export function nodeTypeEnum(api: Api) {
  return once(api, 'NodeTypeName', () =>
    api.builder.enumType('NodeTypeName', { values: [...api.definition.nodeTypes.keys()] }),
  );
}

/** The values are the types as stored. */
export function edgeTypeEnum(api: Api) {
  return once(api, 'RelationshipTypeName', () =>
    api.builder.enumType('RelationshipTypeName', {
      values: Object.fromEntries(
        enumNames([...api.definition.edgeTypes.keys()]).map(([name, value]) => [name, { value }]),
      ),
    }),
  );
}
