/** Definitions that are refused, for tests of what is said about them. */

import { expect } from 'vitest';
import { DatabaseError, describeError } from '../../src/base/errors.ts';
import { parseDefinition } from '../../src/definition/parse.ts';

/** A mistake, a text that makes it, and the error: `line:column: message`. */
export type Case = readonly [name: string, text: string, error: string];

export function refusal(text: string): string {
  try {
    parseDefinition(text);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    expect(error.code).toBe('INVALID_INPUT');
    return describeError(error);
  }
  return 'no error';
}

/** A node type whose first field is at 2:3. */
export function node(...fields: string[]): string {
  return lines('type A @node {', ...fields.map((field) => `  ${field}`), '}');
}

export function lines(...texts: string[]): string {
  return texts.join('\n');
}

/** A relationship whose type is at 3:7, beside one type of each role. */
export function related(type: string, arguments_: string): string {
  const a = node('n: Int', `bs: ${type} @relationship(${arguments_})`);
  const others = ['type P @relationshipProperties { n: Int }', 'type N { n: Int }'];
  return lines(a, 'type B @node { n: Int }', ...others);
}
