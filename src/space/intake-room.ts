/** The places where commits from outside are written, and how many bytes of them there may be. */

import { INTAKE_BYTES_MAX } from '../base/limits.ts';
import type { Intake, Settle } from './intake.ts';
import type { CommitIntake } from './space.ts';

export class IntakeRoom implements CommitIntake {
  readonly #intake: Intake;
  #bytes = 0;
  readonly #listeners: (() => void)[] = [];

  constructor(intake: Intake) {
    this.#intake = intake;
  }

  room(bytes: number): Uint8Array | undefined {
    if (!this.#intake.hasRoom || this.#bytes + bytes > INTAKE_BYTES_MAX) return undefined;
    this.#bytes += bytes;
    return new Uint8Array(bytes);
  }

  submit(place: Uint8Array, settle: Settle): void {
    this.#intake.submit(place, (outcome) => {
      this.give(place);
      settle(outcome);
    });
  }

  give(place: Uint8Array): void {
    this.#bytes -= place.length;
    for (const listener of this.#listeners.splice(0)) queueMicrotask(listener);
  }

  whenRoom(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
