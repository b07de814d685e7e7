/** Tests of permission models in one form: what is written, asked and expected. */

import type { Context } from './condition.ts';
import type { Model } from './model.ts';
import type { Tuple } from './tuple.ts';

export interface AccessTest {
  readonly name: string;
  /** In order, over one store: each installs another model and writes further tuples. */
  readonly stages: readonly AccessStage[];
}

export interface AccessStage {
  readonly model: Model;
  readonly tuples: readonly Tuple[];
  readonly assertions: readonly Assertion[];
}

export type Assertion = CheckAssertion | ListObjectsAssertion | ListUsersAssertion;

/** The parts of a question as they are written: a test may ask what is not of the form. */
interface AskedWith {
  readonly context: Context;
  readonly contextualTuples: readonly WrittenTuple[];
}

export interface CheckAssertion extends AskedWith {
  readonly kind: 'check';
  readonly object: string;
  readonly relation: string;
  readonly subject: string;
  readonly expected: boolean | ExpectedError;
}

export interface ListObjectsAssertion extends AskedWith {
  readonly kind: 'listObjects';
  readonly type: string;
  readonly relation: string;
  readonly subject: string;
  readonly expected: readonly string[] | ExpectedError;
}

export interface ListUsersAssertion extends AskedWith {
  readonly kind: 'listUsers';
  readonly object: string;
  readonly relation: string;
  readonly filter: string;
  readonly expected: readonly string[] | ExpectedError;
}

export interface ExpectedError {
  /** As OpenFGA numbers it. */
  readonly errorCode: number;
}

export interface WrittenTuple {
  readonly object: string;
  readonly relation: string;
  readonly subject: string;
  readonly condition?: { readonly name: string; readonly context: Context };
}
