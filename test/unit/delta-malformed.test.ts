/**
 * Payloads that break one rule each, signed with a valid key, so that only the engine can refuse
 * them. The grammar of test/reference must say the same of each.
 */

import { beforeAll, describe, expect, test } from 'vitest';
import { concatBytes, fromHex, toHex } from '../../src/base/bytes.ts';
import { Door, onNode, payloadOf } from '../fixture/door.ts';
import { checkPayload } from '../reference/payload-grammar.ts';

const ID = '41'.repeat(16);
const HEAD = `00${'11'.repeat(16)}`;
const NAMES = '04 01 75  01 01 54  02 01 45  03 01 70';
const CLOCK = 1_750_000_000_000;

let door: Door;
let known: string;

beforeAll(async () => {
  door = await Door.open();
  const first = payloadOf([onNode('A'.repeat(16), { operation: 'set', path: 'p', value: 1n })]);
  expect(await door.answer(door.sign(first))).toBe('applied');
  known = toHex(door.commits()[0]?.hash ?? new Uint8Array());
});

describe('[C12] [C13] a dictionary', () => {
  const rest = () => transaction(`01${ID}`);
  test.each<[string, () => Uint8Array, string]>([
    ['with a symbol of kind 0', () => payload('00 01 75', 1), 'MALFORMED: name of the right kind'],
    ['with a symbol of kind 5', () => payload('05 01 75', 1), 'MALFORMED: name of the right kind'],
    ['with an empty symbol', () => payload('04 00', 1), 'MALFORMED: name of the right kind'],
    ['with a symbol that is no UTF-8', () => payload('04 01 ff', 1), 'MALFORMED: UTF-8'],
    ['with half a surrogate', () => payload('04 03 eda080', 1), 'MALFORMED: UTF-8'],
    ['with an overlong form', () => payload('04 02 c080', 1), 'MALFORMED: UTF-8'],
    ['with a cut sequence', () => payload('04 02 e282', 1), 'MALFORMED: UTF-8'],
    ['with a symbol beyond its end', () => payload('04 09 75', 1), 'MALFORMED: 9 bytes'],
    ['with fewer symbols than it says', () => payload(NAMES, 5), 'MALFORMED: 2 bytes'],
    ['with bytes after its symbols', () => payload(`${NAMES} 00`, 4), 'MALFORMED: 0 bytes'],
    ['with fewer references than it says', () => payload(NAMES, 4, 1), 'MALFORMED: 32 bytes'],
    [
      'with a reference to an unknown commit',
      () => payload(`${NAMES}${'77'.repeat(32)}`, 4, 1),
      'CONFLICT: a known commit',
    ],
    ['with too many references', () => payload(NAMES, 4, 65_534), 'LIMIT_EXCEEDED: at most 65533'],
    ...['2e', '2e61', '612e', '612e2e62', '5c', '5c61', `61${'2e61'.repeat(16)}`].map(
      (path): [string, () => Uint8Array, string] => [
        `with the path ${JSON.stringify(Buffer.from(path, 'hex').toString())}`,
        () => payload(`03 ${byte(path.length / 2)} ${path}`, 1),
        'MALFORMED: a property path',
      ],
    ),
  ])('%s', async (_, make, expected) => expectRefused(concatBytes(make(), rest()), expected));

  test('with unused names, known references and every form of path is taken', async () => {
    const paths = ['61', '612e62', '5c2e', '5c5c', '612e5c2e2e62', `61${'2e61'.repeat(15)}`];
    const symbols = paths.map((path) => `03 ${byte(path.length / 2)} ${path}`).join('');
    const bytes = concatBytes(
      payload(`${NAMES}${symbols}${known}`, 4 + paths.length, 1),
      transaction(`01${ID}`),
    );
    await expectTaken(bytes);
  });
});

describe('[C15] [C16] a transaction', () => {
  test.each<[string, () => Uint8Array, string]>([
    ['for a name that is no actor', () => framed(`${HEAD} 0100 0100 01${ID}`), 'MALFORMED: a name'],
    [
      'for a name that is not there',
      () => framed(`${HEAD} 0900 0100 01${ID}`),
      'MALFORMED: a name',
    ],
    ['without a delta', () => framed(`${HEAD} 0000 0000`), 'MALFORMED: at least 1, got 0'],
    [
      'with fewer deltas than it says',
      () => transaction(`01${ID}`, 2),
      'MALFORMED: 1 bytes, got 0',
    ],
    [
      'with bytes after its last delta',
      () => transaction(`01${ID} 00`),
      'MALFORMED: the end, got 1',
    ],
    [
      'with more deltas than it says',
      () => transaction(`01${ID} 06`, 1),
      'MALFORMED: the end, got 1',
    ],
  ])('%s', async (_, make, expected) => {
    await expectRefused(concatBytes(payload(NAMES, 4), make()), expected);
  });

  test('of another leaf is refused before the engine sees it', async () => {
    const bytes = concatBytes(payload(NAMES, 4), framed(`01${'11'.repeat(16)} 0000 0100 01${ID}`));
    const answer = await door.answer(door.sign(bytes));
    expect(answer).toBe('MALFORMED: a commit expected leaf 0, got 1');
  });

  test('beyond the 65,535th is refused by the header that counts it', async () => {
    const one = transaction(`01${ID}`);
    const bytes = concatBytes(payload(NAMES, 4), ...Array.from({ length: 65_536 }, () => one));
    expect(await door.answer(door.sign(bytes))).toBe(
      'MALFORMED: a commit header expected transactions from 1 to 65535, got 65536',
    );
    expect(await door.answer(door.sign(bytes, { transactionCount: 65_535 }))).toBe(
      'MALFORMED: a commit expected 65535 transactions, got 65536',
    );
  });
});

describe('[C17] [C18] [C19] a delta', () => {
  test.each<[string, string, string]>([
    ['of opcode 0', '00', 'MALFORMED: an opcode from 1 to 13, got 0'],
    ['of opcode 14', '0e', 'MALFORMED: an opcode from 1 to 13, got 14'],
    ['that inserts into nothing', '0b 0300 0000 00 0100 01 01', 'MALFORMED: a create or select'],
    ['that moves in nothing', '0d 0300 0000 ffff 0000 0000 00', 'MALFORMED: a create or select'],
    ['that deletes nothing', '06', 'MALFORMED: a create or select first, got opcode 6'],
    ['that sets on nothing', '07 0300 00', 'MALFORMED: a create or select first'],
    ['that adds to nothing', '09 0300 01 01', 'MALFORMED: a create or select first, got opcode 9'],
    ['that removes from nothing', '0a 0300 01 01 0100 ffff 0000', 'MALFORMED: a create or select'],
    ['that selects no id', `01 ${'41'.repeat(15)}2d`, 'MALFORMED: an id of 16 base62'],
    ['that selects a cut id', `01 ${'41'.repeat(15)}`, 'MALFORMED: 17 bytes, got 16'],
    ['with an edge of another type', edge('05', ID, ID, '0300'), 'MALFORMED: a name'],
    ['with an edge from no id', edge('05', `${'41'.repeat(15)}00`, ID), 'MALFORMED: an id'],
    ['with an edge to no id', edge('02', ID, `${'41'.repeat(15)}7b`), 'MALFORMED: an id'],
    ['with a cut edge', edge('05', ID, ID).slice(0, -2), 'MALFORMED: 39 bytes, got 38'],
    ['that creates a node of an edge type', '03 0200 0000000000000000', 'MALFORMED: a name'],
    ['that creates with a cut number', '03 0100 00000000000000', 'MALFORMED: 11 bytes, got 10'],
    ['with an empty key', '04 0100 0000', 'MALFORMED: at least 1, got 0'],
    ['with a key too long', `04 0100 0104 ${'61'.repeat(1025)}`, 'LIMIT_EXCEEDED: at most 1024'],
    ['with a key that is no UTF-8', '04 0100 0100 80', 'MALFORMED: UTF-8'],
    ['with a cut key', '04 0100 0500 61626364', 'MALFORMED: 5 bytes, got 4'],
  ])('%s', async (_, deltas, expected) => {
    await expectRefused(concatBytes(payload(NAMES, 4), transaction(deltas)), expected);
  });

  test.each<[string, string, string]>([
    ['on a path that is none', '08 0100 feff 0000 0000000000000000', 'MALFORMED: a name'],
    [
      'to a reference that is not there',
      '08 0300 0000 0000 0000000000000000',
      'MALFORMED: a refer',
    ],
    ['to a later transaction', '08 0300 ffff 0100 0000000000000000', 'MALFORMED: a reference'],
    ['that is cut', '08 0300 feff 0000 00000000000000', 'MALFORMED: 15 bytes, got 14'],
  ])('an increment %s', async (_, delta, expected) => {
    const bytes = concatBytes(payload(NAMES, 4), transaction(`01${ID} ${delta}`, 2));
    await expectRefused(bytes, expected);
  });

  test('an increment may name a set of its own commit, none, and one that is known', async () => {
    const amount = '0100000000000000';
    const deltas = ['ffff 0000', 'feff 0000', '0000 0000', '0000 ffff'].map(
      (base) => `08 0300 ${base} ${amount}`,
    );
    const bytes = concatBytes(
      payload(`${NAMES}${known}`, 4, 1),
      transaction(`01${ID} ${deltas.join('')}`, 5),
    );
    await expectTaken(bytes);
  });
});

describe('[C17] [C42] sets of values', () => {
  test.each<[string, string, string]>([
    ['an add on a path that is none', '09 0100 01 01', 'MALFORMED: a name'],
    ['an add without a path', '09 03', 'MALFORMED: 3 bytes, got 2'],
    ['an add without a value', '09 0300', 'MALFORMED: 1 bytes, got 0'],
    ['an add of null', '09 0300 00', 'MALFORMED: an item of kind 1 to 7, got 0'],
    ['an add of a map', '09 0300 08', 'MALFORMED: an item of kind 1 to 7, got 8'],
    ['an add of a list', '09 0300 0a 00000000', 'MALFORMED: an item of kind 1 to 7, got 10'],
    ['an add of bool 2', '09 0300 01 02', 'MALFORMED: a bool of 0 or 1, got 2'],
    ['an add of a long text', '09 0300 04 01001000', 'LIMIT_EXCEEDED: at most 1048576'],
    ['a removal on a path that is none', '0a 0100 01 01 0100 ffff 0000', 'MALFORMED: a name'],
    ['a removal of null', '0a 0300 00 0100 ffff 0000', 'MALFORMED: an item of kind 1 to 7, got 0'],
    ['a removal without a count', '0a 0300 01 01 01', 'MALFORMED: 2 bytes, got 1'],
    ['a removal of no add', '0a 0300 01 01 0000', 'MALFORMED: at least 1, got 0'],
    [
      'a removal of 257 adds',
      `0a 0300 01 01 0101 ${'ffff0000'.repeat(257)}`,
      'LIMIT_EXCEEDED: at most 256, got 257',
    ],
    ['a removal of cut adds', '0a 0300 01 01 0200 ffff 0000 ffff', 'MALFORMED: 8 bytes, got 6'],
    ['a removal of an add of none', '0a 0300 01 01 0100 feff 0000', 'MALFORMED: a reference'],
    ['a removal of a later add', '0a 0300 01 01 0100 ffff 0100', 'MALFORMED: a reference'],
    ['a removal by no reference', '0a 0300 01 01 0100 0000 0000', 'MALFORMED: a reference'],
  ])('%s', async (_, delta, expected) => {
    const bytes = concatBytes(payload(NAMES, 4), transaction(`01${ID} ${delta}`, 2));
    await expectRefused(bytes, expected);
  });

  test('a removal may name 256 adds, of its own commit and of one that is known', async () => {
    const adds = `ffff0000${'00000000'.repeat(254)}0000ffff`;
    const bytes = concatBytes(
      payload(`${NAMES}${known}`, 4, 1),
      transaction(`01${ID} 09 0300 01 01 0a 0300 01 01 0001 ${adds}`, 3),
    );
    await expectTaken(bytes);
  });
});

describe('[C17] [C43] [C44] sequences', () => {
  const own = 'ffff 0000 0000';
  const place = 'MALFORMED: a side from 0 to 2';
  test.each<[string, string, string]>([
    ['an insert on a path that is none', '0b 0100 0000 00 0100 01 01', 'MALFORMED: a name'],
    ['an insert without a number', '0b 0300 00', 'MALFORMED: 5 bytes, got 4'],
    ['an insert without a side', '0b 0300 0000', 'MALFORMED: 1 bytes, got 0'],
    ['an insert at side 3', `0b 0300 0000 03 ${own} 0100 01 01`, place],
    ['an insert at a cut place', '0b 0300 0000 01 ffff 0000', 'MALFORMED: 6 bytes, got 4'],
    [
      'an insert at a place of none',
      '0b 0300 0000 02 feff 0000 0000 0100 01 01',
      'MALFORMED: a reference',
    ],
    [
      'an insert at a later place',
      '0b 0300 0000 01 ffff 0100 0000 0100 01 01',
      'MALFORMED: a reference',
    ],
    ['an insert without a count', '0b 0300 0000 00 01', 'MALFORMED: 2 bytes, got 1'],
    ['an insert of nothing', '0b 0300 0000 00 0000', 'MALFORMED: at least 1, got 0'],
    ['an insert of null', '0b 0300 0000 00 0100 00', 'MALFORMED: an item of kind 1 to 7, got 0'],
    [
      'an insert of a list',
      '0b 0300 0000 00 0100 0a 00000000',
      'MALFORMED: an item of kind 1 to 7',
    ],
    ['an insert of fewer items', '0b 0300 0000 00 0200 01 01', 'MALFORMED: 1 bytes, got 0'],
    [
      'an insert of items beyond the last number',
      '0b 0300 ffff 00 0200 01 01 01 01',
      'LIMIT_EXCEEDED: at most 1, got 2',
    ],
    ['a removal on a path that is none', `0c 0100 0100 ${own} 0100`, 'MALFORMED: a name'],
    ['a removal without a count', '0c 0300 01', 'MALFORMED: 5 bytes, got 4'],
    ['a removal of no run', '0c 0300 0000', 'MALFORMED: at least 1, got 0'],
    [
      'a removal of 129 runs',
      `0c 0300 8100 ${`${own} 0100`.repeat(129)}`,
      'LIMIT_EXCEEDED: at most 128, got 129',
    ],
    ['a removal of cut runs', `0c 0300 0200 ${own} 0100 ffff`, 'MALFORMED: 16 bytes, got 10'],
    ['a removal of an empty run', `0c 0300 0100 ${own} 0000`, 'MALFORMED: at least 1, got 0'],
    ['a removal of an item of none', '0c 0300 0100 feff 0000 0000 0100', 'MALFORMED: a reference'],
    [
      'a removal of items beyond the last number',
      '0c 0300 0100 ffff 0000 0200 ffff',
      'LIMIT_EXCEEDED: at most 65534, got 65535',
    ],
    ['a move on a path that is none', `0d 0100 0000 ${own} 00`, 'MALFORMED: a name'],
    ['a move of a cut item', '0d 0300 0000 ffff 0000', 'MALFORMED: 11 bytes, got 9'],
    ['a move of an item of none', '0d 0300 0000 feff 0000 0000 00', 'MALFORMED: a reference'],
    ['a move without a side', `0d 0300 0000 ${own}`, 'MALFORMED: 1 bytes, got 0'],
    ['a move to side 4', `0d 0300 0000 ${own} 04 ${own}`, 'MALFORMED: a side from 0 to 2, got 4'],
  ])('%s', async (_, delta, expected) => {
    const bytes = concatBytes(payload(NAMES, 4), transaction(`01${ID} ${delta}`, 2));
    await expectRefused(bytes, expected);
  });

  test('a removal may name 128 runs, up to the last number, of known commits', async () => {
    const runs = `${'0000 ffff 0000 ffff'.repeat(127)} ffff 0000 ffff 0100`;
    const bytes = concatBytes(
      payload(`${NAMES}${known}`, 4, 1),
      transaction(`01${ID} 0b 0300 ffff 00 0100 01 01 0c 0300 8000 ${runs}`, 3),
    );
    await expectTaken(bytes);
  });
});

describe('[C20] [C40] [C41] a value', () => {
  test.each<[string, string, string]>([
    ['of kind 9', '09', 'MALFORMED: a value of kind 0 to 8, or 10, got 9'],
    ['of kind 11', '0b', 'MALFORMED: a value of kind 0 to 8, or 10, got 11'],
    ['of no kind', '', 'MALFORMED: 1 bytes, got 0'],
    ['of bool 2', '01 02', 'MALFORMED: a bool of 0 or 1, got 2'],
    ['of a cut int64', '02 00000000000000', 'MALFORMED: 9 bytes, got 8'],
    ['of a negative NaN', '03 000000000000f8ff', 'MALFORMED: the one form of NaN'],
    ['of a signalling NaN', '03 010000000000f07f', 'MALFORMED: the one form of NaN'],
    ['of a NaN with a payload', '03 010000000000f87f', 'MALFORMED: the one form of NaN'],
    ['of a string that is no UTF-8', '04 01000000 ff', 'MALFORMED: UTF-8'],
    ['of a string beyond its transaction', '04 05000000 6161', 'MALFORMED: 5 bytes, got 2'],
    ['of a string of 4 GiB', '04 ffffffff 61', 'LIMIT_EXCEEDED: at most 1048576, got 4294967295'],
    ['of bytes beyond a MiB', '05 01001000', 'LIMIT_EXCEEDED: at most 1048576, got 1048577'],
    ['of a cut length', '05 010000', 'MALFORMED: 5 bytes, got 4'],
    ['of no id', `07 ${'2a'.repeat(16)}`, 'MALFORMED: an id of 16 base62'],
    ['of a list of null', '0a 01000000 00', 'MALFORMED: an item of kind 1 to 7, got 0'],
    ['of a list of a map', '0a 01000000 08', 'MALFORMED: an item of kind 1 to 7, got 8'],
    ['of a list of a counter', '0a 01000000 09', 'MALFORMED: an item of kind 1 to 7, got 9'],
    ['of a list of a list', '0a 05000000 0a 00000000', 'MALFORMED: an item of kind 1 to 7, got 10'],
    ['of a list of a bool 2', '0a 02000000 01 02', 'MALFORMED: a bool of 0 or 1, got 2'],
    [
      'of a list of another NaN',
      '0a 09000000 03 000000000000f8ff',
      'MALFORMED: the one form of NaN',
    ],
    ['of a list of no UTF-8', '0a 06000000 04 01000000 ff', 'MALFORMED: UTF-8'],
    ['of a list of no id', `0a 11000000 07 ${'2a'.repeat(16)}`, 'MALFORMED: an id of 16 base62'],
    ['of an item beyond its list', '0a 08000000 02 0000000000000000', 'MALFORMED: 9 bytes, got 8'],
    ['of a text beyond its list', '0a 06000000 04 02000000 6161', 'MALFORMED: 2 bytes, got 1'],
    ['of an item cut by its list', '0a 03000000 04 0000 0000', 'MALFORMED: 5 bytes, got 3'],
    ['of a list beyond its transaction', '0a 05000000 01 01', 'MALFORMED: 5 bytes, got 2'],
    ['of a list beyond a MiB', '0a 01001000', 'LIMIT_EXCEEDED: at most 1048576, got 1048577'],
    [
      'of a list with a text of 4 GiB',
      '0a 05000000 04 ffffffff',
      'LIMIT_EXCEEDED: at most 1048576',
    ],
    ['of a cut length of a list', '0a 010000', 'MALFORMED: 5 bytes, got 4'],
  ])('%s', async (_, value, expected) => {
    const bytes = concatBytes(payload(NAMES, 4), transaction(`01${ID} 07 0300 ${value}`, 2));
    await expectRefused(bytes, expected);
  });

  test.each<[string, string]>([
    ['infinity', '03 000000000000f07f'],
    ['-infinity', '03 000000000000f0ff'],
    ['NaN', '03 000000000000f87f'],
    ['-0', '03 0000000000000080'],
    ['the smallest float', '03 0100000000000000'],
    ['an empty string', '04 00000000'],
    ['empty bytes', '05 00000000'],
    ['U+0000 and U+10FFFF', '04 05000000 00f48fbfbf'],
    ['a map', '08'],
    ['an empty list', '0a 00000000'],
    ['a list of items of several kinds', '0a 0e000000 01 01 04 01000000 61 05 01000000 00'],
  ])('%s is taken', async (_, value) => {
    await expectTaken(concatBytes(payload(NAMES, 4), transaction(`01${ID} 07 0300 ${value}`, 2)));
  });
});

test('the message names the delta, the transaction and the byte', async () => {
  const good = transaction(`01${ID}`);
  const bad = transaction(`01${ID} 07 0300 01 02`, 2);
  const bytes = concatBytes(payload(NAMES, 4), good, bad);
  expect(await door.answer(door.sign(bytes))).toBe(
    'MALFORMED: delta 1 of transaction 1 expected a bool of 0 or 1, got 2 ' +
      `(payload byte ${bytes.length - 1})`,
  );
});

/** The dictionary alone; what follows it is joined by the caller. */
function payload(symbols: string, symbolCount: number, referenceCount = 0): Uint8Array {
  const names = bytesOf(symbols);
  const head = new DataView(new ArrayBuffer(8));
  head.setUint32(0, 4 + names.length, true);
  head.setUint16(4, symbolCount, true);
  head.setUint16(6, referenceCount, true);
  return concatBytes(new Uint8Array(head.buffer), names);
}

function transaction(deltas: string, count = 1): Uint8Array {
  return framed(`${HEAD} 0000 ${byte(count)}00 ${deltas}`);
}

function framed(content: string): Uint8Array {
  const bytes = bytesOf(content);
  const head = new DataView(new ArrayBuffer(4));
  head.setUint32(0, bytes.length, true);
  return concatBytes(new Uint8Array(head.buffer), bytes);
}

function edge(opcode: string, from: string, to: string, type = '0200'): string {
  return `${opcode}${from}${to}${type}00000000`;
}

function bytesOf(hex: string): Uint8Array {
  return fromHex(hex.replaceAll(/\s/g, ''));
}

function byte(value: number): string {
  return value.toString(16).padStart(2, '0');
}

/** The code, a part of the message, and no change of the state. */
async function expectRefused(bytes: Uint8Array, expected: string): Promise<void> {
  const before = [door.space.stateHash(), door.log.length];
  const verdict = await door.receive(door.sign(bytes));
  if (verdict.kind !== 'refused') throw new Error(`expected a refusal, got ${verdict.kind}`);
  const answer = `${verdict.error.code}: ${verdict.error.message}`;
  const [code = '', ...part] = expected.split(': ');
  expect(answer).toContain(`${code}: delta `);
  expect(answer).toContain(part.join(': '));
  expect(answer).toMatch(/ expected .+ \(payload byte \d+\)$/);
  const { reason } = verdict.error.facts;
  expect(checkPayload(bytes, [known])).toMatchObject({ code, reason });
  expect([door.space.stateHash(), door.log.length]).toEqual(before);
}

async function expectTaken(bytes: Uint8Array): Promise<void> {
  expect(checkPayload(bytes, [known])).toBeUndefined();
  door.clock.milliseconds = CLOCK + door.log.length;
  expect(await door.answer(door.sign(bytes))).toBe('applied');
}
