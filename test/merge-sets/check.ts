/**
 * `node test/merge-sets/check.ts [FILE]`: whether rules meet in the sets of a file as it says, and
 * decide texts in those of texts.txt, as JSON. The references without a rule are loaded by Node
 * itself, which a test runner is not.
 */

import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { coverageOf, type KeptCoverage, SETS } from './coverage.ts';
import { parseSets } from './kept-set.ts';
import { modelsWithout } from './models.ts';
import { textProblems, textSets } from './text-coverage.ts';

const [, , file] = process.argv;
const sets = parseSets(readFileSync(file === undefined ? SETS : pathToFileURL(file), 'utf8'));
const models = await modelsWithout();
const { problems, lines } = coverageOf(sets, models);
const all = [...problems, ...textProblems(textSets(), models)];
process.stdout.write(JSON.stringify({ problems: all, lines } satisfies KeptCoverage));
