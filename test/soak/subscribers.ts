/**
 * Subscribers that do not read, hardly read, or vanish, beside one that changes a node and waits
 * until it is told; `count` is of windows for each.
 */

import { setTimeout } from 'node:timers/promises';
import { type AttackedServer, startAttacked } from '../attacks/attacked-server.ts';
import { FollowingClient } from '../attacks/behaving-client.ts';
import { measureAttack } from '../attacks/rounds.ts';
import { SUBSCRIBER_ATTACKS } from '../attacks/subscriber-attacks.ts';
import { lineOf } from './attacks.ts';

export const defaultCount = 5;

/** Holds the data: pauses of a disk would be longer than any that subscribers cause. */
const MEMORY = '/dev/shm';
const WINDOW_MILLISECONDS = 3_000;
const TIMES_MAX = 2;
/** What the server may hold more after an attack than before it: kept plans, compiled code. */
const LEFT_MEGABYTES_MAX = 4;
const RETURN_MILLISECONDS = 60_000;
const POLL_MILLISECONDS = 1_000;
/** That many vanished at once, in some window. */
const VANISHED_LEAST = 1;

export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  await using server = await startAttacked(MEMORY);
  const windows = { count: options.count, milliseconds: WINDOW_MILLISECONDS };
  const lines: string[] = [];
  const problems: string[] = [];
  for (const name of Object.keys(SUBSCRIBER_ATTACKS)) {
    // What is compiled and kept for the first of such subscribers stays.
    await measureAttack(server, name, { ...windows, count: 1 }, await FollowingClient.open(server));
    const before = await usedBy(server, 0);
    const report = await measureAttack(server, name, windows, await FollowingClient.open(server));
    const after = await usedBy(server, before + LEFT_MEGABYTES_MAX);
    const line = `${lineOf(report)}, holds ${before.toFixed(1)} MiB, then ${after.toFixed(1)}`;
    process.stdout.write(`${line}\n`);
    if (report.times > TIMES_MAX || after > before + LEFT_MEGABYTES_MAX) problems.push(line);
    if (name === 'vanishingSubscribers' && (report.answers.vanished ?? 0) < VANISHED_LEAST) {
      problems.push(`too few vanished: ${line}`);
    }
    lines.push(line);
  }
  problems.push(...server.bugs);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return [`${lines.length} attacks by subscribers`];
}

/** Megabytes when nobody is subscribed any more, once they are at most so many, or time is up. */
async function usedBy(server: AttackedServer, most: number): Promise<number> {
  const end = performance.now() + RETURN_MILLISECONDS;
  while ((await server.gauge('subscriptions')) > 0 && performance.now() < end) {
    await setTimeout(POLL_MILLISECONDS);
  }
  let used = await server.usedMegabytes();
  while (used > most && most > 0 && performance.now() < end) {
    await setTimeout(POLL_MILLISECONDS);
    used = await server.usedMegabytes();
  }
  return used;
}
