/** Attacks on a server, each beside a client that behaves; `count` is of windows for each. */

import { startAttacked } from '../attacks/attacked-server.ts';
import { ATTACKS } from '../attacks/attacks.ts';
import { PEER_ATTACKS } from '../attacks/peer-attacks.ts';
import { type AttackReport, measureAttack } from '../attacks/rounds.ts';
import { SUBSCRIBER_ATTACKS } from '../attacks/subscriber-attacks.ts';

export const defaultCount = 5;

const WINDOW_MILLISECONDS = 3_000;
const TIMES_MAX = 3;
/** One replica disturbs what others are answered no more than this. */
const REPLICA_TIMES_MAX = 2;
const RESIDENT_MEGABYTES_MAX = 2_048;

export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  await using server = await startAttacked();
  const reports: AttackReport[] = [];
  for (const name of ATTACKS.keys()) {
    // Of these `npm run soak -- subscribers` is.
    if (name in SUBSCRIBER_ATTACKS) continue;
    const windows = { count: options.count, milliseconds: WINDOW_MILLISECONDS };
    const report = await measureAttack(server, name, windows);
    reports.push(report);
    process.stdout.write(`${lineOf(report)}\n`);
  }
  if (server.bugs.length > 0) throw new Error(server.bugs.join('\n'));
  const bad = reports.filter(
    ({ name, times, residentMegabytes }) =>
      times > (name in PEER_ATTACKS ? REPLICA_TIMES_MAX : TIMES_MAX) ||
      residentMegabytes > RESIDENT_MEGABYTES_MAX,
  );
  if (bad.length === 0) return [`${reports.length} attacks`];
  throw new Error(`too slow, or too large:\n${bad.map(lineOf).join('\n')}`);
}

export function lineOf({
  name,
  quiet,
  attacked,
  times,
  residentMegabytes,
  answers,
}: AttackReport): string {
  const figures = [
    name.padEnd(18),
    `p99 quiet ${quiet.toFixed(1)} ms`,
    `attacked ${attacked.toFixed(1)} ms`,
    `${times.toFixed(1)} times`,
    `${residentMegabytes} MiB`,
  ];
  return `${figures.join('  ')}  ${JSON.stringify(answers)}`;
}
