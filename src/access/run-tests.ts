/** Runs permission tests over whatever answers questions, and says what passes. */

import { DatabaseError } from '../base/errors.ts';
import { AccessError, AccessReason, withReason } from './access-error.ts';
import type { AccessTest, Assertion, WrittenTuple } from './access-tests.ts';
import type { Model } from './model.ts';
import type { CheckQuestion, ListObjectsQuestion, ListUsersQuestion } from './question.ts';
import {
  parseObject,
  parseRelation,
  parseSubject,
  parseSubjectFilter,
  type Tuple,
} from './tuple.ts';
import { parseTuple } from './written-tuple.ts';

/** An empty store at first. What it cannot answer it throws as a DatabaseError. */
export interface Answerer {
  /** From now on questions are asked of this model; tuples that do not fit it do not count. */
  install(model: Model): void;
  write(tuples: readonly Tuple[]): void;
  check(question: CheckQuestion): boolean;
  /** `type:id`, in any order. */
  listObjects(question: ListObjectsQuestion): string[];
  /** `type:id`, `type:*` or `type:id#relation`, in any order. */
  listUsers(question: ListUsersQuestion): string[];
}

export interface TestResult {
  readonly kind: Assertion['kind'];
  readonly name: string;
  readonly isPassed: boolean;
  readonly expected: string;
  readonly got: string;
}

/** The numbers that OpenFGA gives to what goes wrong. */
const ERROR_CODES: Readonly<Record<AccessReason, number>> = {
  QUESTION: 2000,
  CONDITION: 2000,
  DEPTH: 2002,
  TYPE: 2021,
  RELATION: 2022,
  TUPLE: 2027,
  CONTEXTUAL_TUPLE: 2027,
};

/** Each test gets a store of its own from `open`. */
export async function* runTests(
  tests: readonly AccessTest[],
  open: () => Answerer | Promise<Answerer>,
): AsyncGenerator<TestResult> {
  for (const { name, stages } of tests) {
    const answerer = await open();
    for (const { model, tuples, assertions } of stages) {
      answerer.install(model);
      answerer.write(tuples);
      for (const assertion of assertions) yield runAssertion(name, assertion, answerer);
    }
  }
}

function runAssertion(test: string, assertion: Assertion, answerer: Answerer): TestResult {
  const { kind } = assertion;
  const name = `${test}: ${describe(assertion)}`;
  const expected = formatExpected(assertion.expected);
  let got: string;
  try {
    got = formatAnswer(ask(assertion, answerer));
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const code = error instanceof AccessError ? ERROR_CODES[error.reason] : undefined;
    // The message is no part of what is expected, but of what helps where it is not met.
    const isExpected = expected === formatError(code);
    got = isExpected ? expected : `${formatError(code)}, ${error.message}`;
  }
  return { kind, name, isPassed: got === expected, expected, got };
}

function ask(assertion: Assertion, answerer: Answerer): boolean | readonly string[] {
  const { context } = assertion;
  const contextualTuples = parseContextualTuples(assertion.contextualTuples);
  switch (assertion.kind) {
    case 'check': {
      const { object, relation, subject } = parseAsked(() => parseTuple(assertion));
      return answerer.check({ object, relation, subject, context, contextualTuples });
    }
    case 'listObjects': {
      const { type } = assertion;
      const asked = parseAsked(() => ({
        relation: parseRelation(assertion.relation),
        subject: parseSubject(assertion.subject),
      }));
      return answerer.listObjects({ type, ...asked, context, contextualTuples });
    }
    case 'listUsers': {
      const asked = parseAsked(() => ({
        object: parseObject(assertion.object),
        relation: parseRelation(assertion.relation),
        filter: parseSubjectFilter(assertion.filter),
      }));
      return answerer.listUsers({ ...asked, context, contextualTuples });
    }
  }
}

function parseAsked<Asked>(parse: () => Asked): Asked {
  return withReason(AccessReason.QUESTION, parse);
}

function parseContextualTuples(tuples: readonly WrittenTuple[]): Tuple[] {
  return withReason(AccessReason.CONTEXTUAL_TUPLE, () => tuples.map((tuple) => parseTuple(tuple)));
}

function describe(assertion: Assertion): string {
  const { kind, relation } = assertion;
  switch (kind) {
    case 'check':
      return `check ${assertion.object}#${relation}@${assertion.subject}`;
    case 'listObjects':
      return `list ${assertion.type} of which ${assertion.subject} is ${relation}`;
    case 'listUsers':
      return `list ${assertion.filter} that are ${relation} of ${assertion.object}`;
  }
}

function formatExpected(expected: Assertion['expected']): string {
  if (typeof expected === 'object' && 'errorCode' in expected) {
    return formatError(expected.errorCode);
  }
  return formatAnswer(expected);
}

function formatAnswer(answer: boolean | readonly string[]): string {
  if (typeof answer === 'boolean') return String(answer);
  return `[${answer.toSorted().join(', ')}]`;
}

function formatError(code: number | undefined): string {
  return code === undefined ? 'an error' : `error ${code}`;
}
