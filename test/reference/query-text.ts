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

/** Where `part` is within `text`, as a run of whole code points. */
export function containsText(text: string, part: string): boolean {
  return placesOf(text, part).length > 0;
}

export function startsWithText(text: string, part: string): boolean {
  return placesOf(text, part)[0] === 0;
}

export function endsWithText(text: string, part: string): boolean {
  return placesOf(text, part).at(-1) === codePointCount(text) - codePointCount(part);
}

function placesOf(text: string, part: string): number[] {
  const [all, wanted] = [codePoints(text), codePoints(part)];
  const count = Math.max(0, all.length - wanted.length + 1);
  const places = Array.from({ length: count }, (_, place) => place);
  return places.filter((place) => wanted.every((point, at) => all[place + at] === point));
}

function codePoints(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0);
}
