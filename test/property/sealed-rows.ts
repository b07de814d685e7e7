/**
 * After a seal the engine has exactly the rows that the reference says are kept: a row more is one
 * that no later create takes again.
 */

import { assert } from '../../src/base/assert.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { MemoryPurpose } from '../../src/engine/stats.ts';
import { cellBytes, listBytes } from '../fixture/block-bytes.ts';
import { edgeOfElement } from '../reference/reference-delta.ts';
import type { ReferenceGraph } from '../reference/reference-graph.ts';

export interface SealedRows {
  readonly engine: Engine;
  readonly reference: ReferenceGraph;
}

const ROW_BYTES = {
  nodes: 36,
  edges: 20,
  cells: 1,
  transactions: 8,
  adjacency: 1,
} as const satisfies Partial<Record<MemoryPurpose, number>>;
type Counted = keyof typeof ROW_BYTES;

/** What is wrong with the rows in use. */
export function wrongRows(rows: SealedRows): string | undefined {
  const expected = expectedRows(rows);
  const { purposes } = rows.engine.stats();
  for (const purpose of Object.keys(ROW_BYTES) as Counted[]) {
    const { bytes, free } = purposes[purpose];
    // Row 0 of each pool is none.
    const first = ROW_BYTES[purpose] === 1 || bytes === 0 ? 0 : 1;
    const used = (bytes - free) / ROW_BYTES[purpose] - first;
    if (used === expected[purpose]) continue;
    return `${purpose} expected ${expected[purpose]} in use after a seal, got ${used}`;
  }
  return undefined;
}

function expectedRows({ reference }: SealedRows): Record<Counted, number> {
  const nodes = new Set<string>();
  const degrees = new Map<string, number>();
  const writers = new Set<string>();
  const rows = { nodes: 0, edges: 0, cells: 0, transactions: 0 };
  for (const [element, { created, cells }] of reference.kept()) {
    const edge = edgeOfElement(element);
    if (edge === undefined) nodes.add(element);
    else {
      rows.edges += 1;
      for (const list of [`out ${edge.from}`, `in ${edge.to}`]) {
        degrees.set(list, (degrees.get(list) ?? 0) + 1);
      }
      nodes.add(edge.from).add(edge.to);
    }
    for (const writer of [created, ...[...cells.values()].flatMap((cell) => cell.writers)]) {
      if (writer !== undefined) writers.add(`${writer.commit} ${writer.position}`);
    }
    const hasKey = (edge?.key ?? 0) !== 0 || reference.nodeFacts(element)?.key !== undefined;
    const sets = [...cells.values()].filter((cell) => cell.hasAdds).length;
    // The register below a sequence has a cell too.
    const sequences = [...cells.values()].filter((cell) => cell.hasItems).length;
    const count = cells.size + sets + 2 * sequences + Number(hasKey);
    assert(count <= 32, 'an element of a sequence has a block of cells at most');
    rows.cells += cellBytes(count);
  }
  const adjacency = [...degrees.values()].reduce((sum, degree) => sum + listBytes(degree), 0);
  return { ...rows, nodes: nodes.size, transactions: writers.size, adjacency };
}
