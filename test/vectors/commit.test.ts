import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/base/bytes.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import { decodeCommit, verifyCommit } from '../../src/delta/commit.ts';
import { Reason } from '../../src/delta/reason.ts';
import { flatten } from '../../src/delta/withhold.ts';
import { readCommit } from '../reference/commit-reader.ts';
import { checkPayload } from '../reference/payload-grammar.ts';
import {
  COMMIT_VECTORS,
  commitVectors,
  INVALID,
  type InvalidVector,
  VALID,
  type ValidVector,
} from './commit-vectors.ts';

const valid = read<ValidVector>(VALID);
const invalid = read<InvalidVector>(INVALID);
const SPECIFICATION = readFileSync(new URL('../../schema/commit.md', import.meta.url), 'utf8');
/** As the specification lists them; the text begins at the chapter on reasons. */
const LISTED = [
  ...SPECIFICATION.slice(SPECIFICATION.indexOf('## Reasons')).matchAll(/^\| `([a-z0-9.]+)` /gm),
].map(([, reason]) => reason);

describe('the vectors', () => {
  test('are what the generator writes: `npm run vectors` brings them up to date', () => {
    for (const [name, text] of commitVectors()) expect(textOf(name), name).toBe(text);
  });

  test('are many, and each has its own name', () => {
    expect(valid.length).toBeGreaterThanOrEqual(12);
    expect(invalid.length).toBeGreaterThanOrEqual(60);
    const comments = [...valid, ...invalid].map(({ comment }) => comment);
    expect(new Set(comments).size).toBe(comments.length);
  });

  test('[C23] have every reason that bytes alone can give', () => {
    const atTheDoor = LISTED.indexOf(Reason.FORM_PARTIAL);
    const expected = LISTED.slice(0, atTheDoor).filter((reason) => reason !== 'deltas.limit');
    const reasons = new Set(invalid.map(({ reason }) => reason));
    expect([...reasons].sort()).toEqual(expected.toSorted());
  });

  test('[C23] follow a specification that lists the reasons of the source, in order', () => {
    expect(LISTED).toEqual(Object.values(Reason));
  });
});

describe('a valid commit verifies', () => {
  test.each(valid.map((vector) => [vector.comment, vector] as const))('%s', (_, vector) => {
    const { hash, form, segments, withheld, flat } = vector;
    const bytes = fromHex(vector.bytes);
    const commit = verifyCommit(decodeCommit(bytes));
    expect([toHex(commit.hash), toHex(flatten(commit))]).toEqual([hash, flat]);
    expect(readCommit(bytes)).toMatchObject({ hash, form, segments, withheld });
    expect(checkPayload(fromHex(flat), () => true, commit.header.transactionCount)).toBeUndefined();
  });
});

describe('[C31] [C32] [C38] an invalid commit is refused', () => {
  test.each(invalid.map((vector) => [vector.comment, vector] as const))('%s', (_, vector) => {
    const bytes = fromHex(vector.bytes);
    const { code, facts, message } = refusal(bytes);
    expect([code, facts.reason]).toEqual([vector.code, vector.reason]);
    expect(message).toMatch(/^an? .+ expected .+, got .+$/);
    expect(readCommit(bytes)).toBe(vector.reason);
  });
});

function read<T>(name: string): T[] {
  return JSON.parse(textOf(name)) as T[];
}

function textOf(name: string): string {
  return readFileSync(new URL(name, COMMIT_VECTORS), 'utf8');
}

function refusal(bytes: Uint8Array): DatabaseError {
  try {
    verifyCommit(decodeCommit(bytes));
  } catch (error) {
    if (error instanceof DatabaseError) return error;
    throw error;
  }
  throw new Error('expected a refusal, got a commit');
}
