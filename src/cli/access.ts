/** `massive-graph access`: what a permission model gives to whom. */

import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import type { TestResult } from '../access/run-tests.ts';
import { grantCommand, installCommand, revokeCommand } from './access-changes.ts';
import { accessKeyCommand } from './access-key.ts';
import { checkCommand, explainCommand, listCommand } from './access-questions.ts';
import { addSharedOptions, checkFiles } from './arguments.ts';
import { paint, printable, type Terminal } from './terminal.ts';
import { VerificationFailed } from './verification-failed.ts';

const TEST_HELP = `
The files are in the forms of OpenFGA: a store file of its command line (.fga.yaml: a model, tuples
and tests), or a matrix of its server's tests (tests with stages). Each test has an engine of its
own. What fails is printed, and the last line counts. The exit code is 3 where a test fails.

Examples:
  massive-graph access test permissions.fga.yaml
  massive-graph access test tests/*.yaml --json`;

interface TestOptions {
  readonly json?: true;
}

export function accessCommand(terminal: Terminal): Command {
  const command = new Command('access')
    .summary('ask, explain, test and change permissions, manage API keys')
    .description('Who may do what, and the API keys by which callers show who they are.');
  command.addCommand(checkCommand(terminal));
  command.addCommand(explainCommand(terminal));
  command.addCommand(listCommand(terminal));
  command.addCommand(grantCommand(terminal));
  command.addCommand(revokeCommand(terminal));
  command.addCommand(installCommand(terminal));
  command.addCommand(testCommand(terminal));
  command.addCommand(accessKeyCommand(terminal));
  return command;
}

function testCommand(terminal: Terminal): Command {
  const command = new Command('test')
    .summary('run files of permission tests')
    .description('Runs files of permission tests through the engine.')
    .argument('<files...>', 'in the forms of OpenFGA')
    .addHelpText('after', TEST_HELP)
    .action((files: string[], options: TestOptions) => test(terminal, files, options));
  return addSharedOptions(command);
}

async function test(terminal: Terminal, files: string[], options: TestOptions): Promise<void> {
  await checkFiles(files, 'access test');
  let [passed, failed] = [0, 0];
  for (const file of files) {
    for await (const result of resultsOf(file)) {
      if (result.isPassed) passed += 1;
      else failed += 1;
      if (options.json === true) terminal.output(`${JSON.stringify({ file, ...result })}\n`);
      else if (!result.isPassed) terminal.output(`${failureLines(terminal, file, result)}\n`);
    }
  }
  const summary = { passed, failed };
  const line = `${passed} passed, ${failed} failed`;
  terminal.output(`${options.json === true ? JSON.stringify(summary) : line}\n`);
  if (failed > 0) throw new VerificationFailed();
}

async function* resultsOf(file: string): AsyncGenerator<TestResult> {
  const { EngineAnswerer } = await import('../access/engine-answerer.ts');
  const { runTests } = await import('../access/run-tests.ts');
  const { parseTestFile } = await import('../access/test-file.ts');
  const { systemRandom } = await import('../base/random.ts');
  const readBeside = (path: string) => readFileSync(resolve(dirname(file), path), 'utf8');
  const tests = parseTestFile(await readFile(file, 'utf8'), { file, readFile: readBeside });
  yield* runTests(tests, () => EngineAnswerer.create(systemRandom));
}

function failureLines(terminal: Terminal, file: string, result: TestResult): string {
  const { name, expected, got } = result;
  return [
    `${paint(terminal, 'red', '✗')} ${printable(`${file}: ${name}`)}`,
    `    expected ${printable(expected)}`,
    `    got      ${printable(got)}`,
  ].join('\n');
}
