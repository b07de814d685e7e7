/** Objects of the permission model that stand for nodes and edges. */

import type { EdgeName } from '../engine/graph-view.ts';
import type { ObjectName } from './tuple.ts';

export function nodeObject(type: string, id: string): ObjectName {
  return { type, id };
}

/** Named by its ends, and by its key where that is not 0. */
export function edgeObject({ from, type, to, key = 0 }: EdgeName): ObjectName {
  return { type, id: key === 0 ? `${from}-${to}` : `${from}-${to}-${key}` };
}
