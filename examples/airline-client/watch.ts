/** Subscriptions over WebSocket, which go on when the connection is lost or the server restarts. */

import { setTimeout } from 'node:timers/promises';
import type { TadaDocumentNode } from 'gql.tada';
import { print } from 'graphql';
import { createClient } from 'graphql-ws';
import type { Caller } from './send.ts';

const RETRY_MILLISECONDS_MAX = 5_000;

export interface WatchOptions<Variables> {
  readonly variables: Variables;
  /**
   * Each time that changes begin to come. None is told that came before: what depends on earlier
   * ones is to be read again.
   */
  readonly onConnected: () => void;
}

export async function* watch<Result, Variables extends Record<string, unknown>>(
  { url, principal }: Caller,
  document: TadaDocumentNode<Result, Variables>,
  { variables, onConnected }: WatchOptions<Variables>,
): AsyncGenerator<Result> {
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    connectionParams: principal === undefined ? {} : { principal },
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: async (retries) => {
      await setTimeout(Math.min(100 * 2 ** retries, RETRY_MILLISECONDS_MAX));
    },
    on: { connected: onConnected },
  });
  try {
    // A server that closes completes what is subscribed: it is subscribed again then.
    for (;;) {
      const results = client.iterate<Result>({ query: print(document), variables });
      for await (const { data, errors } of results) {
        if (errors?.[0] !== undefined) throw new Error(errors[0].message);
        if (data !== undefined && data !== null) yield data;
      }
    }
  } finally {
    await client.dispose();
  }
}
