/** The order of values, where long ones count as the work that they are to compare. */

import { Cell } from '../graph/cells.ts';
import { compareCells } from '../graph/values.ts';
import { Run } from './run.ts';
import { lengthOf, TEXT_BYTES_PER_UNIT } from './texts.ts';

/** As `compareCells`; what it answers means nothing once the run is over. */
export function compareValues(left: usize, right: usize): i32 {
  if (left != 0 && right != 0 && changetype<Cell>(left).isBlob && changetype<Cell>(right).isBlob) {
    const bytes = min(lengthOf(left), lengthOf(right));
    if (bytes >= TEXT_BYTES_PER_UNIT && !Run.get().spend(bytes / TEXT_BYTES_PER_UNIT)) return 0;
  }
  return compareCells(left, right);
}
