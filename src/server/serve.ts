/** Serves a space: GraphQL over HTTP and WebSocket, the sync protocol, metrics: a port each. */

import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type Clock, systemClock } from '../base/clock.ts';
import { SERVER_DRAIN_MILLISECONDS_MAX, SERVER_REQUEST_MILLISECONDS_MAX } from '../base/limits.ts';
import { type Random, systemRandom } from '../base/random.ts';
import { openChangeFeed } from '../graphql/change-feed.ts';
import { currentSchema } from '../graphql/current-schema.ts';
import type { InternalErrorListener } from '../graphql/errors.ts';
import type { Space } from '../space/space.ts';
import { createGraphqlEndpoint, GRAPHQL_PATH } from './graphql-endpoint.ts';
import { closeWithin, listen } from './listen.ts';
import { createMetrics, METRICS_PATH } from './metrics.ts';
import { createGraphiqlPage } from './pages.ts';
import { HttpStatus } from './respond.ts';
import { createRequestListener, HEALTH_PATH, pathOf } from './routes.ts';
import { hearStrayRejections } from './stray-rejections.ts';
import { createSyncServer, type SyncServer } from './sync-server.ts';
import { refuse } from './upgrade.ts';
import { createWebSockets, type WebSockets } from './websocket.ts';

export interface ServeOptions {
  /** Loopback where absent: without authentication nobody else may connect. */
  readonly host?: string;
  /** 0 chooses a free one, here and for the metrics. */
  readonly port: number;
  readonly metricsPort: number;
  readonly syncPort: number;
  /** The server is healthy once this has resolved; at once where absent. */
  readonly ready?: Promise<unknown>;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Hears of bugs, whose text no caller sees. */
  readonly onInternalError?: InternalErrorListener;
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
  const parts = createParts(space, options);
  const { server, metricsServer, sync, state } = parts;
  const { host = LOOPBACK } = options;
  try {
    const port = await listen(server, { host, port: options.port });
    const metricsPort = await listen(metricsServer, { host, port: options.metricsPort });
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
    const name = host.includes(':') ? `[${host}]` : host;
    return {
      host,
      port,
      metricsPort,
      syncPort,
      graphql: `http://${name}:${port}${GRAPHQL_PATH}`,
      health: `http://${name}:${port}${HEALTH_PATH}`,
      metrics: `http://${name}:${metricsPort}${METRICS_PATH}`,
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
  readonly state: { isHealthy: boolean; isClosing: boolean };
  /** Ends subscriptions and stops following the space. */
  readonly detach: () => void;
}

function createParts(space: Space, options: ServeOptions): Parts {
  const { clock = systemClock, random = systemRandom } = options;
  const onInternalError = options.onInternalError ?? printError;
  const feed = openChangeFeed(space);
  const sync = createSyncServer(space);
  const metrics = createMetrics({
    space,
    feed,
    webSockets: () => webSockets.connections,
    syncConnections: () => sync.connections,
  });
  const endpoint = createGraphqlEndpoint({
    schema: currentSchema(space),
    services: { space, feed, clock, random },
    observe: metrics.operation,
    onInternalError,
  });
  const webSockets = createWebSockets(endpoint);
  const state = { isHealthy: false, isClosing: false };
  const started = clock.now();
  const serve = createRequestListener({
    endpoint,
    graphiql: createGraphiqlPage(space.definition),
    health: () => ({
      isHealthy: state.isHealthy,
      uptime: (clock.now() - started) / MILLISECONDS_PER_SECOND,
    }),
    version: packageVersion(),
    onInternalError,
  });
  const server = createServer(
    { requestTimeout: SERVER_REQUEST_MILLISECONDS_MAX },
    (request, response) => {
      response.once('finish', () => metrics.response(response.statusCode));
      serve(request, response);
    },
  );
  server.on('upgrade', (request, socket, head) => {
    if (state.isClosing) refuse(socket, HttpStatus.SERVICE_UNAVAILABLE);
    else if (pathOf(request) !== GRAPHQL_PATH) refuse(socket, HttpStatus.NOT_FOUND);
    else webSockets.accept(request, socket, head);
  });
  const stopHearing = hearStrayRejections();
  const detach = () => {
    stopHearing();
    metrics.close();
    feed.close();
  };
  return { server, metricsServer: metrics.server, webSockets, sync, state, detach };
}

async function closeParts(parts: Parts): Promise<void> {
  const { server, metricsServer, webSockets, sync, state, detach } = parts;
  if (state.isClosing) return;
  state.isHealthy = false;
  state.isClosing = true;
  detach();
  await Promise.all([
    sync.closeWithin(SERVER_DRAIN_MILLISECONDS_MAX),
    webSockets.closeWithin(SERVER_DRAIN_MILLISECONDS_MAX),
    closeWithin(server, SERVER_DRAIN_MILLISECONDS_MAX),
    closeWithin(metricsServer, SERVER_DRAIN_MILLISECONDS_MAX),
  ]);
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { readonly version: string };
  return version;
}

function printError(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`internal error: ${text}\n`);
}
