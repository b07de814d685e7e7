/**
 * The places where commits from outside are written: blocks of the engine's staging area, so that
 * threads verify them, and the engine applies them, where they stand. Senders that announce large
 * commits and are slow to send them get half of the area at most, so that the others have room.
 */

import { assert } from '../base/assert.ts';
import {
  INTAKE_AWAITED_BYTES_MAX,
  INTAKE_COMMITS_MAX,
  INTAKE_SMALL_BYTES_MAX,
} from '../base/limits.ts';
import type { EngineMemory } from '../engine/memory.ts';
import { commitBlockBytes, type Staging } from '../engine/staging.ts';
import type { CommitIntake, Submitted } from './commit-intake.ts';
import type { Intake, Settle } from './intake.ts';

export class IntakeRoom implements CommitIntake {
  readonly #intake: Intake;
  readonly #memory: EngineMemory;
  readonly #staging: Staging;
  readonly #listeners: (() => void)[] = [];
  /** Large places that wait for their bytes: those of their blocks, by address. */
  readonly #awaited = new Map<number, number>();
  #awaitedBytes = 0;

  constructor(intake: Intake, memory: EngineMemory, staging: Staging) {
    this.#intake = intake;
    this.#memory = memory;
    this.#staging = staging;
  }

  room(bytes: number): Uint8Array | undefined {
    const isLarge = bytes > INTAKE_SMALL_BYTES_MAX;
    const blockBytes = commitBlockBytes(bytes);
    if (this.#staging.blocks >= INTAKE_COMMITS_MAX) return undefined;
    if (isLarge && this.#awaitedBytes + blockBytes > INTAKE_AWAITED_BYTES_MAX) return undefined;
    const address = this.#staging.takeCommit(bytes);
    if (address === undefined) return undefined;
    if (isLarge) {
      this.#awaited.set(address, blockBytes);
      this.#awaitedBytes += blockBytes;
    }
    return this.#memory.shared(address, bytes);
  }

  submit(place: Uint8Array, settle: Settle, known?: Submitted): void {
    this.#arrived(place);
    const settled: Settle = (outcome) => {
      this.give(place);
      settle(outcome);
    };
    this.#intake.submit(place, settled, known);
  }

  give(place: Uint8Array): void {
    assert(this.#memory.isShared(place), 'a place comes from here');
    this.#arrived(place);
    this.#staging.release(place.byteOffset);
    for (const listener of this.#listeners.splice(0)) queueMicrotask(listener);
  }

  whenRoom(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #arrived({ byteOffset }: Uint8Array): void {
    this.#awaitedBytes -= this.#awaited.get(byteOffset) ?? 0;
    this.#awaited.delete(byteOffset);
  }
}
