/** Adds what a row says of a node or an edge to a transaction, as far as it is not there yet. */

import type { ScalarField } from '../definition/definition.ts';
import { sameValue, type Timestamp, type Value } from '../delta/value.ts';
import type { EdgeName } from '../engine/graph-view.ts';
import type { Draft } from '../space/space.ts';
import type { PathValue } from './csv-match.ts';

interface RowValues {
  readonly values: readonly PathValue[];
  /** Fields with a default or a time of writing, which is `now`; none where absent. */
  readonly generated?: readonly ScalarField[];
  readonly now?: Timestamp;
}

/** False where the node and all its values were there. Values that the row lacks stay. */
export function writeNode(
  draft: Draft,
  node: RowValues & { readonly type: string; readonly key: string },
): boolean {
  const { graph } = draft;
  const row = graph.nodeByKey(node.type, node.key);
  const id = row === undefined ? draft.createNode(node.type, { key: node.key }) : graph.nodeId(row);
  return writeValues(node, {
    isNew: row === undefined,
    read: (path) => (row === undefined ? null : graph.nodeValue(row, path)),
    set: (path, value) => draft.setNodeValue(id, path, value),
  });
}

/** False where the edge and all its values were there. */
export function writeEdge(draft: Draft, edge: RowValues & { readonly name: EdgeName }): boolean {
  const { graph } = draft;
  const row = graph.edgeByName(edge.name);
  if (row === undefined) draft.createEdge(edge.name);
  return writeValues(edge, {
    isNew: row === undefined,
    read: (path) => (row === undefined ? null : graph.edgeValue(row, path)),
    set: (path, value) => draft.setEdgeValue(edge.name, path, value),
  });
}

interface Target {
  readonly isNew: boolean;
  readonly read: (path: string) => Value;
  readonly set: (path: string, value: Value) => void;
}

function writeValues(row: RowValues, target: Target): boolean {
  let isWritten = target.isNew;
  for (const { path, value } of row.values) {
    if (!target.isNew && sameValue(target.read(path), value)) continue;
    target.set(path, value);
    isWritten = true;
  }
  if (isWritten) writeGenerated(row, target);
  return isWritten;
}

/** What the file says comes first. Members of a nested field have a default once it has a value. */
function writeGenerated({ values, generated = [], now }: RowValues, target: Target): void {
  for (const { path, defaultValue, timestamp } of generated) {
    if (values.some((given) => given.path === path)) continue;
    const parent = path.slice(0, path.lastIndexOf('.') + 1);
    const isHere = parent === '' || values.some((given) => given.path.startsWith(parent));
    const isStamped = target.isNew ? timestamp?.onCreate : timestamp?.onUpdate;
    if (isStamped === true && now !== undefined) target.set(path, now);
    else if (target.isNew && isHere && defaultValue !== undefined) target.set(path, defaultValue);
  }
}
