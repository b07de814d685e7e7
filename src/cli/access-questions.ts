/** `massive-graph access check`, `explain` and `list`: questions about permissions. */

import { Command, InvalidArgumentError, Option } from 'commander';
import { AccessError, AccessReason } from '../access/access-error.ts';
import type { Context } from '../access/condition.ts';
import type { AsOf } from '../access/condition-verdicts.ts';
import type { Explanation, Outcome } from '../access/explanation.ts';
import type { CheckQuestion, ListObjectsQuestion, ListUsersQuestion } from '../access/question.ts';
import { DatabaseError, describeError, ErrorCode } from '../base/errors.ts';
import {
  type AccessSource,
  addSourceOptions,
  openSource,
  type SourceOptions,
} from './access-source.ts';
import { addSharedOptions, parseContext } from './arguments.ts';
import { NotGranted } from './not-granted.ts';
import { paint, printable, type Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** Heights are 32 bits, of which the highest stands for grants that are not ended. */
const HEIGHT_MAX = 0xfffffffe;

const CHECK_HELP = `
The exit code is 0 where it is granted, 1 where it is denied, and 2 where there is no answer: the
question is not one of the model, or a condition lacks a value.

In a store file the model stands at height 1, and each tuple one higher than the one before. In a
data directory heights are those of its authority chain, and a node goes by its natural key too.

Examples:
  massive-graph access check user:coastal/ben read.flights 'ROUTE:*' --data ./air-routes
  massive-graph access check user:anna reader document:plan --store permissions.fga.yaml
  massive-graph access check user:anna reader document:plan --store permissions.fga.yaml \\
    --context '{"hour": 10}' --as-of 7`;

const EXPLAIN_HELP = `
What is granted is told with the grants that give it, what is denied with what did not: ✓ is
granted, ✗ is denied, ! has no answer. An explanation shows what others are granted; --reduced
prints what a caller is told who may not see that. The exit code is 0 where it is granted, 1 where
it is denied, and 2 where there is no answer.

Examples:
  massive-graph access explain user:airports/eve write Airport:JFK --data ./air-routes --as-of 4
  massive-graph access explain user:anna reader document:plan --store permissions.fga.yaml
  massive-graph access explain user:anna reader document:plan --store permissions.fga.yaml --json`;

const LIST_HELP = `
What is asked for is given by its type alone: the objects of a type that a subject may, or the
subjects of a type (or of a relation of a type) that may. Only what grants name is listed.

Examples:
  massive-graph access list user write Airport:JFK --data ./air-routes
  massive-graph access list user:anna reader document --store permissions.fga.yaml
  massive-graph access list user reader document:plan --store permissions.fga.yaml
  massive-graph access list group#member reader document:plan --store permissions.fga.yaml`;

const MARKS: Readonly<Record<Outcome, readonly [string, 'green' | 'red']>> = {
  granted: ['✓', 'green'],
  denied: ['✗', 'red'],
  undefined: ['✗', 'red'],
  failed: ['!', 'red'],
};

interface AskOptions extends SourceOptions {
  readonly json?: true;
  readonly asOf?: number;
  readonly context?: Context;
}

interface ExplainOptions extends AskOptions {
  readonly reduced?: true;
}

/** As it is typed. */
interface Words {
  readonly subject: string;
  readonly relation: string;
  readonly object: string;
}

export function checkCommand(terminal: Terminal): Command {
  const command = new Command('check')
    .summary('ask whether a subject has a relation to an object')
    .description('Answers whether a subject has a relation to an object.')
    .addHelpText('after', CHECK_HELP);
  return addQuestion(command).action(
    (subject: string, relation: string, object: string, options: AskOptions) =>
      check(terminal, { subject, relation, object }, options),
  );
}

export function explainCommand(terminal: Terminal): Command {
  const command = new Command('explain')
    .summary('tell why a subject has a relation to an object, or why not')
    .description('Tells why a subject has a relation to an object, or why not.')
    .option('--reduced', 'print only what a caller is told who may not see grants')
    .addHelpText('after', EXPLAIN_HELP);
  return addQuestion(command).action(
    (subject: string, relation: string, object: string, options: ExplainOptions) =>
      explain(terminal, { subject, relation, object }, options),
  );
}

export function listCommand(terminal: Terminal): Command {
  const command = new Command('list')
    .summary('list the objects, or the subjects, of a type')
    .description('Lists the objects that a subject has a relation to, or the subjects that do.')
    .addHelpText('after', LIST_HELP);
  return addQuestion(command).action(
    (subject: string, relation: string, object: string, options: AskOptions) =>
      list(terminal, { subject, relation, object }, options),
  );
}

function addQuestion(command: Command): Command {
  command
    .argument('<subject>', 'such as user:anna, user:* or group:crew#member')
    .argument('<relation>', 'such as read, or read.salary')
    .argument('<object>', 'such as document:plan')
    .addOption(
      new Option('--as-of <height>', 'ask as of a height of the authority chain').argParser(
        parseHeight,
      ),
    )
    .addOption(
      new Option('--context <json>', 'what conditions are evaluated with').argParser(parseContext),
    );
  return addSharedOptions(addSourceOptions(command));
}

async function check(terminal: Terminal, words: Words, options: AskOptions): Promise<void> {
  const told = await asking(terminal, 'access check', options, async ({ source, asOf }) => {
    const { question, object } = await checkQuestion(words, source, options);
    const verdict = source.answers.check(question, asOf) ? 'granted' : 'denied';
    return { ...words, object, height: asOf.height, verdict } as const;
  });
  const { verdict } = told;
  terminal.output(`${options.json === true ? JSON.stringify(told) : verdict}\n`);
  if (verdict === 'denied') throw new NotGranted(verdict);
}

async function explain(terminal: Terminal, words: Words, options: ExplainOptions): Promise<void> {
  const explained = await asking(terminal, 'access explain', options, async ({ source, asOf }) => {
    const { question } = await checkQuestion(words, source, options);
    if (options.reduced !== true) {
      const explanation = source.answers.explain(question, asOf);
      const told =
        options.json === true ? JSON.stringify(explanation) : full(terminal, explanation);
      return { verdict: explanation.verdict, text: await told };
    }
    const { formatReduced } = await import('../access/explanation-text.ts');
    const reduced = source.answers.explainReduced(question, asOf);
    const text = options.json === true ? JSON.stringify(reduced) : formatReduced(reduced);
    return { verdict: reduced.verdict, text };
  });
  terminal.output(`${explained.text}\n`);
  if (explained.verdict !== 'granted') throw new NotGranted(explained.verdict);
}

async function list(terminal: Terminal, words: Words, options: AskOptions): Promise<void> {
  const told = await asking(terminal, 'access list', options, async ({ source, asOf }) => {
    const { formatObject, formatSubject } = await import('../access/tuple.ts');
    const { question, named } = await listQuestion(words, source, options);
    const names =
      'filter' in question
        ? source.answers.listUsers(question, asOf).map(formatSubject)
        : source.answers.listObjects(question, asOf).map(formatObject);
    return { ...words, ...named, height: asOf.height, found: names.sort() };
  });
  if (options.json === true) terminal.output(`${JSON.stringify(told)}\n`);
  else for (const name of told.found) terminal.output(`${printable(name)}\n`);
}

interface Opened {
  readonly source: AccessSource;
  readonly asOf: AsOf;
}

/** Asks the source, which is open meanwhile, as of the height that is asked for. */
async function asking<Told>(
  terminal: Terminal,
  what: string,
  options: AskOptions,
  ask: (opened: Opened) => Promise<Told>,
): Promise<Told> {
  return await answering(what, async () => {
    await using source = await openSource(terminal, options, what);
    return await ask({ source, asOf: asOfHeight(source, what, options.asOf ?? source.height) });
  });
}

/** The model that is in force at a height. */
function asOfHeight(source: AccessSource, what: string, height: number): AsOf {
  if (height > source.height) {
    const message = `${what} expected a height of at most ${source.height}, got ${height}`;
    throw new UsageError(message, 'Choose another with --as-of HEIGHT.');
  }
  const model = source.modelAt(height);
  if (model !== undefined) return { model, height };
  const message = `${what} expected a model in force, got none as of height ${height}`;
  throw new UsageError(message, 'Choose another height with --as-of HEIGHT.');
}

async function checkQuestion(
  { subject, relation, object: text }: Words,
  source: AccessSource,
  options: AskOptions,
): Promise<{ readonly question: CheckQuestion; readonly object: string }> {
  const { formatObject, parseRelation, parseSubject } = await import('../access/tuple.ts');
  const object = source.objectNamed(text);
  const question = {
    object,
    relation: parseRelation(relation),
    subject: parseSubject(subject),
    ...given(source, options),
  };
  return { question, object: formatObject(object) };
}

interface Listing {
  readonly question: ListObjectsQuestion | ListUsersQuestion;
  /** What stands for a word of another name. */
  readonly named: Partial<Words>;
}

/** What stands without an id is asked for. */
async function listQuestion(
  words: Words,
  source: AccessSource,
  options: AskOptions,
): Promise<Listing> {
  const tuple = await import('../access/tuple.ts');
  const { object: text, subject } = words;
  if (text.includes(':') === subject.includes(':')) {
    const got = text.includes(':') ? 'both with one' : 'both without';
    const message = `access list expected a subject or an object without an id, got ${got}`;
    throw new UsageError(message, 'Try: massive-graph access list --help');
  }
  const asked = { relation: tuple.parseRelation(words.relation), ...given(source, options) };
  if (!text.includes(':')) {
    return { question: { ...asked, type: text, subject: tuple.parseSubject(subject) }, named: {} };
  }
  const object = source.objectNamed(text);
  const question = { ...asked, object, filter: tuple.parseSubjectFilter(subject) };
  return { question, named: { object: tuple.formatObject(object) } };
}

/** What the question gives comes before what the source does: one may ask about another time. */
function given(source: AccessSource, { context = new Map() }: AskOptions) {
  return { context: new Map([...source.context, ...context]), contextualTuples: [] };
}

async function answering<Result>(what: string, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    throw error instanceof DatabaseError ? unanswered(what, error) : error;
  }
}

/** Of a file that is no store, a question that the model does not have, one without an answer. */
function unanswered(what: string, error: DatabaseError): UsageError {
  return new UsageError(describeError(error), adviceFor(what, error));
}

function adviceFor(what: string, error: DatabaseError): string {
  const isOfCondition = error instanceof AccessError && error.reason === AccessReason.CONDITION;
  if (isOfCondition) return 'Give values with --context JSON.';
  if (error.code === ErrorCode.CONFLICT) return 'Ask its server instead, or stop it.';
  return `Try: massive-graph ${what} --help`;
}

async function full(terminal: Terminal, explanation: Explanation): Promise<string> {
  const { explanationLines } = await import('../access/explanation-text.ts');
  const lines = explanationLines(explanation).map(({ depth, outcome, text }) => {
    const [mark, colour] = MARKS[outcome];
    return `${'  '.repeat(depth)}${paint(terminal, colour, mark)} ${printable(text)}`;
  });
  return lines.join('\n');
}

function parseHeight(text: string): number {
  const height = Number(text);
  if (/^\d{1,10}$/.test(text) && height <= HEIGHT_MAX) return height;
  throw new InvalidArgumentError('It is a whole number from 0.');
}
