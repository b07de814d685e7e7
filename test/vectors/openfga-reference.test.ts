/** The public matrix of OpenFGA through the obvious evaluator: every assertion. */

import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runTests } from '../../src/access/run-tests.ts';
import { parseTestFile } from '../../src/access/test-file.ts';
import { ReferenceAnswerer } from '../reference/reference-answerer.ts';

const VECTORS = new URL('../../../shared/vectors/openfga/', import.meta.url);
const MATRIX = new URL('consolidated_1_1_tests.yaml', VECTORS);
const hasVectors = existsSync(MATRIX);
if (!hasVectors) process.stdout.write('no ../shared/vectors/openfga: its cases are not run\n');

test.runIf(hasVectors)('every assertion of the public matrix gets its answer', async () => {
  const tests = parseTestFile(readFileSync(MATRIX, 'utf8'));
  const results = await Array.fromAsync(runTests(tests, () => new ReferenceAnswerer()));
  expect(results.filter(({ isPassed }) => !isPassed)).toEqual([]);
  const counts = Map.groupBy(results, ({ kind }) => kind);
  expect([...counts].map(([kind, { length }]) => [kind, length])).toEqual([
    ['check', 360],
    ['listObjects', 270],
    ['listUsers', 295],
  ]);
  expect(tests.length).toBe(137);
  expect(tests.flatMap(({ stages }) => stages).length).toBe(160);
});
