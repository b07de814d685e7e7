/** One query of one caller: what the API answers over HTTP, and what the reference says. */

import { execute, print } from 'graphql';
import { parsePrincipal } from '../../src/access/principal.ts';
import { createContext } from '../../src/graphql/context.ts';
import type { QueryRules } from '../reference/query-context.ts';
import { answerQuery, type ReferenceAnswer } from '../reference/reference-query.ts';
import { type Asked, OPERATION } from './graphql-answers.ts';
import type { CursorBook } from './semantics-cursors.ts';
import type { SemanticsWorld } from './semantics-world.ts';

/** Of those in `extensions.hidden`; others are counted. */
const HIDDEN_MAX = 256;

export interface Question extends Asked {
  readonly world: SemanticsWorld;
  readonly caller: string;
  readonly cursors: CursorBook;
}

interface Hidden {
  readonly path: readonly (string | number)[];
}

export interface ApiAnswer {
  /** Undefined where the operation did not run. */
  readonly data?: unknown;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: { readonly code?: string };
  }[];
  readonly extensions?: { readonly hidden?: readonly Hidden[]; readonly hiddenMore?: number };
}

export async function answerOfApi(question: Question): Promise<ApiAnswer> {
  const { world, caller, document, variables } = question;
  const query = print(document);
  const body = JSON.stringify({ query, variables, operationName: OPERATION });
  const response = await world.endpoint.fetch(
    'http://space/graphql',
    { method: 'POST', headers: { 'content-type': 'application/json' }, body },
    { caller: parsePrincipal(caller) },
  );
  return (await response.json()) as ApiAnswer;
}

/** Without plans, and without errors in the form that callers see. */
export async function answerOfResolvers(question: Question): Promise<ApiAnswer> {
  const { world, caller, document, variables } = question;
  const context = createContext(world.services, { caller: parsePrincipal(caller) });
  const { data, errors } = await execute({
    schema: world.schema,
    document,
    operationName: OPERATION,
    variableValues: variables,
    contextValue: context,
  });
  const answer = { data, errors, extensions: context.hidden.extensions };
  return JSON.parse(JSON.stringify(answer)) as ApiAnswer;
}

export function answerOfReference(
  { world, caller, document, variables, cursors }: Question,
  options: { readonly rules?: QueryRules; readonly see?: (what: string) => void } = {},
): ReferenceAnswer {
  const { reference: schema, definition, data } = world;
  const sight = world.sightOf(caller);
  const asked = { document, variables, operationName: OPERATION };
  return answerQuery({ schema, definition, data, sight, cursors, ...asked, ...options });
}

/** Undefined where they are the same. What the API gives as cursors is learnt. */
export function differenceOf(
  expected: ReferenceAnswer,
  actual: ApiAnswer,
  cursors: CursorBook,
): string | undefined {
  const data = cursors.settled(expected.data, actual.data);
  const codes = codesOf((actual.errors ?? []).map(({ extensions }) => extensions?.code ?? ''));
  // What was held back where an error has put null is told or not.
  const isWhole = expected.refusals.length === 0;
  const wanted = JSON.stringify({
    data,
    codes: codesOf(expected.refusals),
    ...(isWhole && hiddenOf(expected)),
  });
  const { hidden = [], hiddenMore = 0 } = actual.extensions ?? {};
  const told = JSON.stringify({
    data: actual.data,
    codes,
    ...(isWhole && { hidden: hidden.map(({ path }) => path), hiddenMore }),
  });
  if (wanted === told) return undefined;
  const messages = (actual.errors ?? []).map(({ message }) => message);
  return ['the reference says', wanted, 'the API answers', told, ...messages].join('\n');
}

/** Whether it cost too much to run at all. */
export function isTooCostly({ data, errors }: ApiAnswer): boolean {
  return data === undefined && errors?.[0]?.extensions?.code === 'LIMIT_EXCEEDED';
}

function hiddenOf({ hidden }: ReferenceAnswer) {
  return {
    hidden: hidden.toSorted(byPath).slice(0, HIDDEN_MAX),
    hiddenMore: Math.max(0, hidden.length - HIDDEN_MAX),
  };
}

/** Places in lists are compared as numbers, names as text. */
function byPath(left: Hidden['path'], right: Hidden['path']): number {
  for (const [index, place] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (place !== other) return place < other ? -1 : 1;
  }
  return left.length - right.length;
}

/** Of several errors graphql-js tells those that it comes by, so they are not counted. */
function codesOf(codes: readonly string[]): string[] {
  return [...new Set(codes)].sort();
}
