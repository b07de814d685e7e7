/**
 * Who reads, beyond the graph: what it may be told of transactions in the log. A proof shows all
 * of a transaction. Its id, with the hash of its commit, lets whoever knows all but one value of it
 * guess that one and be certain; so an id is told to the actor of the transaction alone, whatever
 * others may read: that it is withheld must not tell that there is something to hide.
 */

import {
  ELEMENT_NODE,
  SYMBOL_ACTOR,
  SYMBOL_EDGE_TYPE,
  SYMBOL_NODE_TYPE,
  SYMBOL_PATH,
} from '../../assembly/abi.ts';
import { ANONYMOUS, formatPrincipal } from '../access/principal.ts';
import { toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Commit } from '../delta/commit.ts';
import type { AddressedDelta, Transaction } from '../delta/delta.ts';
import { dictionarySymbols, type Payload, readPayload } from '../delta/payload-reader.ts';
import { readTransaction } from '../delta/transaction-reader.ts';
import { type CallerView, FieldVerb } from '../engine/caller-view.ts';
import type { EdgeRow, NodeRow } from '../engine/graph-view.ts';
import type { EngineView } from '../engine/view.ts';
import type { ReadRights } from './read-rights.ts';

export interface ReaderParts {
  readonly actor: string;
  /** All of the graph. */
  readonly all: EngineView;
  /** As the caller sees it. */
  readonly graph: CallerView;
  /** Everything where absent. */
  readonly rights: ReadRights | undefined;
  /** Whether the caller may see all permissions. */
  readonly readsPermissions: boolean;
}

/** A visible value, or the existence of its element where there is no path. */
export interface ValuePlace {
  readonly element: number;
  readonly row: number;
  readonly path: string | undefined;
}

export class Reader {
  readonly #parts: ReaderParts;
  /** By commit and index. */
  readonly #known = new Map<string, boolean>();

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  get graph(): CallerView {
    return this.#parts.graph;
  }

  /** Whether a place shows something. */
  sees({ element, row, path }: ValuePlace): boolean {
    const { graph } = this.#parts;
    const isNode = element === ELEMENT_NODE;
    if (path === undefined) {
      const [isSeen] = isNode
        ? graph.nodeMask(row as NodeRow, FieldVerb.READ, [''])
        : graph.edgeMask(row as EdgeRow, FieldVerb.READ, ['']);
      return isSeen === true;
    }
    const value = isNode
      ? graph.nodeValue(row as NodeRow, path)
      : graph.edgeValue(row as EdgeRow, path);
    return value !== null;
  }

  /** Whether the caller is told the id of a transaction, by its actor. */
  knowsTransactionOf(actor: string): boolean {
    const { rights } = this.#parts;
    return rights === undefined || isOwn(this.#parts.actor, actor);
  }

  /** Whether the caller may read all that a transaction holds. */
  #readsTransaction(commit: Commit, index: number): boolean {
    if (this.#parts.rights === undefined) return true;
    const name = `${toHex(commit.hash)} ${index}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const transaction = plainTransaction(commit, index);
    const isRead = transaction !== undefined && this.#readsAll(transaction);
    this.#known.set(name, isRead);
    return isRead;
  }

  /** Throws FORBIDDEN where a proof would show what the caller may not read. */
  expectProof(commit: Commit, index: number): void {
    const { rights, readsPermissions, actor } = this.#parts;
    if (rights === undefined) return;
    // The authority of a proof shows the model, and who is granted what.
    if (!readsPermissions) {
      throw forbidden(actor, 'one who may read the permissions that it shows');
    }
    if (!this.#readsShown(commit, index)) {
      throw forbidden(actor, 'one who may read all of the transaction that it shows');
    }
  }

  /** The transaction, and others of its commit where the dictionary names more than it has. */
  #readsShown(commit: Commit, index: number): boolean {
    if (!this.#readsTransaction(commit, index)) return false;
    const payload = readPayload(commit.payloadBytes, commit.layout);
    const own = plainTransaction(commit, index);
    if (own !== undefined && isNamedBy(own, payload)) return true;
    for (let other = 0; other < payload.transactionCount; other++) {
      if (!this.#readsTransaction(commit, other)) return false;
    }
    return true;
  }

  #readsAll({ deltas }: Transaction): boolean {
    const types = new Map<string, string>();
    return deltas.every((delta) => this.#reads(delta, types));
  }

  /** `types` has the types of nodes that the transaction itself creates. */
  #reads({ subject, delta }: AddressedDelta, types: Map<string, string>): boolean {
    const { rights } = this.#parts;
    if (rights === undefined) return true;
    const typeOf = (id: string) => types.get(id) ?? this.#typeOf(id);
    if (subject.element === 'node') {
      const { id } = subject;
      if ('type' in delta) types.set(id, delta.type);
      const type = typeOf(id);
      if (type === undefined || !rights.seesNode(type, id)) return false;
      return !('path' in delta) || rights.readsNode(type, id, delta.path);
    }
    const { element: _, ...name } = subject;
    const [fromType, toType] = [typeOf(name.from), typeOf(name.to)];
    if (fromType === undefined || toType === undefined) return false;
    if (!rights.seesEdge({ name, fromType, toType })) return false;
    return !('path' in delta) || rights.readsEdge(name, delta.path);
  }

  /** Of a node that is there or was. */
  #typeOf(id: string): string | undefined {
    const { all } = this.#parts;
    const row = all.rowOfNode(id);
    return row === undefined ? undefined : all.nodeType(row as NodeRow);
  }
}

/** Whether one principal is meant: `user:*` is many. */
export function isOwn(caller: string, actor: string): boolean {
  return caller === actor && caller !== EVERYBODY;
}

const EVERYBODY = formatPrincipal(ANONYMOUS);

/** Undefined for one in segments. */
function plainTransaction(commit: Commit, index: number): Transaction | undefined {
  const payload = readPayload(commit.payloadBytes, commit.layout);
  const { dictionary } = payload;
  const { space, author } = commit.header;
  const transaction = payload.transaction(index);
  try {
    return readTransaction({ dictionary, transaction, index, space, author });
  } catch (error) {
    if (error instanceof DatabaseError && error.code === ErrorCode.UNSUPPORTED) return undefined;
    throw error;
  }
}

/** Whether a dictionary has no name but those of this transaction. */
function isNamedBy({ actor, deltas }: Transaction, payload: Payload): boolean {
  const names = new Set([`${SYMBOL_ACTOR} ${actor}`]);
  for (const { subject, delta } of deltas) {
    if (subject.element === 'edge') names.add(`${SYMBOL_EDGE_TYPE} ${subject.type}`);
    if ('type' in delta) names.add(`${SYMBOL_NODE_TYPE} ${delta.type}`);
    if ('path' in delta) names.add(`${SYMBOL_PATH} ${delta.path}`);
  }
  return dictionarySymbols(payload).every(({ kind, name }) => names.has(`${kind} ${name}`));
}

function forbidden(actor: string, expected: string): DatabaseError {
  const message = `a proof for ${actor} expected ${expected}, got another`;
  return new DatabaseError(ErrorCode.FORBIDDEN, message);
}
