/**
 * What of a change a subscriber may be told. A change is judged by the rights to its element's
 * name, as these do not ask whether the element is there: so a deletion is told to whoever saw
 * what is deleted. Edges are told of where both ends are seen.
 */

import type { ReadRights } from '../space/read-rights.ts';
import { ChangeEvent, type EdgeChange, type NodeChange } from '../space/space.ts';

export type ElementChange = NodeChange | EdgeChange;

/** The change with the paths that may be read; undefined where nothing of it may be told. */
export function seenChange<Change extends ElementChange>(
  change: Change,
  rights: ReadRights | undefined,
): Change | undefined {
  if (rights === undefined) return change;
  if (!isSeen(change, rights)) return undefined;
  const paths = change.paths.filter((path) => isRead(change, path, rights));
  // What was written is hidden, and nothing else has happened.
  const isOfHidden = paths.length === 0 && change.paths.length > 0;
  if (isOfHidden && change.event === ChangeEvent.UPDATED && !change.isRemade) return undefined;
  return { ...change, paths };
}

function isSeen(change: ElementChange, rights: ReadRights): boolean {
  return change.element === 'node'
    ? rights.seesNode(change.type, change.id)
    : rights.seesEdge(change);
}

function isRead(change: ElementChange, path: string, rights: ReadRights): boolean {
  return change.element === 'node'
    ? rights.readsNode(change.type, change.id, path)
    : rights.readsEdge(change.name, path);
}
