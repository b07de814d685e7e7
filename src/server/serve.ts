/** Serves a space: GraphQL over HTTP and WebSocket, the sync protocol, metrics: a port each. */

import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { inspect } from 'node:util';
import { type Clock, systemClock } from '../base/clock.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { SERVER_DRAIN_MILLISECONDS_MAX } from '../base/limits.ts';
import { type Random, systemRandom } from '../base/random.ts';
import { openChangeFeed } from '../graphql/change-feed.ts';
import { CompiledOperations } from '../graphql/compiled-operations.ts';
import { currentSchema } from '../graphql/current-schema.ts';
import type { InternalErrorListener } from '../graphql/errors.ts';
import { examplesOf, NO_EXAMPLES } from '../graphql/examples.ts';
import { LiveQueries } from '../graphql/live/live-queries.ts';
import { expectResolvers, type Resolvers } from '../graphql/resolvers.ts';
import type { Peers } from '../replication/peers.ts';
import type { Space } from '../space/space.ts';
import { TextFolds } from '../text/text-folds.ts';
import type { Authentication } from './authentication/authentication-file.ts';
import { Authenticator, type Refusal } from './authentication/authenticator.ts';
import { Callers } from './callers.ts';
import { type Origins, parseOrigins } from './cors.ts';
import { createDirectAnswers } from './direct-answer.ts';
import { EventStreams } from './event-streams.ts';
import { refuseForeignHost } from './foreign-host.ts';
import { createGraphiqlPage, type GraphiqlContent } from './graphiql-page.ts';
import { createGraphqlEndpoint, GRAPHQL_PATH } from './graphql-endpoint.ts';
import { closeWithin, listen } from './listen.ts';
import { isLoopback } from './loopback.ts';
import { createMetrics, METRICS_PATH } from './metrics.ts';
import { createPatientServer } from './patient-server.ts';
import { HttpStatus } from './respond.ts';
import { RouterSecret } from './router.ts';
import { createRequestListener, HEALTH_PATH, pathOf } from './routes.ts';
import { SlowRefusals } from './slow-refusals.ts';
import { hearStrayRejections } from './stray-rejections.ts';
import { createSyncServer, type SyncServer, type SyncServerOptions } from './sync-server.ts';
import { tracedEndpoint } from './traced-endpoint.ts';
import { NO_TRUSTED_DOCUMENTS, type TrustedDocuments } from './trusted-documents.ts';
import { UnreadAnswers } from './unread-answers.ts';
import { refuse } from './upgrade.ts';
import { createWebSockets, type WebSockets } from './websocket.ts';

export interface ServeOptions {
  /** Loopback where absent, and at all events where there is no authentication. */
  readonly host?: string;
  /** Loopback where absent: metrics are for whoever can connect. */
  readonly metricsHost?: string;
  /** Who may come in; where absent, whoever is on this machine, under any name. */
  readonly authentication?: Authentication | undefined;
  /** Origins of pages, beside its own, that may use the API; none where absent. */
  readonly allowedOrigins?: readonly string[];
  /** 0 chooses a free one, here and for the metrics. */
  readonly port: number;
  readonly metricsPort: number;
  readonly syncPort: number;
  /** Whether the schema is told to whoever asks; it is where absent. */
  readonly introspection?: boolean;
  /** What a gateway shows to read the schema all the same, and to trace operations. */
  readonly routerSecret?: string | undefined;
  /** Documents that requests may name by an id; none where absent. */
  readonly trustedDocuments?: TrustedDocuments | undefined;
  /** Functions of the computed fields of the definition, one for each; none where absent. */
  readonly resolvers?: Resolvers | undefined;
  /** What GraphiQL opens with; made from the definition where absent. */
  readonly graphiql?: GraphiqlContent | undefined;
  /** The server is healthy once this has resolved; at once where absent. */
  readonly ready?: Promise<unknown>;
  /** Other replicas of the space; none where absent. */
  readonly peers?: Peers | undefined;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Hears of bugs, whose text no caller sees. */
  readonly onInternalError?: InternalErrorListener;
  /** Hears why callers are refused, which they are not told. */
  readonly onRefusal?: (refusal: Refusal) => void;
}

export interface RunningServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly metricsPort: number;
  readonly syncPort: number;
  /** Whole addresses: `http://127.0.0.1:8080/graphql`. */
  readonly graphql: string;
  readonly health: string;
  readonly metrics: string;
  /** `ws://127.0.0.1:8081` */
  readonly sync: string;
}

const LOOPBACK = '127.0.0.1';
const MILLISECONDS_PER_SECOND = 1000;

/** The space stays its owner's: closing the server leaves it open. */
export async function serveSpace(space: Space, options: ServeOptions): Promise<RunningServer> {
  const { host = LOOPBACK, metricsHost = LOOPBACK } = options;
  expectLocal(host, options);
  expectResolvers(space.definition, options.resolvers ?? {});
  const origins = parseOrigins(options.allowedOrigins ?? []);
  const authenticator = await openAuthenticator(options);
  const parts = createParts(space, options, { authenticator, origins });
  const { server, metricsServer, sync, state } = parts;
  try {
    const port = await listen(server, { host, port: options.port });
    const metricsPort = await listen(metricsServer, {
      host: metricsHost,
      port: options.metricsPort,
    });
    const syncPort = await listen(sync.server, { host, port: options.syncPort });
    // Until then, and if it fails, the server answers that it is starting: the owner decides.
    Promise.resolve(options.ready).then(
      () => {
        state.isHealthy = !state.isClosing;
      },
      () => undefined,
    );
    // An answer that is already there shows in the first health check.
    await undefined;
    const name = nameIn(host);
    return {
      host,
      port,
      metricsPort,
      syncPort,
      graphql: `http://${name}:${port}${GRAPHQL_PATH}`,
      health: `http://${name}:${port}${HEALTH_PATH}`,
      metrics: `http://${nameIn(metricsHost)}:${metricsPort}${METRICS_PATH}`,
      sync: `ws://${name}:${syncPort}`,
      [Symbol.asyncDispose]: () => closeParts(parts),
    };
  } catch (error) {
    await closeParts(parts);
    throw error;
  }
}

interface Parts {
  readonly server: Server;
  readonly metricsServer: Server;
  readonly webSockets: WebSockets;
  readonly sync: SyncServer;
  readonly streams: EventStreams;
  readonly state: { isHealthy: boolean; isClosing: boolean };
  /** Ends subscriptions and stops following the space. */
  readonly detach: () => void;
  /** Ends once nothing is answered any more. */
  readonly texts: TextFolds;
}

function openAuthenticator(options: ServeOptions): Promise<Authenticator> {
  const { authentication, clock = systemClock, onRefusal, onInternalError } = options;
  return Authenticator.open(authentication, {
    clock,
    onRefusal: onRefusal ?? (() => undefined),
    onProblem: onInternalError ?? printError,
  });
}

/** Who comes in, and from where. */
interface Entry {
  readonly authenticator: Authenticator;
  readonly origins: Origins;
}

function createParts(space: Space, options: ServeOptions, entry: Entry): Parts {
  const { clock = systemClock, random = systemRandom, authentication, metricsHost } = options;
  const { onInternalError = printError, introspection = true, peers } = options;
  const { trustedDocuments: trusted = NO_TRUSTED_DOCUMENTS, resolvers } = options;
  const peerStatus = () => peers?.status ?? [];
  const { authenticator } = entry;
  const unread = new UnreadAnswers();
  const streams = new EventStreams();
  const guard = authentication === undefined ? refuseForeignHost : () => undefined;
  const feed = openChangeFeed(space);
  const schema = currentSchema(space);
  const operations = new CompiledOperations();
  const live = new LiveQueries({ space, schema, operations });
  const metrics = createMetrics({
    space,
    feed,
    live,
    webSockets: () => webSockets.connections,
    syncConnections: () => sync.connections,
    unreadBytes: () => unread.bytes,
    syncUnreadBytes: () => sync.unreadBytes,
    peers: peerStatus,
    isLocal: isLoopback(metricsHost ?? LOOPBACK),
  });
  authenticator.observe(metrics.authentication);
  const told = { tellsSchema: introspection, peers: peerStatus };
  const texts = new TextFolds();
  const services = { space, feed, clock, random, resolvers, texts, ...told };
  const parts = { services, operations, live, observe: metrics.operation, onInternalError };
  const endpoint = createGraphqlEndpoint({ ...parts, schema });
  const limits = authentication?.limits;
  const callers = new Callers({ limits, clock, onLimited: metrics.limited });
  const counted = { callers, refusals: new SlowRefusals() };
  const shared = { endpoint, trusted, onInternalError, ...counted, ...entry };
  const webSockets = createWebSockets(shared);
  const sync = createSyncServer(space, { ...shared, guard, peers, graphql: { endpoint, trusted } });
  const state = { isHealthy: false, isClosing: false };
  const started = clock.now();
  const serve = createRequestListener({
    ...shared,
    router: new RouterSecret(options.routerSecret),
    tracedEndpoint: tracedEndpoint(parts, clock),
    directAnswers: createDirectAnswers({ space, schema, operations, observe: metrics.operation }),
    graphiql: createGraphiqlPage(graphiqlContent(space, options)),
    health: () => ({
      isHealthy: state.isHealthy,
      uptime: (clock.now() - started) / MILLISECONDS_PER_SECOND,
    }),
    version: packageVersion(),
    unread,
    streams,
    guard,
  });
  const server = createPatientServer((request, response) => {
    response.on('finish', () => metrics.response(response.statusCode));
    serve(request, response);
  });
  const isOpen = () => !state.isClosing;
  acceptWebSockets(server, { webSockets, guard, isOpen });
  const stopHearing = hearStrayRejections();
  const detach = () => {
    peers?.close();
    stopHearing();
    metrics.close();
    feed.close();
    live[Symbol.dispose]();
    authenticator[Symbol.dispose]();
  };
  return { server, metricsServer: metrics.server, webSockets, sync, streams, state, detach, texts };
}

function acceptWebSockets(
  server: Server,
  by: {
    readonly webSockets: WebSockets;
    readonly guard: SyncServerOptions['guard'];
    readonly isOpen: () => boolean;
  },
): void {
  server.on('upgrade', (request, socket, head) => {
    const foreign = by.guard(request);
    if (foreign !== undefined) refuse(socket, foreign.status);
    else if (!by.isOpen()) refuse(socket, HttpStatus.SERVICE_UNAVAILABLE);
    else if (pathOf(request) !== GRAPHQL_PATH) refuse(socket, HttpStatus.NOT_FOUND);
    else by.webSockets.accept(request, socket, head);
  });
}

/** Examples tell of the definition, and names can be chosen where they are believed. */
function graphiqlContent(
  { definition }: Space,
  { authentication, graphiql }: ServeOptions,
): GraphiqlContent {
  const isTold = authentication === undefined || authentication.anonymous;
  const examples = isTold ? (graphiql?.examples ?? examplesOf(definition)) : NO_EXAMPLES;
  const principals = authentication === undefined ? (graphiql?.principals ?? []) : [];
  return { examples, principals };
}

function expectLocal(host: string, { authentication }: ServeOptions): void {
  if (authentication !== undefined || isLoopback(host)) return;
  const expected = 'a loopback address, as no authentication is configured';
  const message = `the host of a server expected ${expected}, got ${host}`;
  throw new DatabaseError(ErrorCode.INVALID_INPUT, message);
}

function nameIn(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

async function closeParts(parts: Parts): Promise<void> {
  const { server, metricsServer, webSockets, sync, streams, state, detach, texts } = parts;
  if (state.isClosing) return;
  state.isHealthy = false;
  state.isClosing = true;
  streams.tellWhenToComeBack();
  detach();
  await Promise.all([
    sync.closeWithin(SERVER_DRAIN_MILLISECONDS_MAX),
    webSockets.closeWithin(SERVER_DRAIN_MILLISECONDS_MAX),
    closeWithin(server, SERVER_DRAIN_MILLISECONDS_MAX),
    closeWithin(metricsServer, SERVER_DRAIN_MILLISECONDS_MAX),
  ]);
  await texts[Symbol.asyncDispose]();
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { readonly version: string };
  return version;
}

function printError(error: unknown): void {
  // With the errors that are its cause.
  process.stderr.write(`internal error: ${inspect(error)}\n`);
}
