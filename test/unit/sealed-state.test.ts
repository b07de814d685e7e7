/** Streams of a sealed state that an engine writes, with one thing altered, are refused. */

import { describe, expect, test } from 'vitest';
import { STATE_CHUNK_BYTES } from '../../assembly/abi-state.ts';
import { assert } from '../../src/base/assert.ts';
import { sealedState } from '../../src/engine/sealed-state.ts';
import { createItem, onItem } from '../fixture/apply-deltas.ts';
import {
  type ElementRecord,
  type NodeRecord,
  type StreamCell,
  type StreamPiece,
  type StreamRecord,
  writeRecord,
} from '../fixture/sealed-stream.ts';
import {
  bare,
  COMMITS,
  cellOf,
  commitOf,
  edgeOf,
  first,
  itemOf,
  length,
  load,
  name,
  newLoader,
  nodesOf,
  records,
  refusalOf,
  sealedEngine,
  set,
  setCount,
  text,
  transactions,
} from '../fixture/sealed-world.ts';
import type { PlannedCommit } from '../property/graph-plan.ts';

/** Of the stream with something altered. */
function refuses(what: string, alter: (stream: StreamRecord[]) => unknown, said: RegExp): void {
  test(`${what} is refused`, async () => {
    const stream = await records();
    alter(stream);
    const refusal = await refusalOf([Buffer.concat(stream.map(writeRecord))]);
    expect(refusal).toMatch(/^(MALFORMED|LIMIT_EXCEEDED): /);
    expect(refusal).toMatch(said);
  });
}

function keyedOf(stream: readonly StreamRecord[]): NodeRecord {
  const node = nodesOf(stream).find(({ key }) => key !== undefined);
  assert(node !== undefined, 'the stream has a node with a key');
  return node;
}

function floatOf(stream: readonly StreamRecord[]): StreamCell {
  const [cell] = edgeOf(stream).cells;
  assert(cell !== undefined, 'the edge has a float');
  return cell;
}

function pieceOf(stream: readonly StreamRecord[], kind: number): StreamPiece {
  const [piece] = cellOf(stream, kind).pieces;
  assert(piece !== undefined, 'a collection has a piece');
  return piece;
}

function twice({ pieces }: StreamCell): void {
  pieces.splice(0, 0, pieces[0] as StreamPiece);
}

function around({ pieces }: StreamCell): void {
  pieces.push(pieces[0] as StreamPiece);
}

/** A length without the bytes. */
function huge(bytes: number): Buffer {
  return length(bytes);
}

function list(): Buffer {
  return Buffer.concat([Buffer.of(10), length(0)]);
}

describe('[O1] the stream is whole records in one order, and has an end', () => {
  test('records of one chunk, or each in a chunk of its own, come to the same', async () => {
    const engine = await sealedEngine();
    const stream = (await records()).map(writeRecord);
    const one = await load([Buffer.concat(stream)]);
    const each = await load([...stream, new Uint8Array()]);
    expect(one.stateHash(false)).toBe(engine.stateHash(false));
    expect(each.stateHash(false)).toBe(engine.stateHash(false));
    expect(one.stateHash(true)).toBe(engine.stateHash(true));
  });

  test('an engine with nothing in it is a stream', async () => {
    const engine = await sealedEngine([]);
    const chunks = [...sealedState(engine)];
    const loaded = await load(chunks, []);
    expect(chunks.length).toBe(1);
    expect(loaded.stateHash(false)).toBe(engine.stateHash(false));
  });

  test('one element that is larger than a chunk is a chunk', async () => {
    const values = Array.from({ length: 30_000 }, (_, index) => BigInt(index));
    const insert = { operation: 'insert', path: 'steps', number: 0, place: undefined } as const;
    const commits = [commitOf(1, [createItem(0), onItem(0, { ...insert, values }), createItem(1)])];
    const engine = await sealedEngine(commits);
    const chunks = [...sealedState(engine)];
    expect(chunks.some(({ length }) => length > STATE_CHUNK_BYTES)).toBe(true);
    const loaded = await load(chunks, commits);
    expect(loaded.stateHash(false)).toBe(engine.stateHash(false));
  });

  refuses(
    'transactions after an edge',
    (s) => s.splice(-1, 0, s[0] as StreamRecord),
    /kind 4 to 5, got 1/,
  );
  refuses(
    'a node after an edge',
    (s) => s.splice(s.length - 1, 0, s[first(s, 'node')] as StreamRecord),
    /kind 4 to 5, got 3/,
  );
  refuses('a name after the end', (s) => s.push(name(3, 'late')), /kind 5 to 5, got 2/);
  refuses('an end after the end', (s) => s.push(s.at(-1) as StreamRecord), /kind 5 to 5, got 5/);
  refuses('a stream without an end', (s) => s.pop(), /its last record, got the end/);
  refuses('an end that counts less', (s) => setCount(s, 2, 1), /3 in all, got 1/);
  refuses('an end that counts more names', (s) => setCount(s, 1, 99), /in all, got 99/);

  test('bytes that are cut off anywhere are refused', async () => {
    const [whole] = [Buffer.concat((await records()).map(writeRecord))];
    for (let bytes = 0; bytes < whole.length; bytes++) {
      const said = await refusalOf([whole.subarray(0, bytes)]);
      expect(said, `${bytes} bytes`).toMatch(/^MALFORMED: .* expected /);
    }
  });

  test('a byte that is no kind of record is refused', async () => {
    expect(await refusalOf([Buffer.from([0])])).toMatch(/kind 1 to 5, got 0 \(chunk 1, byte 0\)/);
    expect(await refusalOf([Buffer.from([6])])).toMatch(/kind 1 to 5, got 6 \(chunk 1, byte 0\)/);
  });
});

describe('[O2] transactions are of commits that are here', () => {
  refuses('of a commit that is none', (s) => s.splice(0, 1, transactions(3, [0])), /2, got 3/);
  refuses('of commit 0', (s) => s.splice(0, 1, transactions(0, [0])), /2, got 0/);
  refuses('of one commit twice', (s) => s.splice(1, 1, transactions(1, [1])), /2, got 1/);
  refuses('none', (s) => s.splice(0, 1, transactions(1, [])), /at least 1, got 0/);
  refuses('positions that fall', (s) => s.splice(0, 1, transactions(1, [1, 0])), /ascending/);
  refuses('a position twice', (s) => s.splice(0, 1, transactions(1, [1, 1])), /ascending/);
  refuses('the last of all positions', (s) => s.splice(0, 1, transactions(1, [65_535])), /order/);
  refuses('a writer that is none', (s) => set(cellOf(s, 4), { writer: 3 }), /up to 2, got 3/);
  refuses('a value without a writer', (s) => set(cellOf(s, 4), { writer: 0 }), /up to 2, got 0/);
  refuses('a create by none', (s) => set(itemOf(s), { created: 3 }), /up to 2, got 3/);

  test('commits that come twice, or are none, are refused', async () => {
    const [commit] = COMMITS as [PlannedCommit];
    const loader = await newLoader();
    expect(() => loader.addCommits([commit])).toThrow(/each but once, got one again/);
    const short = { ...commit, hash: new Uint8Array(31) };
    const other = await newLoader([]);
    expect(() => other.addCommits([short])).toThrow(/32 bytes, got 31, 32/);
  });
});

describe('[O3] names stand before their use, once', () => {
  refuses('of another kind', (s) => s.splice(2, 1, name(4, 'user:a')), /below 4, got 4/);
  refuses('without a text', (s) => s.splice(2, 1, name(1, '')), /got 0/);
  refuses('that is no path', (s) => s.splice(3, 1, name(3, 'a..b')), /a property path/);
  refuses('that is no UTF-8', (s) => s.splice(2, 1, name(1, '\xff')), /UTF-8/);
  refuses('that came before', (s) => s.splice(3, 0, s[2] as StreamRecord), /each but once/);
  refuses(
    'a number of none',
    (s) => set(cellOf(s, 4), { path: 99 }),
    /right kind below .*, got 99/,
  );
  refuses('number 0', (s) => set(cellOf(s, 4), { path: 0 }), /right kind below .*, got 0/);
  refuses('a path for a type', (s) => set(itemOf(s), { type: cellOf(s, 4).path }), /right kind/);
  refuses('a type for a path', (s) => set(cellOf(s, 4), { path: itemOf(s).type }), /right kind/);
  refuses('a node type of an edge', (s) => set(edgeOf(s), { type: itemOf(s).type }), /right kind/);
  refuses('an edge without a type', (s) => set(edgeOf(s), { type: 0 }), /right kind/);
});

describe('[O4] [O5] nodes and edges are named rightly, once', () => {
  refuses('one id twice', (s) => s.splice(first(s, 'edge') - 1, 0, bare(s)), /each but once/);
  refuses('one edge twice', (s) => s.splice(-1, 0, edgeOf(s)), /each but once/);
  refuses('an end that is none', (s) => set(edgeOf(s), { from: 4 }), /up to 3, got 4/);
  refuses('end 0', (s) => set(edgeOf(s), { to: 0 }), /up to 3, got 0/);
  refuses('a key of an edge that is 0', (s) => set(edgeOf(s), { key: 0 }), /at least 1, got 0/);
  refuses('no id', (s) => set(itemOf(s), { id: '0123456789abcde-' }), /16 base62 characters/);
  refuses(
    'another key',
    (s) => set(keyedOf(s), { key: Buffer.from('Zug') }),
    /the id that the key/,
  );
  refuses('an empty key', (s) => set(keyedOf(s), { key: Buffer.alloc(0) }), /at least 1, got 0/);
  refuses('a long key', (s) => set(keyedOf(s), { key: Buffer.alloc(1025, 97) }), /1024, got 1025/);
  refuses('a key in no UTF-8', (s) => set(keyedOf(s), { key: Buffer.of(0xff) }), /UTF-8/);
  refuses('a key of a number', (s) => set(itemOf(s), { key: Buffer.from('Zug') }), /the id that/);
  refuses('a create without a type', (s) => set(itemOf(s), { type: 0 }), /a type of a node/);
  refuses('a key without a type', (s) => set(keyedOf(s), { type: 0, created: 0 }), /a type of a/);
  refuses('flags that are none', (s) => set(itemOf(s), { flags: 6 }), /up to 3, got 6/);
});

describe('[O6] values pass the checks of payloads', () => {
  refuses('a path twice', (s) => set(cellOf(s, 4), { path: cellOf(s, 2).path }), /each but once/);
  refuses('a null', (s) => set(cellOf(s, 2), { kind: 0 }), /a value that shows, got null/);
  refuses('a kind that is none', (s) => set(cellOf(s, 2), { kind: 13 }), /a value of kind/);
  refuses('a bool of 2', (s) => set(cellOf(s, 1), { content: Buffer.of(2) }), /0 or 1, got 2/);
  refuses('no UTF-8', (s) => set(cellOf(s, 4), { content: text(Buffer.of(0xc0, 0x80)) }), /UTF-8/);
  refuses(
    'a longer text',
    (s) => set(cellOf(s, 4), { content: huge(1_048_577) }),
    /at most 1048576/,
  );
  refuses(
    'a text that ends early',
    (s) => set(cellOf(s, 4), { content: huge(9999) }),
    /9999 bytes/,
  );
  refuses('another NaN', (s) => set(floatOf(s), { content: Buffer.alloc(8, 0xff) }), /form of NaN/);

  test('a count is compared with the bytes that are there', async () => {
    const [node] = (await records()).filter(({ kind }) => kind === 'node') as [ElementRecord];
    const bytes = writeRecord({ ...node, type: 0, created: 0, flags: 2, cells: [] });
    const counted = Buffer.concat([bytes, Buffer.alloc(4, 0xff), Buffer.alloc(100)]);
    expect(await refusalOf([counted])).toMatch(/4294967295 bytes, got 12/);
    const none = Buffer.concat([bytes, Buffer.alloc(4)]);
    expect(await refusalOf([none])).toMatch(/at least 1, got 0/);
  });
});

describe('[O7] sets ascend, and sequences name each item once', () => {
  refuses('no adds', (s) => set(cellOf(s, 11), { pieces: [] }), /at least 1, got 0/);
  refuses('no items', (s) => set(cellOf(s, 12), { pieces: [] }), /at least 1, got 0/);
  refuses('values that fall', (s) => cellOf(s, 11).pieces.reverse(), /ascending order/);
  refuses('an add twice', (s) => twice(cellOf(s, 11)), /ascending order/);
  refuses('an item twice', (s) => twice(cellOf(s, 12)), /each but once/);
  refuses('an item twice, apart', (s) => around(cellOf(s, 12)), /each but once/);
  refuses('an add by none', (s) => set(pieceOf(s, 11), { writer: 0 }), /up to 2, got 0/);
  refuses('an item by none', (s) => set(pieceOf(s, 12), { writer: 3 }), /up to 2, got 3/);
  refuses('a null item', (s) => set(pieceOf(s, 12), { value: Buffer.of(0) }), /item of kind 1/);
  refuses('a list as an item', (s) => set(pieceOf(s, 11), { value: list() }), /item of kind 1/);

  test('items in another order are another state, and no failure', async () => {
    const engine = await sealedEngine();
    const stream = await records();
    cellOf(stream, 12).pieces.reverse();
    const loaded = await load(stream.map(writeRecord));
    expect(loaded.stateHash(false)).not.toBe(engine.stateHash(false));
  });
});
