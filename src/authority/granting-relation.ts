/** Which relation gives the right to grant another one. */

import type { ModelType } from '../access/model.ts';

const VERBS: ReadonlySet<string> = new Set(['read', 'write']);

/**
 * For `read.salary` or `write.salary` it is `grant.salary`, for `member` it is `grant.member`; or
 * the nearest above that the type has, and `grant` at last: undefined where it has none.
 */
export function grantingRelation(type: ModelType, relation: string): string | undefined {
  const [verb = '', ...path] = relation.split('.');
  const segments = VERBS.has(verb) ? path : [verb, ...path];
  for (let length = segments.length; length >= 0; length--) {
    const name = ['grant', ...segments.slice(0, length)].join('.');
    if (type.relations.has(name)) return name;
  }
  return undefined;
}
