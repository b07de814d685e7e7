/**
 * Reads one transaction's deltas outside the engine, from its bytes and the dictionary of its
 * commit: the inverse of PayloadWriter, with the verdicts of assembly/delta/check.ts
 * (schema/commit.md, C12 to C21). What it needs from elsewhere is what ids are computed from.
 */

import * as abi from '../../assembly/abi.ts';
import * as collections from '../../assembly/abi-collections.ts';
import { ByteReader } from '../base/byte-reader.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type {
  AddressedDelta,
  Delta,
  IncrementBase,
  ItemName,
  ItemPlace,
  ItemRun,
  SeenAdd,
  Subject,
  Transaction,
} from './delta.ts';
import { nodeIdByKey, nodeIdByNumber } from './node-id.ts';
import { readId, readItem, readValue } from './value-reader.ts';

/** Up to 16 segments; in one, '\' stands only before '.' or '\'. */
const PATH_TEXT = /^(?:[^.\\]|\\[.\\])+(?:\.(?:[^.\\]|\\[.\\])+){0,15}$/su;

export interface TransactionSource {
  /** With its length word. */
  readonly dictionary: Uint8Array;
  /** Without its length word: the leaf of the Merkle tree. */
  readonly transaction: Uint8Array;
  /** Its index in the commit. */
  readonly index: number;
  readonly space: Uint8Array;
  readonly author: Uint8Array;
}

interface NameSymbol {
  readonly kind: number;
  readonly text: string;
}

interface Names {
  readonly symbols: readonly NameSymbol[];
  readonly references: readonly Uint8Array[];
}

/** Throws MALFORMED, LIMIT_EXCEEDED or UNSUPPORTED where the engine would refuse the bytes. */
export function readTransaction(source: TransactionSource): Transaction {
  return new TransactionReader(source, readDictionary(source.dictionary)).read();
}

/** The id of a transaction whose deltas are read later. */
export function readTransactionId(transaction: Uint8Array): Uint8Array {
  const reader = new ByteReader('a transaction', transaction);
  reader.u8();
  return reader.bytes(16);
}

function readDictionary(bytes: Uint8Array): Names {
  const reader = new ByteReader('a dictionary', bytes);
  const length = reader.u32();
  if (length !== reader.left) throw reader.malformed(`${length} bytes`, reader.left);
  const symbolCount = reader.u16();
  const referenceCount = reader.u16();
  expectAtMost('references', abi.REFERENCES_MAX, referenceCount);
  const symbols: NameSymbol[] = [];
  while (symbols.length < symbolCount) symbols.push(readSymbol(reader));
  const references: Uint8Array[] = [];
  while (references.length < referenceCount) references.push(reader.bytes(abi.HASH_BYTES));
  if (reader.left > 0) throw reader.malformed('its end', `${reader.left} more bytes`);
  return { symbols, references };
}

function readSymbol(reader: ByteReader): NameSymbol {
  const kind = reader.u8();
  const isKnown = kind >= abi.SYMBOL_NODE_TYPE && kind <= abi.SYMBOL_ACTOR;
  if (!isKnown && kind !== abi.SYMBOL_RELATION) {
    throw reader.malformed('a symbol of kind 1 to 4, or 6', kind);
  }
  const text = reader.utf8(reader.u8());
  if (text === '') throw reader.malformed('a text', 'none');
  if (kind === abi.SYMBOL_PATH && !PATH_TEXT.test(text)) throw reader.malformed('a path', text);
  return { kind, text };
}

class TransactionReader {
  readonly #reader: ByteReader;
  readonly #source: TransactionSource;
  readonly #names: Names;

  constructor(source: TransactionSource, names: Names) {
    this.#reader = new ByteReader('a transaction', source.transaction);
    this.#source = source;
    this.#names = names;
  }

  read(): Transaction {
    const reader = this.#reader;
    const leaf = reader.u8();
    if (leaf !== abi.LEAF_PLAIN) {
      throw new DatabaseError(
        ErrorCode.UNSUPPORTED,
        `a transaction expected a plain leaf (${abi.LEAF_PLAIN}), got ${leaf}`,
      );
    }
    const id = reader.bytes(16);
    const actor = this.#name(abi.SYMBOL_ACTOR);
    const count = reader.u16();
    if (count === 0) throw reader.malformed('a delta', 'none');
    const deltas: AddressedDelta[] = [];
    let subject: Subject | undefined;
    for (let index = 0; index < count; index++) {
      const opcode = reader.u8();
      const made = this.#made(opcode);
      subject = made?.subject ?? this.#selected(opcode) ?? subject;
      const delta = made?.delta ?? this.#change(opcode);
      if (delta === undefined) continue;
      if (subject === undefined) throw reader.malformed('a subject', `opcode ${opcode} first`);
      deltas.push({ subject, delta });
    }
    if (reader.left > 0) throw reader.malformed('its end', `${reader.left} more bytes`);
    return { id, actor, deltas };
  }

  /** A create, with what it makes. */
  #made(opcode: number): AddressedDelta | undefined {
    const { space, author } = this.#source;
    switch (opcode) {
      case abi.OP_CREATE_NODE: {
        const type = this.#name(abi.SYMBOL_NODE_TYPE);
        const number = this.#reader.u64();
        const id = nodeIdByNumber({ space, author, type, number });
        const delta = { operation: 'createNode', type, number } as const;
        return { subject: { element: 'node', id }, delta };
      }
      case abi.OP_CREATE_NODE_BY_KEY: {
        const type = this.#name(abi.SYMBOL_NODE_TYPE);
        const key = this.#key();
        const id = nodeIdByKey({ space, type, key });
        const delta = { operation: 'createNodeByKey', type, key } as const;
        return { subject: { element: 'node', id }, delta };
      }
      case abi.OP_CREATE_EDGE:
        return { subject: this.#edge(), delta: { operation: 'createEdge' } };
      default:
        return undefined;
    }
  }

  #selected(opcode: number): Subject | undefined {
    if (opcode === abi.OP_SELECT_NODE) return { element: 'node', id: readId(this.#reader) };
    return opcode === abi.OP_SELECT_EDGE ? this.#edge() : undefined;
  }

  /** A delta on the subject; undefined for a select. */
  #change(opcode: number): Delta | undefined {
    switch (opcode) {
      case abi.OP_SELECT_NODE:
      case abi.OP_SELECT_EDGE:
        return undefined;
      case abi.OP_DELETE:
        return { operation: 'delete' };
      case abi.OP_SET: {
        const path = this.#name(abi.SYMBOL_PATH);
        return { operation: 'set', path, value: readValue(this.#reader) };
      }
      case abi.OP_INCREMENT: {
        const path = this.#name(abi.SYMBOL_PATH);
        const base = this.#base();
        return { operation: 'increment', path, base, amount: this.#reader.i64() };
      }
      case abi.OP_ADD: {
        const path = this.#name(abi.SYMBOL_PATH);
        return { operation: 'add', path, value: readItem(this.#reader) };
      }
      case abi.OP_REMOVE: {
        const path = this.#name(abi.SYMBOL_PATH);
        const value = readItem(this.#reader);
        return { operation: 'remove', path, value, adds: this.#adds() };
      }
      case collections.OP_INSERT:
        return this.#insert();
      case collections.OP_REMOVE_ITEMS:
        return { operation: 'removeItems', path: this.#name(abi.SYMBOL_PATH), runs: this.#runs() };
      case collections.OP_MOVE: {
        const path = this.#name(abi.SYMBOL_PATH);
        const number = this.#reader.u16();
        return { operation: 'move', path, number, item: this.#item(), place: this.#place() };
      }
      default:
        throw this.#reader.malformed('an opcode from 1 to 13', opcode);
    }
  }

  #edge(): Subject {
    const from = readId(this.#reader);
    const to = readId(this.#reader);
    const type = this.#name(abi.SYMBOL_EDGE_TYPE);
    return { element: 'edge', from, type, to, key: this.#reader.u32() };
  }

  #key(): string {
    const bytes = this.#reader.u16();
    if (bytes === 0) throw this.#reader.malformed('a key', 'none');
    expectAtMost('bytes of a key', abi.KEY_BYTES_MAX, bytes);
    return this.#reader.utf8(bytes);
  }

  #base(): IncrementBase {
    const reference = this.#reader.u16();
    const position = this.#reader.u16();
    return reference === abi.REFERENCE_NONE ? { kind: 'none' } : this.#named(reference, position);
  }

  #adds(): SeenAdd[] {
    const count = this.#reader.u16();
    if (count === 0) throw this.#reader.malformed('an add', 'none');
    expectAtMost('adds of a removal', abi.REMOVED_ADDS_MAX, count);
    return Array.from({ length: count }, () => {
      const reference = this.#reader.u16();
      return this.#named(reference, this.#reader.u16());
    });
  }

  #insert(): Delta {
    const path = this.#name(abi.SYMBOL_PATH);
    const number = this.#reader.u16();
    const place = this.#place();
    const count = this.#reader.u16();
    this.#expectNumbers(number, count);
    const values = Array.from({ length: count }, () => readItem(this.#reader));
    return { operation: 'insert', path, number, place, values };
  }

  #runs(): ItemRun[] {
    const runs = this.#reader.u16();
    if (runs === 0) throw this.#reader.malformed('an item', 'none');
    expectAtMost('runs of a removal', collections.REMOVED_RUNS_MAX, runs);
    return Array.from({ length: runs }, () => {
      const first = this.#item();
      const count = this.#reader.u16();
      this.#expectNumbers(first.number, count);
      return { ...first, count };
    });
  }

  #place(): ItemPlace {
    const side = this.#reader.u8();
    if (side === collections.AT_ROOT) return undefined;
    if (side > collections.RIGHT_OF) throw this.#reader.malformed('a side from 0 to 2', side);
    return { side: side === collections.LEFT_OF ? 'left' : 'right', of: this.#item() };
  }

  #item(): ItemName {
    const reference = this.#reader.u16();
    const named = this.#named(reference, this.#reader.u16());
    return { ...named, number: this.#reader.u16() };
  }

  #expectNumbers(first: number, count: number): void {
    if (count === 0) throw this.#reader.malformed('an item', 'none');
    expectAtMost('items from that number on', collections.ITEM_NUMBERS - first, count);
  }

  /** A transaction that is not later. */
  #named(reference: number, position: number): SeenAdd {
    if (reference === abi.REFERENCE_OWN) {
      if (position <= this.#source.index) return { kind: 'own', position };
      throw this.#reader.malformed('a transaction that is not later', position);
    }
    const hash = this.#names.references[reference];
    if (hash === undefined) throw this.#reader.malformed('a known reference', reference);
    return { kind: 'commit', hash, position };
  }

  #name(kind: number): string {
    const number = this.#reader.u16();
    const symbol = this.#names.symbols[number];
    if (symbol?.kind === kind) return symbol.text;
    throw this.#reader.malformed(`a name of kind ${kind}`, `number ${number}`);
  }
}

function expectAtMost(what: string, limit: number, actual: number): void {
  if (actual <= limit) return;
  throw new DatabaseError(
    ErrorCode.LIMIT_EXCEEDED,
    `a transaction expected at most ${limit} ${what}, got ${actual}`,
  );
}
