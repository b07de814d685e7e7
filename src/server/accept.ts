/** Which form of answer a client prefers: RFC 9110's weights, which the GraphQL server ignores. */

import type { IncomingHttpHeaders } from 'node:http';
import { rememberLast } from '../base/remember-last.ts';

export const EVENT_STREAM = 'text/event-stream';
/** What a query or a mutation is answered as. */
export const ANSWER_TYPES = [
  'application/json',
  'application/graphql-response+json',
  EVENT_STREAM,
  'multipart/mixed',
];

/** The forms of a whole answer, the one that stands for any of them first. */
const WHOLE_TYPES = ['application/json', 'application/graphql-response+json'] as const;

/**
 * The form of a whole answer, by the first that a client takes; undefined where it takes none, or
 * asks for more than a form. As the GraphQL server chooses it.
 */
export function wholeAnswerType(accept: string | undefined): string | undefined {
  if (accept === undefined || accept === '') return WHOLE_TYPES[0];
  return wholeTypeOf(accept);
}

const wholeTypeOf = rememberLast((accept: string): string | undefined => {
  if (accept.includes(';')) return undefined;
  const forms = accept.split(',').map((form) => form.trim().toLowerCase());
  const form = forms.find((each) => ANY.includes(each) || WHOLE_TYPES.some((one) => one === each));
  return form !== undefined && ANY.includes(form) ? WHOLE_TYPES[0] : form;
});

const ANY = ['*/*', 'application/*'];

const WEIGHT = /;\s*q=([0-9.]+)/i;

/** Puts the forms that a client accepts in the order of its preference, without the refused. */
export function orderAccept(headers: IncomingHttpHeaders): void {
  if (headers.accept === undefined || !WEIGHT.test(headers.accept)) return;
  headers.accept = headers.accept
    .split(',')
    .map((form) => ({ form: form.replace(WEIGHT, '').trim(), weight: weightOf(form) }))
    .filter(({ weight }) => weight > 0)
    .sort((left, right) => right.weight - left.weight)
    .map(({ form }) => form)
    .join(', ');
}

/** Whether the header admits one of these media types; without one it admits all. */
export function accepts(accept: string | null | undefined, types: readonly string[]): boolean {
  if (accept === null || accept === undefined || accept.trim() === '') return true;
  const forms = accept.split(',').map((form) => form.split(';', 1)[0]?.trim().toLowerCase());
  return types.some((type) =>
    forms.some((form) => form === '*/*' || form === type || form === `${type.split('/')[0]}/*`),
  );
}

function weightOf(form: string): number {
  const weight = Number(WEIGHT.exec(form)?.[1] ?? 1);
  return Number.isNaN(weight) ? 0 : weight;
}
