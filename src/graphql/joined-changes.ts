/**
 * Two changes of one element that wait for one subscriber, as one: what showed before the first and
 * after the second, and all that was written. What permissions do to single fields is told beside
 * what was written: so it has keys of its own.
 */

import { sameValue } from '../delta/value.ts';
import type { ElementImage } from '../space/change-images.ts';
import { ChangeEvent } from '../space/space.ts';
import {
  type ChangeEntry,
  type ElementChange,
  isThere,
  type NodeEvent,
  wasThere,
} from './seen-changes.ts';
import type { SightChange } from './sight-changes.ts';

/** Entries of one key are of one element, or of all, and can be joined. */
export function keyOfEntry(entry: ChangeEntry): string {
  switch (entry.element) {
    case 'node':
      return `node ${entry.id}`;
    case 'edge': {
      const { from, to, key, type } = entry.name;
      return `edge ${from} ${to} ${key} ${type}`;
    }
    case 'sight':
      if (entry.node === undefined) return entry.event;
      if (entry.paths.length === 0) return `node ${entry.node.id}`;
      return `${entry.event} ${entry.node.id}`;
  }
}

/** What came and went is told as gone: a subscriber may have asked for it meanwhile. */
export function joinEntries({ first, second, wasSeen }: TwoEntries): ChangeEntry {
  if (second.element === 'sight' && second.node === undefined) return second;
  if (first.element === 'sight' && second.element === 'sight' && second.paths.length > 0) {
    return joinSights(first, second);
  }
  if (!isThere(second)) {
    // What was hidden from a subscriber since is told as it was last seen.
    return second.element === 'sight' ? second : { ...second, ...imagesOf(first, second) };
  }
  if (wasSeen) return updated(first, second);
  if (enters(second) || second.element === 'sight') return second;
  const { images } = imagesOf(first, second);
  if (first.element === 'sight' && enters(first)) {
    return { ...first, ...(images && { images: { ...images, readBefore: NOTHING } }) };
  }
  const paths = pathsOf(first, second);
  const shown = images && { images: { before: undefined, after: images.after } };
  return { ...second, event: ChangeEvent.CREATED, paths, ...shown };
}

interface TwoEntries {
  readonly first: ChangeEntry;
  readonly second: ChangeEntry;
  /** Whether the subscriber saw the element before all that is the first. */
  readonly wasSeen: boolean;
}

type Told = SightChange | ElementChange;
const NOTHING: ReadonlySet<string> = new Set();

function enters(entry: ChangeEntry): boolean {
  return !wasThere(entry);
}

/** The fields of one element that were shown, or those that were hidden. */
function joinSights(first: SightChange, second: SightChange): SightChange {
  const paths = [...new Set([...first.paths, ...second.paths])];
  if (first.images === undefined || second.images === undefined) return { ...second, paths };
  return { ...second, paths, images: { ...first.images, after: second.images.after } };
}

function updated(first: Told, second: Told): ElementChange {
  // Where one of them was not told, a filter may have passed it over.
  const hasLeft = !isThere(first) || enters(second);
  const isRemade = hasLeft || isRemadeAlone(first) || isRemadeAlone(second);
  const joined = { paths: pathsOf(first, second), isRemade, ...imagesOf(first, second) };
  const event = ChangeEvent.UPDATED;
  return second.element === 'sight'
    ? { ...nodeOf(second), event, ...joined }
    : { ...second, event, ...joined };
}

function nodeOf({ node }: SightChange): Pick<NodeEvent, 'element' | 'id' | 'type'> {
  return { element: 'node', id: node?.id ?? '', type: node?.type ?? '' };
}

function isRemadeAlone(entry: Told): boolean {
  return entry.element !== 'sight' && entry.isRemade;
}

function imagesOf(first: Told, second: Told): Pick<ElementChange, 'images'> {
  if (first.images === undefined || second.images === undefined) return {};
  return { images: { before: first.images.before, after: second.images.after } };
}

/** With what was written in between and was not told: a filter may have passed it over. */
function pathsOf(first: Told, second: Told): string[] {
  const between = differingPaths(first.images?.after, second.images?.before);
  return [...new Set([...first.paths, ...between, ...second.paths])];
}

function differingPaths(left: ElementImage | undefined, right: ElementImage | undefined): string[] {
  if (left === undefined || right === undefined) return [];
  const paths = new Set([...left.values.keys(), ...right.values.keys()]);
  return [...paths].filter(
    (path) => !sameValue(left.values.get(path) ?? null, right.values.get(path) ?? null),
  );
}
