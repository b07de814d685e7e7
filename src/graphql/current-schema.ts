/** The schema of a space as it is now: another one once its definition or its model is another. */

import type { GraphQLSchema } from 'graphql';
import type { Space } from '../space/space.ts';
import { buildSchema } from './schema.ts';

/** `change` is done to each before it is used. */
export function currentSchema(
  space: Space,
  change: (schema: GraphQLSchema) => GraphQLSchema = (schema) => schema,
): () => GraphQLSchema {
  let definition = space.definition;
  let rules = space.access.version()?.rules;
  let schema = change(buildSchema(definition, rules));
  return () => {
    const version = space.access.version();
    if (space.definition === definition && version?.rules === rules) return schema;
    const next = change(buildSchema(space.definition, version?.rules));
    [definition, rules, schema] = [space.definition, version?.rules, next];
    return schema;
  };
}
