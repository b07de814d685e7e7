/** The order of values, where long ones count as the work that they are to compare. */

import { VALUE_LIST } from '../abi.ts';
import { Cell } from '../graph/cells.ts';
import { compareCells } from '../graph/values.ts';
import { LIST_BYTES_PER_UNIT } from './lists.ts';
import { Run } from './run.ts';
import { lengthOf, TEXT_BYTES_PER_UNIT } from './texts.ts';

/** As `compareCells`; what it answers means nothing once the run is over. */
export function compareValues(left: usize, right: usize): i32 {
  if (left != 0 && right != 0 && changetype<Cell>(left).isBlob && changetype<Cell>(right).isBlob) {
    const bytes = min(lengthOf(left), lengthOf(right));
    const isList = changetype<Cell>(left).kind == VALUE_LIST;
    const units = bytes / (isList ? LIST_BYTES_PER_UNIT : TEXT_BYTES_PER_UNIT);
    if (units != 0 && !Run.get().spend(units)) return 0;
  }
  return compareCells(left, right);
}
