/**
 * What a group of commits changed, as its watchers see it: the engine's change rows, gathered by
 * transaction and element, with the origin of the transaction. Most groups concern nobody: their
 * rows are looked through, and only transactions that somebody asked for are decoded.
 */

import * as abi from '../../assembly/abi.ts';
import { assert } from '../base/assert.ts';
import { sameBytes, toHex } from '../base/bytes.ts';
import { cidText } from '../crypto/identifier.ts';
import type { Definition, ScalarField } from '../definition/definition.ts';
import { scalarFields } from '../definition/fields.ts';
import { clockMilliseconds } from '../delta/clock.ts';
import type { CommitHeader } from '../delta/header.ts';
import { type Payload, transactionActor, transactionId } from '../delta/payload-reader.ts';
import type { Engine } from '../engine/engine.ts';
import type { EdgeRow, NodeRow } from '../engine/graph-view.ts';
import { isUndoKept } from '../engine/undo.ts';
import type { EngineView } from '../engine/view.ts';
import { type ElementImages, type Pictured, readImages } from './change-images.ts';
import type { AppliedGroup } from './replica-parts.ts';
import {
  ChangeEvent,
  type ChangeGroup,
  type ChangeInterest,
  type EdgeChange,
  type NodeChange,
  type Origin,
  type TouchedElement,
  type TransactionChanges,
} from './space.ts';

/** A change in words: transaction row, element row, path symbol, kind. */
const CHANGE_WORDS = abi.CHANGE_BYTES / 4;
const NO_WORDS = new Uint32Array(0);
type ChangeTail = readonly [row: number, path: number, kind: number];

/** One touched element while its changes are gathered. */
interface Touched {
  readonly isNode: boolean;
  readonly row: number;
  /** Undefined while only values were written. */
  existence: ChangeEvent | undefined;
  readonly paths: Set<string>;
}

/** What one transaction touched, by its row. */
interface TouchedBy {
  readonly transaction: number;
  readonly elements: readonly Touched[];
}

type RowTest = (row: number, kind: number) => boolean;
type ImagesOf = ReadonlyMap<Touched, ElementImages>;
const NO_IMAGES: ImagesOf = new Map();
const NAMES = new WeakMap<object, Pick<Origin, 'commit' | 'author'>>();

/** What changes are read from. */
export interface ChangeSource {
  readonly engine: Engine;
  readonly view: EngineView;
  readonly definition: Definition;
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
    ...namesOf(commit),
    sequence: commit.header.sequence,
    position,
    index,
    actor: transactionActor(payload, transaction),
    time: new Date(clockMilliseconds(commit.header.clock)),
    transaction: transactionId(transaction),
  };
}

/** Of a commit and its author, written once for all of its transactions. */
function namesOf(commit: OriginParts['commit']): Pick<Origin, 'commit' | 'author'> {
  const known = NAMES.get(commit);
  if (known !== undefined) return known;
  const names = { commit: cidText(commit.hash), author: toHex(commit.header.author) };
  NAMES.set(commit, names);
  return names;
}

/** The changes of the last apply, read from the engine as they are asked for. */
export class AppliedChanges implements ChangeGroup {
  readonly #engine: Engine;
  readonly #view: EngineView;
  readonly #definition: Definition;
  readonly #group: AppliedGroup;
  /** A copy, made once for all who read. */
  #words: Uint32Array | undefined;

  constructor({ engine, view, definition }: ChangeSource, group: AppliedGroup) {
    this.#engine = engine;
    this.#view = view;
    this.#definition = definition;
    this.#group = group;
  }

  /** Log position of the first commit. */
  get firstPosition(): number {
    return this.#group.firstPosition;
  }

  get commits(): number {
    return this.#group.commits.length;
  }

  get transactions(): number {
    return this.#group.commits.reduce((sum, { header }) => sum + header.transactionCount, 0);
  }

  get hasImages(): boolean {
    return isUndoKept(this.#engine);
  }

  /** With images of what some of these, or of others, ask them of. */
  read(interests?: readonly ChangeInterest[], pictured = interests ?? []): TransactionChanges[] {
    const words = interests?.length === 0 ? NO_WORDS : this.#changeWords();
    const touches = interests === undefined ? () => true : this.#matcher(interests);
    const touched: TouchedBy[] = [];
    for (let start = 0; start < words.length; ) {
      const end = endOfTransaction(words, start);
      for (let at = start; at < end; at += CHANGE_WORDS) {
        if (!touches(words[at + 1] as number, words[at + 3] as number)) continue;
        const elements = touchedElements(this.#view, words.subarray(start, end));
        touched.push({ transaction: words[start] as number, elements });
        break;
      }
      start = end;
    }
    const images = this.#images(touched, pictured);
    return touched.map((each) => this.#transaction(each, images));
  }

  /** Of the elements of which an interest asks for them. */
  #images(touched: readonly TouchedBy[], interests: readonly ChangeInterest[]): ImagesOf {
    const asking = interests.filter(({ images }) => images === true);
    if (asking.length === 0 || !this.hasImages) return NO_IMAGES;
    const isPictured = this.#matcher(asking);
    const pictured = new Map<number, Pictured<Touched>>();
    for (const { transaction, elements } of touched) {
      const own = elements.flatMap((element): (readonly [Touched, readonly ScalarField[]])[] => {
        const kind = element.isNode ? abi.CHANGE_NODE_VALUE : abi.CHANGE_EDGE_VALUE;
        const fields = isPictured(element.row, kind) ? this.#fieldsOf(element) : undefined;
        return fields === undefined ? [] : [[element, fields]];
      });
      if (own.length > 0) pictured.set(transaction, new Map(own));
    }
    return readImages({ engine: this.#engine, view: this.#view }, pictured);
  }

  /** Undefined where the type is not declared, or an edge has no properties. */
  #fieldsOf({ isNode, row }: Touched): readonly ScalarField[] | undefined {
    const { nodeTypes, edgeTypes } = this.#definition;
    const fields = isNode
      ? nodeTypes.get(this.#view.nodeType(row as NodeRow))?.fields
      : edgeTypes.get(this.#view.edgeType(row as EdgeRow))?.properties?.fields;
    return fields === undefined ? undefined : scalarFields(fields);
  }

  touch(listener: (touched: TouchedElement) => void): void {
    const view = this.#view;
    const words = this.#changeWords();
    for (let at = 0; at < words.length; at += CHANGE_WORDS) {
      const [row, symbol, kind] = words.subarray(
        at + 1,
        at + CHANGE_WORDS,
      ) as unknown as ChangeTail;
      const isValue = kind === abi.CHANGE_NODE_VALUE || kind === abi.CHANGE_EDGE_VALUE;
      const path = isValue ? view.pathText(symbol) : undefined;
      if (kind <= abi.CHANGE_NODE_VALUE) {
        const type = view.nodeType(row as NodeRow);
        listener({ element: 'node', row: row as NodeRow, type, path });
      } else {
        const type = view.edgeType(row as EdgeRow);
        listener({ element: 'edge', row: row as EdgeRow, type, path });
      }
    }
  }

  #changeWords(): Uint32Array {
    this.#words ??= this.#engine.changeWords(this.#group.changeCount);
    return this.#words;
  }

  /** Whether a change of a row touches one of the interests. */
  #matcher(interests: readonly ChangeInterest[]): RowTest {
    const nodes = interests.filter(({ element }) => element === 'node');
    const edges = interests.filter(({ element }) => element === 'edge');
    const { exports } = this.#engine;
    const ofNodes = this.#typeMatcher(nodes, abi.SYMBOL_NODE_TYPE, (row) => exports.nodeType(row));
    const ofEdges = this.#typeMatcher(edges, abi.SYMBOL_EDGE_TYPE, (row) => exports.edgeType(row));
    return (row, kind) => (kind <= abi.CHANGE_NODE_VALUE ? ofNodes(row) : ofEdges(row));
  }

  #typeMatcher(
    interests: readonly ChangeInterest[],
    kind: number,
    typeOf: (row: number) => number,
  ): (row: number) => boolean {
    const types = new Set<number>();
    const rows = new Set<number>();
    for (const { types: names, node } of interests) {
      if (node !== undefined) rows.add(this.#view.rowOfNode(node) ?? 0);
      else if (names === undefined) return () => true;
      else for (const name of names) types.add(this.#view.typeSymbol(kind, name));
    }
    if (rows.size === 0) return types.size === 0 ? () => false : (row) => types.has(typeOf(row));
    return (row) => rows.has(row) || types.has(typeOf(row));
  }

  #transaction({ transaction, elements }: TouchedBy, images: ImagesOf): TransactionChanges {
    const { commits, firstPosition } = this.#group;
    const writer = this.#view.writerOf(transaction);
    const place = commits.findIndex(({ hash }) => sameBytes(hash, writer.commit));
    const commit = commits[place];
    assert(commit !== undefined, 'changes belong to the commits of their group');
    return {
      ...originOf({
        commit,
        payload: commit.payload,
        position: firstPosition + place,
        index: writer.position,
      }),
      changes: elements.map((touched) => {
        const change = changeOf(this.#view, touched);
        const own = images.get(touched);
        return own === undefined ? change : { ...change, images: own };
      }),
    };
  }
}

/** Changes of one transaction follow one another. */
function endOfTransaction(words: Uint32Array, start: number): number {
  let end = start + CHANGE_WORDS;
  while (end < words.length && words[end] === words[start]) end += CHANGE_WORDS;
  return end;
}

function touchedElements(view: EngineView, words: Uint32Array): Touched[] {
  const elements = new Map<string, Touched>();
  for (let at = 0; at < words.length; at += CHANGE_WORDS) {
    const [row, path, kind] = words.subarray(at + 1, at + CHANGE_WORDS) as unknown as ChangeTail;
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
  const isRemade = touched.existence === ChangeEvent.UPDATED;
  const paths = [...touched.paths];
  if (touched.isNode) {
    const node = touched.row as NodeRow;
    const id = view.nodeId(node);
    return { element: 'node', event, node, id, type: view.nodeType(node), paths, isRemade };
  }
  const edge = touched.row as EdgeRow;
  const ends = view.edgeEnds(edge);
  const name = {
    from: view.nodeId(ends.from),
    type: view.edgeType(edge),
    to: view.nodeId(ends.to),
    key: view.edgeKey(edge),
  };
  const [fromType, toType] = [view.nodeType(ends.from), view.nodeType(ends.to)];
  return { element: 'edge', event, edge, name, fromType, toType, paths, isRemade };
}
