/** Gathers the rows of a list and puts them in order; and the rows of one group after another. */

import { fewEdges, MANY_EDGES, putEdgeRows } from './edge-rows.ts';
import { addRow, clearFigures } from './figures.ts';
import {
  compareKeys,
  edgeOfWay,
  Gathered,
  ORDER_WHOLE,
  ROW_BITS,
  RowPlace,
  RowsWords,
  rankRows,
} from './rows.ts';
import { pushFrame, Run } from './run.ts';
import { putInOrder } from './sort-rows.ts';
import { offerRows } from './source.ts';

/** In the place of a limit where there is none. */
export const NO_LIMIT: u32 = 0xffffffff;

/** A frame for rows of which `most` are kept. */
export function beginRows(words: RowsWords, most: u64): Gathered {
  const gathered = Gathered.at(pushFrame());
  gathered.words = <u32>changetype<usize>(words);
  gathered.origin = Run.get().node;
  gathered.most = <u32>min<u64>(most, NO_LIMIT);
  return gathered;
}

/** Keeps the first rows of the source, or the last ones, in order. May grow. */
export function gather(gathered: Gathered): void {
  const words = RowsWords.at(gathered.words);
  const entries = fewEdges(gathered, words);
  if (entries != MANY_EDGES) {
    gatherEdges(gathered, words, entries);
    return;
  }
  gathered.order = words.sourceOrder(gathered.isReversed != 0);
  offerRows(gathered);
  if (Run.get().isOver || words.keepsOrder != 0 || gathered.order == ORDER_WHOLE) return;
  putInOrder(gathered);
}

/** The same where all rows are put in order, and those that are not kept cut off. May grow. */
function gatherEdges(gathered: Gathered, words: RowsWords, entries: u32): void {
  putEdgeRows(gathered, words, entries);
  const count = gathered.count;
  gathered.areFetched = 1;
  gathered.total = count;
  gathered.inside = count;
  if (Run.get().isOver || gathered.isCount != 0) return;
  if (words.keyCount != 0) rankRows(gathered, words);
  putInOrder(gathered);
  if (count <= gathered.most) return;
  if (gathered.isReversed != 0) gathered.start += (count - gathered.most) << ROW_BITS;
  gathered.count = gathered.most;
}

/** Takes the rows of one group, from an index on, and returns the index behind them. */
export function addGroup(gathered: Gathered, from: u32): u32 {
  const figures = gathered.figures;
  const words = RowsWords.at(gathered.words);
  clearFigures(figures);
  let index = from;
  for (; index < gathered.count; index++) {
    const row = RowPlace.at(gathered, index);
    const edge = edgeOfWay(words, row.way);
    const isOther =
      index != from && compareKeys(words, row.node, edge, figures.node, figures.edge) != 0;
    if (isOther) break;
    addRow(figures, row.node, edge);
  }
  return index;
}
