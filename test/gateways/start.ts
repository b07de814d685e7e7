/**
 * Starts the reviews beside a server of the project, and one gateway before both:
 * `node test/gateways/start.ts http://localhost:8080/graphql`, for whoever tries it out.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installGateways } from './packages.ts';
import { Program } from './program.ts';
import { compose, readSubgraph } from './supergraph.ts';

const [, , airports = '', reviewsPort = '4001', gatewayPort = '4000'] = process.argv;
const stopped = new Promise((resolve) => {
  process.once('SIGINT', resolve);
  process.once('SIGTERM', resolve);
});

await using owned = new AsyncDisposableStack();
if (!(await installGateways())) throw new Error('a gateway expected its packages, got none');
const reviews = owned.use(await Program.start('reviews-subgraph.ts', [reviewsPort]));
const folder = await mkdtemp(join(tmpdir(), 'massive-graph-gateway-'));
owned.defer(() => rm(folder, { recursive: true }));
const supergraph = join(folder, 'supergraph.graphql');
const subgraphs = await Promise.all([
  readSubgraph('airports', airports),
  readSubgraph('reviews', reviews.url),
]);
await writeFile(supergraph, await compose(subgraphs));
const words = [supergraph, 'sse', gatewayPort];
const gateway = owned.use(await Program.start('hive-gateway.ts', words));
process.stdout.write(`reviews  ${reviews.url}\ngateway  ${gateway.url}\n`);
await stopped;
