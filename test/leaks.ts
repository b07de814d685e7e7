/**
 * Every channel through which a server tells something, and where it is tested that what is hidden
 * from a caller does not come out of it. `npm run check` fails where a root field of the API, a
 * route or a frame of the sync protocol stands in no row (test/tidy/leaks.test.ts); the test of a
 * channel fails where it asks none of the fields that its row names.
 */

import type { FrameType } from '../src/replication/frame.ts';

export interface Channel {
  /** As its test is called. */
  readonly name: string;
  /** The file of its test. */
  readonly test: string;
  /**
   * Root fields; `{single}`, `{list}` and `{plural}` stand for the names of every node type,
   * `{interface}` and `{union}` for the lists of every interface and of every union.
   */
  readonly fields?: readonly string[];
  /** Paths, with the port that serves them. */
  readonly routes?: readonly string[];
  readonly frames?: readonly (keyof typeof FrameType)[];
}

const QUERIES = 'test/integration/leaks-queries.test.ts';
const WRITES = 'test/integration/leaks-writes.test.ts';
const SEQUENCES = 'test/integration/leaks-sequences.test.ts';
const TEXTS = 'test/integration/leaks-texts.test.ts';
const SETS = 'test/integration/leaks-sets.test.ts';
const LOG = 'test/integration/leaks-log.test.ts';
const HISTORY = 'test/integration/leaks-history.test.ts';
const SUBSCRIPTIONS = 'test/integration/leaks-subscriptions.test.ts';
const LIVE = 'test/integration/leaks-live.test.ts';
const SINCE = 'test/integration/leaks-since.test.ts';
const PORTS = 'test/integration/leaks-ports.test.ts';
const ENTITIES = 'test/integration/leaks-entities.test.ts';

const LISTS = ['{single}', '{list}', '{list}Connection'] as const;

export const CHANNELS: readonly Channel[] = [
  { name: 'fields, by any name', test: QUERIES, fields: LISTS },
  { name: 'computed fields', test: QUERIES, fields: LISTS },
  { name: 'fragments and interfaces', test: QUERIES, fields: ['node'] },
  {
    name: 'lists of interfaces and unions',
    test: QUERIES,
    fields: ['{interface}', '{interface}Connection', '{union}'],
  },
  { name: 'filters', test: QUERIES, fields: LISTS },
  { name: 'orders', test: QUERIES, fields: ['{list}', '{list}Connection'] },
  { name: 'counts', test: QUERIES, fields: ['{list}Connection'] },
  { name: 'cursors and pages', test: QUERIES, fields: ['{list}Connection'] },
  { name: 'groups and aggregates', test: QUERIES, fields: ['{list}Connection'] },
  { name: 'relationships and their edges', test: QUERIES, fields: LISTS },
  { name: 'shortest paths', test: QUERIES, fields: ['shortestPath'] },
  { name: 'neighbourhoods', test: QUERIES, fields: ['neighbourhood'] },
  { name: 'conflicts', test: QUERIES, fields: ['conflicts'] },
  { name: 'ids', test: QUERIES, fields: ['node', '{single}'] },
  { name: 'texts of errors in queries', test: QUERIES },
  { name: 'how operations are answered', test: QUERIES, fields: [...LISTS, 'lineage'] },
  {
    name: 'questions about permissions',
    test: QUERIES,
    fields: [
      ...['check', 'explain', 'listObjects', 'listUsers', 'permissionModel', 'previewModel'],
      'viewer',
    ],
  },
  {
    name: 'keys and unique values that are taken',
    test: WRITES,
    fields: ['create{plural}', 'upsert{plural}'],
  },
  {
    name: 'changes of what is hidden',
    test: WRITES,
    fields: ['update{plural}', 'delete{plural}'],
  },
  { name: 'what nested writes answer', test: WRITES, fields: ['create{plural}', 'update{plural}'] },
  { name: 'increments', test: WRITES, fields: ['update{plural}'] },
  { name: 'items of lists', test: WRITES, fields: ['update{plural}'] },
  { name: 'values of sets', test: SETS, fields: ['update{plural}', 'upsert{plural}'] },
  { name: 'sequences', test: SEQUENCES, fields: ['update{plural}', 'upsert{plural}'] },
  { name: 'texts', test: TEXTS, fields: ['update{plural}', 'upsert{plural}'] },
  { name: 'texts of errors in mutations', test: WRITES, fields: ['update{plural}'] },
  {
    name: 'errors that are results',
    test: WRITES,
    fields: [
      ...['tryCreate{plural}', 'tryUpsert{plural}', 'tryUpdate{plural}', 'tryDelete{plural}'],
      'batch{plural}',
    ],
  },
  { name: 'versions', test: WRITES, fields: ['{list}', 'update{plural}', 'delete{plural}'] },
  {
    name: 'changes of permissions',
    test: WRITES,
    fields: ['grant', 'revoke', 'share', 'installPermissionModel'],
  },
  { name: 'lineage', test: LOG, fields: ['lineage'] },
  { name: 'proofs', test: LOG, fields: ['proof'] },
  {
    name: 'the graph as it was',
    test: HISTORY,
    fields: [...LISTS, 'node', 'shortestPath', 'neighbourhood', 'conflicts', 'lineage'],
  },
  { name: 'the checkpoint', test: LOG, fields: ['checkpoint'] },
  { name: 'the replica', test: LOG, fields: ['replica'] },
  {
    name: 'changes of nodes',
    test: SUBSCRIPTIONS,
    fields: ['{single}Changes', 'nodeChanges'],
  },
  { name: 'changes of edges', test: SUBSCRIPTIONS, fields: ['relationshipChanges'] },
  {
    name: 'what showed before and after a change',
    test: SUBSCRIPTIONS,
    fields: ['{single}Changes', 'relationshipChanges'],
  },
  { name: 'filters of changes', test: SUBSCRIPTIONS, fields: ['{single}Changes'] },
  {
    name: 'changes that are told again',
    test: SINCE,
    fields: ['{single}Changes', 'nodeChanges', 'relationshipChanges'],
  },
  { name: 'changes of grants', test: SUBSCRIPTIONS, fields: ['grantChanges'] },
  {
    name: 'live queries',
    test: LIVE,
    fields: [...LISTS, 'node', '{interface}', '{interface}Connection', '{union}', 'conflicts'],
  },
  { name: 'entities', test: ENTITIES, fields: ['_entities'] },
  { name: 'entities of interfaces', test: ENTITIES, fields: ['_entities'] },
  { name: 'errors and places of entities', test: ENTITIES, fields: ['_entities'] },
  {
    name: 'fields that are made of what a gateway gives',
    test: ENTITIES,
    fields: ['_entities', '{list}'],
  },
  { name: 'traces', test: ENTITIES, fields: ['_entities'] },
  { name: 'the schema of a subgraph', test: ENTITIES, fields: ['_service'] },
  { name: 'the API, and its schema', test: PORTS, routes: ['main /graphql'] },
  { name: 'pages and health', test: PORTS, routes: ['main /', 'main /health'] },
  { name: 'metrics', test: PORTS, routes: ['metrics /metrics'] },
  {
    name: 'the sync socket',
    test: PORTS,
    routes: ['sync /'],
    frames: [
      ...(['HELLO', 'COMMIT', 'TRANSACTION', 'WELCOME', 'APPLIED', 'KNOWN'] as const),
      ...(['REFUSED', 'FAILED', 'WRITTEN'] as const),
    ],
  },
  {
    name: 'operations on the sync socket',
    test: PORTS,
    frames: ['SUBSCRIBE', 'UNSUBSCRIBE', 'NEXT', 'COMPLETE'],
  },
];
