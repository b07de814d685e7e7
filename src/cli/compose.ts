/** `massive-graph schema compose`: the supergraph of subgraphs, and what keeps them apart. */

import { readFile, writeFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { CompositionResult } from '@apollo/composition';
import { Command } from 'commander';
import type { DocumentNode } from 'graphql';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { SUBGRAPH_BYTES_MAX } from '../base/limits.ts';
import { checkFiles } from './arguments.ts';
import { paint, type Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

const WEB = /^https?:\/\//;
const SDL_QUERY = '{ _service { sdl } }';
const PACKAGE = '@apollo/composition';

interface ComposeOptions {
  readonly output?: string;
  readonly url: readonly string[];
  readonly json?: true;
}

/** `airports=graph.graphql`: a name, and a file or the address of a server. */
interface Source {
  readonly name: string;
  readonly from: string;
}

interface Subgraph {
  readonly name: string;
  readonly url: string;
  readonly typeDefs: DocumentNode;
}

/** What is told of a composition: by a code of Federation, and a sentence. */
interface Finding {
  readonly code: string;
  readonly message: string;
}

export function composeCommand(terminal: Terminal): Command {
  return new Command('compose')
    .description(
      'Composes subgraphs of Apollo Federation: SDL, data definitions, or servers that are asked.',
    )
    .argument('<subgraphs...>', '[NAME=]FILE or [NAME=]URL; a file names its subgraph')
    .option('--output <file>', 'where to write the supergraph, for a gateway')
    .option(
      '--url <name=url>',
      'where a gateway finds a subgraph that is given as a file; for each of them again',
      (given: string, others: readonly string[]) => [...others, given],
      [],
    )
    .action((given: readonly string[], options: ComposeOptions) =>
      compose(terminal, given, options),
    );
}

async function compose(
  terminal: Terminal,
  given: readonly string[],
  options: ComposeOptions,
): Promise<void> {
  const sources = given.map(readSource);
  const subgraphs = await readSubgraphs(sources, urlsOf(options, sources));
  const { composeServices } = await loadComposition();
  const result = composed(() => composeServices(subgraphs));
  const errors = (result.errors ?? []).map(({ message, extensions }) => {
    return { code: String(extensions.code ?? 'ERROR'), message };
  });
  const hints = (result.hints ?? []).map(({ definition, message }) => {
    return { code: definition.code, message };
  });
  report(terminal, { errors, hints }, options);
  if (errors.length > 0) {
    const message = `composition expected subgraphs that fit, got ${errors.length} errors`;
    throw new DatabaseError(ErrorCode.INVALID_INPUT, message);
  }
  if (options.output !== undefined) await writeSupergraph(result, options.output);
}

/** It throws what it has no name for. */
function composed(compose: () => CompositionResult): CompositionResult {
  try {
    return compose();
  } catch (error) {
    throw error instanceof Error ? unfit(error) : error;
  }
}

function unfit(cause: Error): DatabaseError {
  const message = `composition expected subgraphs that fit, got ${cause.message}`;
  return new DatabaseError(ErrorCode.INVALID_INPUT, message, { cause });
}

function readSource(given: string): Source {
  const [, name, from = given] = /^([A-Za-z0-9_-]+)=(.+)$/s.exec(given) ?? [];
  if (name !== undefined) return { name, from };
  if (!WEB.test(from)) return { name: basename(from, extname(from)), from };
  const message = `the address of a subgraph expected a name before it, got ${from}`;
  throw new UsageError(message, `Try: massive-graph schema compose airports=${from}`);
}

/** Where a gateway finds each subgraph; nowhere, where nobody is to write that down. */
function urlsOf(
  { url, output }: ComposeOptions,
  sources: readonly Source[],
): ReadonlyMap<string, string> {
  const urls = new Map<string, string>();
  for (const each of url) {
    const { name, from } = readSource(each);
    const isKnown = sources.some((source) => source.name === name);
    if (isKnown && WEB.test(from)) urls.set(name, from);
    else {
      const message = `--url expected NAME=URL with the name of a subgraph, got ${each}`;
      throw new UsageError(message, 'Try: --url airports=http://127.0.0.1:8080/graphql');
    }
  }
  for (const { name, from } of sources) {
    if (WEB.test(from) && !urls.has(name)) urls.set(name, from);
    if (urls.has(name) || output === undefined) continue;
    const message = `--output expected the address of each subgraph, got none of ${name}`;
    throw new UsageError(message, `Say where it is: --url ${name}=http://127.0.0.1:8080/graphql`);
  }
  return urls;
}

async function readSubgraphs(
  sources: readonly Source[],
  urls: ReadonlyMap<string, string>,
): Promise<Subgraph[]> {
  const { parse } = await import('graphql');
  const names = new Set<string>();
  const subgraphs: Subgraph[] = [];
  for (const { name, from } of sources) {
    if (names.has(name)) {
      const message = `subgraphs expected names that differ, got ${name} again`;
      throw new UsageError(message, `Give it another one: other=${from}`);
    }
    names.add(name);
    const sdl = WEB.test(from) ? await askForSdl(from) : await readSdl(from);
    const typeDefs = parsed(() => parse(sdl), from);
    subgraphs.push({ name, url: urls.get(name) ?? '', typeDefs });
  }
  return subgraphs;
}

/** Of a subgraph as it is, or made of a data definition. */
async function readSdl(file: string): Promise<string> {
  await checkFiles([file], 'a subgraph');
  const text = await readFile(file, 'utf8');
  if (Buffer.byteLength(text) > SUBGRAPH_BYTES_MAX) {
    const expected = `${file}: a subgraph expected at most ${SUBGRAPH_BYTES_MAX} bytes`;
    throw new DatabaseError(ErrorCode.LIMIT_EXCEEDED, `${expected}, got more`);
  }
  const { Kind, parse } = await import('graphql');
  const { definitions } = parsed(() => parse(text, { noLocation: true }), file);
  const isDefinition = definitions.some((each) => {
    const isType =
      each.kind === Kind.OBJECT_TYPE_DEFINITION || each.kind === Kind.OBJECT_TYPE_EXTENSION;
    return isType && each.directives?.some(({ name }) => name.value === 'node') === true;
  });
  if (!isDefinition) return text;
  const { parseDefinition } = await import('../definition/parse.ts');
  const { buildSchema } = await import('../graphql/schema.ts');
  const { subgraphSdl } = await import('../graphql/federation/subgraph-sdl.ts');
  const definition = parseDefinition(text, { file });
  return subgraphSdl(buildSchema(definition), definition);
}

function parsed(parse: () => DocumentNode, from: string): DocumentNode {
  try {
    return parse();
  } catch (error) {
    throw error instanceof Error ? noSdl(from, error) : error;
  }
}

function noSdl(from: string, cause: Error): DatabaseError {
  const message = `${from}: a subgraph expected SDL, got ${cause.message}`;
  return new DatabaseError(ErrorCode.INVALID_INPUT, message, { cause });
}

async function askForSdl(url: string): Promise<string> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: SDL_QUERY }),
  })
    .then((response) => response.json() as Promise<ServiceAnswer>)
    .catch(() => undefined);
  const sdl = answer?.data?._service?.sdl;
  if (typeof sdl === 'string') return sdl;
  const got = answer === undefined ? 'no answer in JSON' : JSON.stringify(answer);
  const message = `${url}: a subgraph expected to tell its SDL, got ${got}`;
  throw new DatabaseError(ErrorCode.UNAVAILABLE, message);
}

interface ServiceAnswer {
  readonly data?: { readonly _service?: { readonly sdl?: unknown } } | null;
}

/** Its licence is not that of this package, and who composes nothing needs none of it. */
async function loadComposition(): Promise<typeof import('@apollo/composition')> {
  const loaded = await import('@apollo/composition').catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (loaded !== undefined) return loaded;
  const message = `schema compose expected the package ${PACKAGE}, got none`;
  throw new UsageError(message, `Install it: npm install ${PACKAGE}`);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
}

function report(
  terminal: Terminal,
  found: { readonly errors: readonly Finding[]; readonly hints: readonly Finding[] },
  { json }: ComposeOptions,
): void {
  if (json === true) {
    terminal.output(`${JSON.stringify(found)}\n`);
    return;
  }
  for (const { code, message } of found.errors) {
    terminal.output(`${paint(terminal, 'red', code)}  ${message}\n`);
  }
  for (const { code, message } of found.hints) {
    terminal.output(`${paint(terminal, 'cyan', code)}  ${message}\n`);
  }
  if (found.errors.length === 0) {
    terminal.output(`the subgraphs compose, with ${found.hints.length} hints\n`);
  }
}

async function writeSupergraph({ supergraphSdl }: CompositionResult, file: string): Promise<void> {
  await writeFile(file, `${supergraphSdl ?? ''}\n`);
}
