/**
 * Objects as people name them. A node has an id that nobody remembers, and often a natural key that
 * everybody does: `Airport:JFK` is the node with that key. Its id is a hash of the key, so that
 * such a name means the same whether the node is there, to come, or not to be seen by who asks.
 */

import { KEY_BYTES_MAX } from '../../assembly/abi.ts';
import type { Definition } from '../definition/definition.ts';
import { isNodeId, nodeIdByKey } from '../delta/node-id.ts';
import type { GraphView } from '../engine/graph-view.ts';
import { nodeObject } from './element-object.ts';
import { type ObjectName, parseGrantedObject, WILDCARD } from './tuple.ts';

/** Where names are looked up. */
export interface Naming {
  readonly graph: Pick<GraphView, 'nodeById' | 'nodeByKey'>;
  readonly definition: Definition;
  /** SHA-256 of the genesis record: ids derive from it. */
  readonly space: Uint8Array;
}

/**
 * `Type:*`, `Type:id`, or `Type:key` of a type that has natural keys. What has the form of an id is
 * one, unless no node has that id and one has that key.
 */
export function objectNamed(text: string, { graph, definition, space }: Naming): ObjectName {
  const colon = text.indexOf(':');
  const [type, name] = [text.slice(0, colon), text.slice(colon + 1)];
  const hasKeys = colon > 0 && definition.nodeTypes.get(type)?.key !== undefined;
  if (!hasKeys || name === WILDCARD || !isKey(name)) return parseGrantedObject(text);
  const isId =
    isNodeId(name) &&
    (graph.nodeById(name) !== undefined || graph.nodeByKey(type, name) === undefined);
  return isId ? nodeObject(type, name) : nodeObject(type, nodeIdByKey({ space, type, key: name }));
}

/** Whether a node could have this natural key. */
function isKey(text: string): boolean {
  return text !== '' && text.isWellFormed() && Buffer.byteLength(text) <= KEY_BYTES_MAX;
}
