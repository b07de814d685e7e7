/** Text by its code points, and not by the halves of them that JavaScript counts. */

export function compareCodePoints(left: string, right: string): number {
  const [one, other] = [codePoints(left), codePoints(right)];
  const index = one.findIndex((point, at) => point !== other[at]);
  if (index < 0) return one.length - other.length;
  return (one[index] ?? -1) - (other[index] ?? -1);
}

export function codePointCount(text: string): number {
  return codePoints(text).length;
}

function codePoints(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0);
}
