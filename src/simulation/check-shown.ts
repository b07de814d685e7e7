/** What the graph of a node shows, against what its own log allows. */

import { expectedPlaces } from './expected-places.ts';
import { countedOf, type LogContents } from './log-content.ts';
import type { SimulatedNode } from './node.ts';
import { Rights } from './rights.ts';

/** What shows and should not, or does not and should, by what is wrong with it. */
export class ShownCheck {
  readonly #contents: LogContents;
  /** Places that were looked at. */
  places = 0;
  /** Texts of transactions that must not show, in the logs that were looked at. */
  neverAllowed = 0;
  maskedLater = 0;
  /** By node, how many commits of its log seals have left out. */
  readonly #leftOut = new Map<number, number>();
  /** The same of those without effect, as their authors have signed a number twice. */
  readonly #forked = new Map<number, number>();
  readonly forbidden: string[] = [];
  readonly masked: string[] = [];
  readonly others: string[] = [];

  constructor(contents: LogContents) {
    this.#contents = contents;
  }

  /** In the logs as they were seen last. */
  get leftOut(): number {
    return sumOf(this.#leftOut);
  }

  get forked(): number {
    return sumOf(this.#forked);
  }

  look({ index, log, space }: SimulatedNode): void {
    // Where history is lacking, what its log allows is not known yet.
    if (log === undefined || space === undefined || log.first > 1) return;
    const content = this.#contents.of(log, space.position);
    const { records } = content;
    const counted = countedOf(content);
    this.#leftOut.set(index, content.commits.length - counted.commits.length);
    this.#forked.set(index, counted.forked.size);
    const { names, standings } = expectedPlaces(counted, new Rights(records));
    for (const standing of standings.values()) {
      if (standing === 'never allowed') this.neverAllowed += 1;
      if (standing === 'masked later') this.maskedLater += 1;
    }
    const { graph } = space;
    const left = new Map(names);
    for (const row of graph.nodesOfType('Place')) {
      const id = graph.nodeId(row);
      const value = graph.nodeValue(row, 'name');
      const shown = value === null ? null : String(value);
      this.places += 1;
      if (left.has(id) && left.get(id) === shown) left.delete(id);
      else {
        const standing = shown === null ? undefined : standings.get(shown);
        const should = left.has(id) ? short(left.get(id) ?? null) : 'nothing';
        const problem = `node ${index} shows ${short(shown)} at ${id} in place of ${should}`;
        left.delete(id);
        if (standing === 'never allowed') this.forbidden.push(problem);
        else if (standing === 'masked later') this.masked.push(problem);
        else this.others.push(problem);
      }
    }
    for (const [id, text] of left) {
      this.others.push(`node ${index} shows nothing at ${id} in place of ${short(text)}`);
    }
  }
}

function sumOf(counts: ReadonlyMap<number, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

function short(text: string | null): string {
  return text === null ? 'no name' : `"${text.slice(0, 20)}"`;
}
