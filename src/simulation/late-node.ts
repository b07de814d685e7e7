/**
 * A node that comes while faults strike: it takes from the owner what is sealed (schema/base.md),
 * as an operator would who joins a directory, and begins with that; with the first records where
 * nothing was sealed in time.
 */

import { fromHex } from '../base/bytes.ts';
import type { Seeded } from '../base/seeded.ts';
import { type LoadedBase, loadBase } from '../space/base/load-base.ts';
import { chunksOf } from '../space/base/state-chunks.ts';
import type { OpenSpace } from '../space/open-space.ts';
import { MEMORY_BYTES_MAX, type SimulatedNode } from './node.ts';
import type { Schedule } from './schedule.ts';

/** An owner that crashed meanwhile is asked again. */
const RETRY_MILLISECONDS = 700;

export interface LateNodeParts {
  readonly node: SimulatedNode;
  readonly owner: () => OpenSpace | undefined;
  readonly schedule: Schedule;
  readonly random: Seeded;
  /** Virtual milliseconds at which it comes without a base. */
  readonly until: number;
  readonly start: (node: SimulatedNode) => void;
  /** What is sealed could not be given or taken, which is a finding. */
  readonly failed: (error: unknown) => void;
}

export class LateNode {
  readonly #parts: LateNodeParts;
  #hasCome = false;

  constructor(parts: LateNodeParts) {
    this.#parts = parts;
  }

  come(): void {
    if (this.#hasCome) return;
    const { schedule, until, node, owner, start } = this.#parts;
    if (schedule.now >= until) {
      this.#hasCome = true;
      start(node);
      return;
    }
    const space = owner();
    if (space !== undefined) this.#take(space).catch(this.#parts.failed);
    schedule.after(RETRY_MILLISECONDS, 'a node asks again', () => this.come());
  }

  async #take(owner: OpenSpace): Promise<void> {
    const base = await baseOf(owner, this.#parts.random);
    if (base === undefined || this.#hasCome) return;
    this.#hasCome = true;
    const { node, start } = this.#parts;
    await node.beginWith(base);
    start(node);
  }
}

async function baseOf(owner: OpenSpace, random: Seeded): Promise<LoadedBase | undefined> {
  const { bases, key } = owner.replicated;
  const offered = await bases.offer();
  if (offered === undefined) return undefined;
  const { checkpoint, outlineBytes, stateBytes, read } = offered;
  const place = { space: fromHex(owner.id), signer: key.publicKey };
  const chunks = chunksOf(read(outlineBytes, stateBytes));
  const received = { checkpoint, outline: read(0, outlineBytes), chunks };
  return await loadBase({ ...place, random, memoryBytesMax: MEMORY_BYTES_MAX }, received);
}
