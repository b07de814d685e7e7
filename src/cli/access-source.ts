/**
 * Where the commands about permissions find a model and grants: a file of a store, or a data
 * directory that nobody serves.
 */

import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Context } from '../access/condition.ts';
import type { AsOf } from '../access/condition-verdicts.ts';
import type { Explanation, ReducedExplanation } from '../access/explanation.ts';
import type { Model } from '../access/model.ts';
import type { CheckQuestion, ListObjectsQuestion, ListUsersQuestion } from '../access/question.ts';
import type { ObjectName, Subject } from '../access/tuple.ts';
import type { Engine } from '../engine/engine.ts';
import { checkFiles, expectExisting, notingTo } from './arguments.ts';
import { tellingNames } from './grants.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

export interface SourceOptions {
  readonly store?: string;
  readonly data?: string;
}

/** Answers questions by models and grants that were in force. */
export interface AccessSource extends AsyncDisposable {
  /** The newest of the authority chain. */
  readonly height: number;
  /** Undefined where none is in force. */
  readonly modelAt: (height: number) => Model | undefined;
  /** What conditions see where the question does not say it. */
  readonly context: Context;
  /** The object that a text names. */
  readonly objectNamed: (text: string) => ObjectName;
  readonly answers: Answers;
}

type Asked = CheckQuestion | ListObjectsQuestion | ListUsersQuestion;

/** Each throws NOT_FOUND or INVALID_INPUT where the model cannot answer the question. */
interface Answers {
  check(question: CheckQuestion, asOf: AsOf): boolean;
  explain(question: CheckQuestion, asOf: AsOf): Explanation;
  explainReduced(question: CheckQuestion, asOf: AsOf): ReducedExplanation;
  listObjects(question: ListObjectsQuestion, asOf: AsOf): ObjectName[];
  listUsers(question: ListUsersQuestion, asOf: AsOf): Subject[];
}

/** Of a file the model stands at height 1, and each tuple one higher than the one before. */
const MODEL_HEIGHT = 1;

export function addSourceOptions(command: Command): Command {
  return command
    .addOption(new Option('--store <file>', 'model and tuples, as OpenFGA stores them (.fga.yaml)'))
    .addOption(new Option('--data <dir>', 'or a data directory, which nobody serves meanwhile'));
}

export async function openSource(
  terminal: Terminal,
  { store, data }: SourceOptions,
  what: string,
): Promise<AccessSource> {
  if (store !== undefined && data !== undefined) {
    const message = `${what} expected --store or --data, got both`;
    throw new UsageError(message, 'A question is asked of one of them.');
  }
  if (store !== undefined) return openStore(store, what);
  if (data !== undefined) return openData(terminal, data);
  const advice = 'Name a file with --store FILE, or a data directory with --data DIR.';
  throw new UsageError(`${what} expected a model and grants, got neither`, advice);
}

async function openData(terminal: Terminal, directory: string): Promise<AccessSource> {
  const { contextAt } = await import('../access/context-at.ts');
  const { systemClock } = await import('../base/clock.ts');
  const opening = { isReadOnly: true, ...notingTo(terminal, directory) };
  const space = await expectExisting(directory, opening);
  const { access } = space;
  return {
    height: access.height,
    modelAt: (height) => access.version({ height })?.model,
    context: contextAt(systemClock.now()),
    objectNamed: await tellingNames(terminal, space),
    answers: access,
    [Symbol.asyncDispose]: () => space[Symbol.asyncDispose](),
  };
}

async function openStore(file: string, what: string): Promise<AccessSource> {
  await checkFiles([file], what);
  const { GrantWriter } = await import('../access/grants.ts');
  const { parseStore } = await import('../access/store-file.ts');
  const { parseObject } = await import('../access/tuple.ts');
  const { systemRandom } = await import('../base/random.ts');
  const { Engine } = await import('../engine/engine.ts');
  const readBeside = (path: string) => readFileSync(resolve(dirname(file), path), 'utf8');
  const store = parseStore(await readFile(file, 'utf8'), { file, readFile: readBeside });
  const engine = await Engine.create(new Uint8Array(32), systemRandom);
  const writer = new GrantWriter(engine);
  writer.install(store.model, undefined, MODEL_HEIGHT);
  let height = MODEL_HEIGHT;
  for (const tuple of store.tuples) {
    height += 1;
    writer.make([tuple], height);
  }
  return {
    height,
    modelAt: (at) => (at < MODEL_HEIGHT ? undefined : store.model),
    context: new Map(),
    objectNamed: parseObject,
    answers: await answersOf(engine),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function answersOf(engine: Engine): Promise<Answers> {
  const { Explanations } = await import('../access/explain.ts');
  const { Permissions } = await import('../access/permissions.ts');
  const { expectAnswerable } = await import('../access/question.ts');
  const permissions = new Permissions(engine);
  const explanations = new Explanations(engine);
  const answering =
    <Question extends Asked, Answer>(answer: (question: Question, asOf: AsOf) => Answer) =>
    (question: Question, asOf: AsOf) => {
      expectAnswerable(asOf.model, question);
      return answer(question, asOf);
    };
  return {
    check: answering((question: CheckQuestion, asOf) => permissions.check(question, asOf)),
    explain: answering((question: CheckQuestion, asOf) => explanations.explain(question, asOf)),
    explainReduced: answering((question: CheckQuestion, asOf) =>
      explanations.explainReduced(question, asOf),
    ),
    listObjects: answering((question: ListObjectsQuestion, asOf) =>
      permissions.listObjects(question, asOf),
    ),
    listUsers: answering((question: ListUsersQuestion, asOf) =>
      permissions.listUsers(question, asOf),
    ),
  };
}
