/**
 * What a document may be, whatever its variables: tokens and open brackets are counted before it
 * is parsed, since the parser recurses; the rest before it is validated, since some rules compare
 * pairs of selections. A fragment counts where it is written once, but for depth where it is used.
 */

import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  Lexer,
  parse,
  type SelectionNode,
  type SelectionSetNode,
  Source,
  TokenKind,
  visit,
} from 'graphql';
import {
  GRAPHQL_ALIASES_MAX,
  GRAPHQL_DEPTH_CEILING,
  GRAPHQL_DIRECTIVES_MAX,
  GRAPHQL_REPEATS_MAX,
  GRAPHQL_SYNTAX_DEPTH_MAX,
  GRAPHQL_TOKENS_MAX,
} from '../base/limits.ts';
import { limitExceeded } from './errors.ts';

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

/** `hearTokens` hears how many there are, or how many were looked at before they were too many. */
export function parseWithinLimits(
  text: string | Source,
  hearTokens: (tokens: number) => void,
): DocumentNode {
  const source = typeof text === 'string' ? new Source(text) : text;
  checkTokens(source, hearTokens);
  return parse(source);
}

export function checkDocument(document: DocumentNode): void {
  const counts = { aliases: 0, directives: 0, repeats: 0 };
  visit(document, {
    Field: (field) => {
      if (field.alias !== undefined) counts.aliases += 1;
    },
    Directive: () => {
      counts.directives += 1;
    },
    SelectionSet: ({ selections }) => {
      const names = new Set(selections.map(responseName));
      counts.repeats += selections.length - names.size;
    },
  });
  check('GRAPHQL_ALIASES_MAX', 'aliases', GRAPHQL_ALIASES_MAX, counts.aliases);
  check('GRAPHQL_DIRECTIVES_MAX', 'directives', GRAPHQL_DIRECTIVES_MAX, counts.directives);
  check('GRAPHQL_REPEATS_MAX', 'repeated selections', GRAPHQL_REPEATS_MAX, counts.repeats);
  checkDepth(document, GRAPHQL_DEPTH_CEILING);
}

/** A caller may have a limit of its own. */
export function checkDepth(document: DocumentNode, max: number): void {
  const depth = knownDepths.get(document) ?? documentDepth(document);
  knownDepths.set(document, depth);
  check('GRAPHQL_DEPTH_MAX', 'fields in fields', max, depth);
}

/** So that a repeated document is measured once. */
const knownDepths = new WeakMap<DocumentNode, number>();

function checkTokens(source: Source, hearTokens: (tokens: number) => void): void {
  const lexer = new Lexer(source);
  let [tokens, depth] = [0, 0];
  try {
    for (let { kind } = lexer.advance(); kind !== TokenKind.EOF; { kind } = lexer.advance()) {
      tokens += 1;
      if (OPENING.has(kind)) depth += 1;
      if (CLOSING.has(kind)) depth -= 1;
      check('GRAPHQL_TOKENS_MAX', 'tokens', GRAPHQL_TOKENS_MAX, tokens);
      check('GRAPHQL_SYNTAX_DEPTH_MAX', 'open brackets', GRAPHQL_SYNTAX_DEPTH_MAX, depth);
    }
  } catch (error) {
    // A text that is not even tokens is left to the parser, which says where and why.
    if (!(error instanceof GraphQLError)) throw error;
  } finally {
    hearTokens(tokens);
  }
}

function responseName(selection: SelectionNode): string {
  switch (selection.kind) {
    case Kind.FIELD:
      return selection.alias?.value ?? selection.name.value;
    case Kind.FRAGMENT_SPREAD:
      return `...${selection.name.value}`;
    case Kind.INLINE_FRAGMENT:
      return `...on ${selection.typeCondition?.name.value ?? ''}`;
  }
}

/** Each fragment is measured once; one that leads back to itself is left to validation. */
function documentDepth(document: DocumentNode): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition);
    }
  }
  const depths = new Map<string, number>();
  const ofFragment = (name: string): number => {
    const known = depths.get(name);
    if (known !== undefined) return known;
    depths.set(name, 0);
    const fragment = fragments.get(name);
    const depth = fragment === undefined ? 0 : ofSelections(fragment.selectionSet);
    depths.set(name, depth);
    return depth;
  };
  const ofSelection = (selection: SelectionNode): number => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return ofFragment(selection.name.value);
    if (selection.kind === Kind.INLINE_FRAGMENT) return ofSelections(selection.selectionSet);
    return 1 + (selection.selectionSet === undefined ? 0 : ofSelections(selection.selectionSet));
  };
  const ofSelections = ({ selections }: SelectionSetNode): number =>
    selections.reduce((deepest, each) => Math.max(deepest, ofSelection(each)), 0);

  const operations = document.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  return operations.reduce((deepest, { selectionSet }) => {
    return Math.max(deepest, ofSelections(selectionSet));
  }, 0);
}

function check(limit: string, what: string, max: number, actual: number): void {
  if (actual > max) throw limitExceeded({ limit, what: `${what} of a document`, max, actual });
}
