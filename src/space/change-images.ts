/**
 * Elements as they showed before and after a transaction that changed them, exactly: also where
 * one group holds several that write the same element. Each is made once, whoever asks for it.
 */

import * as abi from '../../assembly/abi.ts';
import type { ScalarField } from '../definition/definition.ts';
import { IdValue, ListValue, Timestamp, type Value } from '../delta/value.ts';
import type { Engine } from '../engine/engine.ts';
import type { NodeRow } from '../engine/graph-view.ts';
import { walkBack } from '../engine/undo.ts';
import type { EngineView } from '../engine/view.ts';

/** About what an entry of a map and a small value take. */
const VALUE_BYTES = 64;

/** The declared values that showed at one moment, with the natural key. */
export interface ElementImage {
  /** By path; what is missing is not among them. */
  readonly values: ReadonlyMap<string, Value>;
  /** About what it takes in memory. */
  readonly bytes: number;
}

export interface ElementImages {
  /** Undefined where the element did not show. */
  readonly before: ElementImage | undefined;
  readonly after: ElementImage | undefined;
}

/** An element that a transaction changed. */
export interface ChangedElement {
  readonly isNode: boolean;
  readonly row: number;
}

export type PicturedField = Pick<ScalarField, 'path' | 'isKey'>;
/** Elements whose images are asked for, with the fields that these have. */
export type Pictured<Element> = ReadonlyMap<Element, readonly PicturedField[]>;

/** Images of elements of the last group, by the transaction row that changed them. */
export function readImages<Element extends ChangedElement>(
  { engine, view }: { readonly engine: Engine; readonly view: EngineView },
  byTransaction: ReadonlyMap<number, Pictured<Element>>,
): Map<Element, ElementImages> {
  const images = new Map<Element, ElementImages>();
  const look = (transaction: number, take: (element: Element, image?: ElementImage) => void) => {
    for (const [element, fields] of byTransaction.get(transaction) ?? []) {
      take(element, imageThen(view, element, fields));
    }
  };
  walkBack(engine, {
    after: (transaction) =>
      look(transaction, (element, after) => images.set(element, { before: undefined, after })),
    before: (transaction) =>
      look(transaction, (element, before) => {
        images.set(element, { before, after: images.get(element)?.after });
      }),
  });
  return images;
}

function imageThen(
  view: EngineView,
  { isNode, row }: ChangedElement,
  fields: readonly PicturedField[],
): ElementImage | undefined {
  const kind = isNode ? abi.ELEMENT_NODE : abi.ELEMENT_EDGE;
  const paths = fields.map(({ path }) => path);
  const values = view.valuesThen(kind, row, paths);
  if (values === undefined) return undefined;
  const shown = fields.map(({ path, isKey }, index): [string, Value] => {
    // A key is of the id: it was the same at all times.
    const value = isKey ? view.nodeKey(row as NodeRow) : values[index];
    return [path, value ?? null];
  });
  return makeImage(shown);
}

export function makeImage(
  values: readonly (readonly [path: string, value: Value])[],
): ElementImage {
  const shown = values.filter(([, value]) => value !== null);
  const bytes = shown.reduce((sum, [, value]) => sum + bytesOf(value), VALUE_BYTES);
  return { values: new Map(shown), bytes };
}

function bytesOf(value: Value): number {
  if (typeof value === 'string') return VALUE_BYTES + value.length * 2;
  if (value instanceof Uint8Array) return VALUE_BYTES + value.length;
  if (value instanceof IdValue || value instanceof Timestamp) return VALUE_BYTES * 2;
  if (!(value instanceof ListValue)) return VALUE_BYTES;
  return value.items.reduce<number>((sum, item) => sum + bytesOf(item), VALUE_BYTES);
}
