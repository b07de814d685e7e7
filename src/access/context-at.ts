import type { Context } from './condition.ts';

/** What conditions of grants see of a question, beside what the grants give: the time, as `now`. */
export function contextAt(milliseconds: number): Context {
  return new Map([['now', new Date(milliseconds).toISOString()]]);
}
