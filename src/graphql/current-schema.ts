/** The schema of a space as it is now: another one once its definition or its model is another. */

import type { GraphQLSchema } from 'graphql';
import type { Space } from '../space/space.ts';
import { buildSchema } from './schema.ts';

export function currentSchema(space: Space): () => GraphQLSchema {
  let definition = space.definition;
  let rules = space.access.version()?.rules;
  let schema = buildSchema(definition, rules);
  return () => {
    const version = space.access.version();
    if (space.definition === definition && version?.rules === rules) return schema;
    const next = buildSchema(space.definition, version?.rules);
    [definition, rules, schema] = [space.definition, version?.rules, next];
    return schema;
  };
}
