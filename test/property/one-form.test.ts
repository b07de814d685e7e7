/**
 * JSON and durations have one form: the engine, which writes what is stored as it stands, and the
 * host take the same texts for it as the reference does, and rules that are wrong are found out.
 */

import { beforeAll, describe, expect, test } from 'vitest';
import { isDuration, parseDuration } from '../../src/definition/duration.ts';
import { jsonText, parseJsonText } from '../../src/definition/json-text.ts';
import { Engine } from '../../src/engine/engine.ts';
import { EngineView } from '../../src/engine/view.ts';
import { NO_LIMITS } from '../fixture/plan-limits.ts';
import * as reference from '../reference/plan-one-form.ts';
import { Seeded } from '../seeded.ts';
import { groupCommit } from './graph-commits.ts';
import { AUTHORS, NODES, SPACE } from './graph-names.ts';
import { randomDurationText, randomJsonText } from './one-form-texts.ts';

const SEED = 20_261_127;
const COMMITS = 40;
const TEXTS_PER_COMMIT = 250;

type Format = 'json' | 'duration';

const random = new Seeded(SEED);
const texts: Readonly<Record<Format, Set<string>>> = { json: new Set(), duration: new Set() };
const written: Readonly<Record<Format, Map<string, string | undefined>>> = {
  json: new Map(),
  duration: new Map(),
};

beforeAll(async () => {
  process.stdout.write(`texts of one form: seed ${SEED}\n`);
  for (const format of ['json', 'duration'] as const) {
    const make = format === 'json' ? randomJsonText : randomDurationText;
    for (let commit = 0; commit < COMMITS; commit++) {
      const made = Array.from({ length: TEXTS_PER_COMMIT }, () => make(random));
      for (const text of made) texts[format].add(text);
      for (const [text, json] of await engineTexts(made, format)) written[format].set(text, json);
    }
  }
});

/** What a plan writes of each text; undefined where it refuses. */
async function engineTexts(
  held: readonly string[],
  format: Format,
): Promise<(readonly [string, string | undefined])[]> {
  const engine = await Engine.create(SPACE, random);
  const [node] = NODES;
  if (node === undefined || !('key' in node)) throw new Error('a node with a key');
  const subject = { element: 'node', id: node.id } as const;
  const create = { operation: 'createNodeByKey', type: node.type, key: node.key } as const;
  const sets = held.map((value, index) => {
    return { subject, delta: { operation: 'set', path: `t${index}`, value } as const };
  });
  const transaction = {
    id: random.bytes(16),
    actor: 'user:a',
    deltas: [{ subject, delta: create }, ...sets],
  };
  const commit = { author: AUTHORS[0] ?? new Uint8Array(32), clock: 1n, hash: random.bytes(32) };
  engine.prepare([groupCommit({ ...commit, seen: 0n, seals: 0, transactions: [transaction] })]);
  engine.apply();
  const view = new EngineView(engine);
  return held.map((text, index) => {
    const field = { kind: 'property', of: 'node', path: `t${index}` } as const;
    const members = [{ name: 'x', shape: { kind: 'value', field, format } as const }];
    const rows = { source: { kind: 'ids', ids: [node.id] } } as const;
    const one = { kind: 'one', rows, item: { members } } as const;
    const answer = view.answer({ members: [{ name: 'n', shape: one }] }, NO_LIMITS);
    if (answer.status !== 'ok') return [text, undefined] as const;
    return [text, answer.json.toString().slice('{"n":{"x":'.length, -2)] as const;
  });
}

/** Texts of which a rule says something else than the engine. */
function differing(format: Format, isOne: (text: string) => boolean): string[] {
  return [...texts[format]].filter((text) => {
    return isOne(text) !== (written[format].get(text) !== undefined);
  });
}

describe('[D29] JSON', () => {
  test('is what the reference takes for it, in the engine', () => {
    expect(differing('json', reference.isJson)).toEqual([]);
  });

  test('is what the reference takes for it, in the host', () => {
    expect(differing('json', (text) => parseJsonText(text) !== undefined)).toEqual([]);
  });

  test('may have keys that end with a backslash', async () => {
    const ones = ['{"\\\\":1}', '{"\\"":1,"[":2,"\\\\":3,"]":4}', '{"\\\\":1,"\\\\n":2}'];
    const others = ['{"\\":1}', '{"\\\\":1,"[":2}', '{"\\\\":1,"\\\\":2}', '{"\\n":1,"\\b":2}'];
    expect(await engineTexts(ones, 'json')).toEqual(ones.map((text) => [text, text]));
    expect(await engineTexts(others, 'json')).toEqual(others.map((text) => [text, undefined]));
  });

  test('is written as it stands', () => {
    for (const [text, json] of written.json) if (json !== undefined) expect(json).toBe(text);
  });

  test('of any value is in its one form, and reads back the same', () => {
    for (const text of texts.json) {
      const value = parsed(text);
      if (value === undefined || value === null || !text.isWellFormed()) continue;
      const form = formOf(value);
      if (form === undefined) continue;
      expect(reference.isJson(form), form).toBe(true);
      expect(JSON.stringify(parseJsonText(form))).toBe(form);
    }
  });

  test('is met in both ways often enough', () => {
    const valid = [...texts.json].filter((text) => parsed(text) !== undefined);
    const ones = [...written.json.values()].filter((json) => json !== undefined);
    expect(ones.length).toBeGreaterThan(texts.json.size / 5);
    expect(valid.length - ones.length).toBeGreaterThan(texts.json.size / 20);
    expect(texts.json.size - valid.length).toBeGreaterThan(texts.json.size / 10);
  });

  test.each<[string, (text: string) => boolean]>([
    ['whatever is JSON', (text) => parsed(text) !== undefined],
    ['null alone', (text) => text === 'null' || reference.isJson(text)],
    ['what JSON.stringify writes', (text) => rewritten(text, (value) => value) === text],
    ['keys by code points alone', (text) => rewritten(text, byCodePoints) === text],
    ['65 levels', (text) => reference.isJson(text.replace(/^(?:\[|\{"a":)/, '').slice(0, -1))],
  ])('a rule that takes %s is found out', (_, isOne) => {
    expect(differing('json', isOne).length).toBeGreaterThan(0);
  });
});

describe('[D29] a duration', () => {
  test('is what the reference takes for it, in the engine', () => {
    expect(differing('duration', reference.isDuration)).toEqual([]);
  });

  test('is what the reference takes for it, in the host', () => {
    expect(differing('duration', isDuration)).toEqual([]);
  });

  test('of any text is in its one form', () => {
    for (const text of texts.duration) {
      const form = parseDuration(text);
      if (form !== undefined) expect(reference.isDuration(form), form).toBe(true);
    }
  });

  test('is met in both ways often enough', () => {
    const ones = [...written.duration.values()].filter((json) => json !== undefined);
    expect(ones.length).toBeGreaterThan(texts.duration.size / 5);
    expect(texts.duration.size - ones.length).toBeGreaterThan(texts.duration.size / 5);
  });

  test.each<[string, (text: string) => boolean]>([
    ['whatever is a duration', (text) => parseDuration(text) !== undefined],
    ['60 seconds', (text) => reference.isDuration(text.replace(/60S$/, '59S'))],
    ['decimals that end with 0', (text) => reference.isDuration(text.replace(/0S$/, '1S'))],
    ['parts that are 0', (text) => reference.isDuration(text.replace(/(?<!\d)0[YMDH]/, ''))],
  ])('a rule that takes %s is found out', (_, isOne) => {
    expect(differing('duration', isOne).length).toBeGreaterThan(0);
  });
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function formOf(value: unknown): string | undefined {
  try {
    return jsonText(value);
  } catch {
    return undefined;
  }
}

function rewritten(text: string, change: (value: unknown) => unknown): string | undefined {
  const value = parsed(text);
  return value === undefined || value === null ? undefined : JSON.stringify(change(value));
}

/** As far as JavaScript lets keys stand in that order: whole numbers come first in any case. */
function byCodePoints(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const keys = Object.keys(value);
  const isOrdered = keys.toSorted().join() === keys.join();
  return isOrdered ? value : { unordered: true };
}
