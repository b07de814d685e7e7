/** Counts for Prometheus: the process, requests, operations, transactions, and the graph. */

import { createServer, type Server } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { PurposeStats } from '../engine/stats.ts';
import type { ChangeFeed } from '../graphql/change-feed.ts';
import type { LiveQueries } from '../graphql/live/live-queries.ts';
import type { PeerStatus } from '../replication/peers.ts';
import type { Space } from '../space/space.ts';
import type { Outcome } from './authentication/authenticator.ts';
import type { Method } from './authentication/identity.ts';
import { DurationHistogram } from './duration-histogram.ts';
import { refuseForeignHost } from './foreign-host.ts';
import { LabelledCounter } from './labelled-counter.ts';
import type { ObservedOperation } from './operation-observer.ts';
import { HttpStatus, respond, respondJson } from './respond.ts';

export const METRICS_PATH = '/metrics';
const SECONDS_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface Metrics {
  readonly server: Server;
  operation(operation: ObservedOperation): void;
  response(status: number): void;
  authentication(method: Method, outcome: Outcome): void;
  /** A caller asked faster than it may. */
  limited(limit: string): void;
  /** Stops following the space. */
  close(): void;
}

export interface MetricsSources {
  readonly space: Space;
  readonly feed: ChangeFeed;
  readonly live: Pick<LiveQueries, 'queries' | 'subscribers' | 'behind'>;
  readonly webSockets: () => number;
  readonly syncConnections: () => number;
  readonly unreadBytes: () => number;
  readonly syncUnreadBytes: () => number;
  readonly peers: () => readonly PeerStatus[];
  /** Whether the metrics are served on this machine alone, and to no other name of it. */
  readonly isLocal: boolean;
}

export function createMetrics(sources: MetricsSources): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const stopCounting = countTransactions(registry, sources.space);
  addGauges(registry, sources);
  addMemoryGauges(registry, sources.space);
  addPeerGauges(registry, sources.peers);
  const responses = new LabelledCounter({
    name: 'massive_graph_http_responses_total',
    help: 'Responses on the GraphQL port.',
    labels: ['status'],
    registry,
  });
  const operations = new LabelledCounter({
    name: 'massive_graph_operations_total',
    help: 'GraphQL operations that ran, by type and by whether they had errors.',
    labels: ['type', 'errors'],
    registry,
  });
  const durations = new DurationHistogram({
    name: 'massive_graph_operation_duration_seconds',
    help: 'From the start of execution to its result.',
    label: 'type',
    bounds: SECONDS_BUCKETS,
    registry,
  });
  const authentications = new LabelledCounter({
    name: 'massive_graph_authentications_total',
    help: 'Callers by how they showed who they are, and by whether they were believed.',
    labels: ['method', 'outcome'],
    registry,
  });
  const limited = new LabelledCounter({
    name: 'massive_graph_rate_limited_total',
    help: 'Requests, operations and WebSockets that were refused by the rate of their caller.',
    labels: ['limit'],
    registry,
  });
  return {
    server: createMetricsServer(registry, sources.isLocal),
    operation: ({ type, seconds, hasErrors }) => {
      operations.inc(hasErrors ? `${type} true` : `${type} false`);
      durations.add(type, seconds);
    },
    response: (status) => responses.inc(String(status)),
    authentication: (method, outcome) => authentications.inc(`${method} ${outcome}`),
    limited: (limit) => limited.inc(limit),
    close: stopCounting,
  };
}

function countTransactions(registry: Registry, space: Space): () => void {
  const registers = [registry];
  const transactions = new Counter({
    name: 'massive_graph_transactions_total',
    help: 'Transactions applied since the start of the process.',
    registers,
  });
  const commits = new Counter({
    name: 'massive_graph_commits_total',
    help: 'Commits applied since the start of the process.',
    registers,
  });
  return space.watchGroups((group) => {
    transactions.inc(group.transactions);
    commits.inc(group.commits);
  });
}

/** Of each replica that is known, by its key. */
function addPeerGauges(registry: Registry, peers: () => readonly PeerStatus[]): void {
  const gauges: readonly (readonly [string, string, (peer: PeerStatus) => number])[] = [
    ['connected', '1 where a connection to the replica is open.', isOpen],
    ['height', 'Records of the authority chain that the replica holds.', ({ height }) => height],
    ['lag', 'Commits here that the replica has not said to hold.', ({ lag }) => lag],
  ];
  for (const [name, help, read] of gauges) {
    new Gauge({
      name: `massive_graph_peer_${name}`,
      help,
      labelNames: ['key'],
      registers: [registry],
      collect() {
        this.reset();
        for (const peer of peers()) this.set({ key: peer.key }, read(peer));
      },
    });
  }
}

function isOpen({ phase }: PeerStatus): number {
  return phase === 'open' ? 1 : 0;
}

function addGauges(registry: Registry, sources: MetricsSources): void {
  const { space, feed, live, webSockets, syncConnections, unreadBytes, syncUnreadBytes } = sources;
  const gauges: readonly (readonly [string, string, () => number])[] = [
    ['nodes', 'Nodes that exist.', () => space.graph.counts().nodes],
    ['edges', 'Edges that exist.', () => space.graph.counts().edges],
    ['image_bytes', 'Bytes of linear memory that hold the graph.', () => space.usage().imageBytes],
    [
      'room_bytes',
      'Bytes that the graph may still take; at 0 the space is full, and refuses writes.',
      () => space.usage().memory.roomBytes,
    ],
    ['log_entries', 'Entries of the log.', () => space.usage().logLength],
    [
      'history_lacking_entries',
      'Entries sealed before this replica began that are to come yet.',
      () => space.usage().lackingEntries,
    ],
    ['subscriptions', 'Subscriptions under way.', () => feed.subscribers],
    ['live_subscribers', 'Live queries that clients follow.', () => live.subscribers],
    ['live_queries', 'Those that differ, or whose callers do.', () => live.queries],
    ['live_queries_behind', 'Those that are yet to be answered anew.', () => live.behind],
    ['websocket_connections', 'Open WebSockets.', webSockets],
    ['sync_connections', 'Open sync connections.', syncConnections],
    ['unread_bytes', 'Bytes of large answers that clients have not taken yet.', unreadBytes],
    [
      'sync_unread_bytes',
      'Bytes that clients of sync connections have not taken.',
      syncUnreadBytes,
    ],
  ];
  for (const [name, help, read] of gauges) {
    new Gauge({
      name: `massive_graph_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  }
}

/** The linear memory by purpose; the sum of the first over all is the memory. */
function addMemoryGauges(registry: Registry, space: Space): void {
  const gauges: readonly (readonly [string, string, keyof PurposeStats])[] = [
    ['memory_bytes', 'Bytes of linear memory, by what they are for.', 'bytes'],
    ['memory_free_bytes', 'Of these, bytes that hold nothing yet, or no more.', 'free'],
  ];
  for (const [name, help, part] of gauges) {
    new Gauge({
      name: `massive_graph_${name}`,
      help,
      labelNames: ['purpose'],
      registers: [registry],
      collect() {
        for (const [purpose, stats] of Object.entries(space.usage().memory.purposes)) {
          this.set({ purpose }, stats[part]);
        }
      },
    });
  }
}

function createMetricsServer(registry: Registry, isLocal: boolean): Server {
  return createServer((request, response) => {
    const refusal = isLocal ? refuseForeignHost(request) : undefined;
    if (refusal !== undefined) {
      respondJson(response, refusal.status, { error: refusal.error.message });
      return;
    }
    if (request.url !== METRICS_PATH) {
      const message = `the metrics server expected ${METRICS_PATH}, got another path`;
      respondJson(response, HttpStatus.NOT_FOUND, { error: message });
      return;
    }
    registry.metrics().then(
      (content) =>
        respond(response, { status: HttpStatus.OK, type: registry.contentType, content }),
      () => response.writeHead(HttpStatus.INTERNAL_SERVER_ERROR).end(),
    );
  });
}
