/** Selections of fields by names alone, as directives take them: `"sku location { latitude }"`. */

import { GraphQLError, Lexer, Source, TokenKind } from 'graphql';
import { PATH_BYTES_MAX, PATH_DEPTH_MAX, TYPE_PATHS_MAX } from '../../base/limits.ts';

/**
 * The paths that a selection leads to; undefined where it has more than names, or none. Gateways
 * put it into braces of their own, which a comment would take the last of.
 */
export function selectedPaths(text: string): string[] | undefined {
  if (text.includes('#')) return undefined;
  const lexer = new Lexer(new Source(text));
  const paths: string[] = [];
  const prefixes = [''];
  try {
    for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
      const { kind: before } = lexer.lastToken;
      if (token.kind === TokenKind.NAME && paths.length < TYPE_PATHS_MAX) {
        const path = `${prefixes.at(-1)}${token.value}`;
        if (path.length > PATH_BYTES_MAX) return undefined;
        paths.push(path);
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
