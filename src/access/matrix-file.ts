/** Tests in the form of the matrix that OpenFGA's server is tested with. */

import type { AccessStage, AccessTest, Assertion, ExpectedError } from './access-tests.ts';
import { readModelText, readTuple, readWrittenTuple } from './written-tuple.ts';
import type { YamlFields } from './yaml-fields.ts';

export function readMatrix(file: YamlFields): AccessTest[] {
  file.expectOnly('tests');
  return file.fieldsList('tests').map((test) => {
    test.expectOnly('name', 'stages');
    return { name: test.text('name'), stages: test.fieldsList('stages').map(readStage) };
  });
}

function readStage(stage: YamlFields): AccessStage {
  const lists = ['checkAssertions', 'listObjectsAssertions', 'listUsersAssertions'] as const;
  stage.expectOnly('name', 'model', 'tuples', ...lists);
  return {
    model: readModelText(stage, 'model'),
    tuples: stage.fieldsList('tuples').map((tuple) => readTuple(tuple)),
    assertions: [
      ...stage.fieldsList('checkAssertions').map(readCheck),
      ...stage.fieldsList('listObjectsAssertions').map(readListObjects),
      ...stage.fieldsList('listUsersAssertions').map(readListUsers),
    ],
  };
}

function readCheck(assertion: YamlFields): Assertion {
  expectFields(assertion, 'tuple');
  const error = readError(assertion);
  const { object, relation, subject } = readWrittenTuple(assertion.fields('tuple'));
  const expected = error ?? assertion.boolean('expectation');
  return { kind: 'check', object, relation, subject, ...readAskedWith(assertion), expected };
}

function readListObjects(assertion: YamlFields): Assertion {
  expectFields(assertion, 'request');
  const request = assertion.fields('request').expectOnly('user', 'type', 'relation');
  return {
    kind: 'listObjects',
    type: request.text('type'),
    relation: request.text('relation'),
    subject: request.text('user'),
    ...readAskedWith(assertion),
    expected: readError(assertion) ?? assertion.texts('expectation'),
  };
}

function readListUsers(assertion: YamlFields): Assertion {
  expectFields(assertion, 'request');
  // One assertion of the public matrix has what it expects, nothing, in the request.
  const request = assertion
    .fields('request')
    .expectOnly('filters', 'object', 'relation', 'expectation');
  const [filter, ...others] = request.texts('filters');
  if (filter === undefined || others.length > 0) {
    throw request.malformed('one filter', others.length + (filter === undefined ? 0 : 1));
  }
  return {
    kind: 'listUsers',
    object: request.text('object'),
    relation: request.text('relation'),
    filter,
    ...readAskedWith(assertion),
    expected: readError(assertion) ?? assertion.texts('expectation'),
  };
}

function expectFields(assertion: YamlFields, asked: string): void {
  assertion.expectOnly('name', asked, 'context', 'contextualTuples', 'expectation', 'errorCode');
}

function readError(assertion: YamlFields): ExpectedError | undefined {
  if (!assertion.has('errorCode')) return undefined;
  if (assertion.has('expectation')) {
    throw assertion.malformed('expectation or errorCode', 'both');
  }
  return { errorCode: assertion.integer('errorCode') };
}

function readAskedWith(assertion: YamlFields) {
  return {
    context: assertion.values('context'),
    contextualTuples: assertion.fieldsList('contextualTuples').map(readWrittenTuple),
  };
}
