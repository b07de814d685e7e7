/** The models of OpenFGA's public matrix, and a model with words of it changed. */

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { parseModel } from '../../src/access/parse-model.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import { Seeded } from '../seeded.ts';

const MATRIX = new URL(
  '../../../shared/vectors/openfga/consolidated_1_1_tests.yaml',
  import.meta.url,
);
const hasVectors = existsSync(MATRIX);
if (!hasVectors) process.stdout.write('no ../shared/vectors/openfga: its models are not read\n');

/** All forms of the language in one model. */
const EVERYTHING = `model
  schema 1.1
type user
type group
  relations
    define member: [user, user:*, group#member]
type document
  relations
    define parent: [document]
    define blocked: [user with soon, group#member with soon]
    define read.salary: ([user] or viewer from parent or (blocked and blocked)) but not blocked
    define viewer: read.salary and (blocked or read.salary)

condition soon(at: timestamp, tags: list<string>, sizes: map<int>) {
  at < timestamp("2027-01-01T00:00:00Z") && "a}" in tags // Not later.
}
`;
const WORDS = [
  ...[' ', '  ', '\n', '\n\n', '\t', '(', ')', '[', ']', ',', ':', '*', '#', ' #', '.', '-', '/'],
  ...['or', 'and', 'but not', 'but', 'from', 'with', 'define', 'type', 'relations', 'relation'],
  ...['model', 'schema', '1.1', 'condition', '{', '}', '"', 'user', 'in', 'true', 'int'],
  ...['list<int>', 'map', '<', 'extend', 'module', '\r', 'x-', '1', 'é', '$', 'this'],
  ...['constructor', '__proto__', '"""', '((((', '))))'],
];
const CHANGES = 1_500;

describe('a model of OpenFGA', () => {
  test.runIf(hasVectors)('is read, each of the public matrix', () => {
    const models = publicModels();
    expect(models.length).toBe(160);
    for (const model of models) expect(parseModel(model).types.size).toBeGreaterThan(0);
  });

  test('is read or refused, when a few words of it are changed, and nothing is printed', () => {
    const seed = 20_261_101;
    const random = new Seeded(seed);
    const printed = [vi.spyOn(console, 'log'), vi.spyOn(console, 'error')];
    let taken = 0;
    for (let change = 0; change < CHANGES; change++) {
      const text = changed(EVERYTHING, random);
      try {
        parseModel(text);
        taken++;
      } catch (error) {
        const isRefused = error instanceof DatabaseError;
        if (!isRefused) expect.fail(`seed ${seed}, change ${change}: ${error} for\n${text}`);
      }
    }
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
    vi.restoreAllMocks();
    expect(taken).toBeGreaterThan(CHANGES / 20);
    expect(taken).toBeLessThan(CHANGES / 2);
  });
});

function publicModels(): string[] {
  const { tests } = parse(readFileSync(MATRIX, 'utf8')) as {
    readonly tests: readonly { readonly stages: readonly { readonly model: string }[] }[];
  };
  return tests.flatMap(({ stages }) => stages.map(({ model }) => model));
}

function changed(text: string, random: Seeded): string {
  const words = text.match(/[A-Za-z_0-9.-]+|[ \t]+|\n|./gsu) ?? [];
  for (let left = random.between(1, 2); left > 0; left--) {
    const at = random.below(words.length);
    const isKept = random.chance(0.5);
    const word = random.chance(0.5) ? random.pick(WORDS) : random.pick(words);
    words.splice(at, isKept ? 0 : 1, ...(random.chance(0.25) ? [] : [word]));
  }
  return words.join('');
}
