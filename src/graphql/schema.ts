/** Generates the GraphQL schema of a data definition. */

import { PothosSchemaError } from '@pothos/core';
import type { GraphQLSchema } from 'graphql';
import type { ElementRules } from '../access/element-rules.ts';
import type { Definition } from '../definition/definition.ts';
import { addInterfaces } from './abstract-types.ts';
import { addAccessMutations } from './access-mutations.ts';
import { addAccessQueries } from './access-queries.ts';
import { atDirective } from './at-directive.ts';
import { addBatches } from './batches.ts';
import { createApi } from './builder.ts';
import { addConflictsQuery } from './conflicts-query.ts';
import { invalidInput } from './errors.ts';
import { addEntities } from './federation/entities.ts';
import { addService } from './federation/service.ts';
import { addGrantChanges } from './grant-changes.ts';
import { addLineageQueries } from './lineage.ts';
import { LIVE_DIRECTIVE } from './live/live-directive.ts';
import { addMutations } from './mutations.ts';
import { addNeighbourhoodQuery } from './neighbourhood-query.ts';
import { addNodeTypes } from './node-types.ts';
import { withDirectives } from './operation-directive.ts';
import { addPathQuery } from './path-query.ts';
import { addQueries } from './queries.ts';
import { addReplicaQuery } from './replica-query.ts';
import { addScalars } from './scalars.ts';
import { addSubscriptions } from './subscriptions.ts';

/**
 * The API under the rules of a permission model, if one is in force. Throws INVALID_INPUT where a
 * type's name is one that the API gives to a type of its own.
 */
export function buildSchema(definition: Definition, rules?: ElementRules): GraphQLSchema {
  const api = createApi(definition, rules);
  try {
    addScalars(api.builder);
    addNodeTypes(api);
    addInterfaces(api);
    addQueries(api);
    addPathQuery(api);
    addNeighbourhoodQuery(api);
    addConflictsQuery(api);
    addReplicaQuery(api);
    addLineageQueries(api);
    addAccessQueries(api);
    addMutations(api);
    addBatches(api);
    addAccessMutations(api);
    addSubscriptions(api);
    addGrantChanges(api);
    if (definition.federation !== undefined) {
      addEntities(api);
      addService(api);
    }
    const schema = api.builder.toSchema({ sortSchema: false });
    return withDirectives(schema, [atDirective(schema), LIVE_DIRECTIVE]);
  } catch (error) {
    if (!(error instanceof PothosSchemaError)) throw error;
    throw invalidInput(`the data definition expected names of its own, got: ${error.message}`);
  }
}
