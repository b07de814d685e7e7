import { copyFile, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { FileLog } from '../../src/log/file-log.ts';
import {
  changeFile,
  fillLog,
  numbered,
  RECORD_HEAD,
  readLog,
  SEGMENT_HEAD,
} from '../fixture/log-files.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

const RECORD = RECORD_HEAD + 20;
const SEGMENT = 'log-0000000001.segment';
const MARK = 'log.acknowledged';
/** Segments of three entries each. */
const SMALL = SEGMENT_HEAD + 3 * RECORD + 1;
const ONE_BY_ONE = (count: number) => Array.from({ length: count }, (_, index) => [index + 1]);

let directory: string;

beforeEach(async () => {
  directory = await temporaryDirectory();
});

const at = (name: string) => join(directory, name);
/** Where an entry of the first segment begins. */
const offsetOf = (position: number) => SEGMENT_HEAD + (position - 1) * RECORD;

async function flip(name: string, offset: number): Promise<void> {
  await changeFile(at(name), (bytes) => {
    bytes[offset] = (bytes[offset] as number) ^ 1;
    return undefined;
  });
}

/** The log as a crash after `later` leaves it, with the mark of the appends before. */
async function fillWithOldMark(earlier: number[][], later: number[][]): Promise<void> {
  await fillLog(directory, { appends: earlier });
  await copyFile(at(MARK), at('old'));
  await fillLog(directory, { appends: later });
  await copyFile(at('old'), at(MARK));
  await rm(at('old'));
}

async function expectEntries(numbers: readonly number[]): Promise<readonly string[]> {
  const { entries, notes } = await readLog(directory);
  expect(entries).toEqual(
    numbers.map((number, index) => ({ position: index + 1, ...numbered(number) })),
  );
  return notes;
}

async function expectCorrupt(message: RegExp): Promise<void> {
  const before = await readFile(at(SEGMENT)).catch(() => undefined);
  await expect(readLog(directory)).rejects.toMatchObject({
    code: 'CORRUPT',
    message: expect.stringMatching(message),
  });
  expect(await readFile(at(SEGMENT)).catch(() => undefined)).toEqual(before);
}

describe('bytes above the mark that are no whole append', () => {
  test('[L18] are cut, and appends go on after what is whole', async () => {
    await fillWithOldMark(ONE_BY_ONE(3), [[4]]);
    await flip(SEGMENT, offsetOf(4) + RECORD_HEAD);
    const notes = await expectEntries([1, 2, 3]);
    expect(notes).toEqual([`${SEGMENT}: 68 bytes of no whole append after entry 3 are cut`]);
    expect(await expectEntries([1, 2, 3])).toEqual([]);
    await fillLog(directory, { appends: [[4], [5]] });
    await expectEntries([1, 2, 3, 4, 5]);
  });

  test.each([1, 47, RECORD - 1])('[L18] are cut where only %i are written', async (count) => {
    await fillWithOldMark(ONE_BY_ONE(3), [[4]]);
    await changeFile(at(SEGMENT), (bytes) => void bytes.fill(0, offsetOf(4) + count, offsetOf(5)));
    expect(await expectEntries([1, 2, 3])).toHaveLength(1);
  });

  test('[L4] an append of several entries goes as a whole', async () => {
    await fillWithOldMark([[1], [2]], [[3, 4, 5]]);
    await flip(SEGMENT, offsetOf(5) + RECORD_HEAD);
    expect(await expectEntries([1, 2])).toHaveLength(1);
    await fillLog(directory, { appends: [[3]] });
    await expectEntries([1, 2, 3]);
  });

  test('[L4] a whole record behind a lost one of its append is not taken later', async () => {
    await fillWithOldMark([[1], [2]], [[3, 4]]);
    await changeFile(at(SEGMENT), (bytes) => void bytes.fill(0, offsetOf(3), offsetOf(4)));
    expect(await expectEntries([1, 2])).toHaveLength(1);
    await fillLog(directory, { appends: [[3]] });
    await expectEntries([1, 2, 3]);
  });

  test('[L18] stray bytes in the zeros are cut', async () => {
    await fillLog(directory, { appends: ONE_BY_ONE(3) });
    await changeFile(at(SEGMENT), (bytes) => void bytes.fill(1, 5_000, 5_001));
    expect(await expectEntries([1, 2, 3])).toHaveLength(1);
    expect(await expectEntries([1, 2, 3])).toEqual([]);
  });

  test('[L18] a first append that did not end leaves an empty log', async () => {
    await fillLog(directory, { appends: [] });
    await fillLog(directory, { appends: [[1, 2]] });
    await changeFile(at(MARK), () => markOf({ length: 0, segment: 0, offset: 0 }));
    await flip(SEGMENT, offsetOf(2) + RECORD_HEAD);
    await expectEntries([]);
    await fillLog(directory, { appends: [[7], [8]] });
    await expectEntries([7, 8]);
  });

  test('[L15] whole appends above an old mark are taken', async () => {
    await fillWithOldMark(ONE_BY_ONE(3), [[4], [5, 6]]);
    expect(await expectEntries([1, 2, 3, 4, 5, 6])).toEqual([]);
  });
});

describe('damage to what was acknowledged', () => {
  test.each([1, 2, 3])('[L17] in entry %i is named, with both checksums', async (position) => {
    await fillLog(directory, { appends: ONE_BY_ONE(3) });
    await flip(SEGMENT, offsetOf(position) + RECORD_HEAD + 7);
    const place = `${SEGMENT}: entry ${position} at byte ${offsetOf(position)}`;
    await expectCorrupt(
      new RegExp(`^the log ${place} expected checksum [0-9a-f]{8}, got [0-9a-f]{8}: restore`),
    );
  });

  test.each([
    [20, 4],
    [16, 0],
  ])(
    '[L17] in the length of an entry of %i bytes, which becomes %i, is named',
    async (bytes, length) => {
      await fillLog(directory, { appends: ONE_BY_ONE(3), bytes });
      const offset = SEGMENT_HEAD + RECORD_HEAD + bytes;
      await changeFile(at(SEGMENT), (content) => {
        const view = new DataView(content.buffer);
        view.setUint32(offset, view.getUint32(offset, true) ^ 64, true);
        expect(view.getUint32(offset, true)).toBe(length);
        return undefined;
      });
      await expectCorrupt(new RegExp(`entry 2 at byte ${offset} expected `));
    },
  );

  test('[L17] is named above an old mark too, where a later append follows', async () => {
    await fillWithOldMark(ONE_BY_ONE(3), [[4], [5]]);
    await flip(SEGMENT, offsetOf(4) + RECORD_HEAD);
    await expectCorrupt(/entry 4 at byte \d+ expected checksum/);
  });

  test.each([4, RECORD * 3, 50])('[L19] a log cut to %i bytes is refused', async (bytes) => {
    await fillLog(directory, { appends: ONE_BY_ONE(3) });
    await truncate(at(SEGMENT), bytes);
    await expectCorrupt(/expected/);
  });

  test('[L19] a log whose entries are gone is refused', async () => {
    await fillLog(directory, { appends: ONE_BY_ONE(3) });
    await changeFile(at(SEGMENT), (bytes) => void bytes.fill(0, SEGMENT_HEAD));
    await expectCorrupt(/entry 1 at byte 96 expected entries up to 3, got 0/);
  });

  test.each(['first', 'middle', 'last'])(
    '[L19] a log without its %s segment is refused',
    async (which) => {
      await fillLog(directory, { appends: ONE_BY_ONE(8), segmentBytes: SMALL });
      const names = (await readdir(directory)).filter((name) => name.endsWith('.segment')).sort();
      expect(names).toHaveLength(3);
      const name = { first: names[0], middle: names[1], last: names[2] }[which] ?? '';
      await rm(at(name));
      await expectCorrupt(new RegExp(`the log ${name}: (?:entry 4 )?at byte 0 expected `));
    },
  );

  test('[L19] a mark without segments is refused', async () => {
    await fillLog(directory, { appends: ONE_BY_ONE(3) });
    await rm(at(SEGMENT));
    await expectCorrupt(/expected a file of the log's 3 entries, got none/);
  });

  test('[L2] a segment of another log is refused', async () => {
    await fillLog(directory, { appends: ONE_BY_ONE(8), segmentBytes: SMALL });
    const other = await temporaryDirectory();
    const numbers = ONE_BY_ONE(8).map(([number = 0]) => [number + 100]);
    await fillLog(other, { appends: numbers, segmentBytes: SMALL });
    for (const name of ['log-0000000004.segment', 'log-0000000004.index']) {
      await copyFile(join(other, name), at(name));
    }
    await expectCorrupt(/log-0000000004\.segment: at byte 0 expected space [0-9a-f]{64} after/);
  });

  test('[L20] in a full segment is named when it is read, and others are served', async () => {
    await fillLog(directory, { appends: ONE_BY_ONE(8), segmentBytes: SMALL });
    await flip(SEGMENT, offsetOf(2) + RECORD_HEAD);
    await using log = await FileLog.open(directory, { segmentBytes: SMALL });
    const named = {
      code: 'CORRUPT',
      facts: { file: SEGMENT, offset: offsetOf(2), position: 2 },
    };
    expect(() => log.read(2)).toThrow(expect.objectContaining(named));
    expect(() => [...log.entries(1)]).toThrow(expect.objectContaining(named));
    expect([log.read(1)?.position, log.read(3)?.position]).toEqual([1, 3]);
    expect([...log.entries(3)]).toHaveLength(6);
  });
});

describe('the mark', () => {
  test.each([0, 4_096])(
    '[L19] with the slot at %i damaged is said and written anew',
    async (slot) => {
      await fillLog(directory, { appends: ONE_BY_ONE(3) });
      await flip(MARK, slot + 13);
      const notes = await expectEntries([1, 2, 3]);
      expect(notes).toEqual([
        `${MARK}: at byte ${slot} expected a whole slot, got other bytes: written anew`,
      ]);
      expect(await expectEntries([1, 2, 3])).toEqual([]);
    },
  );

  test('[L19] without a whole slot, or absent, is refused', async () => {
    await fillLog(directory, { appends: ONE_BY_ONE(3) });
    for (const slot of [0, 4_096]) await flip(MARK, slot + 13);
    await expectCorrupt(/log\.acknowledged: at byte 0 expected one slot that is whole, got none/);
    await rm(at(MARK));
    await expectCorrupt(/log\.acknowledged: at byte 0 expected a file, got none/);
  });

  test('[L19] that says more than the log holds is refused', async () => {
    await fillLog(directory, { appends: ONE_BY_ONE(3) });
    await copyFile(at(SEGMENT), at('old'));
    await fillLog(directory, { appends: [[4]] });
    await copyFile(at('old'), at(SEGMENT));
    await expectCorrupt(/expected entries up to 4, got 3/);
  });

  test('[L10] that names no end of an entry is refused', async () => {
    await fillLog(directory, { appends: ONE_BY_ONE(3) });
    await changeFile(at(MARK), () => markOf({ length: 2, segment: 1, offset: offsetOf(4) }));
    await expectCorrupt(/log\.acknowledged: at byte 0 expected the end of entry 2/);
  });
});

describe('the index of a full segment', () => {
  const INDEX = 'log-0000000004.index';

  test.each<[string, () => Promise<void>]>([
    ['is missing', () => rm(at(INDEX))],
    ['is damaged', () => flip(INDEX, 40)],
    ['is cut short', () => truncate(at(INDEX), 50)],
    ['is empty', () => truncate(at(INDEX), 0)],
    ['is of another segment', () => copyFile(at('log-0000000001.index'), at(INDEX))],
  ])('[L8] that %s is made again, and that is said', async (_, damage) => {
    await fillLog(directory, { appends: ONE_BY_ONE(8), segmentBytes: SMALL });
    const whole = await readFile(at(INDEX));
    await damage();
    const notes = await expectEntries([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain('the index of log-0000000004.segment is made again: ');
    expect(await readFile(at(INDEX))).toEqual(whole);
  });

  test('[L8] that goes while the log is open is not missed', async () => {
    await fillLog(directory, { appends: ONE_BY_ONE(8), segmentBytes: SMALL });
    await using log = await FileLog.open(directory, { segmentBytes: SMALL });
    await rm(at(INDEX));
    expect(log.read(5)?.bytes).toEqual(numbered(5).bytes);
  });
});

describe('[L6] a newer version is refused as such:', () => {
  const cases: [string, string, number][] = [
    ['a segment', SEGMENT, 92],
    ['an index', 'log-0000000001.index', 28],
    ['a mark', MARK, 60],
  ];
  test.each(cases)('%s', async (_, name, checksumAt) => {
    await fillLog(directory, { appends: ONE_BY_ONE(8), segmentBytes: SMALL });
    await changeFile(at(name), (bytes) => {
      const view = new DataView(bytes.buffer);
      view.setUint32(8, 2, true);
      view.setUint32(checksumAt, crc32(bytes.subarray(0, checksumAt)), true);
      return undefined;
    });
    await expect(readLog(directory)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(`^${name} expected version 1, got 2: `),
    });
  });
});

test('files that a killed process left unfinished go', async () => {
  await fillLog(directory, { appends: ONE_BY_ONE(3) });
  for (const name of ['log-0000000004.segment.new', 'log-0000000001.index.new', `${MARK}.new`]) {
    await writeFile(at(name), 'half');
  }
  await expectEntries([1, 2, 3]);
  expect((await readdir(directory)).sort()).toEqual([SEGMENT, MARK]);
});

test('a directory of other things holds no log', async () => {
  await writeFile(at('another'), 'file');
  expect(await FileLog.isIn(directory)).toBe(false);
  expect(await FileLog.isIn(at('absent'))).toBe(false);
});

/** A file with one mark in both slots. */
function markOf(mark: { length: number; segment: number; offset: number }): Uint8Array {
  const bytes = new Uint8Array(4_160);
  for (const slot of [0, 4_096]) {
    const view = new DataView(bytes.buffer, slot);
    bytes.set(Buffer.from('MGRAPHLA'), slot);
    for (const [index, word] of [1, mark.length, mark.segment, mark.offset, 9].entries()) {
      view.setUint32(8 + index * 4, word, true);
    }
    view.setUint32(60, crc32(bytes.subarray(slot, slot + 60)), true);
  }
  return bytes;
}
