/**
 * The places where commits from outside are written: blocks of the engine's staging area, so that
 * threads verify them, and the engine applies them, where they stand.
 */

import { assert } from '../base/assert.ts';
import type { EngineMemory } from '../engine/memory.ts';
import type { Staging } from '../engine/staging.ts';
import type { Intake, Settle } from './intake.ts';
import type { CommitIntake } from './space.ts';

export class IntakeRoom implements CommitIntake {
  readonly #intake: Intake;
  readonly #memory: EngineMemory;
  readonly #staging: Staging;
  readonly #listeners: (() => void)[] = [];

  constructor(intake: Intake, memory: EngineMemory, staging: Staging) {
    this.#intake = intake;
    this.#memory = memory;
    this.#staging = staging;
  }

  room(bytes: number): Uint8Array | undefined {
    const address = this.#intake.hasRoom ? this.#staging.take(bytes) : undefined;
    return address === undefined ? undefined : this.#memory.shared(address, bytes);
  }

  submit(place: Uint8Array, settle: Settle): void {
    this.#intake.submit(place, (outcome) => {
      this.give(place);
      settle(outcome);
    });
  }

  give(place: Uint8Array): void {
    assert(this.#memory.isShared(place), 'a place comes from here');
    this.#staging.release(place.byteOffset);
    for (const listener of this.#listeners.splice(0)) queueMicrotask(listener);
  }

  whenRoom(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
