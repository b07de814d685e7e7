/** Planned commits as the engine takes them, and as the reference does. */

import { assert } from '../../src/base/assert.ts';
import { toHex } from '../../src/base/bytes.ts';
import type { AddressedDelta, IncrementBase } from '../../src/delta/delta.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import type { GroupCommit } from '../../src/engine/engine.ts';
import type { EdgeName } from '../../src/engine/graph-view.ts';
import type { Base } from '../reference/reference-cell.ts';
import {
  edgeElement,
  type ReferenceDelta,
  type ReferenceTransaction,
} from '../reference/reference-graph.ts';
import type { PlannedCommit } from './graph-plan.ts';

export function groupCommit({ author, clock, hash, transactions }: PlannedCommit): GroupCommit {
  const writer = new PayloadWriter();
  for (const transaction of transactions) writer.add(transaction);
  return {
    payloadBytes: writer.finish(),
    clock,
    author,
    hash,
    transactionCount: writer.transactionCount,
  };
}

/** What stamps a commit's transactions, and what they do. */
type StampedCommit = Pick<PlannedCommit, 'author' | 'clock' | 'hash' | 'transactions'>;

export function referenceTransactions(commit: StampedCommit): ReferenceTransaction[] {
  const { author, clock, hash, transactions } = commit;
  const name = toHex(hash);
  return transactions.map(({ deltas }, position) => ({
    stamp: { hlc: clock, author: toHex(author), commit: name, position },
    deltas: deltas.map((delta) => referenceDelta(delta, name)),
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
  }
}

function edgeName({ from, type, to, key }: Required<EdgeName>): Required<EdgeName> {
  return { from, type, to, key };
}

function referenceBase(base: IncrementBase, commit: string): Base | undefined {
  if (base.kind === 'none') return undefined;
  const { position } = base;
  return { commit: base.kind === 'own' ? commit : toHex(base.hash), position };
}
