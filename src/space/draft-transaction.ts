/**
 * Carries the deltas of a transaction that somebody else has put together over to a draft, so that
 * each is admitted as if it had been written by the API.
 */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { AddressedDelta, Delta, SeenAdd, Transaction } from '../delta/delta.ts';
import type { EdgeName } from '../engine/graph-view.ts';
import type { SequenceChange } from './sequence-change.ts';
import type { Draft } from './space.ts';

/** Throws what the draft throws for the first delta that it does not admit. */
export function draftTransaction(draft: Draft, { deltas }: Pick<Transaction, 'deltas'>): void {
  for (const addressed of deltas) draftDelta(draft, addressed);
}

function draftDelta(draft: Draft, { subject, delta }: AddressedDelta): void {
  if (delta.operation === 'createNode') {
    draft.createNode(delta.type, { number: delta.number });
  } else if (delta.operation === 'createNodeByKey') {
    draft.createNode(delta.type, { key: delta.key });
  } else if (subject.element === 'node') draftOnNode(draft, subject.id, delta);
  else draftOnEdge(draft, subject, delta);
}

function draftOnNode(draft: Draft, id: string, delta: AddressedDelta['delta']): void {
  switch (delta.operation) {
    case 'delete':
      return draft.deleteNode(id);
    case 'set':
      return draft.setNodeValue(id, delta.path, delta.value);
    case 'increment':
      expectNoBase(delta.base.kind);
      return draft.incrementNodeValue(id, delta.path, delta.amount);
    case 'add':
      return draft.addToNodeSet(id, delta.path, [delta.value]);
    case 'remove':
      expectOwnAdds(delta.adds);
      return draft.removeFromNodeSet(id, delta.path, [delta.value]);
    case 'insert':
      return draft.changeNodeSequence(id, delta.path, appendOf(delta));
    case 'removeItems':
    case 'move':
      throw namesItems(delta.operation);
    default:
      throw new Error(`assertion failed: ${delta.operation} is not of a node that is there`);
  }
}

function draftOnEdge(draft: Draft, name: EdgeName, delta: AddressedDelta['delta']): void {
  switch (delta.operation) {
    case 'createEdge':
      draft.createEdge(name);
      return;
    case 'delete':
      return draft.deleteEdge(name);
    case 'set':
      return draft.setEdgeValue(name, delta.path, delta.value);
    case 'increment':
      expectNoBase(delta.base.kind);
      return draft.incrementEdgeValue(name, delta.path, delta.amount);
    case 'add':
      return draft.addToEdgeSet(name, delta.path, [delta.value]);
    case 'remove':
      expectOwnAdds(delta.adds);
      return draft.removeFromEdgeSet(name, delta.path, [delta.value]);
    case 'insert':
      return draft.changeEdgeSequence(name, delta.path, appendOf(delta));
    case 'removeItems':
    case 'move':
      throw namesItems(delta.operation);
    default:
      throw new Error(`assertion failed: ${delta.operation} is not of an edge`);
  }
}

/** Which adds a removal takes away is known then, too; it has to name one. */
function expectOwnAdds(adds: readonly SeenAdd[]): void {
  if (adds.every(({ kind }) => kind === 'own')) return;
  throw new DatabaseError(
    ErrorCode.INVALID_INPUT,
    'a removal expected to name its own transaction, got another: the server finds the adds',
  );
}

/** The numbers of its items are known when the transaction gets its place. */
function appendOf({ place, values }: Extract<Delta, { operation: 'insert' }>): SequenceChange {
  if (place !== undefined) throw namesItems('insert at a place');
  return { operation: 'append', values };
}

/** Where items are is known to those who hold the commits that made them. */
function namesItems(operation: string): DatabaseError {
  return new DatabaseError(
    ErrorCode.INVALID_INPUT,
    `a transaction expected to append to sequences alone, got an operation ${operation}: ` +
      'an update of the API changes them by position',
  );
}

/** Which set an increment adds to is known when the transaction gets its place. */
function expectNoBase(kind: string): void {
  if (kind === 'none') return;
  throw new DatabaseError(
    ErrorCode.INVALID_INPUT,
    'an increment expected to name no set, got one: the server finds it',
  );
}
