/** Planned commits as the engine takes them, and as the reference does. */

import { assert } from '../../src/base/assert.ts';
import { toHex } from '../../src/base/bytes.ts';
import type { AddressedDelta, IncrementBase, ItemName, ItemPlace } from '../../src/delta/delta.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import type { GroupCommit } from '../../src/engine/engine.ts';
import type { EdgeName } from '../../src/engine/graph-view.ts';
import {
  edgeElement,
  type ReferenceDelta,
  type ReferenceTransaction,
} from '../reference/reference-delta.ts';
import type { ItemRef, PlaceRef } from '../reference/reference-sequence.ts';
import type { Base } from '../reference/reference-stamp.ts';
import type { PlannedCommit } from './graph-plan.ts';

/** Written once for all orders of arrival: of a large set that is most of the work. */
const GROUP_COMMITS = new WeakMap<PlannedCommit, GroupCommit>();

export function groupCommit(commit: PlannedCommit): GroupCommit {
  const known = GROUP_COMMITS.get(commit);
  if (known !== undefined) return known;
  const { author, clock, hash, transactions } = commit;
  const writer = new PayloadWriter();
  for (const transaction of transactions) writer.add(transaction);
  const { transactionCount } = writer;
  const made = { payloadBytes: writer.finish(), clock, author, hash, transactionCount };
  GROUP_COMMITS.set(commit, made);
  return made;
}

/** What stamps a commit's transactions, and what they do. */
type StampedCommit = Pick<PlannedCommit, 'author' | 'clock' | 'hash' | 'transactions' | 'isMasked'>;

export function referenceTransactions(commit: StampedCommit): ReferenceTransaction[] {
  const { author, clock, hash, transactions, isMasked = false } = commit;
  const name = toHex(hash);
  return transactions.map(({ deltas }, position) => ({
    stamp: { hlc: clock, author: toHex(author), commit: name, position },
    deltas: deltas.map((delta) => referenceDelta(delta, name)),
    isMasked,
  }));
}

function referenceDelta({ subject, delta }: AddressedDelta, commit: string): ReferenceDelta {
  const edge = subject.element === 'edge' ? edgeName(subject) : undefined;
  const element = subject.element === 'edge' ? edgeElement(subject) : subject.id;
  switch (delta.operation) {
    case 'createNode':
      return { op: 'createNode', id: element, type: delta.type };
    case 'createNodeByKey':
      return { op: 'createNode', id: element, type: delta.type, key: delta.key };
    case 'createEdge':
      assert(edge !== undefined, 'createEdge is about an edge');
      return { op: 'createEdge', edge };
    case 'delete':
      return edge === undefined ? { op: 'deleteNode', id: element } : { op: 'deleteEdge', edge };
    case 'set':
      return { op: 'set', element, path: delta.path, value: delta.value };
    case 'increment': {
      const { path, amount } = delta;
      return { op: 'increment', element, path, base: referenceBase(delta.base, commit), amount };
    }
    case 'add':
      return { op: 'add', element, path: delta.path, value: delta.value };
    case 'remove': {
      const adds = delta.adds.flatMap((add) => referenceBase(add, commit) ?? []);
      return { op: 'remove', element, path: delta.path, value: delta.value, adds };
    }
    case 'insert': {
      const { path, number, values } = delta;
      const place = referencePlace(delta.place, commit);
      return { op: 'insert', element, path, number, values, place };
    }
    case 'removeItems': {
      const runs = delta.runs.map((run) => ({ ...itemRef(run, commit), count: run.count }));
      return { op: 'removeItems', element, path: delta.path, runs };
    }
    case 'move': {
      const { path, number } = delta;
      const place = referencePlace(delta.place, commit);
      return { op: 'move', element, path, number, item: itemRef(delta.item, commit), place };
    }
  }
}

function edgeName({ from, type, to, key }: Required<EdgeName>): Required<EdgeName> {
  return { from, type, to, key };
}

function referencePlace(place: ItemPlace, commit: string): PlaceRef {
  return place === undefined ? undefined : { side: place.side, of: itemRef(place.of, commit) };
}

function itemRef(item: ItemName, commit: string): ItemRef {
  const { position, number } = item;
  return { commit: item.kind === 'own' ? commit : toHex(item.hash), position, number };
}

function referenceBase(base: IncrementBase, commit: string): Base | undefined {
  if (base.kind === 'none') return undefined;
  const { position } = base;
  return { commit: base.kind === 'own' ? commit : toHex(base.hash), position };
}
