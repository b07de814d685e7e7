import { Trace } from '@apollo/usage-reporting-protobuf';
import { GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import { useTrace } from '../../src/graphql/federation/trace.ts';

test('a trace says as little of a bug as the answer', () => {
  const args = { contextValue: {} };
  const { onExecuteDone } = (useTrace({ now: () => 0 }).onExecute as Started)({ args });
  const originalError = new Error('a secret of the server');
  const errors = [new GraphQLError(originalError.message, { originalError, path: ['cities'] })];
  let ftv1 = '';
  onExecuteDone({
    result: { errors },
    setResult: (result) => {
      ftv1 = result.extensions.ftv1;
    },
  });
  const { root } = Trace.decode(Buffer.from(ftv1, 'base64'));
  expect(root?.error?.map(({ message }) => message)).toEqual(['Unexpected error.']);
});

/** What GraphQL Yoga calls, as far as it is told here. */
type Started = (asked: { readonly args: { readonly contextValue: object } }) => {
  readonly onExecuteDone: (done: {
    readonly result: { readonly errors: readonly GraphQLError[] };
    readonly setResult: (result: { readonly extensions: { readonly ftv1: string } }) => void;
  }) => void;
};
