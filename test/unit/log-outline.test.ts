import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/base/bytes.ts';
import { DatabaseError, ErrorCode } from '../../src/base/errors.ts';
import { EntryKind } from '../../src/log/log.ts';
import { Outline, outlineParts } from '../../src/log/outline.ts';
import { outlineBytes, outlineEntries, someContent } from '../fixture/based-content.ts';
import { Seeded } from '../seeded.ts';

const SEED = 20_261_129;
const HEAD = 12;

describe('[L24] an outline', () => {
  test('gives back what was put into it, in parts and whole', () => {
    for (let round = 0; round < 30; round++) {
      const seeded = new Seeded(SEED + round);
      const content = someContent(seeded, seeded.between(1, 50));
      const length = content.entries.length;
      const entries = [...outlineEntries(content, length)];
      const bytes = outlineBytes(content);
      const outline = Outline.decode(Buffer.from(bytes));
      expect([outline.length, outline.authors]).toEqual([length, content.authors]);
      expect(outline.bytes).toEqual(bytes);
      for (const [index, entry] of entries.entries()) {
        const position = index + 1;
        const isRecord = entry.kind === EntryKind.AUTHORITY;
        expect(outline.kindOf(position)).toBe(entry.kind);
        expect(outline.hashOf(position)).toEqual(entry.hash);
        expect(outline.recordAt(position)).toEqual(isRecord ? entry.bytes : undefined);
        expect(outline.commitAt(position)).toEqual(isRecord ? undefined : entry);
      }
      const placed = entries.map((entry, index) => ({ position: index + 1, ...entry }));
      const commits = placed.filter(({ kind }) => kind === EntryKind.COMMIT);
      expect([...outline.commits()]).toEqual(commits);
      expect(outline.commitCount).toBe(commits.length);
      expect(outline.kindOf(0) ?? outline.hashOf(length + 1)).toBeUndefined();
    }
  });

  test('of many bytes is made in parts', () => {
    const content = someContent(new Seeded(2), 200, { bytesMax: 20_000, records: 0.9 });
    const { length } = content.entries;
    const entries = outlineEntries(content, length);
    const parts = [...outlineParts({ authors: content.authors, length, entries })];
    expect(parts.length).toBeGreaterThan(1);
    expect(concatBytes(...parts)).toEqual(outlineBytes(content));
  });
});

describe('[L24] of hostile bytes', () => {
  const words = (...of: readonly number[]) => new Uint8Array(Uint32Array.from(of).buffer);
  const key = new Uint8Array(32).fill(1);
  const commit = (author: number, sequence: number[], clock: number[]) =>
    concatBytes(Uint8Array.of(2), key, words(author, ...sequence, ...clock));
  const one = (entry: Uint8Array) => concatBytes(words(1, 1, 1), key, entry);
  const good = one(commit(0, [1, 0], [1, 0]));

  test('one that has its form is taken', () => {
    expect(Outline.decode(good).commitAt(1)).toMatchObject({ sequence: 1, clock: 1n, author: key });
  });

  test.each([
    ['nothing', new Uint8Array()],
    ['no entries', words(1, 0, 0)],
    ['4 billion entries', concatBytes(words(1, 1, 2 ** 32 - 1), good.subarray(HEAD))],
    ['4 billion authors', concatBytes(words(1, 2 ** 32 - 1, 1), good.subarray(HEAD))],
    ['an author twice', concatBytes(words(1, 2, 1), key, key, commit(0, [1, 0], [1, 0]))],
    ['authors that descend', concatBytes(words(1, 2, 1), key, new Uint8Array(32), good)],
    ['an author that is not there', one(commit(1, [1, 0], [1, 0]))],
    ['sequence number 0', one(commit(0, [0, 0], [1, 0]))],
    ['sequence number 2^53', one(commit(0, [0, 2 ** 21], [1, 0]))],
    ['clock 0', one(commit(0, [1, 0], [0, 0]))],
    ['clock 2^63', one(commit(0, [1, 0], [0, 2 ** 31]))],
    ['kind 0', one(concatBytes(new Uint8Array(33), words(0)))],
    ['kind 3', one(concatBytes(new Uint8Array(33).fill(3), words(0)))],
    ['a record of 4 GiB', one(concatBytes(Uint8Array.of(1), key, words(2 ** 32 - 1)))],
    ['a record of 1 byte more', one(concatBytes(Uint8Array.of(1), key, words(5), words(0)))],
    [
      'a record above 2 MiB',
      one(concatBytes(Uint8Array.of(1), key, words(2_097_153), new Uint8Array(2_097_153))),
    ],
    ['a byte more', concatBytes(good, new Uint8Array(1))],
    ['fewer entries than it says', concatBytes(words(1, 1, 2), good.subarray(HEAD))],
  ])('%s is MALFORMED, and it is said what came', (_, bytes) => {
    expect(() => Outline.decode(bytes)).toThrow(
      expect.objectContaining({
        code: ErrorCode.MALFORMED,
        message: expect.stringMatching(/^an outline expected .+, got .+$/),
      }),
    );
  });

  test('another version is UNSUPPORTED', () => {
    const later = concatBytes(words(2), good.subarray(4));
    expect(() => Outline.decode(later)).toThrow(
      expect.objectContaining({ code: ErrorCode.UNSUPPORTED }),
    );
  });

  test('every cut is refused, and any changed byte is refused or another outline', () => {
    const seeded = new Seeded(SEED);
    const bytes = outlineBytes(someContent(seeded, 30, { records: 0.5 }));
    const tally = { refused: 0, other: 0 };
    for (let end = 0; end < bytes.length; end++) {
      expect(codeOf(bytes.subarray(0, end))).toBe(ErrorCode.MALFORMED);
    }
    for (let round = 0; round < 2_000; round++) {
      const changed = bytes.slice();
      const at = seeded.below(seeded.pick([HEAD, bytes.length]));
      changed[at] = (changed[at] as number) ^ (1 + seeded.below(255));
      const code = codeOf(changed);
      if (code === undefined) tally.other += 1;
      else tally.refused += 1;
      expect([undefined, ErrorCode.MALFORMED, ErrorCode.UNSUPPORTED]).toContain(code);
    }
    expect(tally.refused).toBeGreaterThan(200);
    expect(tally.other).toBeGreaterThan(200);
  });
});

/** Reads all of an outline that is taken: nothing in it may throw. */
function codeOf(bytes: Uint8Array): ErrorCode | undefined {
  try {
    const outline = Outline.decode(bytes);
    for (let position = 1; position <= outline.length; position++) {
      const found = outline.recordAt(position) ?? outline.commitAt(position)?.author;
      if (found === undefined) throw new Error(`entry ${position} is there`);
    }
    return undefined;
  } catch (error) {
    if (error instanceof DatabaseError) return error.code;
    throw error;
  }
}
