/** `massive-graph serve`: a data directory over HTTP. */

import { Command, Option } from 'commander';
import { systemClock } from '../base/clock.ts';
import type { Faults } from '../base/fault.ts';
import type { Resolvers } from '../graphql/resolvers.ts';
import type { Authentication } from '../server/authentication/authentication-file.ts';
import { isLoopback } from '../server/loopback.ts';
import type { RunningServer } from '../server/serve.ts';
import type { TrustedDocuments } from '../server/trusted-documents.ts';
import type { Space } from '../space/space.ts';
import {
  addSharedOptions,
  checkFiles,
  dataOption,
  notingTo,
  type Opening,
  openExisting,
  parseCount,
  portOption,
  readDefinition,
  readModel,
  schemaOption,
} from './arguments.ts';
import { makeGrants } from './grants.ts';
import { demoPage, loadDemoOnce } from './load-demo.ts';
import { type PassphraseOptions, passphraseOption, readPassphrase } from './passphrase.ts';
import { readRouterSecret } from './router-secret.ts';
import { refusalTeller } from './tell-refusals.ts';
import { formatCount, paint, printable, type Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

const PORT = 8080;
const METRICS_PORT = 9090;
const SYNC_PORT = 8081;

const LOOPBACK = '127.0.0.1';

const EXAMPLES = `
Examples:
  massive-graph serve --demo
  massive-graph serve --data ./air-routes --port 0 --metrics-port 0 --json
  massive-graph serve --data ./air-routes --auth authentication.json --host 0.0.0.0
  massive-graph serve --data ./new --schema graph.graphql
  massive-graph serve --data ./new --schema graph.graphql --resolvers resolvers.ts
  massive-graph serve --data ./new --permissions permissions.fga --grants grants.yaml`;

interface ServeOptions extends PassphraseOptions {
  readonly data: string;
  readonly schema?: string;
  readonly demo?: true;
  readonly auth?: string;
  readonly host: string;
  readonly metricsHost: string;
  readonly permissions?: string;
  readonly grants?: string;
  readonly port: number;
  readonly metricsPort: number;
  readonly syncPort: number;
  readonly introspection: boolean;
  readonly routerSecretFile?: string;
  readonly resolvers?: string;
  readonly trustedDocuments?: string;
  readonly onlyTrustedDocuments?: true;
  readonly allowOrigin: readonly string[];
  readonly sealEvery?: number;
  readonly json?: true;
}

export function serveCommand(terminal: Terminal, faults: Faults): Command {
  const command = new Command('serve')
    .summary('serve GraphQL over HTTP')
    .description(
      'Serves a data directory: to this machine alone, unless --auth says who may come in.',
    )
    .addOption(dataOption())
    .addOption(schemaOption())
    .addOption(passphraseOption())
    .option('--demo', 'load airports and flights of the United States into an empty directory')
    .option(
      '--permissions <file>',
      'next version of the permission model, in the language of OpenFGA',
    )
    .option('--grants <file>', 'grants to make that do not hold yet, a YAML list')
    .option('--auth <file>', 'who may come in: issuers of tokens, API keys, keys that sign')
    .option('--host <host>', 'address to listen on; others than loopback need --auth', LOOPBACK)
    .option('--metrics-host <host>', 'the same for metrics, which ask for nothing', LOOPBACK)
    .addOption(portOption('--port <n>', 'port of GraphQL and health', PORT))
    .addOption(portOption('--metrics-port <n>', 'port of Prometheus metrics', METRICS_PORT))
    .addOption(
      portOption('--sync-port <n>', 'port of the sync protocol, for signed commits', SYNC_PORT),
    )
    .option(
      '--allow-origin <origin>',
      'let pages of an origin use the API; for each origin again',
      (origin: string, others: readonly string[]) => [...others, origin],
      [],
    )
    .option('--no-introspection', 'do not tell the schema, which GraphiQL asks for')
    .option(
      '--router-secret-file <file>',
      'what a gateway shows as Router-Authorization to read the schema all the same',
    )
    .option('--resolvers <file>', 'module with the functions of computed fields, TypeScript too')
    .option('--trusted-documents <file>', 'documents that requests may name by their ids, JSON')
    .option('--only-trusted-documents', 'run no other operations than these')
    .addOption(
      new Option(
        '--seal-every <n>',
        'seal history after so many commits, and free memory',
      ).argParser(parseCount),
    )
    .addHelpText('after', EXAMPLES)
    .action((options: ServeOptions) => serve(terminal, options, faults));
  return addSharedOptions(command);
}

async function serve(terminal: Terminal, options: ServeOptions, faults: Faults): Promise<void> {
  const stopRequest = terminal.stopRequest();
  const authentication = await readWaysIn(options);
  const trustedDocuments = await readTrusted(options);
  const resolvers = await readFunctions(options);
  const routerSecret = await readRouterSecret(options.routerSecretFile);
  const passphrase = await readPassphrase(terminal, options);
  const { sealEvery, permissions } = options;
  const model = permissions === undefined ? undefined : await readModel(permissions);
  const opening = { faults, passphrase, sealEvery, model, ...notingTo(terminal, options.data) };
  await using space = await openToServe(terminal, options, opening);
  const [{ serveSpace }, { followPeers }] = await Promise.all([
    import('../server/serve.ts'),
    import('./follow-peers.ts'),
  ]);
  using peers = followPeers(terminal, options.data, space);
  await using server = await serveSpace(space, {
    port: options.port,
    metricsPort: options.metricsPort,
    syncPort: options.syncPort,
    host: options.host,
    metricsHost: options.metricsHost,
    introspection: options.introspection,
    routerSecret,
    trustedDocuments,
    resolvers,
    allowedOrigins: options.allowOrigin,
    authentication,
    peers: peers.all,
    graphiql: options.demo === true ? await demoPage(space) : undefined,
    onRefusal: refusalTeller(terminal, systemClock),
  });
  announce(terminal, options, { space, server, authentication });
  await stopRequest;
  terminal.news('closing\n');
}

async function readWaysIn({ auth, host }: ServeOptions): Promise<Authentication | undefined> {
  if (auth === undefined) {
    if (isLoopback(host)) return undefined;
    const message = `--host expected a loopback address without --auth, got ${host}`;
    throw new UsageError(message, 'Say with --auth FILE who may come in, or leave --host out.');
  }
  await checkFiles([auth], '--auth');
  const { readAuthentication } = await import('../server/authentication/authentication-file.ts');
  const authentication = await readAuthentication(auth);
  const { apiKeys } = authentication;
  if (apiKeys !== undefined) await checkFiles([apiKeys], 'apiKeys');
  return authentication;
}

async function readTrusted(options: ServeOptions): Promise<TrustedDocuments | undefined> {
  const { trustedDocuments: file, onlyTrustedDocuments: isOnly = false } = options;
  if (file === undefined) {
    if (!isOnly) return undefined;
    const message = '--only-trusted-documents expected --trusted-documents FILE, got none';
    throw new UsageError(message, 'Say with --trusted-documents FILE which documents they are.');
  }
  await checkFiles([file], '--trusted-documents');
  const { readTrustedDocuments } = await import('../server/trusted-documents.ts');
  return await readTrustedDocuments(file, isOnly);
}

async function readFunctions({ resolvers: file }: ServeOptions): Promise<Resolvers | undefined> {
  if (file === undefined) return undefined;
  await checkFiles([file], '--resolvers');
  const { importResolvers } = await import('../server/import-resolvers.ts');
  return await importResolvers(file);
}

async function openToServe(
  terminal: Terminal,
  options: ServeOptions,
  opening: Opening,
): Promise<Space> {
  const { data, demo, schema, permissions, grants } = options;
  if (demo === true && (schema ?? permissions) !== undefined) {
    const other = schema === undefined ? '--permissions' : '--schema';
    const message = `serve expected --demo or ${other}, got both`;
    throw new UsageError(message, 'The demo brings a definition and permissions of its own.');
  }
  const space = await openDefined(options, opening);
  try {
    if (demo === true) await loadDemoOnce(terminal, space, data);
    if (grants !== undefined) await makeGrants(terminal, space, grants);
    return space;
  } catch (error) {
    await space[Symbol.asyncDispose]();
    throw error;
  }
}

/** A data directory that holds a space keeps its definition, unless another one is named. */
async function openDefined({ data, demo, schema }: ServeOptions, opening: Opening): Promise<Space> {
  const { openSpace } = await import('../space/open.ts');
  if (schema !== undefined) {
    return openSpace({ directory: data, definition: await readDefinition(schema), ...opening });
  }
  const existing = await openExisting(data, opening);
  if (existing !== undefined) return existing;
  if (demo === true) {
    const { readDemoDefinition } = await import('../io/demo.ts');
    return openSpace({ directory: data, definition: await readDemoDefinition(), ...opening });
  }
  const message = `${data}: serve expected a data definition for a new data directory, got none`;
  throw new UsageError(message, 'Add --schema FILE or --demo, or choose another with --data DIR.');
}

interface Served {
  readonly space: Space;
  readonly server: RunningServer;
  readonly authentication: Authentication | undefined;
}

function announce(terminal: Terminal, options: ServeOptions, served: Served): void {
  const { space, server, authentication } = served;
  const { graphql, health, metrics, sync, port, metricsPort, syncPort } = server;
  if (options.json === true) {
    const ports = { port, metricsPort, syncPort };
    const permissions = space.access.version()?.height ?? null;
    const line = { graphql, health, metrics, sync, ...ports, space: space.id, permissions };
    terminal.output(`${JSON.stringify(line)}\n`);
  }
  const { nodes, edges } = space.graph.counts();
  const lines = [
    `${paint(terminal, 'bold', 'Massive Graph')} serves ${options.data}`,
    `  ${formatCount(nodes)} nodes, ${formatCount(edges)} edges, space ${space.id}`,
    `  open     ${paint(terminal, 'cyan', graphql)}`,
    `  health   ${health}`,
    `  metrics  ${metrics}`,
    `  sync     ${sync}`,
    ...waysIn(authentication),
    ...(isLoopback(options.host) ? [] : [WITHOUT_TLS]),
    permissionsLine(space),
    'Press Ctrl-C to stop.',
  ];
  terminal.news(`${lines.join('\n')}\n`);
}

const WITHOUT_TLS =
  'It speaks HTTP without TLS: let a proxy with TLS stand between it and other machines.';

function waysIn(authentication: Authentication | undefined): string[] {
  if (authentication === undefined) {
    return ['No authentication is configured: only this machine can connect, under any name.'];
  }
  const { issuers, apiKeys, signing, anonymous } = authentication;
  const ways = [
    ...issuers.map(({ issuer, organisation }) => `tokens of ${issuer} for ${organisation}`),
    ...(apiKeys === undefined ? [] : [`API keys in ${apiKeys}`]),
    ...(signing === undefined ? [] : [`signatures by ${signing.keys.length} keys`]),
  ];
  const others = `callers without a credential are ${anonymous ? 'user:*' : 'refused'}`;
  return [`Authentication: ${printable([...ways, others].join('; '))}`];
}

function permissionsLine({ access }: Space): string {
  const version = access.version();
  if (version === undefined) {
    return 'No permissions are in force: every caller may read and write everything.';
  }
  return `Permissions are in force, by the model of height ${version.height}.`;
}
