/** Which form of answer a client prefers: RFC 9110's weights, which the GraphQL server ignores. */

import type { IncomingHttpHeaders } from 'node:http';

export const EVENT_STREAM = 'text/event-stream';
/** What a query or a mutation is answered as. */
export const ANSWER_TYPES = [
  'application/json',
  'application/graphql-response+json',
  EVENT_STREAM,
  'multipart/mixed',
];

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
