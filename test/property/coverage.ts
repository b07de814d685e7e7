/**
 * Counts how often random sequences came by the paths that matter, so that a check that no longer
 * meets them fails instead of passing quietly.
 */

import type { OrderRange } from '../../src/engine/graph-view.ts';

/** How often each must be met in 1,000 sequences, at least. */
const LEAST: Readonly<Record<string, number>> = {
  'increments that count': 3000,
  'increments lost to another set': 1000,
  'increments of a counter': 1500,
  'increments of a counter lost to a set': 700,
  'cells hidden by one above or below': 300,
  'cells hidden by a delete': 550,
  'sets of one cell with one clock': 400,
  'values of a node never created': 1500,
  'nodes created again': 400,
  'edges hidden by an end': 1500,
  'hidden edges that came back': 600,
  'parallel edges': 150,
  loops: 400,
  'values with several holders': 60,
  'values moved from node to node': 20,
  'ordered ranges of nodes': 1000,
  'ordered ranges from the greatest on': 500,
  'ordered ranges cut by a limit': 150,
  'ordered ranges that begin after a node': 200,
  'paths of two edges or more': 150,
  'ends without a path': 3000,
  'indexes declared midway': 120,
  'groups prepared and dropped': 80,
  'groups refused': 100,
  'images restored': 50,
  'adds that show': 1000,
  'adds hidden by a set': 800,
  'adds hidden by a delete, or above or below': 200,
  'adds that were removed, or forgotten': 2000,
  'adds that a removal had not seen': 500,
  'values that several added': 1000,
  'sets below adds': 300,
  'counters ended by an add': 150,
  'sets of values sealed': 1500,
  'items that show': 2000,
  'items ended by a set': 1800,
  'items that were removed, or forgotten': 4500,
  'items hidden by a delete, or above or below': 500,
  'items that have moved': 400,
  'sides of a place that several named': 400,
  'names of places that are not there': 2500,
  'names of places whose item is gone': 1400,
  'inserts where adds do not show': 30,
  'inserts above a set': 250,
  'sequences sealed': 1700,
  seals: 200,
  'nodes forgotten by a seal': 100,
  'edges forgotten by a seal': 100,
  'cells forgotten by a seal': 100,
  'values of nodes never created kept by a seal': 100,
  'values of edges never created kept by a seal': 100,
  'increments of a set that a seal forgot': 50,
};

/** Below this many sequences chance decides too much. */
const SEQUENCES_MIN = 100;

export class Coverage {
  readonly #counts = new Map<string, number>();
  readonly #holders = new Map<string, string>();
  readonly #hiddenEdges = new Set<string>();
  #sequences = 0;

  /** Forgets what is known of one sequence before the next. */
  begin(): void {
    this.#holders.clear();
    this.#hiddenEdges.clear();
    this.#sequences += 1;
  }

  hit(what: string, count = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + count);
  }

  /** Who holds an indexed value now. */
  seeHolders(value: string, ids: readonly string[]): void {
    if (ids.length > 1) this.hit('values with several holders');
    const before = this.#holders.get(value);
    const [only] = ids;
    if (ids.length !== 1 || only === undefined) return;
    if (before !== undefined && before !== only) this.hit('values moved from node to node');
    this.#holders.set(value, only);
  }

  /** Whether an existing edge is hidden by one of its ends now. */
  seeEdge(element: string, isHidden: boolean): void {
    if (isHidden) {
      this.#hiddenEdges.add(element);
      return;
    }
    if (this.#hiddenEdges.delete(element)) this.hit('hidden edges that came back');
  }

  /** What a question for nodes in order was answered. */
  seeOrder(ids: readonly string[], { isDescending, limit, afterId }: OrderRange): void {
    if (ids.length > 1) this.hit('ordered ranges of nodes');
    if (ids.length > 1 && isDescending === true) this.hit('ordered ranges from the greatest on');
    if (ids.length > 0 && ids.length === limit) this.hit('ordered ranges cut by a limit');
    if (ids.length > 0 && afterId !== undefined) this.hit('ordered ranges that begin after a node');
  }

  seePath(edges: number | undefined): void {
    if (edges === undefined) this.hit('ends without a path');
    else if (edges > 1) this.hit('paths of two edges or more');
  }

  /** One line for each count. */
  lines(): string[] {
    const names = Object.keys(LEAST);
    return names.map((name) => `  ${String(this.#counts.get(name) ?? 0).padStart(9)}  ${name}`);
  }

  /** What was met too seldom; empty when there were too few sequences to tell. */
  rare(): string[] {
    if (this.#sequences < SEQUENCES_MIN) return [];
    return Object.entries(LEAST).flatMap(([name, least]) => {
      const expected = Math.floor((least * this.#sequences) / 1000);
      const actual = this.#counts.get(name) ?? 0;
      return actual >= expected ? [] : [`${name} expected at least ${expected}, got ${actual}`];
    });
  }
}
