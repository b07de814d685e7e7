/** Which way edges are followed. */

import * as abi from '../../assembly/abi.ts';

export const Direction = { OUT: 'OUT', IN: 'IN', BOTH: 'BOTH' } as const;
export type Direction = (typeof Direction)[keyof typeof Direction];

/** As the engine has them. */
export const DIRECTION_WORDS: Readonly<Record<Direction, number>> = {
  [Direction.OUT]: abi.DIRECTION_OUT,
  [Direction.IN]: abi.DIRECTION_IN,
  [Direction.BOTH]: abi.DIRECTION_BOTH,
};
