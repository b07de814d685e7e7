/** A peer in a process of its own, so that its heap and its collector trouble nobody else. */

import { type Graphology, GraphologyPeer } from './graphology-peer.ts';
import { type NgraphGraph, NgraphPeer } from './ngraph-peer.ts';
import type { Peer, PlainGraph, Work } from './peer.ts';
import { SqlitePeer } from './sqlite-peer.ts';

export type Question =
  | { readonly ask: 'load'; readonly graph: PlainGraph }
  | { readonly ask: 'lookUp'; readonly ids: Uint8Array }
  | { readonly ask: 'readValues'; readonly rows: Uint32Array }
  | { readonly ask: 'around'; readonly rows: Uint32Array; readonly hops: number };

export interface Reply {
  /** Neither waits for a processor nor what other threads collect meanwhile is held against it. */
  readonly seconds: number;
  readonly answer: readonly number[];
  readonly bytes: number | undefined;
}

/** Names of packages that are installed here alone, so that they are no import of the project. */
const PACKAGES = { graphology: 'graphology', ngraph: 'ngraph.graph' } as const;

const [, , wanted] = process.argv;
const peer = await peerOf(wanted);
process.on('message', (question: Question) => process.send?.(answerTo(question)));
process.send?.('ready');

async function peerOf(name: string | undefined): Promise<Peer> {
  switch (name) {
    case 'graphology':
      return new GraphologyPeer((await import(PACKAGES.graphology)) as Graphology);
    case 'ngraph.graph': {
      const { default: createGraph } = (await import(PACKAGES.ngraph)) as { default: NgraphGraph };
      return new NgraphPeer(createGraph);
    }
    case 'node:sqlite':
      return new SqlitePeer();
    default:
      throw new Error(`a peer expected a known name, got ${name}`);
  }
}

function answerTo(question: Question): Reply {
  const work = workOf(question);
  const [wall, processor] = [performance.now(), process.cpuUsage()];
  const answer = work();
  const { user, system } = process.cpuUsage(processor);
  const seconds = Math.min((performance.now() - wall) / 1e3, (user + system) / 1e6);
  const bytes = question.ask === 'load' ? peer.bytes() : undefined;
  return { seconds, answer, bytes };
}

function workOf(question: Question): Work {
  switch (question.ask) {
    case 'load':
      return peer.load(question.graph);
    case 'lookUp':
      return peer.lookUp(question.ids);
    case 'readValues':
      return peer.readValues(question.rows);
    case 'around':
      return peer.around(question);
  }
}
