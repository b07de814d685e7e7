/** What random plans of callers came to: what is rarely hidden is rarely checked. */

import type { ReferenceGraph } from '../reference/reference-graph.ts';
import type { ReferenceAnswer } from '../reference/reference-plan.ts';
import type { SeenGraph } from '../reference/seen-graph.ts';

/** Of 1,000 callers, or plans, at least. */
const LEAST: Readonly<Record<string, number>> = {
  'caller sees some nodes': 500,
  'caller sees all nodes': 80,
  'caller sees no node': 80,
  'caller sees some edges': 300,
  'plan answers': 900,
  'plan answers something': 550,
  'plan answers otherwise than to all': 300,
  'plan looks up what is hidden': 30,
  'plan looks up what is seen': 30,
  'plan tells of hidden values': 35,
};
const PLANS_MIN = 500;

export class SightCoverage {
  readonly #counts = new Map<string, number>();
  #plans = 0;
  #callers = 0;

  get plans(): number {
    return this.#plans;
  }

  caller(all: ReferenceGraph, seen: SeenGraph): void {
    this.#callers += 1;
    const [nodes, edges] = [seen.nodes().length, seen.edges().length];
    if (nodes === 0) this.#count('caller sees no node');
    else if (nodes === all.nodes().length) this.#count('caller sees all nodes');
    else this.#count('caller sees some nodes');
    if (edges > 0 && edges < all.edges().length) this.#count('caller sees some edges');
  }

  /** Of a caller, and of everybody. */
  plan(seen: ReferenceAnswer, all: ReferenceAnswer): void {
    this.#plans += 1;
    if (seen.failures.size > 0) return;
    this.#count('plan answers');
    const text = seen.json.toString();
    if (/:"|[1-9]|true/.test(text)) this.#count('plan answers something');
    if (seen.hidden.length > 0) this.#count('plan tells of hidden values');
    if (Buffer.compare(seen.json, all.json) !== 0)
      this.#count('plan answers otherwise than to all');
  }

  /** What a plan came by for a caller, and for everybody. */
  lookups(seen: ReadonlySet<string>, all: ReadonlySet<string>): void {
    const finding = [...all].filter((what) => /^lookup by .* finds$/.test(what));
    if (finding.some((what) => seen.has(what))) this.#count('plan looks up what is seen');
    if (finding.some((what) => !seen.has(what))) this.#count('plan looks up what is hidden');
  }

  rare(): string[] {
    if (this.#plans < PLANS_MIN) return [`${this.#plans} plans are too few`];
    return Object.entries(LEAST).flatMap(([name, least]) => {
      const of = name.startsWith('caller') ? this.#callers : this.#plans;
      const expected = Math.floor((least * of) / 1000);
      const actual = this.#counts.get(name) ?? 0;
      return actual >= expected ? [] : [`${name} expected at least ${expected}, got ${actual}`];
    });
  }

  lines(): string[] {
    const counts = Object.keys(LEAST).map((name) => `${this.#counts.get(name) ?? 0}  ${name}`);
    return [`${this.#plans} plans of ${this.#callers} callers`, ...counts];
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }
}
