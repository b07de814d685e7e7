/**
 * Two servers whose network is cut while both write: once it is whole again, they come to hold the
 * same, and nothing that either has acknowledged is missing.
 */

import { setTimeout } from 'node:timers/promises';
import { type Site, type SiteState, Sites } from './sites.ts';

const POLL_MILLISECONDS = 10;
const SETTLE_MILLISECONDS_MAX = 30_000;

export interface PartitionOptions {
  readonly folder: string;
  readonly seed: number;
  readonly delayMilliseconds: number;
  readonly loss: number;
  /** Of the cut. */
  readonly seconds: number;
  /** Operations that each side writes meanwhile. */
  readonly operations: number;
}

export interface PartitionOutcome {
  /** From the end of the cut until both hold the same. */
  readonly milliseconds: number;
  /** Commits that the sides had to hand one another. */
  readonly behind: number;
  /** Whether both had let go of the connection. */
  readonly wasApart: boolean;
}

export async function runPartition(options: PartitionOptions): Promise<PartitionOutcome> {
  const { folder, delayMilliseconds, loss, seed, seconds, operations } = options;
  await using sites = await Sites.open(folder, { delayMilliseconds, loss, seed });
  const [red, blue] = sites.all;
  await red.write('before', operations / 10);
  const { state: start } = await settled(sites.all);
  await sites.cut();
  const end = performance.now() + 1_000 * seconds;
  await Promise.all([red.write('red', operations), blue.write('blue', operations)]);
  await setTimeout(Math.max(0, end - performance.now()));
  const apart = [await red.state(), await blue.state()];
  await sites.heal();
  const { state, milliseconds } = await settled(sites.all);
  const behind = apart.reduce((sum, { position }) => sum + position - start.position, 0);
  if (state.position !== start.position + behind) {
    const expected = `${start.position + behind} entries at the end`;
    throw new Error(`after a cut both expected ${expected}, got ${state.position}`);
  }
  return { milliseconds, behind, wasApart: apart.every(({ open }) => open === 0) };
}

/** Waits until both hold the same. */
async function settled(
  sites: readonly [Site, Site],
): Promise<{ readonly state: SiteState; readonly milliseconds: number }> {
  const begin = performance.now();
  for (;;) {
    const [one, other] = await Promise.all([sites[0].state(), sites[1].state()]);
    const milliseconds = performance.now() - begin;
    if (one.hash === other.hash && one.position === other.position) {
      return { state: one, milliseconds };
    }
    if (milliseconds > SETTLE_MILLISECONDS_MAX) {
      const states = JSON.stringify([one, other]);
      throw new Error(`both sides expected to come to one state, got ${states}`);
    }
    await setTimeout(POLL_MILLISECONDS);
  }
}
