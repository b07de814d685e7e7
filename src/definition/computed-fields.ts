/**
 * Computed fields: `fullName: String! @customResolver(requires: "firstName lastName")`. What they
 * require is written as a selection of GraphQL, by names alone: `"name location { latitude }"`.
 */

import { type FieldDefinitionNode, GraphQLError, Lexer, Source, TokenKind } from 'graphql';
import { PATH_DEPTH_MAX, TYPE_PATHS_MAX } from '../base/limits.ts';
import { fieldAt } from './compound-indexes.ts';
import type { DeclaredComputed, DeclaredType } from './declared-type.ts';
import type { ScalarField } from './definition.ts';
import { type Directives, findArgument, stringArgument } from './directives.ts';
import type { Mistakes } from './mistakes.ts';
import { quoteShort } from './syntax.ts';

interface ComputedSyntax {
  readonly at: FieldDefinitionNode;
  /** As it would be if it were stored. */
  readonly field: ScalarField;
  readonly directives: Directives;
  readonly mistakes: Mistakes;
}

export function declareComputed({ at, field, directives, mistakes }: ComputedSyntax) {
  const { name, scalar, enumType, isList, required, description, deprecated } = field;
  for (const [other, written] of directives) {
    if (other === 'customResolver' || other === 'deprecated') continue;
    mistakes.add(written, `@${other} expected a field that is stored, got computed field ${name}`);
  }
  const directive = directives.get('customResolver');
  const text = stringArgument(directive, 'requires');
  const requires = text === undefined ? [] : selectedPaths(text);
  const requiresAt = findArgument(directive, 'requires')?.value ?? directive ?? at;
  if (requires === undefined) {
    const expected = `requires of computed field ${name} expected names of fields`;
    const got = quoteShort(JSON.stringify(text));
    mistakes.add(requiresAt, `${expected}, as in "name location { latitude }", got ${got}`);
  }
  const type = { scalar, enumType, isList };
  const computed = { name, ...type, required, requires: requires ?? [], description, deprecated };
  return { at, requiresAt, field: computed } satisfies DeclaredComputed;
}

/** Each path is that of a field of the same type which holds a value. */
export function checkRequirements(
  types: ReadonlyMap<string, DeclaredType>,
  mistakes: Mistakes,
): void {
  for (const type of types.values()) {
    for (const { requiresAt, field } of type.computed) {
      const what = `requires of field ${field.name} of type ${type.name}`;
      const known = new Set<string>();
      for (const path of field.requires) {
        const found = fieldAt(types, type, path);
        const shown = quoteShort(path);
        if (known.has(path)) {
          mistakes.add(requiresAt, `${what} expected each field once, got ${shown} again`);
        } else if (found === undefined) {
          mistakes.add(requiresAt, `${what} expected fields that are stored, got ${shown}`);
        } else if (found.kind === 'nested') {
          mistakes.add(requiresAt, `${what} expected members of ${shown} in { }, got it alone`);
        }
        known.add(path);
      }
    }
  }
}

/** The paths that a selection leads to; undefined where it has more than names, or none. */
function selectedPaths(text: string): string[] | undefined {
  const lexer = new Lexer(new Source(text));
  const paths: string[] = [];
  const prefixes = [''];
  try {
    for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
      const { kind: before } = lexer.lastToken;
      if (token.kind === TokenKind.NAME && paths.length < TYPE_PATHS_MAX) {
        paths.push(`${prefixes.at(-1)}${token.value}`);
      } else if (token.kind === TokenKind.BRACE_L && before === TokenKind.NAME) {
        // What braces stand behind is no path of its own.
        prefixes.push(`${paths.pop()}.`);
        if (prefixes.length > PATH_DEPTH_MAX) return undefined;
      } else if (token.kind === TokenKind.BRACE_R && before !== TokenKind.BRACE_L) {
        prefixes.pop();
        if (prefixes.length === 0) return undefined;
      } else return undefined;
    }
  } catch (error) {
    if (error instanceof GraphQLError) return undefined;
    throw error;
  }
  return prefixes.length === 1 && paths.length > 0 ? paths : undefined;
}
