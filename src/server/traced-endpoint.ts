/**
 * The GraphQL server of operations that a gateway wants to be traced: made when the first of them
 * comes, as most servers never see one. Its schema is its own, since resolvers are wrapped there.
 */

import type { Clock } from '../base/clock.ts';
import { currentSchema } from '../graphql/current-schema.ts';
import { createGraphqlEndpoint, type GraphqlEndpoint } from './graphql-endpoint.ts';

type Parts = Omit<Parameters<typeof createGraphqlEndpoint>[0], 'schema' | 'trace' | 'live'>;

export function tracedEndpoint(parts: Parts, clock: Clock): () => Promise<GraphqlEndpoint> {
  let made: Promise<GraphqlEndpoint> | undefined;
  return () => {
    made ??= makeEndpoint(parts, clock);
    return made;
  };
}

async function makeEndpoint(parts: Parts, clock: Clock): Promise<GraphqlEndpoint> {
  const { traced, useTrace } = await import('../graphql/federation/trace.ts');
  const schema = currentSchema(parts.services.space, traced);
  return createGraphqlEndpoint({ ...parts, schema, trace: useTrace(clock) });
}
