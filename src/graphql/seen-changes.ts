/**
 * What of a change a subscriber may be told. A change is judged by the rights to its element's
 * name, as these do not ask whether the element is there: so a deletion is told to whoever saw
 * what is deleted. Edges are told of where both ends are seen.
 */

import type { ElementImage } from '../space/change-images.ts';
import type { ReadRights } from '../space/read-rights.ts';
import { ChangeEvent, type EdgeChange, type NodeChange } from '../space/space.ts';
import { type SeenState, seenState } from './seen-state.ts';
import { type SightChange, SightEvent } from './sight-changes.ts';

/** Rows mean nothing by the time at which a change is told. */
export type NodeEvent = Omit<NodeChange, 'node'>;
export type EdgeEvent = Omit<EdgeChange, 'edge'>;
export type ElementChange = NodeEvent | EdgeEvent;

/** What happened to an element, or to what is seen of one or of many. */
export type ChangeEntry = ElementChange | SightChange;

/** What showed of an element before and after a change, to one who may be told. */
export interface SeenStates {
  readonly before: SeenState | undefined;
  readonly after: SeenState | undefined;
}

const NO_STATES: SeenStates = { before: undefined, after: undefined };

/** The entry with the paths that may be read; undefined where nothing of it may be told. */
export function seenEntry(
  entry: ChangeEntry,
  rights: ReadRights | undefined,
): ChangeEntry | undefined {
  return entry.element === 'sight' ? seenSight(entry, rights) : seenChange(entry, rights);
}

/** Whether a subscriber saw the element before. */
export function wasThere(entry: ChangeEntry): boolean {
  return entry.event !== ChangeEvent.CREATED && !isWhole(entry, SightEvent.SHOWN);
}

/** Whether a subscriber sees it after. */
export function isThere(entry: ChangeEntry): boolean {
  return entry.event !== ChangeEvent.DELETED && !isWhole(entry, SightEvent.HIDDEN);
}

function isWhole(entry: ChangeEntry, event: SightEvent): boolean {
  return entry.element === 'sight' && entry.event === event && entry.paths.length === 0;
}

function seenChange(
  change: ElementChange,
  rights: ReadRights | undefined,
): ElementChange | undefined {
  if (rights === undefined) return change;
  if (!isSeen(change, rights)) return undefined;
  const paths = change.paths.filter((path) => isRead(change, path, rights));
  // What was written is hidden, and nothing else has happened.
  const isOfHidden = paths.length === 0 && change.paths.length > 0;
  if (isOfHidden && change.event === ChangeEvent.UPDATED && !change.isRemade) return undefined;
  return { ...change, paths };
}

/** What is hidden again since is not told as shown. */
function seenSight(change: SightChange, rights: ReadRights | undefined): SightChange | undefined {
  const { node, event, paths } = change;
  if (rights === undefined || node === undefined || event !== SightEvent.SHOWN) return change;
  if (!rights.seesNode(node.type, node.id)) return undefined;
  const read = paths.filter((path) => rights.readsNode(node.type, node.id, path));
  return paths.length > 0 && read.length === 0 ? undefined : { ...change, paths: read };
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

/** The images of an entry, under rights; none where it has none. */
export function seenStates(entry: ChangeEntry, rights: ReadRights | undefined): SeenStates {
  if (entry.images === undefined) return NO_STATES;
  const { before, after } = entry.images;
  if (entry.element === 'sight') return statesOfSight(entry, rights);
  const state = (image: ElementImage | undefined) =>
    image &&
    seenState(
      entry.element === 'node' ? entry.type : entry.name.type,
      image,
      (path) => rights === undefined || isRead(entry, path, rights),
    );
  return { before: state(before), after: state(after) };
}

/** What is hidden from now on was seen until then: `before` is told as it was seen. */
function statesOfSight(
  { node, event, images }: SightChange,
  rights: ReadRights | undefined,
): SeenStates {
  if (images === undefined || node === undefined) return NO_STATES;
  const { type, id } = node;
  const mayRead = (path: string) => rights === undefined || rights.readsNode(type, id, path);
  const { before, readBefore } = images;
  // Where fields were hidden, the whole node may be by now.
  const isSeen = rights === undefined || rights.seesNode(type, id);
  const after = isSeen ? images.after : undefined;
  const wasRead = event === SightEvent.HIDDEN ? (path: string) => readBefore.has(path) : mayRead;
  return {
    before: before && seenState(type, before, wasRead),
    after: after && seenState(type, after, mayRead),
  };
}
