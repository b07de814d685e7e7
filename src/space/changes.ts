/**
 * What a group of commits changed, as its watchers see it: the engine's change rows, gathered by
 * transaction and element, with the origin of the transaction.
 */

import * as abi from '../../assembly/abi.ts';
import { toHex } from '../base/bytes.ts';
import { cidText } from '../crypto/identifier.ts';
import { clockMilliseconds } from '../delta/clock.ts';
import type { VerifiedCommit } from '../delta/commit.ts';
import type { CommitHeader } from '../delta/header.ts';
import { type Payload, transactionActor, transactionId } from '../delta/payload-reader.ts';
import type { EngineChange } from '../engine/engine.ts';
import type { EdgeRow, NodeRow } from '../engine/graph-view.ts';
import type { EngineView } from '../engine/view.ts';
import type { TransactionChanges } from './space.ts';
import { ChangeEvent, type EdgeChange, type NodeChange, type Origin } from './space.ts';

/** One touched element while its changes are gathered. */
interface Touched {
  readonly isNode: boolean;
  readonly row: number;
  /** Undefined while only values were written. */
  existence: ChangeEvent | undefined;
  readonly paths: Set<string>;
}

export interface OriginParts {
  readonly commit: { readonly hash: Uint8Array; readonly header: CommitHeader };
  readonly payload: Payload;
  /** Position of the commit in the log. */
  readonly position: number;
  /** Index of the transaction in the commit. */
  readonly index: number;
}

/** Origin of what a transaction of a commit wrote that the engine accepted. */
export function originOf({ commit, payload, position, index }: OriginParts): Origin {
  const transaction = payload.transactions[index];
  if (transaction === undefined) throw new Error('assertion failed: a transaction has its place');
  return {
    commit: cidText(commit.hash),
    sequence: commit.header.sequence,
    position,
    index,
    author: toHex(commit.header.author),
    actor: transactionActor(payload, transaction),
    time: new Date(clockMilliseconds(commit.header.clock)),
    transaction: transactionId(transaction),
  };
}

/** Reads the changes of the last apply, which must be of these commits, in order. */
export function readChanges(
  view: EngineView,
  changes: readonly EngineChange[],
  commits: readonly VerifiedCommit[],
  firstPosition: number,
): TransactionChanges[] {
  const places = new Map(commits.map((commit, index) => [toHex(commit.hash), index]));
  const transactions: TransactionChanges[] = [];
  for (const group of byTransaction(changes)) {
    const { transaction } = group[0] as EngineChange;
    const writer = view.writerOf(transaction);
    const place = places.get(toHex(writer.commit));
    const commit = place === undefined ? undefined : commits[place];
    if (place === undefined || commit === undefined) {
      throw new Error('assertion failed: changes belong to the commits of their group');
    }
    transactions.push({
      ...originOf({
        commit,
        payload: commit.payload,
        position: firstPosition + place,
        index: writer.position,
      }),
      changes: touchedElements(view, group).map((touched) => changeOf(view, touched)),
    });
  }
  return transactions;
}

function byTransaction(changes: readonly EngineChange[]): EngineChange[][] {
  const groups: EngineChange[][] = [];
  for (const change of changes) {
    const last = groups.at(-1);
    if (last?.[0]?.transaction === change.transaction) last.push(change);
    else groups.push([change]);
  }
  return groups;
}

function touchedElements(view: EngineView, changes: readonly EngineChange[]): Touched[] {
  const elements = new Map<string, Touched>();
  for (const { kind, row, path } of changes) {
    const isNode = kind <= abi.CHANGE_NODE_VALUE;
    const name = `${isNode} ${row}`;
    let touched = elements.get(name);
    if (touched === undefined) {
      touched = { isNode, row, existence: undefined, paths: new Set() };
      elements.set(name, touched);
    }
    if (kind === abi.CHANGE_NODE_VALUE || kind === abi.CHANGE_EDGE_VALUE) {
      touched.paths.add(view.pathText(path));
    } else touched.existence = nextExistence(touched.existence, kind);
  }
  return [...elements.values()];
}

/** Deleted and created again in one transaction is an update for those who watch. */
function nextExistence(before: ChangeEvent | undefined, kind: number): ChangeEvent {
  const isCreate = kind === abi.CHANGE_NODE_CREATED || kind === abi.CHANGE_EDGE_CREATED;
  if (before === undefined) return isCreate ? ChangeEvent.CREATED : ChangeEvent.DELETED;
  return isCreate ? ChangeEvent.UPDATED : ChangeEvent.DELETED;
}

function changeOf(view: EngineView, touched: Touched): NodeChange | EdgeChange {
  const event = touched.existence ?? ChangeEvent.UPDATED;
  const paths = [...touched.paths];
  if (touched.isNode) {
    const node = touched.row as NodeRow;
    const id = view.nodeId(node);
    return { element: 'node', event, node, id, type: view.nodeType(node), paths };
  }
  const edge = touched.row as EdgeRow;
  const ends = view.edgeEnds(edge);
  const name = {
    from: view.nodeId(ends.from),
    type: view.edgeType(edge),
    to: view.nodeId(ends.to),
    key: view.edgeKey(edge),
  };
  return { element: 'edge', event, edge, name, paths };
}
