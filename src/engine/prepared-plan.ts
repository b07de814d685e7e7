/** A plan that runs more than once: its words are written once for an engine, and kept. */

import type { Plan } from './plan.ts';
import { type WrittenPlan, writePlan } from './plan-writer.ts';
import type { SymbolTable } from './symbol-table.ts';

export class PreparedPlan {
  readonly plan: Plan;
  #written: (WrittenPlan & Written) | undefined;

  constructor(plan: Plan) {
    this.plan = plan;
  }

  /** What it takes in memory; 0 before it has run. */
  get bytes(): number {
    return this.#written?.words.bytes ?? 0;
  }

  /** Written anew where names have other numbers than before. Throws what `writePlan` throws. */
  writtenFor(symbols: SymbolTable): WrittenPlan {
    const kept = this.#written;
    const isCurrent = kept?.symbols === symbols && kept.generation === symbols.generation;
    if (kept !== undefined && isCurrent && kept.words.isCurrent) return kept;
    const written = writePlan(symbols, this.plan);
    written.words.keep();
    this.#written = { ...written, symbols, generation: symbols.generation };
    return written;
  }
}

/** What words were written for. */
interface Written {
  readonly symbols: SymbolTable;
  readonly generation: number;
}
