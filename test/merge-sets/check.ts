/**
 * `node test/merge-sets/check.ts [FILE]`: whether rules meet in the sets of a file as it says, as
 * JSON. The references without a rule are loaded by Node itself, which a test runner is not.
 */

import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { coverageOf, SETS } from './coverage.ts';
import { parseSets } from './kept-set.ts';
import { modelsWithout } from './models.ts';

const [, , file] = process.argv;
const sets = parseSets(readFileSync(file === undefined ? SETS : pathToFileURL(file), 'utf8'));
process.stdout.write(JSON.stringify(coverageOf(sets, await modelsWithout())));
