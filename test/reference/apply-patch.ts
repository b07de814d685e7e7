/** RFC 6902, as plainly as it can be written: what a client does with a patch. */

import type { Json } from '../../src/graphql/live/json.ts';
import type { PatchOperation } from '../../src/graphql/live/json-patch.ts';

type Container = Json[] | Record<string, Json>;

/** A new value: `json` stays as it is. Throws where a path leads nowhere. */
export function applyPatch(json: Json, operations: readonly PatchOperation[]): Json {
  const root: { value: Json } = { value: structuredClone(json) as Json };
  for (const operation of operations) apply(root, operation);
  return root.value;
}

function apply(root: { value: Json }, operation: PatchOperation): void {
  switch (operation.op) {
    case 'add':
      return put(root, operation.path, { value: operation.value, isNew: true });
    case 'replace':
      take(root, operation.path, false);
      return put(root, operation.path, { value: operation.value, isNew: false });
    case 'remove':
      return void take(root, operation.path, true);
    case 'move':
      return put(root, operation.path, { value: take(root, operation.from, true), isNew: true });
  }
}

function tokensOf(path: string): string[] {
  if (path !== '' && !path.startsWith('/')) throw new Error(`no pointer: ${path}`);
  return path
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function containerOf(root: { value: Json }, tokens: readonly string[]): Container {
  let at: Json = root.value;
  for (const token of tokens) at = memberOf(at as Container, token);
  if (typeof at !== 'object' || at === null) throw new Error(`nothing below ${tokens}`);
  return at as Container;
}

function memberOf(container: Container, token: string): Json {
  const isThere = Array.isArray(container)
    ? /^(?:0|[1-9]\d*)$/.test(token) && Number(token) < container.length
    : Object.hasOwn(container, token);
  if (!isThere) throw new Error(`no member ${token}`);
  return (container as Record<string, Json>)[token] as Json;
}

function take(root: { value: Json }, path: string, isGone: boolean): Json {
  const tokens = tokensOf(path);
  const last = tokens.pop();
  if (last === undefined) return root.value;
  const container = containerOf(root, tokens);
  const value = memberOf(container, last);
  if (isGone && Array.isArray(container)) container.splice(Number(last), 1);
  else if (isGone) delete (container as Record<string, Json>)[last];
  return value;
}

function put(
  root: { value: Json },
  path: string,
  { value, isNew }: { readonly value: Json; readonly isNew: boolean },
): void {
  const tokens = tokensOf(path);
  const last = tokens.pop();
  if (last === undefined) {
    root.value = structuredClone(value) as Json;
    return;
  }
  const container = containerOf(root, tokens);
  if (Array.isArray(container)) {
    if (!/^(?:0|[1-9]\d*)$/.test(last) || Number(last) > container.length) {
      throw new Error(`no place ${last}`);
    }
    container.splice(Number(last), isNew ? 0 : 1, structuredClone(value) as Json);
  } else {
    Object.defineProperty(container, last, {
      value: structuredClone(value),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
}
