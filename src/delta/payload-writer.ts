/**
 * Writes transactions as the payload of one commit (schema/commit.md): the dictionary of their
 * names, then the transactions in order. A transaction that fails to fit is taken back whole.
 * With a secret, the payload is that of a commit with segments, in its full form.
 */

import {
  LEAF_PLAIN,
  LEAF_SEGMENTED,
  OP_ADD,
  OP_CREATE_EDGE,
  OP_CREATE_NODE,
  OP_CREATE_NODE_BY_KEY,
  OP_DELETE,
  OP_INCREMENT,
  OP_REMOVE,
  OP_SELECT_EDGE,
  OP_SELECT_NODE,
  OP_SET,
  PAYLOAD_BYTES_MAX,
  REFERENCE_NONE,
  REFERENCE_OWN,
  REFERENCES_MAX,
  REMOVED_ADDS_MAX,
  SYMBOL_ACTOR,
  SYMBOL_BYTES_MAX,
  SYMBOL_EDGE_TYPE,
  SYMBOL_NODE_TYPE,
  SYMBOL_PATH,
  SYMBOL_RELATION,
  SYMBOLS_MAX,
} from '../../assembly/abi.ts';
import {
  AT_ROOT,
  ITEM_NUMBERS,
  LEFT_OF,
  OP_INSERT,
  OP_MOVE,
  OP_REMOVE_ITEMS,
  REMOVED_RUNS_MAX,
  RIGHT_OF,
} from '../../assembly/abi-collections.ts';
import { assert } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { concatBytes, toHex, utf8 } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { TRANSACTION_DELTAS_MAX, TRANSACTION_SEGMENTS_MAX } from '../base/limits.ts';
import type {
  AddressedDelta,
  Delta,
  IncrementBase,
  ItemName,
  ItemPlace,
  Segment,
  SegmentedTransaction,
  Subject,
  Transaction,
} from './delta.ts';
import { sameSubject } from './delta.ts';
import { SECRET_BYTES } from './payload-reader.ts';
import { SALT_BYTES, STATE_DISCLOSED } from './segment-reader.ts';
import { writeValue } from './value-writer.ts';

const NO_SECRET = new Uint8Array(0);

export class PayloadWriter {
  readonly #symbols = new Map<string, number>();
  readonly #symbolBytes = new ByteWriter();
  readonly #references = new Map<string, number>();
  readonly #referenceBytes = new ByteWriter();
  readonly #body = new ByteWriter(65_536);
  readonly #secret: Uint8Array;
  #transactions = 0;
  #segments = 0;

  /** `secret` is 32 random bytes, used for this commit alone. */
  constructor(options: { readonly secret?: Uint8Array } = {}) {
    this.#secret = options.secret ?? NO_SECRET;
    const { length } = this.#secret;
    assert(length === 0 || length === SECRET_BYTES, 'a secret of a commit has 32 bytes');
  }

  get transactionCount(): number {
    return this.#transactions;
  }

  /** Bytes that `finish` would return. */
  get byteCount(): number {
    const names = this.#symbolBytes.length + this.#referenceBytes.length;
    return 8 + names + this.#secret.length + this.#body.length;
  }

  /** Adds a transaction; throws LIMIT_EXCEEDED, and adds nothing, when it does not fit. */
  add(transaction: Transaction): void {
    this.#add(0, () => this.#write(transaction));
  }

  /** Adds a transaction in segments, to a payload that has a secret; throws as `add` does. */
  addSegmented(transaction: SegmentedTransaction): void {
    assert(this.#secret.length > 0, 'a payload with segments has a secret');
    this.#add(transaction.segments.length, () => this.#writeSegmented(transaction));
  }

  finish(): Uint8Array {
    const head = new ByteWriter(8);
    head.u32(4 + this.#symbolBytes.length + this.#referenceBytes.length);
    head.u16(this.#symbols.size);
    head.u16(this.#references.size);
    return concatBytes(
      head.written(),
      this.#symbolBytes.written(),
      this.#referenceBytes.written(),
      this.#secret,
      this.#body.written(),
    );
  }

  #add(segments: number, write: () => void): void {
    const start = this.#body.length;
    const [symbols, references] = [this.#symbols.size, this.#references.size];
    const [symbolBytes, referenceBytes] = [this.#symbolBytes.length, this.#referenceBytes.length];
    try {
      write();
      // Every partial form must fit too: there, each segment may carry its salt.
      const salts = (this.#segments + segments) * SALT_BYTES;
      expectAtMost('a payload', PAYLOAD_BYTES_MAX, this.byteCount + salts);
    } catch (error) {
      this.#body.truncate(start);
      this.#symbolBytes.truncate(symbolBytes);
      this.#referenceBytes.truncate(referenceBytes);
      forgetAfter(this.#symbols, symbols);
      forgetAfter(this.#references, references);
      throw error;
    }
    this.#transactions += 1;
    this.#segments += segments;
  }

  #write(transaction: Transaction): void {
    const body = this.#body;
    expectAtMost('a transaction', TRANSACTION_DELTAS_MAX, transaction.deltas.length, 'deltas');
    const start = body.length;
    this.#head(LEAF_PLAIN, transaction);
    const countAt = body.length;
    body.u16(0);
    body.patchU16(countAt, this.#deltas(transaction.deltas));
    body.patchU32(start, body.length - start - 4);
  }

  #writeSegmented(transaction: SegmentedTransaction): void {
    const body = this.#body;
    const { segments } = transaction;
    expectAtMost('a transaction', TRANSACTION_SEGMENTS_MAX, segments.length, 'segments');
    assert(segments.length > 0, 'a segmented transaction has segments');
    const start = body.length;
    this.#head(LEAF_SEGMENTED, transaction);
    body.u16(segments.length);
    let count = 0;
    for (const segment of segments) count += this.#segment(segment);
    expectAtMost('a transaction', TRANSACTION_DELTAS_MAX, count, 'deltas and selects');
    body.patchU32(start, body.length - start - 4);
  }

  #segment({ relation, deltas }: Segment): number {
    assert(deltas.length > 0, 'a segment has deltas');
    const [first] = deltas;
    const isOne = deltas.every(
      ({ subject, delta }, index) =>
        sameSubject(first?.subject, subject) && (index === 0 || !isCreate(delta)),
    );
    assert(isOne, 'a segment has one subject, and a create only as its first delta');
    const body = this.#body;
    body.u16(this.#symbol(SYMBOL_RELATION, relation));
    body.u8(STATE_DISCLOSED);
    const lengthAt = body.length;
    body.u16(0);
    body.u32(0);
    const start = body.length;
    const count = this.#deltas(deltas);
    body.patchU16(lengthAt, count);
    body.patchU32(lengthAt + 2, body.length - start);
    return count;
  }

  #head(leaf: number, { id, actor }: Pick<Transaction, 'id' | 'actor'>): void {
    this.#body.u32(0);
    this.#body.u8(leaf);
    this.#body.bytes(id);
    this.#body.u16(this.#symbol(SYMBOL_ACTOR, actor));
  }

  /** Writes deltas with the selects that they need; answers how many that makes. */
  #deltas(deltas: readonly AddressedDelta[]): number {
    let count = 0;
    let subject: Subject | undefined;
    for (const { subject: wanted, delta } of deltas) {
      if (!isCreate(delta) && !sameSubject(subject, wanted)) {
        this.#select(wanted);
        count += 1;
      }
      this.#delta(wanted, delta);
      count += 1;
      subject = wanted;
    }
    expectAtMost('a transaction', TRANSACTION_DELTAS_MAX, count, 'deltas and selects');
    return count;
  }

  #select(subject: Subject): void {
    if (subject.element === 'edge') this.#edgeName(OP_SELECT_EDGE, subject);
    else {
      this.#body.u8(OP_SELECT_NODE);
      this.#body.ascii(subject.id);
    }
  }

  #edgeName(opcode: number, edge: Extract<Subject, { element: 'edge' }>): void {
    this.#body.u8(opcode);
    this.#body.ascii(edge.from);
    this.#body.ascii(edge.to);
    this.#body.u16(this.#symbol(SYMBOL_EDGE_TYPE, edge.type));
    this.#body.u32(edge.key);
  }

  #delta(subject: Subject, delta: Delta): void {
    const body = this.#body;
    switch (delta.operation) {
      case 'createNode':
        body.u8(OP_CREATE_NODE);
        body.u16(this.#symbol(SYMBOL_NODE_TYPE, delta.type));
        body.i64(BigInt.asIntN(64, delta.number));
        return;
      case 'createNodeByKey': {
        const key = utf8(delta.key);
        body.u8(OP_CREATE_NODE_BY_KEY);
        body.u16(this.#symbol(SYMBOL_NODE_TYPE, delta.type));
        body.u16(key.length);
        body.bytes(key);
        return;
      }
      case 'createEdge':
        if (subject.element === 'edge') this.#edgeName(OP_CREATE_EDGE, subject);
        return;
      case 'delete':
        body.u8(OP_DELETE);
        return;
      case 'set':
        body.u8(OP_SET);
        body.u16(this.#symbol(SYMBOL_PATH, delta.path));
        writeValue(this.#body, delta.value);
        return;
      case 'increment':
        body.u8(OP_INCREMENT);
        body.u16(this.#symbol(SYMBOL_PATH, delta.path));
        this.#base(delta.base);
        body.i64(BigInt.asIntN(64, delta.amount));
        return;
      case 'add':
        body.u8(OP_ADD);
        body.u16(this.#symbol(SYMBOL_PATH, delta.path));
        writeValue(body, delta.value);
        return;
      case 'remove':
        this.#removal(delta);
        return;
      case 'insert':
        this.#insert(delta);
        return;
      case 'removeItems':
        this.#itemRemoval(delta);
        return;
      case 'move':
        body.u8(OP_MOVE);
        body.u16(this.#symbol(SYMBOL_PATH, delta.path));
        this.#numbers(delta.number, 1);
        body.u16(delta.number);
        this.#item(delta.item);
        this.#place(delta.place);
    }
  }

  #removal({ path, value, adds }: Extract<Delta, { operation: 'remove' }>): void {
    assert(adds.length > 0, 'a removal names an add');
    expectAtMost('a removal', REMOVED_ADDS_MAX, adds.length, 'adds');
    this.#body.u8(OP_REMOVE);
    this.#body.u16(this.#symbol(SYMBOL_PATH, path));
    writeValue(this.#body, value);
    this.#body.u16(adds.length);
    for (const add of adds) this.#base(add);
  }

  #insert({ path, number, place, values }: Extract<Delta, { operation: 'insert' }>): void {
    this.#numbers(number, values.length);
    this.#body.u8(OP_INSERT);
    this.#body.u16(this.#symbol(SYMBOL_PATH, path));
    this.#body.u16(number);
    this.#place(place);
    expectAtMost('an insert', ITEM_NUMBERS - 1, values.length, 'items');
    this.#body.u16(values.length);
    for (const value of values) writeValue(this.#body, value);
  }

  #itemRemoval({ path, runs }: Extract<Delta, { operation: 'removeItems' }>): void {
    assert(runs.length > 0, 'a removal names an item');
    expectAtMost('a removal', REMOVED_RUNS_MAX, runs.length, 'runs of items');
    this.#body.u8(OP_REMOVE_ITEMS);
    this.#body.u16(this.#symbol(SYMBOL_PATH, path));
    this.#body.u16(runs.length);
    for (const run of runs) {
      this.#numbers(run.number, run.count);
      this.#item(run);
      this.#body.u16(run.count);
    }
  }

  #place(place: ItemPlace): void {
    if (place === undefined) {
      this.#body.u8(AT_ROOT);
      return;
    }
    this.#body.u8(place.side === 'left' ? LEFT_OF : RIGHT_OF);
    this.#item(place.of);
  }

  #item(item: ItemName): void {
    this.#base(item);
    this.#body.u16(item.number);
  }

  #numbers(first: number, count: number): void {
    assert(count > 0, 'a run has an item');
    expectAtMost('a transaction', ITEM_NUMBERS, first + count, 'numbers of items at a path');
  }

  #base(base: IncrementBase): void {
    if (base.kind === 'commit') this.#body.u16(this.#reference(base.hash));
    else this.#body.u16(base.kind === 'own' ? REFERENCE_OWN : REFERENCE_NONE);
    this.#body.u16(base.kind === 'none' ? 0 : base.position);
  }

  #symbol(kind: number, text: string): number {
    const name = `${kind} ${text}`;
    const known = this.#symbols.get(name);
    if (known !== undefined) return known;
    const bytes = utf8(text);
    expectAtMost('a name', SYMBOL_BYTES_MAX, bytes.length);
    if (bytes.length === 0) {
      throw new DatabaseError(ErrorCode.INVALID_INPUT, 'a name expected at least 1 byte, got none');
    }
    expectAtMost('a commit', SYMBOLS_MAX, this.#symbols.size + 1, 'names');
    const number = this.#symbols.size;
    this.#symbols.set(name, number);
    this.#symbolBytes.u8(kind);
    this.#symbolBytes.u8(bytes.length);
    this.#symbolBytes.bytes(bytes);
    return number;
  }

  #reference(hash: Uint8Array): number {
    const name = toHex(hash);
    const known = this.#references.get(name);
    if (known !== undefined) return known;
    expectAtMost('a commit', REFERENCES_MAX, this.#references.size + 1, 'references');
    const number = this.#references.size;
    this.#references.set(name, number);
    this.#referenceBytes.bytes(hash);
    return number;
  }
}

/** Leaves the first entries of a map; the others are the newest. */
function forgetAfter(numbers: Map<string, number>, count: number): void {
  for (const [name, number] of numbers) if (number >= count) numbers.delete(name);
}

function isCreate(delta: Delta): boolean {
  return (
    delta.operation === 'createNode' ||
    delta.operation === 'createNodeByKey' ||
    delta.operation === 'createEdge'
  );
}

function expectAtMost(what: string, limit: number, actual: number, unit = 'bytes'): void {
  if (actual <= limit) return;
  throw new DatabaseError(
    ErrorCode.LIMIT_EXCEEDED,
    `${what} expected at most ${limit} ${unit}, got ${actual}`,
    { facts: { limit, actual } },
  );
}
