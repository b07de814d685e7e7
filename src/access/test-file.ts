/**
 * Files of permission tests, in the two forms of OpenFGA: the matrix of its server (`tests` with
 * `stages`) and the store file of its command line, `.fga.yaml` (a model, tuples and `tests`).
 */

import type { AccessTest } from './access-tests.ts';
import { readMatrix } from './matrix-file.ts';
import { readStoreFile } from './store-file.ts';
import { YamlSource } from './yaml-fields.ts';

export interface TestFileOptions {
  /** Named in the position of an error. */
  readonly file?: string;
  /** Reads a file that the tests name, by its path from the folder of the tests. */
  readonly readFile?: (path: string) => string;
}

export function parseTestFile(text: string, options: TestFileOptions = {}): AccessTest[] {
  const source = new YamlSource(text, { what: 'test file', file: options.file });
  const fields = source.fields();
  const isMatrix = fields.fieldsList('tests').some((test) => test.has('stages'));
  if (isMatrix) return readMatrix(fields);
  return readStoreFile(fields, options.readFile);
}
