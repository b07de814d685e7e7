/** What was explained: a kind of finding that is rare proves little. */

import type { Explanation, Finding } from '../../src/access/explanation.ts';

/** In a thousand explanations. */
const KINDS_MIN: Readonly<Record<string, number>> = {
  granted: 80,
  denied: 200,
  failed: 5,
  'not in a proof': 3,
  'intersection in a proof': 2,
  'proof of several grants': 20,
  'condition true': 5,
  'condition false': 5,
  'condition failed': 5,
  misfit: 1,
  'all of a type': 5,
  'own grant': 5,
  again: 5,
  itself: 1,
  undefined: 0.3,
};

export class ExplanationCoverage {
  readonly #counts = new Map<string, number>();
  #explanations = 0;
  #whole = 0;

  get explanations(): number {
    return this.#explanations;
  }

  count({ verdict, finding }: Explanation, isWhole: boolean): void {
    this.#explanations += 1;
    if (isWhole) this.#whole += 1;
    const kinds = new Set([verdict, ...kindsOf(finding, verdict === 'granted')]);
    if (verdict === 'granted' && grantsOf(finding) > 1) kinds.add('proof of several grants');
    for (const kind of kinds) this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }

  /** What came up too rarely. */
  rare(): string[] {
    return Object.entries(KINDS_MIN)
      .filter(([kind, least]) => this.#of(kind) * 1000 < this.#explanations * least)
      .map(([kind]) => `too few explanations had ${kind}: ${this.#of(kind)}`);
  }

  lines(): string[] {
    const verdicts = ['granted', 'denied', 'failed'].map((kind) => `${this.#of(kind)} ${kind}`);
    const kinds = Object.keys(KINDS_MIN).slice(verdicts.length);
    return [
      `${this.#explanations} explanations: ${verdicts.join(', ')}; ${this.#whole} checked whole`,
      kinds.map((kind) => `${this.#of(kind)} ${kind}`).join(', '),
    ];
  }

  #of(kind: string): number {
    return this.#counts.get(kind) ?? 0;
  }
}

function kindsOf(finding: Finding, isProof: boolean): string[] {
  const below = finding.findings.flatMap((part) => kindsOf(part, isProof));
  if (finding.outcome === 'undefined') below.push('undefined');
  switch (finding.kind) {
    case 'set':
      return finding.ending === undefined ? below : [finding.ending, ...below];
    case 'grant':
      if (finding.condition !== undefined) below.push(`condition ${finding.condition.result}`);
      if (finding.misfit !== undefined) below.push('misfit');
      if (finding.object.endsWith(':*')) below.push('all of a type');
      if (finding.since === undefined) below.push('own grant');
      return below;
    case 'not':
    case 'intersection':
      return isProof ? [`${finding.kind} in a proof`, ...below] : below;
    default:
      return below;
  }
}

function grantsOf(finding: Finding): number {
  const below = finding.findings.reduce((sum, part) => sum + grantsOf(part), 0);
  return below + (finding.kind === 'grant' && finding.outcome === 'granted' ? 1 : 0);
}
