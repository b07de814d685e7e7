/** `massive-graph peer status`: what a running server says of the replicas that it knows. */

import { Command } from 'commander';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { KnownPeer } from '../replication/peers.ts';
import { addSharedOptions, dataOption, expectData } from './arguments.ts';
import type { Terminal } from './terminal.ts';

const METRICS = 'http://127.0.0.1:9090/metrics';
const GAUGE = /^massive_graph_peer_(connected|height|lag)\{key="([0-9a-f]{64})"\} (\d+)$/gm;

interface StatusOptions {
  readonly data: string;
  readonly metrics: string;
  readonly json?: true;
}

interface PeerFigures {
  connected: number;
  height: number;
  lag: number;
}

export function peerStatusCommand(terminal: Terminal): Command {
  const command = new Command('status')
    .summary('how far the replicas of a running server are')
    .description('Prints, for each known replica, whether it is connected and how far behind.')
    .option('--metrics <url>', 'the metrics of the server', METRICS)
    .addOption(dataOption())
    .action((options: StatusOptions) => status(terminal, options));
  return addSharedOptions(command);
}

async function status(terminal: Terminal, { data, metrics, json }: StatusOptions): Promise<void> {
  await expectData(data, '--data');
  const { readKnownPeers } = await import('../replication/known-peers.ts');
  const known = new Map(((await readKnownPeers(data)) ?? []).map((peer) => [peer.key, peer]));
  const figures = await figuresAt(metrics);
  if (json === true) {
    const peers = [...figures].map(([key, { connected, ...rest }]) => {
      return { ...known.get(key), key, connected: connected === 1, ...rest };
    });
    terminal.output(`${JSON.stringify({ peers })}\n`);
    return;
  }
  terminal.output([...figures].map(([key, each]) => lineOf(key, each, known.get(key))).join(''));
}

function lineOf(key: string, { connected, height, lag }: PeerFigures, known?: KnownPeer): string {
  const state = connected === 1 ? 'connected' : 'not there ';
  const line = `${key}  ${state}  height ${height}  lag ${lag}  ${known?.label ?? ''}`;
  return `${line.trimEnd()}\n`;
}

async function figuresAt(metrics: string): Promise<ReadonlyMap<string, PeerFigures>> {
  const text = await fetch(metrics).then(
    (response) => response.text(),
    (cause: unknown) => {
      const message = `the metrics of a server expected to be at ${metrics}, got nothing there`;
      throw new DatabaseError(ErrorCode.UNAVAILABLE, message, { cause });
    },
  );
  const figures = new Map<string, PeerFigures>();
  for (const [, name, key = '', value] of text.matchAll(GAUGE)) {
    const each = figures.get(key) ?? { connected: 0, height: 0, lag: 0 };
    each[name as keyof PeerFigures] = Number(value);
    figures.set(key, each);
  }
  return figures;
}
