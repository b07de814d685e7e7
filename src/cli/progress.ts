/** One line on a terminal that is drawn over as work goes on; nothing where no one watches. */

import { formatCount, type Terminal } from './terminal.ts';

const MILLISECONDS_BETWEEN_DRAWS = 100;
const CLEAR_LINE = '\r\u001b[2K';

export class ProgressLine {
  readonly #terminal: Terminal;
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** `total` is absent where it is not known yet. */
  show(
    step: string,
    counted: { readonly done: number; readonly total?: number; readonly unit?: string },
  ): void {
    if (!this.#terminal.isInteractive) return;
    const now = performance.now();
    if (now - this.#drawnAt < MILLISECONDS_BETWEEN_DRAWS) return;
    this.#drawnAt = now;
    const { done, total, unit = 'rows' } = counted;
    const of = total === undefined ? '' : ` of ${formatCount(total)}`;
    this.#terminal.notes(`${CLEAR_LINE}${step}: ${formatCount(done)}${of} ${unit}`);
  }

  clear(): void {
    if (this.#terminal.isInteractive) this.#terminal.notes(CLEAR_LINE);
  }
}
