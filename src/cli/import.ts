/** `massive-graph import`: CSV files into a data directory. */

import { Command } from 'commander';
import { systemClock } from '../base/clock.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { ImportResult } from '../io/csv-import.ts';
import type { CsvSurvey } from '../io/csv-survey.ts';
import type { Space } from '../space/space.ts';
import {
  addSharedOptions,
  checkFiles,
  dataOption,
  notingTo,
  type Opening,
  openExisting,
  readDefinition,
  schemaOption,
} from './arguments.ts';
import { type PassphraseOptions, passphraseOption, readPassphrase } from './passphrase.ts';
import { ProgressLine } from './progress.ts';
import { reportProblems } from './report-problems.ts';
import { formatCount, type Terminal } from './terminal.ts';

const ACTOR = 'import';

const EXAMPLES = `
Headers of Neo4j (code:ID(Airport),name,runways:int,:LABEL and :START_ID,:END_ID,:TYPE) and of
Neptune (~id,~label,code:string and ~id,~from,~to,~label) are known. Files and rows can come in any
order, and importing them again changes nothing. Without --schema the definition is that of the
data directory, or is inferred from the headers.

Examples:
  massive-graph import airports.csv routes.csv
  massive-graph import *.csv --data ./air-routes --schema graph.graphql`;

interface ImportCommandOptions extends PassphraseOptions {
  readonly data: string;
  readonly schema?: string;
  readonly json?: true;
}

export function importCommand(terminal: Terminal): Command {
  const command = new Command('import')
    .summary('load CSV files')
    .description('Loads nodes and edges from CSV files.')
    .argument('<files...>', 'node and edge files')
    .addOption(dataOption())
    .addOption(schemaOption())
    .addOption(passphraseOption())
    .addHelpText('after', EXAMPLES)
    .action((files: string[], options: ImportCommandOptions) =>
      importFiles(terminal, files, options),
    );
  return addSharedOptions(command);
}

async function importFiles(
  terminal: Terminal,
  files: readonly string[],
  options: ImportCommandOptions,
): Promise<void> {
  await checkFiles(files, 'import');
  const passphrase = await readPassphrase(terminal, options);
  const progress = new ProgressLine(terminal);
  try {
    const { space, survey } = await openForFiles(files, options, {
      progress,
      opening: { ...notingTo(terminal, options.data), passphrase },
    });
    await using _ = space;
    const { importCsv } = await import('../io/csv-import.ts');
    const result = await importCsv(space, survey, {
      actor: ACTOR,
      clock: systemClock,
      onProgress: (done) => progress.show('loading', { done, total: survey.rowCount }),
    });
    progress.clear();
    reportProblems(terminal, result);
    terminal.output(
      options.json === true ? `${JSON.stringify(toJson(result))}\n` : summary(result),
    );
  } finally {
    progress.clear();
  }
}

/** Files are read to their ends before a data directory is made for them. */
async function openForFiles(
  files: readonly string[],
  options: ImportCommandOptions,
  { progress, opening }: { readonly progress: ProgressLine; readonly opening: Opening },
): Promise<{ space: Space; survey: CsvSurvey }> {
  const [{ openSpace }, { surveyCsv }, { parseDefinition }, { inferDefinition }] =
    await Promise.all([
      import('../space/open.ts'),
      import('../io/csv-survey.ts'),
      import('../definition/parse.ts'),
      import('../definition/infer.ts'),
    ]);
  const { data: directory } = options;
  const onProgress = (done: number): void => progress.show('checking', { done });
  if (options.schema !== undefined) {
    const given = await readDefinition(options.schema);
    const definition = parseDefinition(given.source, { file: given.file });
    const survey = await surveyCsv(files, { definition, onProgress });
    return { space: await openSpace({ ...opening, directory, definition: given }), survey };
  }
  const space = await openExisting(directory, opening);
  if (space === undefined) {
    const survey = await surveyCsv(files, { onProgress });
    expectNodes(survey, files);
    const { source } = inferDefinition(survey.columns).definition;
    return { space: await openSpace({ ...opening, directory, definition: { source } }), survey };
  }
  try {
    return { space, survey: await surveyCsv(files, { definition: space.definition, onProgress }) };
  } catch (error) {
    await space[Symbol.asyncDispose]();
    throw error;
  }
}

/** Without a label there is no type to infer; edges alone need the nodes that they join. */
function expectNodes(survey: CsvSurvey, files: readonly string[]): void {
  if (survey.columns.nodeTypes.length > 0) return;
  const message =
    'import without --schema expected rows of nodes for a new data directory, got none';
  throw new DatabaseError(ErrorCode.INVALID_INPUT, `${message} in ${files.join(', ')}`);
}

function summary(result: ImportResult): string {
  const { nodes, edges, written, unchanged, problemCount } = result;
  const parts = [
    `${formatCount(nodes)} nodes and ${formatCount(edges)} edges`,
    `${formatCount(written)} written`,
    `${formatCount(unchanged)} unchanged`,
    `${formatCount(problemCount)} problem${problemCount === 1 ? '' : 's'}`,
  ];
  return `${parts.join(', ')}\n`;
}

function toJson(result: ImportResult): unknown {
  const problems = result.problems.map(({ position, message }) => ({ ...position, message }));
  return { ...result, problems };
}
