/** How many edges a caller asks to follow. */

import { PATH_EDGES_MAX } from '../base/limits.ts';
import { invalidInput, limitExceeded } from './errors.ts';

/** Throws INVALID_INPUT for less than the least, LIMIT_EXCEEDED for more than may be followed. */
export function checkedDepth(maxDepth: number, least: 0 | 1): number {
  if (maxDepth < least) throw invalidInput(`maxDepth expected ${least} or more, got ${maxDepth}`);
  if (maxDepth <= PATH_EDGES_MAX) return maxDepth;
  throw limitExceeded({
    limit: 'PATH_EDGES_MAX',
    what: 'maxDepth',
    max: PATH_EDGES_MAX,
    actual: maxDepth,
  });
}
