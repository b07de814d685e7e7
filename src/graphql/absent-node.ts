/**
 * A node that another subgraph has and that this graph keeps nothing of, or nothing that the caller
 * sees: it stands in the place of a row, has the values that it was named by, and no others, and no
 * relationships. What is computed for it is made of what a gateway gives.
 */

import type { ScalarField } from '../definition/definition.ts';
import type { Value } from '../delta/value.ts';
import type { NodeRow } from '../engine/graph-view.ts';

export class AbsentNode {
  readonly type: string;
  /** That of a node of its natural key, be it there or not; undefined where it has none. */
  readonly id: string | undefined;
  readonly #values: ReadonlyMap<string, Value>;

  /** `values` are those of its key, by their paths. */
  constructor(type: string, id: string | undefined, values: ReadonlyMap<string, Value>) {
    this.type = type;
    this.id = id;
    this.#values = values;
  }

  value({ path }: ScalarField): Value {
    return this.#values.get(path) ?? null;
  }
}

/** Of what stands where a row is expected. */
export function absentNode(node: NodeRow): AbsentNode | undefined {
  const source: unknown = node;
  return source instanceof AbsentNode ? source : undefined;
}

/** To resolvers, which ask each node that can be absent whether it is. */
export function asNode(absent: AbsentNode): NodeRow {
  return absent as unknown as NodeRow;
}
