/** What is read of one engine's graph and of the log behind it, for the actors of a space. */

import * as abi from '../../assembly/abi.ts';
import { CALLER_VIEWS_KEPT_MAX } from '../base/limits.ts';
import { Recent } from '../base/recent.ts';
import type { CallerView } from '../engine/caller-view.ts';
import type { EdgeRow, GraphView, NodeRow } from '../engine/graph-view.ts';
import { Reader } from './reader.ts';
import { type SeenGraphParts, seenGraph } from './seen-graph.ts';
import type { Lineage, LineageOptions, ReadableSpace } from './space.ts';
import type { AsOfHeight, SpaceAccess } from './space-access.ts';
import type { WrittenValues } from './written-values.ts';

export interface ReadableGraphParts extends SeenGraphParts {
  /** As of now, whatever the graph is of. */
  readonly access: Pick<SpaceAccess, 'readRights' | 'mayAdminister'>;
  readonly writes: WrittenValues;
}

export class ReadableGraph implements ReadableSpace {
  readonly #parts: ReadableGraphParts;
  /** Views that are the same whenever they are made, by their actors. */
  readonly #seen = new Recent<string, CallerView>(CALLER_VIEWS_KEPT_MAX);

  constructor(parts: ReadableGraphParts) {
    this.#parts = parts;
  }

  get graph(): GraphView {
    return this.#parts.view;
  }

  graphOf(actor: string, asOf?: AsOfHeight): CallerView {
    const { newest } = this.#parts.permissions;
    // Without a model everybody sees all, and what conditions come to depends on the moment.
    const isSame = newest !== undefined && newest.model.conditions.size === 0;
    if (!isSame || asOf !== undefined) return seenGraph(this.#parts, actor, asOf);
    const kept = this.#seen.get(actor);
    if (kept !== undefined) return kept;
    const seen = seenGraph(this.#parts, actor);
    this.#seen.set(actor, seen, 1);
    return seen;
  }

  readerOf(actor: string): Reader {
    const { view, access } = this.#parts;
    return new Reader({
      actor,
      all: view,
      graph: this.graphOf(actor),
      rights: access.readRights(actor),
      readsPermissions: access.mayAdminister(actor, 'read'),
    });
  }

  async nodeLineage(
    node: NodeRow,
    path?: string,
    options: LineageOptions = {},
  ): Promise<Lineage | undefined> {
    return this.#parts.writes.lineage({ element: abi.ELEMENT_NODE, row: node, path }, options);
  }

  async edgeLineage(
    edge: EdgeRow,
    path?: string,
    options: LineageOptions = {},
  ): Promise<Lineage | undefined> {
    return this.#parts.writes.lineage({ element: abi.ELEMENT_EDGE, row: edge, path }, options);
  }

  async nodeProof(
    node: NodeRow,
    path?: string,
    options: LineageOptions = {},
  ): Promise<string | undefined> {
    return this.#parts.writes.proof({ element: abi.ELEMENT_NODE, row: node, path }, options);
  }

  async edgeProof(
    edge: EdgeRow,
    path?: string,
    options: LineageOptions = {},
  ): Promise<string | undefined> {
    return this.#parts.writes.proof({ element: abi.ELEMENT_EDGE, row: edge, path }, options);
  }
}
