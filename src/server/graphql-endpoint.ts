/** GraphQL over HTTP as Yoga speaks it, with this project's limits, errors and context. */

import type { GraphQLSchema } from 'graphql';
import {
  createYoga,
  type Plugin,
  type YogaInitialContext,
  type YogaServerInstance,
} from 'graphql-yoga';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { CompiledOperations } from '../graphql/compiled-operations.ts';
import { type AskedBy, type Context, createContext, type Services } from '../graphql/context.ts';
import { DocumentCache, NO_ERROR_CACHE } from '../graphql/document-cache.ts';
import {
  errorMap,
  type InternalErrorListener,
  refusal,
  UNEXPECTED_ANSWER,
  UNEXPECTED_ERROR,
} from '../graphql/errors.ts';
import { useCachePolicy } from '../graphql/federation/use-cache-policy.ts';
import { useOperationLimits } from '../graphql/limits.ts';
import { liveOf } from '../graphql/live/live-directive.ts';
import type { LiveQueries } from '../graphql/live/live-queries.ts';
import { useLive } from '../graphql/live/use-live.ts';
import { useAt } from '../graphql/use-at.ts';
import { useExplanation } from '../graphql/use-explanation.ts';
import { useHiddenFields } from '../graphql/use-hidden.ts';
import { useNoIntrospection } from '../graphql/use-introspection.ts';
import { usePlans } from '../graphql/use-plans.ts';
import { useSubscribe } from '../graphql/use-subscribe.ts';
import { accepts, EVENT_STREAM } from './accept.ts';
import { type OperationObserver, useOperationObserver } from './operation-observer.ts';
import { HttpStatus } from './respond.ts';

export const GRAPHQL_PATH = '/graphql';

/** What is known of a request before it gets here. */
interface Asked extends AskedBy {
  /** Told that the answer is a stream, which may outlast the caller's right. */
  readonly onStream?: () => void;
}

export type GraphqlEndpoint = YogaServerInstance<Asked, Context> & ContextMaker;

interface ContextMaker {
  /**
   * The context of an operation that does not come by HTTP. Yoga takes it as it is: what it puts
   * together by itself is a table of names, which a subscription would keep.
   */
  contextFor(asked: AskedBy): Context;
}

export function createGraphqlEndpoint(options: {
  /** As it is now. */
  readonly schema: () => GraphQLSchema;
  readonly services: Services;
  readonly operations: CompiledOperations;
  /** Queries with `@live` are answered once where it is absent. */
  readonly live?: LiveQueries;
  readonly observe: OperationObserver;
  readonly onInternalError: InternalErrorListener;
  /** Traces operations in the place of answering them by plans, which know no fields. */
  readonly trace?: Plugin;
}): GraphqlEndpoint {
  const { schema, services, operations, live, observe, onInternalError, trace } = options;
  const errors = errorMap(onInternalError);
  const yoga = createYoga<Asked, Context>({
    context: (asked) => (isContext(asked) ? asked : createContext(services, asked)),
    graphqlEndpoint: GRAPHQL_PATH,
    plugins: [
      useCurrentSchema(schema),
      useSubscribe(errors),
      useMaskedFailures(onInternalError),
      useStreamCheck(),
      ...(services.tellsSchema === false ? [useNoIntrospection()] : []),
      useOperationLimits(),
      useHiddenFields(),
      useExplanation(),
      trace ?? usePlans(operations),
      useAt(),
      ...(live === undefined ? [] : [useLive(live)]),
      useCachePolicy(),
      useOperationObserver(observe),
    ],
    maskedErrors: { maskError: errors, errorMessage: UNEXPECTED_ERROR },
    // Bugs are reported by the error map; Yoga would log what callers did wrong as well.
    logging: false,
    parserAndValidationCache: {
      documentCache: new DocumentCache(),
      errorCache: NO_ERROR_CACHE,
    },
    // Other origins are not served, uploads are no part of the API, and the body is measured
    // before it gets here: Yoga's own limit costs half of a small request.
    cors: false,
    multipart: false,
    maxRequestBodySize: false,
    graphiql: false,
    landingPage: false,
  });
  return Object.assign(yoga, { contextFor: (asked: AskedBy) => createContext(services, asked) });
}

function isContext(asked: object): asked is Context {
  return 'graph' in asked;
}

/** Each operation runs under the schema of its moment, over whatever it comes. */
function useCurrentSchema(schema: () => GraphQLSchema): Plugin {
  return { onEnveloped: ({ setSchema }) => setSchema(schema()) };
}

/** Outside of GraphQL, the adapter below Yoga would answer a bug with its stack. */
function useMaskedFailures(onInternalError: InternalErrorListener): Plugin {
  return {
    onRequest: ({ requestHandler, setRequestHandler, fetchAPI }) => {
      setRequestHandler(async (request, context) => {
        try {
          return await requestHandler(request, context);
        } catch (error) {
          onInternalError(error);
          return fetchAPI.Response.json(UNEXPECTED_ANSWER, { status: 500 });
        }
      });
    },
  };
}

/** A stream whose client takes none would run unheard: it does not begin. */
function useStreamCheck(): Plugin<YogaInitialContext & Asked> {
  const check = ({ request, onStream }: YogaInitialContext & Asked) => {
    if (request === undefined || accepts(request.headers.get('accept'), [EVENT_STREAM])) {
      onStream?.();
      return undefined;
    }
    const what = 'accept of a subscription, or of a live query,';
    const message = `${what} expected ${EVENT_STREAM}, got other forms`;
    const error = refusal(new DatabaseError(ErrorCode.INVALID_INPUT, message));
    error.extensions.http = { status: HttpStatus.NOT_ACCEPTABLE };
    return { errors: [error] };
  };
  return {
    onExecute: ({ args, setResultAndStopExecution }) => {
      const refused = liveOf(args) && check(args.contextValue);
      if (refused !== undefined) setResultAndStopExecution(refused);
    },
    onSubscribe: ({ args, setResultAndStopExecution }) => {
      const refused = check(args.contextValue);
      if (refused !== undefined) setResultAndStopExecution(refused);
    },
  };
}
