/** Files for the CSV tests, in a directory that goes when the test ends. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import type { Definition } from '../../src/definition/definition.ts';
import { inferDefinition } from '../../src/definition/infer.ts';
import { type ImportResult, importCsv } from '../../src/io/csv-import.ts';
import { surveyCsv } from '../../src/io/csv-survey.ts';
import type { Space } from '../../src/space/space.ts';
import { openTestSpace } from '../fixture/test-space.ts';

/** Stands still. */
export const clock: Clock = { now: () => 1_000 };

/** Writes these files and answers their paths in the order given. */
export async function csvFiles(
  contents: Readonly<Record<string, string | Uint8Array>>,
): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'massive-graph-csv-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return Promise.all(
    Object.entries(contents).map(async ([name, content]) => {
      const file = join(folder, name);
      await writeFile(file, content);
      return file;
    }),
  );
}

/** Imports files into a new space of the definition that is inferred from them, or of this one. */
export async function importNew(
  files: readonly string[],
  definition?: Definition,
): Promise<{ space: Space; result: ImportResult }> {
  const survey = await surveyCsv(files, { definition });
  const space = await openTestSpace(definition ?? inferDefinition(survey.columns).definition);
  return { space, result: await importCsv(space, survey, { actor: 'tester', clock }) };
}

/** Imports into a space that has its definition. */
export async function importMore(space: Space, files: readonly string[]): Promise<ImportResult> {
  const survey = await surveyCsv(files, { definition: space.definition });
  return importCsv(space, survey, { actor: 'tester', clock });
}
