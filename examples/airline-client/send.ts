/** Queries and mutations over HTTP. */

import type { TadaDocumentNode } from 'gql.tada';
import { print } from 'graphql';

/** Where `npm start` serves the demo. */
export const DEMO = 'http://127.0.0.1:8080/graphql';

export interface Caller {
  readonly url: string;
  /** The demo believes whom one says to be; other servers want a credential in its place. */
  readonly principal?: string;
}

export interface Answer<Result> {
  readonly data: Result;
  /** Relations that the caller lacks for values which are null for this reason. */
  readonly lacking: readonly string[];
}

/** What the server refuses, by the `code` of its first error. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

interface Response<Result> {
  readonly data?: Result | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: { readonly code?: string };
  }[];
  readonly extensions?: { readonly hidden?: readonly { readonly relation: string }[] };
}

export async function send<Result, Variables>(
  { url, principal }: Caller,
  document: TadaDocumentNode<Result, Variables>,
  variables: Variables,
): Promise<Answer<Result>> {
  const name = principal === undefined ? {} : { 'x-massive-graph-principal': principal };
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...name },
    body: JSON.stringify({ query: print(document), variables }),
  });
  const { data, errors, extensions } = (await response.json()) as Response<Result>;
  const [error] = errors ?? [];
  if (error !== undefined || data === undefined || data === null) {
    const code = error?.extensions?.code ?? 'UNKNOWN';
    throw new RequestError(code, error?.message ?? 'the server answered no data');
  }
  const relations = extensions?.hidden?.map(({ relation }) => relation);
  return { data, lacking: [...new Set(relations)] };
}
