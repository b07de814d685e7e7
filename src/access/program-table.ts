/** Tables of a program, which the engine looks two symbols up in: open addressing, half empty. */

/** Symbols of names in one engine. */
export interface ModelSymbols {
  type(name: string): number;
  edgeType(name: string): number;
  path(path: string): number;
  relation(name: string): number;
  condition(name: string): number;
}

/** Where the search begins, before it is cut to the places. */
export function placeOf(first: number, second: number): number {
  return Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
}

/** A power of two. */
export function tablePlaces(entries: number): number {
  return 2 ** Math.ceil(Math.log2(entries * 2 + 1));
}
