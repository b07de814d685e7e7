/** What `_entities` finds, the obvious way: each node is looked at, with each of its values. */

import { IdValue, Timestamp, type Value } from '../../src/delta/value.ts';
import type { GraphView, NodeRow } from '../../src/engine/graph-view.ts';
import { formatDateTime } from '../../src/graphql/date-time.ts';

export interface EntityDefinition {
  /** Paths of keys by their type or interface, in the order in which they are read. */
  readonly keys: ReadonlyMap<string, readonly (readonly string[])[]>;
  /** Types of nodes that an interface stands for; whatever is none of them stands for itself. */
  readonly implementing: ReadonlyMap<string, readonly string[]>;
  /** The path of the natural key of a type. */
  readonly naturalKeys: ReadonlyMap<string, string>;
}

/** The id of the only node, null where there is none, and an error for several and for no key. */
export type Entity = string | null | 'error';

export function entityOf(definition: EntityDefinition, graph: GraphView, given: unknown): Entity {
  if (!isObject(given) || typeof given.__typename !== 'string') return 'error';
  const { __typename: type } = given;
  const keys = definition.keys.get(type) ?? [];
  const key = keys.find((paths) => paths.every((path) => valueAt(given, path) !== undefined));
  if (key === undefined) return 'error';
  const values = key.map((path) => valueAt(given, path));
  if (values.some((value) => typeof value === 'object' && value !== null)) return 'error';
  if (values.includes(null)) return null;
  for (const owner of definition.implementing.get(type) ?? [type]) {
    const found = graph.nodesOfType(owner).filter((node) => {
      return key.every(
        (path, place) => storedAs(definition, graph, { node, path }) === values[place],
      );
    });
    if (found.length > 1) return 'error';
    const [node] = found;
    if (node !== undefined) return graph.nodeId(node);
  }
  return null;
}

/** As JSON has it: equal for values that are. */
export function storedAs(
  { naturalKeys }: Pick<EntityDefinition, 'naturalKeys'>,
  graph: GraphView,
  { node, path }: { readonly node: NodeRow; readonly path: string },
): unknown {
  if (path === 'id') return graph.nodeId(node);
  if (naturalKeys.get(graph.nodeType(node)) === path) return graph.nodeKey(node);
  return jsonOf(graph.nodeValue(node, path));
}

/** Of what JavaScript has as a date, in microseconds. */
const DATES_END = 8_640_000_000_000_000_000n;
const INT_MAX = 2n ** 31n - 1n;

function jsonOf(value: Value): unknown {
  if (typeof value === 'bigint') {
    return value > INT_MAX || value < -INT_MAX - 1n ? String(value) : Number(value);
  }
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (value instanceof Timestamp) {
    const { microseconds } = value;
    const isDate = microseconds < DATES_END && microseconds > -DATES_END;
    return isDate ? formatDateTime(value) : null;
  }
  if (value instanceof Uint8Array) return value.toBase64();
  if (value instanceof IdValue) return value.id;
  return typeof value === 'object' ? null : value;
}

/** Null where an object within which it would be is; undefined where one is not there. */
function valueAt(given: Readonly<Record<string, unknown>>, path: string): unknown {
  let value: unknown = given;
  for (const name of path.split('.')) {
    if (value === null) return null;
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
