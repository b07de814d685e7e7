/**
 * What a record about permissions shows to a caller or hides from it: the graph is compared as it
 * is seen as of the record before and as of the record. Beyond a limit the caller is told no more
 * than that permissions have changed, and asks anew.
 */

import { SUBSCRIBER_SIGHT_CHANGES_MAX, SUBSCRIBER_SIGHT_NODES_MAX } from '../base/limits.ts';
import type { Definition } from '../definition/definition.ts';
import { scalarFields } from '../definition/fields.ts';
import { type CallerView, FieldVerb } from '../engine/caller-view.ts';
import type { NodeRow } from '../engine/graph-view.ts';
import type { ChangeInterest, Space } from '../space/space.ts';

export const SightEvent = {
  SHOWN: 'SHOWN',
  HIDDEN: 'HIDDEN',
  PERMISSIONS_CHANGED: 'PERMISSIONS_CHANGED',
  /** What came behind a cursor is not told any more. */
  RESYNC: 'RESYNC',
} as const;
export type SightEvent = (typeof SightEvent)[keyof typeof SightEvent];

export interface SightChange {
  readonly element: 'sight';
  readonly event: SightEvent;
  /** The node that is shown or hidden, or has fields that are; undefined for too many. */
  readonly node: { readonly id: string; readonly type: string } | undefined;
  /** Paths that alone are shown or hidden; none where the node is. */
  readonly paths: readonly string[];
}

const TOO_MANY = [sightOfMore(SightEvent.PERMISSIONS_CHANGED)];

export interface SightQuestion {
  readonly actor: string;
  readonly interest: ChangeInterest;
  /** Of the authority chain: as of both the graph is compared. */
  readonly before: number;
  readonly height: number;
}

export function sightChanges(space: Space, question: SightQuestion): readonly SightChange[] {
  const { actor, interest, height } = question;
  const before = space.graphOf(actor, { height: question.before });
  const after = space.graphOf(actor, { height });
  const changes: SightChange[] = [];
  let compared = 0;
  for (const type of typesOf(space.definition, interest)) {
    const old = seenNodes(before, type, interest);
    const now = seenNodes(after, type, interest);
    compared += Math.max(old.length, now.length);
    if (compared > SUBSCRIBER_SIGHT_NODES_MAX) return TOO_MANY;
    changes.push(...existenceChanges(after, type, { old, now }));
    changes.push(...fieldChanges(space.definition, type, { before, after, old, now }));
    if (changes.length > SUBSCRIBER_SIGHT_CHANGES_MAX) return TOO_MANY;
  }
  return changes;
}

/** Of no node, but of what is seen as a whole. */
export function sightOfMore(event: SightEvent): SightChange {
  return { element: 'sight', event, node: undefined, paths: [] };
}

function typesOf(definition: Definition, { types }: ChangeInterest): readonly string[] {
  const declared = [...definition.nodeTypes.keys()];
  return types === undefined ? declared : declared.filter((type) => types.has(type));
}

function seenNodes(graph: CallerView, type: string, { node: id }: ChangeInterest): NodeRow[] {
  if (id === undefined) return graph.nodesOfType(type);
  const node = graph.nodeById(id);
  return node === undefined || graph.nodeType(node) !== type ? [] : [node];
}

interface Seen {
  readonly old: readonly NodeRow[];
  readonly now: readonly NodeRow[];
}

function existenceChanges(graph: CallerView, type: string, { old, now }: Seen): SightChange[] {
  const changeOf = (event: SightEvent) => (row: NodeRow) => {
    return { element: 'sight', event, node: { id: graph.nodeId(row), type }, paths: [] } as const;
  };
  const [before, after] = [new Set(old), new Set(now)];
  return [
    ...old.filter((row) => !after.has(row)).map(changeOf(SightEvent.HIDDEN)),
    ...now.filter((row) => !before.has(row)).map(changeOf(SightEvent.SHOWN)),
  ];
}

interface Views extends Seen {
  readonly before: CallerView;
  readonly after: CallerView;
}

/** Fields of nodes that are seen as of both. */
function fieldChanges(
  definition: Definition,
  type: string,
  { before, after, old, now }: Views,
): SightChange[] {
  const fields = scalarFields(definition.nodeTypes.get(type)?.fields ?? []);
  const paths = fields.filter(({ isKey }) => !isKey).map(({ path }) => path);
  const seen = new Set(now);
  const both = old.filter((row) => seen.has(row));
  if (paths.length === 0 || both.length === 0) return [];
  // One view after the other: what a view has found out is forgotten when another one reads.
  const masks = both.map((row) => before.nodeMask(row, FieldVerb.READ, paths));
  return both.flatMap((row, index) => {
    const mask = after.nodeMask(row, FieldVerb.READ, paths);
    const old = masks[index] ?? [];
    const node = { id: after.nodeId(row), type };
    const hidden = paths.filter((_, place) => old[place] === true && mask[place] !== true);
    const shown = paths.filter((_, place) => old[place] !== true && mask[place] === true);
    return [
      ...pathChange(SightEvent.HIDDEN, node, hidden),
      ...pathChange(SightEvent.SHOWN, node, shown),
    ];
  });
}

function pathChange(
  event: SightEvent,
  node: NonNullable<SightChange['node']>,
  paths: readonly string[],
): SightChange[] {
  return paths.length === 0 ? [] : [{ element: 'sight', event, node, paths }];
}
