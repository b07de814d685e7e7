/** JSON as it is parsed. */

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json };

export type JsonObject = Extract<Json, { readonly [name: string]: Json }>;

export function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

export function isList(json: Json | undefined): json is readonly Json[] {
  return Array.isArray(json);
}

/** Whether two values are equal, whatever the order of their members. */
export function isSame(left: Json, right: Json): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object') return false;
  if (left === null || right === null || isList(left) !== isList(right)) return false;
  if (isList(left)) {
    const others = right as readonly Json[];
    return (
      left.length === others.length && left.every((item, at) => isSame(item, others[at] as Json))
    );
  }
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  const others = right as JsonObject;
  return names.every(
    (name) => Object.hasOwn(others, name) && isSame(left[name] as Json, others[name] as Json),
  );
}
