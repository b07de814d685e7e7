/**
 * How many items a field will answer with at most, told to the cost count by the field's
 * extensions: `listSize` for a list, or for a wrapper whose members marked `usesListSize` repeat.
 */

export type ListSize = (args: Readonly<Record<string, unknown>>) => number;

export interface SizeExtensions {
  /** What the field counts by itself; 1 where it says nothing. */
  readonly ownCost?: number;
  /** Items of this list field. */
  readonly listSize?: ListSize;
  /** Items of the lists inside this field's object. */
  readonly innerListSize?: ListSize;
  /** This list has as many items as the field around it says by `innerListSize`. */
  readonly usesListSize?: boolean;
  /** So many times as many, then. */
  readonly timesListSize?: number;
}

export function sizeExtensions(extensions: SizeExtensions): Record<string, unknown> {
  return { ...extensions };
}

/** The smaller of what the caller asks for and what is there at most. */
export function requestedSize(requested: unknown, most: number): number {
  return typeof requested === 'number' && requested >= 0 ? Math.min(requested, most) : most;
}
