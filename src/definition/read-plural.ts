/** The name of a type's list: as an argument of a directive gives it, or by rule. */

import type { ASTNode, ConstDirectiveNode } from 'graphql';
import { TYPE_NAME_BYTES_MAX } from '../base/limits.ts';
import { findArgument, stringArgument } from './directives.ts';
import { pluralOf } from './fields.ts';
import type { Mistakes } from './mistakes.ts';
import { quoteShort } from './syntax.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

interface PluralSyntax {
  /** The name of the type. */
  readonly at: ASTNode;
  readonly name: string;
  readonly what: string;
  readonly directive: ConstDirectiveNode | undefined;
  readonly argument: string;
}

export function readPlural(
  { at, name, what, directive, argument }: PluralSyntax,
  mistakes: Mistakes,
): { readonly plural: string; readonly pluralAt: ASTNode } {
  const given = stringArgument(directive, argument);
  const pluralAt = findArgument(directive, argument)?.value ?? at;
  if (given === undefined) return { plural: pluralOf(name), pluralAt };
  const isName = NAME.test(given) && !given.startsWith('__');
  if (isName && given.length <= TYPE_NAME_BYTES_MAX) return { plural: given, pluralAt };
  const expected = `a GraphQL name of at most ${TYPE_NAME_BYTES_MAX} bytes`;
  const got = quoteShort(JSON.stringify(given));
  mistakes.add(pluralAt, `plural of ${what} expected ${expected}, got ${got}`);
  return { plural: pluralOf(name), pluralAt };
}
