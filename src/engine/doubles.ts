/** Reads the doubles of a field (assembly/query/doubles.ts). */

import * as abi from '../../assembly/abi.ts';
import type { Engine } from './engine.ts';
import { noRoomToAnswer } from './failure.ts';
import type { DoublesAnswer, DoublesQuery, NodeRow } from './graph-view.ts';
import { encodeRange } from './question.ts';
import type { SymbolTable } from './symbol-table.ts';

const LIST_FULL = 0xffff_ffff;
const LIST_OVER = 0xffff_fffe;
const NO_LIMIT = 0xffff_ffff;
const WORD_BYTES = 4;

export function readDoubles(
  engine: Engine,
  symbols: SymbolTable,
  query: DoublesQuery,
): DoublesAnswer {
  const { after, upTo, most = NO_LIMIT } = query;
  const range = encodeRange({
    lower: after === undefined ? undefined : { value: after, isExcluded: true },
    upper: upTo === undefined ? undefined : { value: upTo },
  });
  if (range === undefined) return 'no such value';
  const type = symbols.find(abi.SYMBOL_NODE_TYPE, query.type);
  const path = symbols.find(abi.SYMBOL_PATH, query.path);
  if (type === 0 || path === 0) return { found: 0, nodes: [], rows: 0 };
  engine.putInput(range.bytes);
  const { exports, memory } = engine;
  const { kind, listed } = query;
  const work = Math.min(query.rows * abi.WORK_PER_ROW, NO_LIMIT);
  const bytes = exports.listDoubles(type, path, kind, range.flags, listed, most, work) >>> 0;
  if (bytes === LIST_FULL) throw noRoomToAnswer();
  if (bytes === LIST_OVER) return 'too many rows';
  const spent = work - (exports.workLeft() >>> 0);
  const [found = 0, ...words] = memory.words(exports.outputAddress() >>> 0, bytes / WORD_BYTES);
  return { found, nodes: groupsOf(words), rows: Math.ceil(spent / abi.WORK_PER_ROW) };
}

/** Each group stands behind how many it has. */
function groupsOf(words: readonly number[]): NodeRow[][] {
  const groups: NodeRow[][] = [];
  for (let at = 0; at < words.length; ) {
    const end = at + 1 + (words[at] ?? 0);
    groups.push(words.slice(at + 1, end) as NodeRow[]);
    at = end;
  }
  return groups;
}
