/** Where the rows of a list come from: each source goes over its nodes and offers them. */

import {
  ID_BYTES,
  SOURCE_AROUND,
  SOURCE_EDGES,
  SOURCE_IDS,
  SOURCE_PATHS,
  SOURCE_RANGE,
  SOURCE_TYPE,
  SOURCE_VALUES,
} from '../abi.ts';
import { findIndex } from '../graph/declared.ts';
import { FLAG_EXISTS, findNode, Node, TYPE_MASK } from '../graph/elements.ts';
import { rowNumber } from '../memory/header.ts';
import { POOL_NODES, Pool } from '../memory/pool.ts';
import { offerAround } from './around.ts';
import { IndexWords } from './index-words.ts';
import { beginRange, nameRange, nextInRange } from './range.ts';
import { indexOfPath } from './read.ts';
import { Gathered, offer, RowsWords } from './rows.ts';
import { popFrame, pushFrame, Run } from './run.ts';
import { isNodeSeen } from './sight.ts';
import { Walk, WalkWords } from './walk.ts';
import { offerPaths } from './ways.ts';

/** Nodes of other types that count as one unit of work. */
const PASSED_PER_UNIT: u32 = 16;

/** Offers the rows of a source; those of edges and ways go from the node `origin`. May grow. */
export function offerRows(gathered: Gathered): void {
  const source = RowsWords.at(gathered.words).source;
  const kind = load<u32>(source);
  if (kind == SOURCE_EDGES) offerEdges(gathered, source);
  else if (kind == SOURCE_TYPE) offerType(gathered, load<u32>(source, 4), load<u32>(source, 8));
  else if (kind == SOURCE_RANGE) offerIndex(gathered, source);
  else if (kind == SOURCE_IDS) offerIds(gathered, source);
  else if (kind == SOURCE_VALUES) offerValues(gathered, source);
  else if (kind == SOURCE_AROUND) offerAround(gathered, source + 4);
  else if (kind == SOURCE_PATHS) offerPaths(gathered, source + 4);
}

function offerEdges(gathered: Gathered, source: usize): void {
  const walk = Walk.at(pushFrame());
  walk.begin(WalkWords.at(source + 4), gathered.origin);
  while (walk.nextRow()) offer(gathered, walk.other, walk.edge);
  popFrame();
}

function offerType(gathered: Gathered, visibility: u32, type: u32): void {
  const run = Run.get();
  const end = Pool.of(POOL_NODES).count;
  if (!run.spend(end / PASSED_PER_UNIT)) return;
  const wanted = type | FLAG_EXISTS;
  for (let node: u32 = 1; node < end; node++) {
    if ((Node.at(node).typeAndFlags & (TYPE_MASK | FLAG_EXISTS)) != wanted) continue;
    if (!run.lookAt()) return;
    if (isNodeSeen(visibility, node)) offer(gathered, rowNumber(node), 0);
  }
}

function offerIds(gathered: Gathered, source: usize): void {
  const visibility = load<u32>(source, 4);
  const type = load<u32>(source, 8);
  const count = load<u32>(source, 12);
  const run = Run.get();
  for (let index: u32 = 0; index < count && gathered.isDone == 0 && run.lookAt(); index++) {
    const node = findNode(source + 16 + index * ID_BYTES);
    if (node == 0 || !isNodeSeen(visibility, node)) continue;
    if (type == 0 || Node.at(node).type == type) offer(gathered, node, 0);
  }
}

/** The ranges of each value, which is one group of nodes. */
function offerValues(gathered: Gathered, source: usize): void {
  const declared = indexOfPath(load<u32>(source, 8), load<u32>(source, 12));
  const count = load<u32>(source, 16);
  if (declared == 0) return;
  for (let index: u32 = 0; index < count && Run.get().lookAt(); index++) {
    const range = nameRange(declared, 0, 1);
    range.cell0 = load<u32>(source + 20 + (index << 2));
    beginRange(range, 0);
    offerRange(gathered, load<u32>(source, 4));
  }
}

/** In the order of the index. */
function offerIndex(gathered: Gathered, source: usize): void {
  const words = IndexWords.at(source);
  const declared = findIndex(words.type, words.paths, words.pathCount);
  if (declared == 0) return;
  const range = nameRange(declared, words.flags, words.given);
  memory.copy(range.cells, words.values, words.given << 2);
  range.lower = words.lower;
  range.upper = words.upper;
  beginRange(range, 0);
  offerRange(gathered, words.visibility);
}

function offerRange(gathered: Gathered, visibility: u32): void {
  while (gathered.isDone == 0 && Run.get().lookAt()) {
    const node = nextInRange();
    if (node == 0) return;
    if (isNodeSeen(visibility, node)) offer(gathered, node, 0);
  }
}
