import { beforeEach, describe, expect, test } from 'vitest';
import { STAGING_BYTES, STAGING_START } from '../../assembly/abi.ts';
import { concatBytes, fromHex, utf8 } from '../../src/base/bytes.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import { Engine, type GroupCommit } from '../../src/engine/engine.ts';
import { EngineView } from '../../src/engine/view.ts';
import { Seeded } from '../seeded.ts';

const SPACE = new Uint8Array(32).fill(3);
const ID = 'AAAAAAAAAAAAAAAA';
const ACTOR = 4;
const RELATION = 6;

let engine: Engine;

beforeEach(async () => {
  engine = await Engine.create(SPACE, new Seeded(1));
});

describe('a payload in the staging area', () => {
  test('is applied from there, and gives the state that a copied one gives', async () => {
    const copied = await Engine.create(SPACE, new Seeded(2));
    for (const [place, bytes] of [payloadOf(1n), payloadOf(2n)].entries()) {
      const address = STAGING_START + 48 + place * 4_096;
      engine.memory.bytes.set(bytes, address);
      const commit = commitOf(bytes, place);
      engine.prepare([{ ...commit, payloadBytes: inMemory(address, bytes.length), address }]);
      copied.prepare([commit]);
      expect(engine.apply()).toBe(copied.apply());
    }
    expect(engine.stateHash(false)).toBe(copied.stateHash(false));
    expect(value()).toBe(2n);
  });

  test('stands in one group beside payloads that are copied', () => {
    const bytes = payloadOf(2n);
    engine.memory.bytes.set(bytes, STAGING_START);
    const staged = { ...commitOf(bytes, 1), address: STAGING_START };
    engine.prepare([commitOf(payloadOf(1n), 0), staged, commitOf(payloadOf(3n), 2)]);
    engine.apply();
    expect(value()).toBe(3n);
    expect(engine.exports.commitCount()).toBe(3);
  });

  test('may end where the memory ends, and not behind it', () => {
    const bytes = payloadOf(1n);
    // The first group makes the memory grow.
    engine.prepare([commitOf(bytes, 0)]);
    const end = engine.memory.bytes.length;
    const at = (address: number): GroupCommit => ({ ...commitOf(bytes, 0), address });
    engine.memory.bytes.set(bytes, end - bytes.length);
    expect(() => engine.prepare([at(end - bytes.length)])).not.toThrow();
    for (const address of [end - bytes.length + 1, end, 0xffff_ffff, 0xffff_ffff - bytes.length]) {
      expect(() => engine.prepare([at(address)])).toThrow(`expected ${bytes.length} bytes, got`);
    }
  });

  test('counts to the bytes of its group', () => {
    const view = inMemory(STAGING_START, STAGING_BYTES / 8);
    const commit = { ...commitOf(view, 0), address: STAGING_START };
    expect(() => engine.prepare([commit, commit])).toThrow('at most 16777216, got 16777416');
  });
});

describe('[C15] a segmented transaction', () => {
  test('may hold no delta: it is here as a writer', () => {
    engine.prepare([commitOf(handMade(1, ''), 0, 3)]);
    expect(engine.apply()).toBe(1);
    expect(engine.exports.transactionCount()).toBe(3);
    expect(engine.exports.nodeCount()).toBe(1);
  });

  test('and all others of its commit may hold none', () => {
    const bytes = concatBytes(dictionary(), transaction(1, ''), transaction(1, ''));
    engine.prepare([commitOf(bytes, 0, 2)]);
    expect(engine.apply()).toBe(0);
  });

  test('is no plain one, which holds a delta at least', () => {
    expect(() => engine.prepare([commitOf(handMade(0, ''), 0, 3)])).toThrow('at least 1, got 0');
  });
});

describe('[C12] a relation among the names', () => {
  test('is taken, and no name for anything else', () => {
    const bytes = handMade(1, '', RELATION);
    engine.prepare([commitOf(bytes, 0, 3)]);
    engine.apply();
    expect(engine.exports.nodeCount()).toBe(1);
    const asActor = concatBytes(dictionary(RELATION), transaction(1, '', 2));
    expect(() => engine.prepare([commitOf(asActor, 1)])).toThrow('a name of the right kind');
  });

  test.each([0, 5, 7, 255])('kind %s is none', (kind) => {
    expect(() => engine.prepare([commitOf(handMade(1, '', kind), 0, 3)])).toThrow(
      'a name of the right kind below 7',
    );
  });
});

/** A node that is created and has a value. */
function payloadOf(amount: bigint): Uint8Array {
  const writer = new PayloadWriter();
  const subject = { element: 'node', id: ID } as const;
  writer.add({
    id: new Uint8Array(16),
    actor: 'a',
    deltas: [
      { subject, delta: { operation: 'set', path: 'p', value: amount } },
      { subject, delta: { operation: 'set', path: 'name', value: 'long enough for a blob' } },
    ],
  });
  return writer.finish();
}

function value(): unknown {
  const view = new EngineView(engine);
  engine.memory.bytes.set(utf8(ID), engine.exports.ensureInput(16) >>> 0);
  const row = engine.exports.rowOfId();
  return view.nodeValue(row as Parameters<EngineView['nodeValue']>[0], 'p');
}

/** A create among two transactions of the leaf and deltas. */
function handMade(leaf: number, deltas: string, kind = ACTOR): Uint8Array {
  const create = `03 0000 ${'01'.repeat(8)}`;
  return concatBytes(
    dictionary(kind),
    transaction(leaf, deltas),
    transaction(0, create),
    transaction(leaf, deltas),
  );
}

/** Node type `T`, actor `a`, and a third name of the kind. */
function dictionary(kind = ACTOR): Uint8Array {
  return fromHex(['0d000000', '0300', '0000', '010154', '040161', `${byte(kind)}0162`].join(''));
}

function transaction(leaf: number, deltas: string, actor = 1): Uint8Array {
  const bytes = fromHex(deltas.replaceAll(' ', ''));
  const count = bytes.length === 0 ? '0000' : '0100';
  const head = fromHex(`${byte(leaf)}${'11'.repeat(16)}${byte(actor)}00${count}`);
  return concatBytes(Uint8Array.of(head.length + bytes.length, 0, 0, 0), head, bytes);
}

function commitOf(payloadBytes: Uint8Array, place: number, transactionCount = 1): GroupCommit {
  const hash = new Uint8Array(32).fill(place + 1);
  const author = new Uint8Array(32).fill(9);
  return { payloadBytes, clock: BigInt(place + 1), author, hash, transactionCount };
}

function inMemory(address: number, bytes: number): Uint8Array {
  return engine.memory.bytes.subarray(address, address + bytes);
}

function byte(value: number): string {
  return value.toString(16).padStart(2, '0');
}
