/**
 * From a value in the graph to the commit in the log that wrote it: its lineage, and the proof of
 * it. The engine names the writer of every cell and of every element that exists.
 */

import * as abi from '../../assembly/abi.ts';
import type { RecordBody } from '../authority/body.ts';
import type { AuthorityChain } from '../authority/chain.ts';
import { type AuthorityRecord, decodeRecord } from '../authority/record.ts';
import { assert } from '../base/assert.ts';
import { sameBytes, toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { PROOF_RECORDS_MAX } from '../base/limits.ts';
import { cidText } from '../crypto/identifier.ts';
import { type Commit, decodeCommit } from '../delta/commit.ts';
import { readPayload } from '../delta/payload-reader.ts';
import { type ListItem, ListValue, type Value } from '../delta/value.ts';
import { compareValues } from '../delta/value-order.ts';
import type { EdgeRow, NodeRow } from '../engine/graph-view.ts';
import { shownPieces } from '../engine/set-pieces.ts';
import type { EngineView } from '../engine/view.ts';
import type { Writer } from '../engine/writer.ts';
import type { Log } from '../log/log.ts';
import { type ClaimedNode, type ClaimedSubject, createdNode } from '../proof/claim.ts';
import { makeProof, transactionOf } from '../proof/make.ts';
import { originOf } from './changes.ts';
import type { CommitPlaces } from './commit-places.ts';
import type { ValuePlace } from './reader.ts';
import type { AuthorityStep, Lineage, LineageOptions, LogRead } from './space.ts';

const unheard: LogRead = () => undefined;

interface FoundCommit {
  readonly commit: Commit;
  readonly position: number;
}

export interface WrittenValuesParts {
  readonly view: EngineView;
  readonly log: Log;
  readonly places: CommitPlaces;
  readonly chain: AuthorityChain;
}

export class WrittenValues {
  readonly #view: EngineView;
  readonly #log: Log;
  readonly #places: CommitPlaces;
  readonly #chain: AuthorityChain;

  constructor({ view, log, places, chain }: WrittenValuesParts) {
    this.#view = view;
    this.#log = log;
    this.#places = places;
    this.#chain = chain;
  }

  lineage(place: ValuePlace, options: LineageOptions): Lineage | undefined {
    const { reader, read = unheard } = options;
    // What the caller does not see comes from nowhere.
    if (reader?.sees(place) === false) return undefined;
    const writer = this.#askedWriter(place, options);
    if (writer === undefined) return undefined;
    const { commit, position } = this.#commitOf(writer, read);
    const payload = readPayload(commit.payloadBytes, commit.layout);
    const origin = originOf({ commit, payload, position, index: writer.position });
    const isTold = reader?.knowsTransactionOf(origin.actor) !== false;
    return {
      ...origin,
      transaction: isTold ? origin.transaction : undefined,
      authority: this.#stepsTo(commit.header.author),
    };
  }

  proof(place: ValuePlace, { reader, read = unheard }: LineageOptions): string | undefined {
    if (reader?.sees(place) === false) return undefined;
    const writer = this.#writer(place);
    if (writer === undefined) return undefined;
    const { commit } = this.#commitOf(writer, read);
    reader?.expectProof(commit, writer.position);
    this.#expectProvable(commit);
    return makeProof({
      commit,
      index: writer.position,
      authority: this.#authorityOf(commit, read).map(({ bytes }) => bytes),
      target: { subject: this.#subject(place, read), path: place.path },
    });
  }

  #askedWriter(place: ValuePlace, { item, at }: LineageOptions): Writer | undefined {
    if (item !== undefined) return this.#itemWriter(place, item);
    return at === undefined ? this.#writer(place) : this.#writerAt(place, at);
  }

  #writer({ element, row, path }: ValuePlace): Writer | undefined {
    return path === undefined
      ? this.#view.creator(element, row)
      : this.#view.valueWriter(element, row, path);
  }

  /** Of the latest add of a value; of a list that was set whole, who set it. */
  #itemWriter(place: ValuePlace, item: ListItem): Writer | undefined {
    const { element, row, path } = place;
    if (path === undefined) return undefined;
    const isAsked = (value: Value) => compareValues(value, item) === 0;
    const pieces = shownPieces(this.#view.collection(element, row, path).pieces());
    const piece = pieces.find(({ value }) => isAsked(value));
    if (piece !== undefined) return this.#view.writerOf(piece.transaction);
    if (pieces.length > 0) return undefined;
    const value = this.#valueAt(place, path);
    const isHeld = value instanceof ListValue && value.items.some(isAsked);
    return isHeld ? this.#writer(place) : undefined;
  }

  /** Of the item at a position of what shows; of a list that was set whole, who set it. */
  #writerAt(place: ValuePlace, at: number): Writer | undefined {
    const { element, row, path } = place;
    if (path === undefined) return undefined;
    const items = this.#view
      .collection(element, row, path)
      .places()
      .filter(({ shows }) => shows);
    const item = items[at]?.item;
    if (item !== undefined) return this.#view.writerOf(item.transaction);
    if (items.length > 0) return undefined;
    const value = this.#valueAt(place, path);
    return value instanceof ListValue && at in value.items ? this.#writer(place) : undefined;
  }

  #valueAt({ element, row }: ValuePlace, path: string): Value {
    return element === abi.ELEMENT_NODE
      ? this.#view.nodeValue(row as NodeRow, path)
      : this.#view.edgeValue(row as EdgeRow, path);
  }

  #subject({ element, row }: ValuePlace, read: LogRead): ClaimedSubject {
    if (element === abi.ELEMENT_NODE) return this.#node(row as NodeRow, read);
    const edge = row as EdgeRow;
    const ends = this.#view.edgeEnds(edge);
    return {
      element: 'edge',
      from: this.#view.nodeId(ends.from),
      type: this.#view.edgeType(edge),
      to: this.#view.nodeId(ends.to),
      key: this.#view.edgeKey(edge),
    };
  }

  /** What the id of a node is the hash of: the key, or what its creator chose. */
  #node(row: NodeRow, read: LogRead): ClaimedNode {
    const id = this.#view.nodeId(row);
    const key = this.#view.nodeKey(row);
    if (key !== undefined) return { element: 'node', id, type: this.#view.nodeType(row), key };
    const writer = this.#view.creator(abi.ELEMENT_NODE, row);
    const { commit } = this.#commitOf(writer, read);
    const created = createdNode(transactionOf(commit, writer.position), id, commit.header.author);
    assert(created !== undefined, 'the creator of a node creates it');
    return created;
  }

  #commitOf({ commit }: Writer, read: LogRead): FoundCommit {
    const position = this.#places.positionOf(commit);
    const entry = position === undefined ? undefined : this.#log.read(position);
    if (entry !== undefined) {
      read(entry.bytes.length);
      return { commit: decodeCommit(entry.bytes), position: entry.position };
    }
    throw new DatabaseError(
      ErrorCode.CORRUPT,
      `the log expected commit ${toHex(commit)}, got an engine alone that has it`,
    );
  }

  /** The record that names an author, then the genesis: no chain of seals is read for it. */
  #stepsTo(author: Uint8Array): AuthorityStep[] {
    const certified = this.#chain.author(author);
    assert(certified !== undefined, 'an author whose commit was taken is certified');
    const step = (kind: RecordBody['kind'], height: number) => {
      return { record: cidText(this.#chain.hashAt(height)), kind, height };
    };
    return [step('author', certified.height), step('genesis', 0)];
  }

  /** A proof holds all records up to the one that its commit cites, seals as well. */
  #expectProvable({ header }: Commit): void {
    const records = (this.#chain.heightOf(header.authority) ?? 0) + 1;
    if (records <= PROOF_RECORDS_MAX) return;
    throw new DatabaseError(
      ErrorCode.LIMIT_EXCEEDED,
      `a proof expected at most ${PROOF_RECORDS_MAX} records of authority, got ${records}`,
      { facts: { limit: PROOF_RECORDS_MAX } },
    );
  }

  /** The records from genesis to the one that a commit cites. */
  #authorityOf({ header }: Commit, read: LogRead): AuthorityRecord[] {
    const records: AuthorityRecord[] = [];
    for (const { bytes } of this.#log.authority()) {
      read(bytes.length);
      const record = decodeRecord(bytes);
      records.push(record);
      if (sameBytes(record.hash, header.authority)) return records;
    }
    throw new DatabaseError(
      ErrorCode.CORRUPT,
      `the log expected authority record ${toHex(header.authority)}, got none`,
    );
  }
}
