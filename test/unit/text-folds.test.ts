/** Texts of Yjs documents: which bytes are updates, and what comes of those that take too long. */

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector } from 'yjs';
import { TEXTS_WAITING_BYTES_MAX, TEXTS_WAITING_MAX } from '../../src/base/collection-limits.ts';
import { TextFolds, textsHere } from '../../src/text/text-folds.ts';
import { isUpdate, mergedUpdate, textOfUpdates } from '../../src/text/yjs-updates.ts';
import { Seeded } from '../seeded.ts';

const ROOT = 'text';
const ABSENT = new Uint8Array(0);

/** Updates of a document into which each of these is written, at its end. */
function typed(...parts: readonly string[]): Uint8Array[] {
  const document = new Doc();
  const updates: Uint8Array[] = [];
  document.on('update', (update: Uint8Array) => updates.push(update));
  const text = document.getText(ROOT);
  for (const part of parts) text.insert(text.length, part);
  return updates;
}

/** So many clients who all write at one place: as updates, they take the square of the time. */
function crowd(count: number): Uint8Array[] {
  const [base = new Uint8Array(0)] = typed('ab');
  const updates = [base];
  for (let client = 0; client < count; client++) {
    const document = new Doc();
    applyUpdate(document, base);
    document.clientID = 10 + client;
    const vector = encodeStateVector(document);
    document.getText(ROOT).insert(1, 'x');
    updates.push(encodeStateAsUpdate(document, vector));
  }
  return updates;
}

describe('[D57] an update', () => {
  test.each([
    ['no bytes', []],
    ['text', [...new TextEncoder().encode('hello')]],
    ['a number of clients alone', [200, 1]],
    ['a length that it has not', [1, 1, 1, 0, 4, 1, 4, 116, 101, 120, 116, 250]],
  ])('is not %s', (_, bytes) => {
    expect(isUpdate(Uint8Array.from(bytes))).toBe(false);
  });

  test('is what a document gives, and cut short it is none', () => {
    const [update = new Uint8Array(0)] = typed('some text');
    expect(isUpdate(update)).toBe(true);
    for (let length = 0; length < update.length - 1; length++) {
      expect(isUpdate(update.subarray(0, length)), `${length} bytes`).toBe(false);
    }
  });

  test('of changed bytes is none, or comes to some text, in any order', () => {
    const random = new Seeded(7);
    const updates = typed('one', 'two', 'three');
    let taken = 0;
    for (let round = 0; round < 400; round++) {
      const changed = random.pick(updates).slice();
      changed[random.below(changed.length)] = random.below(256);
      if (!isUpdate(changed)) continue;
      taken += 1;
      expect(textOfUpdates([changed, ...updates], ROOT).isWellFormed()).toBe(true);
      expect(typeof textOfUpdates([...updates, changed], ROOT)).toBe('string');
    }
    expect(taken).toBeGreaterThan(50);
  });
});

describe('[D56] the text of updates', () => {
  const updates = typed('Hello', ', ', 'world', '!');

  test('[M28] is the same in any order, and with each of them twice', () => {
    expect(textOfUpdates(updates, ROOT)).toBe('Hello, world!');
    expect(textOfUpdates([...updates.toReversed(), ...updates], ROOT)).toBe('Hello, world!');
    expect(textOfUpdates([mergedUpdate(updates)], ROOT)).toBe('Hello, world!');
  });

  test('passes over what is no update, and waits for what is not there', () => {
    const noise = Uint8Array.of(9, 9, 9);
    expect(textOfUpdates([noise, ...updates], ROOT)).toBe('Hello, world!');
    expect(textOfUpdates(updates.toSpliced(1, 1), ROOT)).toBe('Hello');
    expect(textOfUpdates(updates, 'other')).toBe('');
    expect(textOfUpdates([], ROOT)).toBe('');
  });

  test('of many updates merges as one', () => {
    const many = typed(...Array.from({ length: 200 }, (_, index) => `${index} `));
    const merged = mergedUpdate(many);
    expect(textOfUpdates([merged], ROOT)).toBe(textOfUpdates(many, ROOT));
    expect(merged.length).toBeLessThan(many.reduce((sum, { length }) => sum + length, 0));
  });
});

describe('[D58] a thread', () => {
  let folds: TextFolds;

  beforeEach(() => {
    folds = new TextFolds({ milliseconds: 1_000 });
  });

  afterEach(() => folds[Symbol.asyncDispose]());

  test('makes what is made here', async () => {
    const updates = typed('a', 'b');
    const asked = [updates, updates.slice(0, 1), updates, []];
    const made = await Promise.all(asked.map((each) => folds.textOf(each, ROOT)));
    expect(made).toEqual(['ab', 'a', 'ab', '']);
    expect(await textsHere.textOf(updates, ROOT)).toBe('ab');
    expect(await folds.textOf(updates, 'other')).toBe('');
  });

  test('that is late is given up, and others are answered after it', async () => {
    const hostile = crowd(8_000);
    const refused = { code: 'LIMIT_EXCEEDED', facts: { limit: 'TEXT_MILLISECONDS_MAX' } };
    const late = expect(folds.textOf(hostile, ROOT)).rejects.toMatchObject(refused);
    expect(await folds.textOf(typed('b'), ROOT)).toBe('b');
    await late;
    // It is known by then: nobody waits for it again.
    const start = performance.now();
    await expect(folds.textOf(hostile, ROOT)).rejects.toMatchObject(refused);
    expect(performance.now() - start).toBeLessThan(900);
  }, 30_000);

  test('has a limit of those that wait, and an end', async () => {
    const large = new Uint8Array(TEXTS_WAITING_BYTES_MAX);
    const asked = Array.from({ length: TEXTS_WAITING_MAX + 10 }, (_, index) =>
      folds.textOf([Uint8Array.of(index & 255, index >> 8), index === 9 ? large : ABSENT], ROOT),
    );
    const settled = Promise.allSettled(asked);
    const refused = (limit: string) => ({ code: 'LIMIT_EXCEEDED', facts: { limit } });
    await expect(asked[9]).rejects.toMatchObject(refused('TEXTS_WAITING_BYTES_MAX'));
    await expect(asked.at(-1)).rejects.toMatchObject(refused('TEXTS_WAITING_MAX'));
    await folds[Symbol.asyncDispose]();
    const codes = (await settled).map((each) =>
      each.status === 'fulfilled' ? 'made' : (each.reason as { code: string }).code,
    );
    expect(new Set(codes)).toEqual(new Set(['UNAVAILABLE', 'LIMIT_EXCEEDED']));
    await expect(folds.textOf(typed('a'), ROOT)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
