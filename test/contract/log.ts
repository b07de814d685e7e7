/** What every log must do, whatever it stands on. Fakes pass the same suite as the real ones. */

import { describe, expect, test } from 'vitest';
import { sameBytes } from '../../src/base/bytes.ts';
import { EntryKind, type Log, type LogEntry, type NewEntry } from '../../src/log/log.ts';

/** A fresh, empty log, and the way to open what it holds again where there is one. */
export interface LogUnderTest {
  readonly log: Log;
  readonly reopen?: () => Promise<Log>;
}

const LARGE_BYTES = 8_388_608;

export function describeLog(name: string, open: () => Promise<LogUnderTest>): void {
  describe(`${name}: appending`, () => {
    test('an empty log has length 0 and holds nothing', async () => {
      const { log } = await open();
      expect(log.length).toBe(0);
      expect(log.read(1)).toBeUndefined();
      expect([...log.entries(1)]).toEqual([]);
      expect(log.hashOf(1)).toBeUndefined();
      expect(log.commitPosition(1)).toBeUndefined();
      expect([...log.authority()]).toEqual([]);
    });

    test('positions count from 1, in the order of appending', async () => {
      const { log } = await open();
      await log.append([entry(1), entry(2)]);
      await log.append([entry(3)]);
      expect(log.length).toBe(3);
      expect([...log.entries(1)]).toEqual([1, 2, 3].map(stored));
      expect([1, 2, 3].map((number) => log.hashOf(number))).toEqual([1, 2, 3].map(hashOf));
    });

    test('both kinds of entry come back as what they were', async () => {
      const { log } = await open();
      await log.append([{ ...entry(1), kind: EntryKind.AUTHORITY }, entry(2)]);
      expect(log.read(1)?.kind).toBe(EntryKind.AUTHORITY);
      expect(log.read(2)?.kind).toBe(EntryKind.COMMIT);
    });

    test('appending nothing changes nothing', async () => {
      const { log } = await open();
      await log.append([]);
      expect(log.length).toBe(0);
      await log.append([entry(1)]);
      await log.append([]);
      expect([...log.entries(1)]).toEqual([stored(1)]);
    });

    test('an entry may be empty', async () => {
      const { log } = await open();
      await log.append([{ ...entry(1), bytes: new Uint8Array() }]);
      expect(log.read(1)?.bytes).toEqual(new Uint8Array());
    });
  });

  describeLimits(name, open);
  describeReading(name, open);
  describeWalking(name, open);
  describeAuthority(name, open);
  describeReopening(name, open);
}

function describeLimits(name: string, open: () => Promise<LogUnderTest>): void {
  describe(`${name}: appending much, and from bytes that change`, () => {
    test('an entry of 8 MiB comes back whole, between small ones', async () => {
      const { log } = await open();
      const bytes = Uint8Array.from({ length: LARGE_BYTES }, (_, index) => (index * 31) & 0xff);
      await log.append([entry(1), { ...entry(2), bytes }, entry(3)]);
      expect(Buffer.compare(log.read(2)?.bytes ?? new Uint8Array(), bytes)).toBe(0);
      expect(log.read(3)).toEqual(stored(3));
    });

    test('the length is the new one once the append has resolved', async () => {
      const { log } = await open();
      const appended = log.append([entry(1), entry(2)]);
      await appended;
      expect(log.length).toBe(2);
    });

    test('what the caller does to its bytes afterwards does not reach the log', async () => {
      const { log } = await open();
      const given = entry(1);
      const appended = log.append([given]);
      await appended;
      given.bytes.fill(0xff);
      given.hash.fill(0xff);
      expect(log.read(1)).toEqual(stored(1));
      expect(log.hashOf(1)).toEqual(hashOf(1));
    });
  });
}

function describeReading(name: string, open: () => Promise<LogUnderTest>): void {
  describe(`${name}: reading`, () => {
    test('only positions that are there are read', async () => {
      const { log } = await open();
      await log.append([entry(1), entry(2)]);
      for (const position of [0, -1, 3, 1.5, 2 ** 32 + 1, Number.NaN]) {
        expect(log.read(position), `position ${position}`).toBeUndefined();
        expect(log.hashOf(position), `position ${position}`).toBeUndefined();
      }
    });

    test('entries begin where they are asked to', async () => {
      const { log } = await open();
      await log.append([1, 2, 3, 4].map(entry));
      expect([...log.entries(3)].map(({ position }) => position)).toEqual([3, 4]);
      expect([...log.entries(5)]).toEqual([]);
      expect([...log.entries(0)].map(({ position }) => position)).toEqual([1, 2, 3, 4]);
      expect([...log.entries(-3)].map(({ position }) => position)).toEqual([1, 2, 3, 4]);
    });

    test('entries are those of the time of the call', async () => {
      const { log } = await open();
      await log.append([entry(1)]);
      const before = log.entries(1);
      await log.append([entry(2)]);
      expect([...before].map(({ position }) => position)).toEqual([1]);
    });
  });
}

function describeWalking(name: string, open: () => Promise<LogUnderTest>): void {
  describe(`${name}: walking`, () => {
    test('entries can be walked while the log grows', async () => {
      const { log } = await open();
      await log.append([1, 2, 3].map(entry));
      const seen: number[] = [];
      for (const { position } of log.entries(1)) {
        seen.push(position);
        await log.append([entry(100 + position)]);
      }
      expect(seen).toEqual([1, 2, 3]);
      expect(log.length).toBe(6);
    });

    test('bytes of a walk stay as they are when the walk has gone on', async () => {
      const { log } = await open();
      const numbers = Array.from({ length: 600 }, (_, index) => index + 1);
      const large = numbers.map((number) => ({ ...entry(number), bytes: largeBytesOf(number) }));
      await log.append(large);
      const kept = [...log.entries(1)].map(({ bytes }) => bytes);
      for (const [at, { bytes }] of large.entries())
        expect(sameBytes(kept[at] ?? new Uint8Array(), bytes)).toBe(true);
    });

    test.each([100, 65_536])('a walk may read into %d bytes of its caller', async (bytes) => {
      const { log } = await open();
      const numbers = Array.from({ length: 40 }, (_, index) => index + 1);
      const bytesFor = (number: number) => (number % 4 === 0 ? largeBytesOf : bytesOf)(number);
      const mixed = numbers.map((number) => ({
        ...entry(number),
        bytes: bytesFor(number),
      }));
      await log.append(mixed);
      let walked = 0;
      for (const { position, kind, hash, bytes: found } of log.entries(1, new Uint8Array(bytes))) {
        const expected = mixed[walked] as NewEntry;
        expect({ position, kind }).toEqual({ position: walked + 1, kind: expected.kind });
        expect(sameBytes(hash, expected.hash) && sameBytes(found, expected.bytes)).toBe(true);
        walked += 1;
      }
      expect(walked).toBe(mixed.length);
    });

    test('what a reader does to its bytes does not reach the log', async () => {
      const { log } = await open();
      await log.append([entry(1), entry(2)]);
      log.read(1)?.bytes.fill(0xff);
      for (const { bytes } of log.entries(1)) bytes.fill(0xff);
      expect([...log.entries(1)]).toEqual([1, 2].map(stored));
    });

    test('bytes that were read stay as they are while other entries are read', async () => {
      const { log } = await open();
      await log.append([1, 2, 3].map(entry));
      const kept = [...log.entries(1)];
      for (let round = 0; round < 50; round++) log.read(1 + (round % 3));
      expect(kept).toEqual([1, 2, 3].map(stored));
    });

    test('a thousand entries keep their order', async () => {
      const { log } = await open();
      for (let block = 0; block < 10; block++) {
        await log.append(Array.from({ length: 100 }, (_, index) => entry(block * 100 + index + 1)));
      }
      const numbers = [...log.entries(1)].map(({ position }) => position);
      expect(numbers).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
      expect(log.read(777)).toEqual(stored(777));
    });
  });
}

function describeAuthority(name: string, open: () => Promise<LogUnderTest>): void {
  /** Which of the first entries are authority records. */
  const records: ReadonlySet<number> = new Set([1, 2, 5, 9, 10, 30]);
  const mixed = (number: number): NewEntry =>
    records.has(number) ? { ...entry(number), kind: EntryKind.AUTHORITY } : entry(number);
  const numbers = Array.from({ length: 40 }, (_, index) => index + 1);

  const expectMixed = (log: Log): void => {
    expect([...log.authority()].map(({ position }) => position)).toEqual([...records]);
    for (const found of log.authority()) {
      expect(found).toEqual({ ...mixed(found.position), position: found.position });
    }
    const commits = numbers.filter((number) => !records.has(number));
    const found = commits.map((_, index) => log.commitPosition(index + 1));
    expect(found).toEqual(commits);
    for (const ordinal of [0, -1, 0.5, Number.NaN, commits.length + 1, 2 ** 40]) {
      expect(log.commitPosition(ordinal), `commit ${ordinal}`).toBeUndefined();
    }
  };

  describe(`${name}: authority records among commits`, () => {
    test('are found alone, and the n-th commit is found beside them', async () => {
      const { log, reopen } = await open();
      for (const number of numbers) await log.append([mixed(number)]);
      expectMixed(log);
      if (reopen !== undefined) expectMixed(await reopen());
    });

    test('count where several are in one append', async () => {
      const { log } = await open();
      await log.append(numbers.map(mixed));
      expectMixed(log);
    });

    test('a log of nothing else has no commit', async () => {
      const { log } = await open();
      await log.append([mixed(1), mixed(2)]);
      expect(log.commitPosition(1)).toBeUndefined();
      await log.append([mixed(3)]);
      expect(log.commitPosition(1)).toBe(3);
    });
  });
}

function describeReopening(name: string, open: () => Promise<LogUnderTest>): void {
  describe(`${name}: reopening`, () => {
    test('everything is there again, and appending goes on after it', async () => {
      const { log, reopen } = await open();
      if (reopen === undefined) return;
      await log.append([1, 2].map(entry));
      const again = await reopen();
      expect(again.length).toBe(2);
      expect([...again.entries(1)]).toEqual([1, 2].map(stored));
      expect(again.hashOf(2)).toEqual(hashOf(2));
      await again.append([entry(3)]);
      expect(again.read(3)).toEqual(stored(3));
    });

    test('an empty log opens again as an empty log', async () => {
      const { reopen } = await open();
      if (reopen === undefined) return;
      expect((await reopen()).length).toBe(0);
    });
  });
}

/** An entry whose content tells its number. */
export function entry(number: number): NewEntry {
  return { kind: EntryKind.COMMIT, hash: hashOf(number), bytes: bytesOf(number) };
}

function stored(number: number): LogEntry {
  return { position: number, ...entry(number) };
}

function largeBytesOf(number: number): Uint8Array {
  return new Uint8Array(20_000 + number).fill(number);
}

function bytesOf(number: number): Uint8Array {
  return Uint8Array.from({ length: 5 + (number % 90) }, (_, index) => (number + index) & 0xff);
}

function hashOf(number: number): Uint8Array {
  const hash = new Uint8Array(32).fill(0xa5);
  new DataView(hash.buffer).setUint32(0, number);
  return hash;
}
