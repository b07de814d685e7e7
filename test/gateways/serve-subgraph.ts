/** A subgraph of plain resolvers: over HTTP, as server-sent events and by WebSocket. */

import { createServer } from 'node:http';
import { type ExecutionArgs, type GraphQLSchema, parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import { announce, listen } from './listening.ts';

export interface SubgraphCode {
  readonly sdl: string;
  readonly resolvers: Readonly<Record<string, object>>;
}

export interface Caller {
  readonly principal: string | null;
  readonly authorization: string | null;
}

/** What resolvers are given: a request, or what a WebSocket began with. */
export interface CallContext {
  readonly request?: Request;
  readonly connectionParams?: Readonly<Record<string, unknown>>;
}

/** The name of a package that is installed here alone, so that it is no import of the project. */
const SUBGRAPH: string = '@apollo/subgraph';
const QUIET = { logging: false, graphiql: false, landingPage: false } as const;

/** At a port that is free, unless one is named. */
export async function serveSubgraph({ sdl, resolvers }: SubgraphCode, port = 0): Promise<void> {
  const { buildSubgraphSchema } = (await import(SUBGRAPH)) as {
    buildSubgraphSchema: (modules: object) => GraphQLSchema;
  };
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers }]);
  const yoga = createYoga<object>({ schema, ...QUIET });
  const server = createServer(yoga);
  const run = ({ rootValue }: ExecutionArgs) => rootValue as Enveloped;
  useServer(
    {
      execute: (args) => run(args).execute(args),
      subscribe: (args) => run(args).subscribe(args),
      onSubscribe: async ({ connectionParams }, _id, params) => {
        const enveloped = yoga.getEnveloped({ connectionParams, params }) as Enveloped;
        const document = enveloped.parse(params.query);
        const errors = enveloped.validate(enveloped.schema, document);
        if (errors.length > 0) return errors;
        return {
          schema: enveloped.schema,
          document,
          operationName: params.operationName,
          variableValues: params.variables,
          contextValue: await enveloped.contextFactory(),
          // Through here the executor of Yoga comes to run it.
          rootValue: enveloped,
        };
      },
    },
    new WebSocketServer({ server, path: yoga.graphqlEndpoint }),
  );
  announce(await listen(server, port));
}

type Enveloped = ReturnType<ReturnType<typeof createYoga>['getEnveloped']>;

/** By the same names as a server of the project takes. */
export function callerOf({ request, connectionParams = {} }: CallContext): Caller {
  const named = (header: string, param: string) =>
    textOf(connectionParams[param]) ?? request?.headers.get(header) ?? null;
  return {
    principal: named('x-massive-graph-principal', 'principal'),
    authorization: named('authorization', 'authorization'),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
