/** AND, OR and NOT over conditions of any kind. Conditions within one object are all to hold. */

import type { GraphView } from '../engine/graph-view.ts';
import type { InputMap } from './builder.ts';

export type Test<T> = (graph: GraphView, element: T) => boolean;

/** Joins the tests of the members of `where`, with AND, OR and NOT of further such objects. */
export function combine<T>(
  where: InputMap,
  member: (name: string, given: InputMap) => Test<T>,
): Test<T> {
  const tests: Test<T>[] = [];
  for (const [name, given] of Object.entries(where)) {
    if (given === undefined || given === null) continue;
    if (name === 'AND' || name === 'OR') {
      // GraphQL coerced both to lists of the object they stand in.
      const parts = (given as readonly InputMap[]).map((part) => combine(part, member));
      tests.push(name === 'AND' ? all(parts) : some(parts));
    } else if (name === 'NOT') {
      const part = combine(given as InputMap, member);
      tests.push((graph, element) => !part(graph, element));
    } else {
      tests.push(member(name, given as InputMap));
    }
  }
  return all(tests);
}

function all<T>(tests: readonly Test<T>[]): Test<T> {
  const [first, second] = tests;
  if (first === undefined) return () => true;
  if (second === undefined) return first;
  return (graph, element) => tests.every((test) => test(graph, element));
}

function some<T>(tests: readonly Test<T>[]): Test<T> {
  return (graph, element) => tests.some((test) => test(graph, element));
}
