/** An element as one moment showed it, as far as a subscriber may read it when it is told. */

import type { ScalarField } from '../definition/definition.ts';
import type { Value } from '../delta/value.ts';
import { ElementKind } from '../engine/plan.ts';
import type { ElementImage } from '../space/change-images.ts';
import type { ElementReader } from './element.ts';

export interface SeenState {
  /** Of the node; of an edge, that of its properties' rules. */
  readonly typeName: string;
  /** What is hidden, or missing, is null. */
  value(field: ScalarField): Value;
  mayRead(path: string): boolean;
}

export function seenState(
  typeName: string,
  { values }: ElementImage,
  mayRead: (path: string) => boolean,
): SeenState {
  return {
    typeName,
    // Whoever sees a node sees its key.
    value: ({ path, isKey }) => (isKey || mayRead(path) ? (values.get(path) ?? null) : null),
    mayRead,
  };
}

/** How resolvers read it. */
export const STATE_VALUES: ElementReader<SeenState> = {
  of: ElementKind.NODE,
  read: (_graph, state, field) => state.value(field),
  typeOf: (_graph, { typeName }) => typeName,
  identity: () => ({}),
  mayRead: (_graph, state, path) => state.mayRead(path),
};
