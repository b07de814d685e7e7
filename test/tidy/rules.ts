/** What the source must look like. Each rule takes files and returns its findings as lines. */

import { posix } from 'node:path';
import { functionSpans, importPaths, maskText, type SourceFile } from './source-text.ts';

const COLUMNS_MAX = 100;
const FUNCTION_LINES_MAX = 70;
const FILE_LINES_MAX = 450;

/** Each folder imports only from itself and from those before it. */
const SOURCE_LAYERS = [
  'base',
  'crypto',
  'quorum',
  'text',
  'delta',
  'engine',
  'log',
  'definition',
  'access',
  'authority',
  'proof',
  'proposal',
  'space',
  'replication',
  'simulation',
  'graphql',
  'rest',
  'server',
  'io',
  'client',
  'console',
  'cli',
];
/** Numbers that the engine shares with its host. */
const SHARED_NUMBERS = [
  'abi.ts',
  'abi-access.ts',
  'abi-collections.ts',
  'abi-lookups.ts',
  'abi-state.ts',
  'abi-texts.ts',
];
const ENGINE_LAYERS = [
  ...SHARED_NUMBERS,
  'memory',
  'container',
  'merkle',
  'graph',
  'delta',
  'access',
  'query',
  'snapshot',
  'index.ts',
];
/** Where src may reach into assembly: those numbers, and the launcher to the build. */
const SHARED_WITH_ENGINE = SHARED_NUMBERS.map((name) => `assembly/${name}`);
const LAUNCHER = 'src/cli/massive-graph.js';
const ENGINE_BUILD = 'assembly/build.js';

const NAME = /^\.?[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:test|config|d))?\.(?:ts|js|cpp)$/;
const FOLDER = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const EMPTY_NAMES = /^(?:utils?|helpers?|common|manager|misc)\./;
/** Spelt apart, so that this file passes its own rule. */
const LEFTOVER_WORDS = /\b(?:TO(?:)DO|FIX(?:)ME|XX(?:)X|HA(?:)CK)\b/;
const MAY_PRINT = ['src/cli/', 'bench/', 'test/soak'];

export function upwardImports(files: readonly SourceFile[]): string[] {
  const findings: string[] = [];
  for (const { path, imports } of withImports(files)) {
    for (const target of imports) {
      const reason = whyForbidden(path, target);
      if (reason !== undefined) findings.push(`${path} imports ${target}: ${reason}`);
    }
  }
  return findings;
}

function whyForbidden(from: string, to: string): string | undefined {
  const [fromTop = '', fromLayer = ''] = from.split('/');
  const [toTop = '', toLayer = ''] = to.split('/');
  if (fromTop !== 'src' && fromTop !== 'assembly') return undefined;
  if (fromTop === 'assembly' && from.endsWith('.js')) return undefined;
  if (fromTop !== toTop) {
    if (fromTop === 'src' && SHARED_WITH_ENGINE.includes(to)) return undefined;
    if (from === LAUNCHER && to === ENGINE_BUILD) return undefined;
    return `${fromTop} does not import from ${toTop}`;
  }
  const layers = fromTop === 'src' ? SOURCE_LAYERS : ENGINE_LAYERS;
  const rank = layers.indexOf(fromLayer);
  const targetRank = layers.indexOf(toLayer);
  if (rank < 0) return `${fromTop}/${fromLayer} is not a layer`;
  if (targetRank < 0) return `${toTop}/${toLayer} is not a layer`;
  return targetRank > rank ? `${toLayer} is above ${fromLayer}` : undefined;
}

/** One finding per cycle that a walk in the order of the files meets; types count. */
export function importCycles(files: readonly SourceFile[]): string[] {
  const graph = new Map(withImports(files).map((file) => [file.path, file.imports]));
  const findings: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const seen = trail.indexOf(path);
    if (seen >= 0) findings.push([...trail.slice(seen), path].join(' -> '));
    if (seen >= 0 || done.has(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return findings;
}

interface ImportingFile {
  readonly path: string;
  /** Files of this repository, from its root. */
  readonly imports: readonly string[];
}

function withImports(files: readonly SourceFile[]): ImportingFile[] {
  return files.map(({ path, text }) => ({
    path,
    imports: importPaths(text)
      .filter((target) => target.startsWith('.'))
      .map((target) => posix.join(posix.dirname(path), target)),
  }));
}

export function wideLines(files: readonly SourceFile[]): string[] {
  return eachLine(files, (line) => {
    const columns = [...line].length;
    return columns > COLUMNS_MAX ? `${columns} columns, at most ${COLUMNS_MAX}` : undefined;
  });
}

export function longFunctions(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) =>
    functionSpans(text)
      .filter((span) => span.lineCount > FUNCTION_LINES_MAX)
      .map(
        (span) => `${path}:${span.line}: ${span.lineCount} lines, at most ${FUNCTION_LINES_MAX}`,
      ),
  );
}

/** `wholeOnPurpose` names the files that may be longer; one that is not any more is a finding. */
export function longFiles(
  files: readonly SourceFile[],
  wholeOnPurpose: readonly string[] = [],
): string[] {
  const long = files.filter((file) => file.text.split('\n').length - 1 > FILE_LINES_MAX);
  const paths = long.map((file) => file.path);
  return [
    ...paths
      .filter((path) => !wholeOnPurpose.includes(path))
      .map((path) => `${path}: more than ${FILE_LINES_MAX} lines`),
    ...wholeOnPurpose
      .filter((path) => !paths.includes(path))
      .map((path) => `${path}: listed as longer than ${FILE_LINES_MAX} lines, and is not`),
  ];
}

export function leftovers(files: readonly SourceFile[]): string[] {
  const words = eachLine(files, (line) => LEFTOVER_WORDS.exec(line)?.[0]);
  const quiet = files
    .filter((file) => !MAY_PRINT.some((folder) => file.path.startsWith(folder)))
    .map(({ path, text }) => ({ path, text: maskText(text) }));
  return [...words, ...eachLine(quiet, (line) => /\b(?:console\.\w+|debugger)\b/.exec(line)?.[0])];
}

export function badNames(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path }) => {
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    if (!NAME.test(name) || !parts.every((part) => FOLDER.test(part)))
      return [`${path}: not kebab`];
    if (EMPTY_NAMES.test(name)) return [`${path}: says nothing of what is in it`];
    if (/^index\./.test(name) && path !== 'assembly/index.ts') return [`${path}: is a barrel`];
    return [];
  });
}

function eachLine(
  files: readonly SourceFile[],
  check: (line: string) => string | undefined,
): string[] {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      const finding = check(line);
      return finding === undefined ? [] : [`${path}:${index + 1}: ${finding}`];
    }),
  );
}
