/** What many runs have met together. */

import type { Report } from '../../src/simulation/simulate.ts';

/** What must be met as often as there are runs. */
export const MET = [
  'crashes',
  'partitions',
  'syncs',
  'unsynced writes lost',
  'unsynced writes torn',
  'packets lost',
  'packets doubled',
  'packets cut off',
  'packets that overtook others',
  'packets given up',
  'writes acknowledged',
  'grants',
  'seals',
  'commits that a base stands for',
  'commits that seals have left out',
  'revocations',
  'byzantine: commits forged',
  'byzantine: commits replayed',
  'byzantine: commits dated back',
  'byzantine: commits withheld',
  'byzantine: sequence numbers signed twice',
  'commits without effect as their author has signed a number twice',
  'looked at: convergence',
  'looked at: permission safety',
  'looked at: no masked value shows',
] as const;

export class Totals {
  readonly #counts = new Map<string, number>();
  runs = 0;

  add({ counts, verdicts }: Report): void {
    this.runs += 1;
    for (const [name, met] of Object.entries(counts)) this.#add(name, met);
    for (const { check, count } of verdicts) this.#add(`looked at: ${check}`, count);
  }

  get(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** What was met less often than there were runs. */
  missing(): string[] {
    return MET.filter((name) => this.get(name) < this.runs).map(
      (name) => `${name}: ${this.get(name)} in ${this.runs} runs`,
    );
  }

  lines(): string[] {
    const names = [...this.#counts.keys()].sort();
    return names.map((name) => `  ${String(this.get(name)).padStart(9)}  ${name}`);
  }

  #add(name: string, met: number): void {
    const before = this.get(name);
    this.#counts.set(name, name.endsWith('at most') ? Math.max(before, met) : before + met);
  }
}

/** What the checks of a run have found wrong, as lines. */
export function problemsOf({ verdicts }: Report): string[] {
  return verdicts.flatMap(({ check, problems }) =>
    problems.slice(0, 5).map((problem) => `${check}: ${problem}`),
  );
}
