/** Text to syntax tree: SDL as graphql-js reads it, with errors in this project's wording. */

import {
  type DocumentNode,
  GraphQLError,
  Kind,
  Lexer,
  type NamedTypeNode,
  parse,
  Source,
  TokenKind,
  type TypeNode,
} from 'graphql';
import { fitsUtf8 } from '../base/bytes.ts';
import { DatabaseError, ErrorCode, type SourcePosition } from '../base/errors.ts';
import {
  DEFINITION_BYTES_MAX,
  DEFINITION_SYNTAX_DEPTH_MAX,
  RELATION_BYTES_MAX,
} from '../base/limits.ts';
import { sourcePosition } from './mistakes.ts';

/** Characters of a caller's text that an error message repeats. */
const QUOTED_LENGTH_MAX = 80;

const RELATION = /^[^\p{Cc}\p{Cs} :#@*]+$/u;

const START = { line: 1, column: 1 } as const;
const OPENING: ReadonlySet<string> = new Set([
  TokenKind.BRACE_L,
  TokenKind.BRACKET_L,
  TokenKind.PAREN_L,
]);
const CLOSING: ReadonlySet<string> = new Set([
  TokenKind.BRACE_R,
  TokenKind.BRACKET_R,
  TokenKind.PAREN_R,
]);

export function parseSyntax(text: string, file: string | undefined): DocumentNode {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > DEFINITION_BYTES_MAX) {
    const expected = `definition expected at most ${DEFINITION_BYTES_MAX} bytes`;
    throw invalid(`${expected}, got ${bytes}`, sourcePosition(START, file));
  }
  try {
    checkDepth(text, file);
    return parse(text);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const at = error.locations?.[0] ?? START;
    throw invalid(describeSyntaxError(error.message), sourcePosition(at, file));
  }
}

/** A caller's text in an error message: whole if short, else its beginning. */
export function quoteShort(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= QUOTED_LENGTH_MAX ? line : `${line.slice(0, QUOTED_LENGTH_MAX)}…`;
}

/** Whether a permission model may have a relation of this name. */
export function isRelationName(text: string): boolean {
  return RELATION.test(text) && fitsUtf8(text, RELATION_BYTES_MAX);
}

/** `Airport` of `[Airport!]!`, where it stands. */
export function innermostType(type: TypeNode): NamedTypeNode {
  let inner = type;
  while (inner.kind !== Kind.NAMED_TYPE) inner = inner.type;
  return inner;
}

/** `Airport` of `[Airport!]!`. */
export function namedType(type: TypeNode): string {
  return innermostType(type).name.value;
}

/** The parser recurses per bracket, so brackets are counted before it runs. */
function checkDepth(text: string, file: string | undefined): void {
  const lexer = new Lexer(new Source(text));
  let depth = 0;
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
    if (CLOSING.has(token.kind)) depth -= 1;
    if (!OPENING.has(token.kind)) continue;
    depth += 1;
    if (depth <= DEFINITION_SYNTAX_DEPTH_MAX) continue;
    const expected = `definition expected at most ${DEFINITION_SYNTAX_DEPTH_MAX} open brackets`;
    throw invalid(`${expected}, got ${depth}`, sourcePosition(token, file));
  }
}

function describeSyntaxError(message: string): string {
  const text = message.replace(/^Syntax Error: /, '').replace(/\.$/, '');
  const wanted = /^Expected (.+), found (.+)$/s.exec(text);
  if (wanted !== null) {
    return `definition expected ${wanted[1]}, got ${quoteShort(wanted[2] ?? '')}`;
  }
  const unexpected = /^Unexpected (?:character: )?(.+)$/s.exec(text);
  if (unexpected !== null) return `definition expected SDL, got ${quoteShort(unexpected[1] ?? '')}`;
  return `definition expected SDL, got ${quoteShort(text.charAt(0).toLowerCase() + text.slice(1))}`;
}

function invalid(message: string, position: SourcePosition): DatabaseError {
  return new DatabaseError(ErrorCode.INVALID_INPUT, message, { position });
}
