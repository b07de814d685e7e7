/** Documents whose results and variables have the types of the server's schema. */

import { initGraphQLTada } from 'gql.tada';
import type { introspection } from './graphql-env.d.ts';

export const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { BigInt: string; Bytes: string; DateTime: string };
}>();
