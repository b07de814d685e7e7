/**
 * Just enough reading of TypeScript for the tidy rules: no parser, since the compiler offers none
 * to programs. All of it works on masked text, in which only code is left.
 */

export interface SourceFile {
  /** From the repository's root, with `/`. */
  readonly path: string;
  readonly text: string;
}

export interface FunctionSpan {
  /** From 1: where its parameters open. */
  readonly line: number;
  readonly lineCount: number;
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const CONTROL = /\b(?:if|for|for\s+await|while|switch|catch|with)\s*$/;
const DESCRIBE = /\bdescribe(?:\.\w+)*(?:\([^()]*\))?\(\s*(?:(['"`]) *\1)?\s*,\s*(?:async\s*)?$/;
const WORD_BEFORE_REGEX = /\b(?:return|typeof|case|in|of|do|else|void|delete|throw|new|await)$/;

/** Paths as written in `import … from`, `export … from`, `import '…'` and `import('…')`. */
export function importPaths(text: string): string[] {
  const paths: string[] = [];
  for (const match of maskText(text).matchAll(/\b(?:from|import)\s*\(?\s*(['"])( *)\1/g)) {
    const end = match.index + match[0].length - 1;
    paths.push(text.slice(end - (match[2] ?? '').length, end));
  }
  return paths;
}

/**
 * Functions, methods and arrow functions that have a body in brackets, but for the callbacks of
 * `describe`, which are lists of tests and not code that runs as one.
 */
export function functionSpans(text: string): FunctionSpan[] {
  const masked = maskText(text);
  const spans = new Map<number, FunctionSpan>();
  for (const match of masked.matchAll(/\(/g)) {
    const open = match.index;
    const bodyOpen = bodyAfter(masked, open);
    if (bodyOpen === undefined) continue;
    const bodyClose = closingOf(masked, bodyOpen) ?? masked.length - 1;
    if (DESCRIBE.test(masked.slice(Math.max(0, open - 400), open))) spans.delete(bodyOpen);
    else spans.set(bodyOpen, spanOf(masked, open, bodyClose));
  }
  return [...spans.values()];
}

/** The same text, with spaces for comments and for what is inside strings and patterns. */
export function maskText(text: string): string {
  let masked = '';
  let depth = 0;
  /** The depth of braces at which each open `${` of a template ends. */
  const templates: number[] = [];
  while (masked.length < text.length) {
    const start = masked.length;
    const character = text[start] ?? '';
    const resumes = character === '}' && templates.at(-1) === depth;
    if (resumes) templates.pop();
    if (character === '`' || resumes) {
      const end = templateChunkEnd(text, start + 1);
      if (text[end - 1] === '{') templates.push(depth);
      masked += blank(text.slice(start, end));
      continue;
    }
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    const end = opaqueEnd(text, start, masked);
    masked += end === undefined ? character : blank(text.slice(start, end));
  }
  return masked;
}

/** Keeps line ends, and the quotes, so that a string still looks like one. */
function blank(token: string): string {
  if (/^(['"`]).*\1$/s.test(token)) return `${token[0]}${blank(token.slice(1, -1))}${token[0]}`;
  return token.replaceAll(/[^\n]/g, ' ');
}

/** Where a comment, string or pattern that starts here ends; undefined where code goes on. */
function opaqueEnd(text: string, start: number, masked: string): number | undefined {
  const rest = (pattern: RegExp): number | undefined => {
    const sticky = new RegExp(pattern.source, 'sy');
    sticky.lastIndex = start;
    return sticky.exec(text) === null ? undefined : sticky.lastIndex;
  };
  const character = text[start];
  if (character === "'") return rest(/'(?:\\.|[^'\\\n])*'?/);
  if (character === '"') return rest(/"(?:\\.|[^"\\\n])*"?/);
  if (character !== '/') return undefined;
  if (text[start + 1] === '/') return rest(/[^\n]*/);
  if (text[start + 1] === '*') return rest(/\/\*.*?(?:\*\/|$)/);
  const before = masked.trimEnd();
  const dividesWhat = /[\w$)\]}'"`]$/.test(before) && !WORD_BEFORE_REGEX.test(before.slice(-8));
  return dividesWhat ? undefined : rest(/\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/\w*/);
}

/** Behind the closing backtick, or behind the next `${`. */
function templateChunkEnd(text: string, from: number): number {
  for (let index = from; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === '`') return index + 1;
    else if (text[index] === '$' && text[index + 1] === '{') return index + 2;
  }
  return text.length;
}

/** Where the body opens of the function whose parameters open at `open`, if it is one. */
function bodyAfter(masked: string, open: number): number | undefined {
  const close = closingOf(masked, open);
  if (close === undefined) return undefined;
  let index = skipSpace(masked, close + 1);
  if (masked[index] === ':') index = typeEnd(masked, index + 1);
  if (masked.startsWith('=>', index)) {
    const body = skipSpace(masked, index + 2);
    return masked[body] === '{' || masked[body] === '(' ? body : undefined;
  }
  if (masked[index] !== '{') return undefined;
  return CONTROL.test(masked.slice(Math.max(0, open - 20), open)) ? undefined : index;
}

/** Where the type that starts at `from` is over: at a body, an arrow, or what ends a statement. */
function typeEnd(masked: string, from: number): number {
  let angles = 0;
  let previous = ':';
  for (let index = from; index < masked.length; index += 1) {
    const character = masked[index] ?? '';
    if (character.trim() === '') continue;
    if (character === '=' && masked[index + 1] === '>') {
      if (angles === 0) return index;
      index += 1;
      previous = '>=';
      continue;
    }
    if (character === '<') angles += 1;
    if (character === '>') angles -= 1;
    if (angles === 0 && ';,=)]}?'.includes(character)) return index;
    const opensType = character !== '{' || [':', '|', '&', '<', ',', '>='].includes(previous);
    if (!opensType) return index;
    if (CLOSING[character] !== undefined) index = closingOf(masked, index) ?? masked.length;
    previous = character;
  }
  return masked.length;
}

function closingOf(masked: string, open: number): number | undefined {
  const expected: string[] = [];
  for (let index = open; index < masked.length; index += 1) {
    const character = masked[index] ?? '';
    const closing = CLOSING[character];
    if (closing !== undefined) expected.push(closing);
    else if (character === expected.at(-1)) {
      expected.pop();
      if (expected.length === 0) return index;
    }
  }
  return undefined;
}

function skipSpace(masked: string, from: number): number {
  let index = from;
  while (index < masked.length && (masked[index] ?? '').trim() === '') index += 1;
  return index;
}

function spanOf(masked: string, open: number, close: number): FunctionSpan {
  const lineOf = (offset: number): number => masked.slice(0, offset).split('\n').length;
  return { line: lineOf(open), lineCount: lineOf(close) - lineOf(open) + 1 };
}
