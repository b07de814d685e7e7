/** Random queries made live, and what their clients have beside what they would be answered. */

import { isDeepStrictEqual } from 'node:util';
import { type DefinitionNode, Kind, parse, print } from 'graphql';
import type { LiveMirror, WholeAnswer } from '../fixture/live-mirror.ts';
import { OPERATION } from './graphql-answers.ts';
import { firstPages } from './graphql-cursors.ts';
import type { RandomQuery } from './graphql-query.ts';

/** The text of a query with `@live`, without other operations of its document. */
export function withLive(text: string, since: string | undefined): string {
  const document = parse(text);
  const argument = {
    kind: Kind.ARGUMENT,
    name: { kind: Kind.NAME, value: 'since' },
    value: { kind: Kind.STRING, value: since ?? '' },
  } as const;
  const directive = {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: 'live' },
    arguments: since === undefined ? [] : [argument],
  } as const;
  const definitions = document.definitions.flatMap((definition): DefinitionNode[] => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return [definition];
    if (definition.name?.value !== OPERATION) return [];
    return [{ ...definition, directives: [...(definition.directives ?? []), directive] }];
  });
  return print({ ...document, definitions });
}

export function wholeAnswer(
  { data, extensions }: { readonly data: unknown; readonly extensions?: { hidden?: unknown } },
  errors: readonly { readonly message: string }[] = [],
): WholeAnswer {
  return { data, errors: errors.map(({ message }) => message), hidden: extensions?.hidden };
}

/** Undefined where a client has what it would be answered. */
export function differenceOfAnswers(
  client: { readonly query: RandomQuery; readonly caller: string; readonly mirror: LiveMirror },
  fresh: WholeAnswer,
): string | undefined {
  const { query, caller, mirror } = client;
  if (areAlike(mirror.answer, fresh)) return undefined;
  return [
    `${caller} has ${JSON.stringify(mirror.answer)}`,
    `and is answered ${JSON.stringify(fresh)}`,
    `to ${firstPages(query)}`,
    `with ${JSON.stringify(query.variables)}`,
  ].join('\n');
}

/**
 * Resolvers run beside each other: which of them fails first is not always the same, and once one
 * has left no answer, the errors of others may be told or not (GraphQL, "Handling Execution
 * Errors").
 */
function areAlike(left: WholeAnswer, right: WholeAnswer): boolean {
  const [first, second] = [withSortedErrors(left), withSortedErrors(right)];
  if (first.data !== null || second.data !== null) return isDeepStrictEqual(first, second);
  const [fewer, more] =
    first.errors.length < second.errors.length ? [first, second] : [second, first];
  const areAmong = fewer.errors.every((error) => more.errors.includes(error));
  return fewer.errors.length > 0 && areAmong && isDeepStrictEqual(first.hidden, second.hidden);
}

function withSortedErrors(answer: WholeAnswer): WholeAnswer {
  return { ...answer, errors: answer.errors.toSorted() };
}
