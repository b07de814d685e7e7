/** Values of cells, decoded from the linear memory. */

import * as abi from '../../assembly/abi.ts';
import { EMPTY_MAP, IdValue, Timestamp, type Value } from '../delta/value.ts';
import { readList } from '../delta/value-reader.ts';
import type { EngineMemory } from './memory.ts';

/** The value of the cell at an address. */
export function readCell(memory: EngineMemory, cell: number): Value {
  const kind = memory.u8(cell + abi.CELL_KIND_OFFSET) & abi.CELL_KIND_MASK;
  const at = cell + abi.CELL_VALUE_OFFSET;
  switch (kind) {
    case abi.VALUE_BOOL:
      return memory.u8(at) === 1;
    case abi.VALUE_INT64:
    case abi.VALUE_COUNTER:
      return memory.i64(at);
    case abi.VALUE_FLOAT64:
      return memory.f64(at);
    case abi.VALUE_TIMESTAMP:
      return new Timestamp(memory.i64(at));
    case abi.VALUE_MAP:
      return EMPTY_MAP;
    default:
      return readBlob(memory, kind, memory.u32(at));
  }
}

function readBlob(memory: EngineMemory, kind: number, blob: number): Value {
  const length = memory.u32(blob);
  if (kind === abi.VALUE_STRING) return memory.utf8(blob + 4, length);
  if (kind === abi.VALUE_BYTES) return memory.copy(blob + 4, length);
  if (kind === abi.VALUE_LIST) return readList(memory.copy(blob + 4, length));
  return kind === abi.VALUE_ID ? new IdValue(memory.latin1(blob + 4, length)) : null;
}
