/** What an increment adds to, and what it comes to. */

import { VALUE_COUNTER, VALUE_INT64 } from '../../assembly/abi.ts';
import type { IncrementBase, Subject } from '../delta/delta.ts';
import type { Value } from '../delta/value.ts';
import type { StoredCollection } from '../engine/stored-collection.ts';
import type { EngineView } from '../engine/view.ts';
import type { StoredCell } from '../engine/writer.ts';

/** What the engine holds at a path, shown or not. */
export function storedCell(
  view: EngineView,
  subject: Subject,
  path: string,
): StoredCell | undefined {
  if (subject.element === 'node') return view.storedNodeCell(subject.id, path);
  return view.storedEdgeCell(subject, path);
}

/** What it is merged from there. */
export function storedCollection(
  view: EngineView,
  subject: Subject,
  path: string,
): StoredCollection {
  if (subject.element === 'node') return view.storedNodeCollection(subject.id, path);
  return view.storedEdgeCollection(subject, path);
}

/** Whether the engine has ever heard of a delete. */
export function wasDeleted(view: EngineView, subject: Subject): boolean {
  return subject.element === 'node'
    ? view.wasNodeDeleted(subject.id)
    : view.wasEdgeDeleted(subject);
}

/** The base of the first increment of a commit, from what the engine holds. */
export function baseOf(asked: {
  readonly current: Value;
  readonly stored: StoredCell | undefined;
  readonly wasDeleted: boolean;
}): IncrementBase | undefined {
  const { current, stored, wasDeleted } = asked;
  if (stored === undefined) return wasDeleted ? undefined : { kind: 'none' };
  if (stored.kind === VALUE_COUNTER) return wasDeleted ? undefined : { kind: 'none' };
  const { kind, writer } = stored;
  if (kind !== VALUE_INT64 || writer === undefined || current === null) return undefined;
  return { kind: 'commit', hash: writer.commit, position: writer.position };
}

/** The sum as the engine computes it: int64, wrapping. */
export function wrapped(current: Value, amount: bigint): bigint {
  return BigInt.asIntN(64, (typeof current === 'bigint' ? current : 0n) + amount);
}
