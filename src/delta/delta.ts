/** Deltas and transactions as the host builds them, before they are written as a payload. */

import type { ListItem, Value } from './value.ts';

/** What a delta acts on: a node by id, or an edge by name. */
export type Subject =
  | { readonly element: 'node'; readonly id: string }
  | {
      readonly element: 'edge';
      readonly from: string;
      readonly type: string;
      readonly to: string;
      readonly key: number;
    };

/** The set that an increment adds to. */
export type IncrementBase =
  /** None: the property was never set. */
  | { readonly kind: 'none' }
  /** A set in the same commit, by the position of its transaction. */
  | { readonly kind: 'own'; readonly position: number }
  | { readonly kind: 'commit'; readonly hash: Uint8Array; readonly position: number };

/** An add that a removal has seen, by its transaction; one of its own commit comes before it. */
export type SeenAdd = Exclude<IncrementBase, { readonly kind: 'none' }>;

/** An item of a sequence, or a place: by the transaction that made it, and its number there. */
export type ItemName = SeenAdd & { readonly number: number };

/** Where an item comes: at a side of a place; undefined: at the root, behind what was seen. */
export type ItemPlace = { readonly side: 'left' | 'right'; readonly of: ItemName } | undefined;

/** Items of one transaction whose numbers follow one another. */
export type ItemRun = ItemName & { readonly count: number };

export type Delta =
  | { readonly operation: 'createNode'; readonly type: string; readonly number: bigint }
  | { readonly operation: 'createNodeByKey'; readonly type: string; readonly key: string }
  | { readonly operation: 'createEdge' }
  | { readonly operation: 'delete' }
  | { readonly operation: 'set'; readonly path: string; readonly value: Value }
  | {
      readonly operation: 'increment';
      readonly path: string;
      readonly base: IncrementBase;
      readonly amount: bigint;
    }
  /** To a set of values. */
  | { readonly operation: 'add'; readonly path: string; readonly value: ListItem }
  /** From a set of values: adds that it does not name stay. */
  | {
      readonly operation: 'remove';
      readonly path: string;
      readonly value: ListItem;
      readonly adds: readonly SeenAdd[];
    }
  /** Into a sequence: the items get the numbers from `number` on. */
  | {
      readonly operation: 'insert';
      readonly path: string;
      readonly number: number;
      readonly place: ItemPlace;
      readonly values: readonly ListItem[];
    }
  | {
      readonly operation: 'removeItems';
      readonly path: string;
      readonly runs: readonly ItemRun[];
    }
  /** Of an item, to a place that gets this number. */
  | {
      readonly operation: 'move';
      readonly path: string;
      readonly number: number;
      readonly item: ItemName;
      readonly place: ItemPlace;
    };

/** A delta with what it acts on; for creates, what they make. */
export interface AddressedDelta {
  readonly subject: Subject;
  readonly delta: Delta;
}

/** An atomic group of deltas, done for one actor. */
export interface Transaction {
  /** 16 random bytes, kept when the transaction is signed again. */
  readonly id: Uint8Array;
  /** The principal: `user:acme/ann`. */
  readonly actor: string;
  readonly deltas: readonly AddressedDelta[];
}

/** Deltas of one node or edge that are read by one relation: what can be withheld. */
export interface Segment {
  /** `read.salary`; seen by everybody who holds the commit. */
  readonly relation: string;
  /** All of one subject, a create only as the first. */
  readonly deltas: readonly AddressedDelta[];
}

/** A transaction whose segments are applied in order, as if it were one list of deltas. */
export interface SegmentedTransaction {
  readonly id: Uint8Array;
  readonly actor: string;
  readonly segments: readonly Segment[];
}

/** Two deltas of one subject need to name it once. */
export function sameSubject(left: Subject | undefined, right: Subject): boolean {
  if (left === undefined || left.element !== right.element) return false;
  if (left.element === 'node') return right.element === 'node' && left.id === right.id;
  return (
    right.element === 'edge' &&
    left.from === right.from &&
    left.to === right.to &&
    left.type === right.type &&
    left.key === right.key
  );
}
