/** To a union leads a relationship for each of its types: inputs for it name the type first. */

import type { Relationship, UnionType } from '../definition/definition.ts';
import { type Api, type InputRef, inputType } from './builder.ts';
import { relationshipsByType } from './definition-lookup.ts';

/** `MovieSearchCreateInput`: an input for each of the union's types. */
export function inputByType(
  api: Api,
  name: string,
  of: {
    readonly relationship: Relationship;
    readonly target: UnionType;
    /** Of each of them. */
    readonly description?: string;
  },
  inputOf: (each: Relationship) => InputRef | [InputRef],
): InputRef {
  const { relationship, target, description } = of;
  return inputType(api, name, (t) =>
    Object.fromEntries(
      relationshipsByType(relationship, target).map(([type, each]) => [
        type,
        t.field({ type: inputOf(each), ...(description !== undefined && { description }) }),
      ]),
    ),
  );
}
