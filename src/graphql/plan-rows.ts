/** The lists of the API as the rows and pages of plans, cut as page.ts cuts them. */

import { PAGE_ITEMS_MAX } from '../base/limits.ts';
import type { CompositeType, Definition } from '../definition/definition.ts';
import type { GraphView, NodeRow } from '../engine/graph-view.ts';
import type { Page, Place, SortKey as PlanSortKey, Rows } from '../engine/plan.ts';
import type { InputMap } from './builder.ts';
import { decodeCursor, listName } from './cursor.ts';
import type { Ordering } from './ordering.ts';
import { Unplannable } from './plan-field.ts';
import { compositeSource } from './plan-source.ts';
import { nodeCondition } from './plan-where.ts';

/** Of a cursor's place: an id, and the key of an edge that is not the first. */
const IDENTITY = /^([0-9A-Za-z]{16})(?::(\d{10}))?$/;
const EDGE_KEY_MAX = 0xffff_ffff;

/**
 * The nodes of a type, an interface or a union that match a `where`. The first key of an order may
 * find those of a type.
 */
export function nodeRows(
  graph: GraphView,
  selection: {
    readonly definition: Definition;
    readonly type: CompositeType;
    readonly where: InputMap | null | undefined;
    readonly ordering?: Ordering<NodeRow>;
  },
): Rows {
  const { definition, type, where, ordering } = selection;
  const condition = nodeCondition(definition, type, where);
  const sortedBy = ordering?.keys[0]?.field;
  const source = compositeSource(graph, { definition, of: type, where, sortedBy });
  return condition === undefined ? { source } : { source, where: condition };
}

/** Adds the order, and where the list is cut. */
export function listRows<T>(rows: Rows, ordering: Ordering<T>, args: InputMap): Rows {
  const limit = countArgument(args.limit) ?? PAGE_ITEMS_MAX;
  const skip = typeof args.offset === 'number' ? args.offset : 0;
  if (skip < 0) throw new Unplannable();
  return { ...rows, order: sortKeys(ordering), skip, limit };
}

export function pageOf<T>(
  rows: Rows,
  ordering: Ordering<T>,
  args: InputMap,
): { readonly rows: Rows; readonly page: Page } {
  const first = countArgument(args.first);
  const last = countArgument(args.last);
  if (first !== undefined && last !== undefined) throw new Unplannable();
  const page: Page = {
    size: last ?? first ?? PAGE_ITEMS_MAX,
    scope: listName(ordering),
    ...(last === undefined ? {} : { isFromEnd: true }),
    ...(typeof args.after === 'string' ? { after: placeOf(ordering, args.after) } : {}),
    ...(typeof args.before === 'string' ? { before: placeOf(ordering, args.before) } : {}),
  };
  return { rows: { ...rows, order: sortKeys(ordering) }, page };
}

function sortKeys<T>({ keys }: Ordering<T>): PlanSortKey[] {
  return keys.map(({ field, isDescending }) => ({ field, isDescending }));
}

function placeOf<T>(ordering: Ordering<T>, cursor: string): Place {
  const { values, identity } = decodeCursor(ordering, cursor);
  const [, id, key] = IDENTITY.exec(identity) ?? [];
  const edgeKey = key === undefined ? 0 : Number(key);
  // A cursor that nobody gave is compared as text.
  const isGiven = key === undefined || (edgeKey > 0 && edgeKey <= EDGE_KEY_MAX);
  if (id === undefined || !isGiven) throw new Unplannable();
  return { values, id, edgeKey };
}

function countArgument(count: unknown): number | undefined {
  if (typeof count !== 'number') return undefined;
  if (count < 0 || count > PAGE_ITEMS_MAX) throw new Unplannable();
  return count;
}
