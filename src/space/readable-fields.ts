/** What the actor of a transaction may read, where its writes could tell what is there. */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { type CallerView, FieldVerb } from '../engine/caller-view.ts';
import type { EdgeName } from '../engine/graph-view.ts';

export class ReadableFields {
  readonly #graph: CallerView;
  /** Whether permissions are in force. */
  readonly #isJudged: boolean;

  constructor(graph: CallerView, isJudged: boolean) {
    this.#graph = graph;
    this.#isJudged = isJudged;
  }

  /** Whether a path of a node may be read; what the commit itself makes may be. */
  isNode(id: string, path: string): boolean {
    if (!this.#isJudged) return true;
    const node = this.#graph.nodeById(id);
    return node === undefined || this.#graph.nodeMask(node, FieldVerb.READ, [path])[0] !== false;
  }

  isEdge(name: EdgeName, path: string): boolean {
    if (!this.#isJudged) return true;
    const edge = this.#graph.edgeByName(name);
    return edge === undefined || this.#graph.edgeMask(edge, FieldVerb.READ, [path])[0] !== false;
  }

  /** Throws FORBIDDEN before a change of what may not be read: its outcome tells what it was. */
  expectNode(id: string, path: string, owner: string): void {
    if (!this.isNode(id, path)) throw unreadable(owner, path);
  }

  expectEdge(name: EdgeName, path: string, owner: string): void {
    if (!this.isEdge(name, path)) throw unreadable(owner, path);
  }
}

function unreadable(owner: string, path: string): DatabaseError {
  const message = `a change of ${owner}.${path} expected one who may read it, got another`;
  return new DatabaseError(ErrorCode.FORBIDDEN, message);
}
