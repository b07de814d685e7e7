/**
 * `ifVersion`: whoever read a node and writes it then is refused where it has changed in between.
 * It is asked of the graph before the commit; another transaction of the same commit that writes
 * the node is waited for.
 */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { NodeRow } from '../engine/graph-view.ts';
import type { Draft } from '../space/space.ts';
import { invalidInput } from './errors.ts';
import { nodeVersion } from './version.ts';

export const IF_VERSION = 'Refused, and nothing is written, unless one node matches and has it.';

/** Throws unless there is one node and it has this version; undefined expects nothing. */
export function expectVersion(draft: Draft, nodes: readonly NodeRow[], expected: unknown): void {
  if (expected === undefined) return;
  if (typeof expected !== 'string') {
    // Who means to give a version and has none would write over what it never saw.
    throw invalidInput('ifVersion expected a version, got null');
  }
  const [node, ...others] = nodes;
  if (node === undefined) {
    const message = 'ifVersion expected a where that matches one node, got none';
    throw new DatabaseError(ErrorCode.NOT_FOUND, message);
  }
  if (others.length > 0) {
    const count = others.length + 1;
    throw invalidInput(`ifVersion expected a where that matches one node, got ${count}`, { count });
  }
  const { graph, definition } = draft;
  draft.expectUnchanged(graph.nodeId(node));
  const version = nodeVersion(graph, node, definition);
  if (version === expected) return;
  throw new DatabaseError(
    ErrorCode.CONFLICT,
    `ifVersion expected the version that the node has, ${version}, got ${expected}`,
    { facts: { version } },
  );
}
